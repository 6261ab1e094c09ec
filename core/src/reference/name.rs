//! Image references: the grammar of the distribution project's `reference` package.

use std::fmt;
use std::str::FromStr;

use super::digest::{Digest, DigestError};

/// Longest path of a repository, `library/` included.
const MAX_PATH: usize = 255;
/// Longest tag.
const MAX_TAG: usize = 128;
/// The registry that a name without one means.
const DEFAULT_HOST: &str = "docker.io";
/// Other names of the same registry.
const DEFAULT_HOST_ALIASES: [&str; 3] =
    ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// There is no text.
    #[error("the reference is empty")]
    Empty,
    /// 64 hexadecimal digits would be read as an image id by some tools.
    #[error("`{0}` is 64 hexadecimal digits, which is an image id and not a name")]
    ImageId(String),
    /// The part before the first slash is not a host.
    #[error("`{host}` in `{value}` is not a registry host")]
    Host {
        /// The reference.
        value: String,
        /// The host.
        host: String,
    },
    /// The path breaks the grammar.
    #[error(
        "`{path}` in `{value}` is not a repository path: lower-case letters, digits and single separators between them"
    )]
    Path {
        /// The reference.
        value: String,
        /// The path.
        path: String,
    },
    /// The path is too long.
    #[error("the repository path in `{0}` has more than 255 characters")]
    PathTooLong(String),
    /// The tag breaks the grammar.
    #[error("`{tag}` in `{value}` is not a tag: at most 128 letters, digits, `_`, `.` and `-`")]
    Tag {
        /// The reference.
        value: String,
        /// The tag.
        tag: String,
    },
    /// What follows `@` is not a digest.
    #[error("{0}")]
    Digest(#[from] DigestError),
}

/// An image reference: what was given, beside what it means.
///
/// ```
/// use cocket::reference::Reference;
/// let nginx = Reference::parse("nginx")?;
/// assert_eq!(nginx.to_string(), "docker.io/library/nginx");
/// assert_eq!((nginx.given(), nginx.tag()), ("nginx", None));
/// assert_eq!(Reference::parse("nginx:latest")?.tag(), Some("latest"));
/// assert!(Reference::parse("Nginx").is_err());
/// # Ok::<(), cocket::reference::ReferenceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    given: Box<str>,
    repository: Box<str>,
    host_end: usize,
    tag: Option<Box<str>>,
    digest: Option<Digest>,
    qualified: bool,
}

impl Reference {
    /// Reads a reference, strictly.
    ///
    /// # Errors
    /// [`ReferenceError`] names the part that breaks the grammar.
    pub fn parse(given: &str) -> Result<Self, ReferenceError> {
        if given.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if given.len() == 64 && given.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::ImageId(given.to_owned()));
        }
        let (host, qualified, rest) = split_host(given);
        if !is_host(host) {
            let (value, host) = (given.to_owned(), host.to_owned());
            return Err(ReferenceError::Host { value, host });
        }
        let (rest, digest) = match rest.split_once('@') {
            None => (rest, None),
            Some((rest, digest)) => (rest, Some(digest.parse::<Digest>()?)),
        };
        let (path, tag) = match rest.split_once(':') {
            None => (rest, None),
            Some((path, tag)) => (path, Some(tag)),
        };
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag { value: given.to_owned(), tag: tag.to_owned() });
        }
        if !is_path(path) {
            return Err(ReferenceError::Path { value: given.to_owned(), path: path.to_owned() });
        }
        let repository = normal_repository(host, path);
        let host_end = repository.find('/').unwrap_or_default();
        if repository.len().saturating_sub(host_end).saturating_sub(1) > MAX_PATH {
            return Err(ReferenceError::PathTooLong(given.to_owned()));
        }
        Ok(Self {
            given: given.into(),
            repository: repository.into(),
            host_end,
            tag: tag.map(Into::into),
            digest,
            qualified,
        })
    }

    /// The text as given.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The registry's host, with its port where one is written; `docker.io` for all its names.
    #[must_use]
    pub fn host(&self) -> &str {
        self.repository.get(..self.host_end).unwrap_or_default()
    }

    /// The repository's path on its host.
    #[must_use]
    pub fn path(&self) -> &str {
        self.repository.get(self.host_end.saturating_add(1)..).unwrap_or_default()
    }

    /// Host and path.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, where one is written; `latest` is never filled in.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one is written.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Whether the registry's host is written.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.qualified
    }

    /// The same image under another repository, which must be a valid one.
    pub(super) fn with_repository(&self, repository: &str) -> Option<Self> {
        let moved = Self::parse(repository).ok()?;
        if moved.tag.is_some() || moved.digest.is_some() {
            return None;
        }
        Some(Self {
            given: self.given.clone(),
            tag: self.tag.clone(),
            digest: self.digest,
            ..moved
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

/// The host, whether it was written, and what follows it. A first part is a host where it holds
/// a dot or a colon, is `localhost`, or has an upper-case letter, which no path may have.
pub(super) fn split_host(text: &str) -> (&str, bool, &str) {
    match text.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.chars().any(char::is_uppercase) =>
        {
            (first, true, rest)
        }
        _ => (DEFAULT_HOST, false, text),
    }
}

/// `host/path` with the aliases and the implied `library/` of Docker Hub settled.
pub(super) fn normal_repository(host: &str, path: &str) -> String {
    let host = if DEFAULT_HOST_ALIASES.contains(&host) { DEFAULT_HOST } else { host };
    if host == DEFAULT_HOST && !path.contains('/') {
        format!("{host}/library/{path}")
    } else {
        format!("{host}/{path}")
    }
}

/// Host labels, or an IPv6 address in brackets, and an optional port.
pub(super) fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port))
                if !address.is_empty()
                    && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') =>
            {
                (None, port.strip_prefix(':').or_else(|| port.is_empty().then_some("0")))
            }
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (Some(name), Some(port)),
            None => (Some(host), Some("0")),
        },
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    name.is_none_or(|name| name.split('.').all(is_label)) && port.is_some_and(is_port)
}

pub(super) fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub(super) fn is_path(path: &str) -> bool {
    path.split('/').all(is_path_component)
}

/// Runs of lower-case letters and digits, separated by `.`, `_`, `__` or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if !component.bytes().all(|b| word(b) || b"._-".contains(&b)) {
        return false;
    }
    let separators = component.split(|c: char| c.is_ascii_alphanumeric()).filter(|s| !s.is_empty());
    let ends_in_word = |end: Option<u8>| end.is_some_and(word);
    ends_in_word(component.bytes().next())
        && ends_in_word(component.bytes().last())
        && separators
            .into_iter()
            .all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

pub(super) fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}
