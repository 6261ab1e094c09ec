//! Values that Kubernetes' and Kyverno's libraries add to the language.

use std::net::IpAddr;

use crate::import::kyverno::quantity::Quantity;
use crate::import::kyverno::versions::Version;
use crate::reference::Reference;

/// A value with functions of its own.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Opaque {
    /// A quantity, such as `2Gi`.
    Quantity(Amount),
    /// A semantic version.
    Semver(Semver),
    /// An address.
    Ip(IpAddr),
    /// A network: its address as written, and the length of its prefix.
    Cidr(IpAddr, u8),
    /// A parsed address of the web.
    Url(Url),
    /// A reference of an image.
    Image(Image),
}

/// A quantity that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount(pub(super) Quantity);

/// A semantic version that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semver(pub(super) Version);

/// The parts of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
}

/// The parts of a reference, as go-containerregistry names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub(super) registry: String,
    pub(super) repository: String,
    pub(super) tag: String,
    pub(super) digest: String,
}

impl Opaque {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Ip(_) => "net.IP",
            Self::Cidr(..) => "net.CIDR",
            Self::Url(_) => "kubernetes.URL",
            Self::Image(_) => "kyverno.image",
        }
    }
}

impl Url {
    /// Absolute addresses, and paths that start with `/`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (text, query) = text.split_once('?').unwrap_or((text, ""));
        let made = |scheme: &str, host: &str, path: &str| Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
        };
        if text.starts_with('/') {
            return Some(made("", "", text));
        }
        let (scheme, rest) = text.split_once("://")?;
        let named = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(named) {
            return None;
        }
        let (host, path) =
            rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        Some(made(&scheme.to_ascii_lowercase(), host, path))
    }

    pub(super) fn hostname(&self) -> &str {
        if let Some(end) = self.host.find(']') {
            return self.host.get(1..end).unwrap_or("");
        }
        self.host.split_once(':').map_or(self.host.as_str(), |(host, _)| host)
    }

    pub(super) fn port(&self) -> &str {
        let after = self.host.rsplit_once(']').map_or(self.host.as_str(), |(_, after)| after);
        after.rsplit_once(':').map_or("", |(_, port)| port)
    }
}

impl Image {
    /// What go-containerregistry's `ParseReference` takes: a bare name is Docker Hub's.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let reference = Reference::parse(text).ok()?;
        let host = reference.host();
        let registry = if host == "docker.io" { "index.docker.io" } else { host }.to_owned();
        let digest = reference.digest().map(ToString::to_string).unwrap_or_default();
        let tag = match (reference.tag(), digest.is_empty()) {
            (Some(tag), _) => tag.to_owned(),
            (None, true) => "latest".to_owned(),
            (None, false) => String::new(),
        };
        Some(Self { registry, repository: reference.path().to_owned(), tag, digest })
    }

    pub(super) fn identifier(&self) -> &str {
        if self.digest.is_empty() { &self.tag } else { &self.digest }
    }
}
