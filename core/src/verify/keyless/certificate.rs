//! The signer's certificate, as claimed (RFC 5280; Fulcio, docs/certificate-specification.md and
//! docs/oid-info.md).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::asn1::Utf8StringRef;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{KeyUsage, SubjectAltName};

use super::CertificateFault as Fault;
use super::root::Window;

/// Fulcio's arc, by which its extensions are numbered.
const FULCIO: &str = "1.3.6.1.4.1.57264.1.";

/// The number of the extension that holds the issuer as raw bytes.
const ISSUER_RAW: u8 = 1;
/// The number under which a user name stands among the names.
const USER_NAME: &str = "1.3.6.1.4.1.57264.1.7";
/// The number of the extension that holds the issuer as text in DER.
const ISSUER: u8 = 8;

/// Longest text of an extension that is kept.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// What a certificate says, before anything is proven.
pub(super) struct Leaf {
    pub(super) certificate: Certificate,
    pub(super) window: Window,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// The OpenID Connect issuer; only certificates of one's own authorities may lack it.
    pub(super) issuer: Option<String>,
    pub(super) subject: Name,
    /// Fulcio's extensions by number, .1.2 and up.
    pub(super) texts: BTreeMap<u8, String>,
    /// Subject public key info in DER.
    pub(super) spki: Vec<u8>,
}

/// The one name of a certificate.
pub(super) struct Name {
    pub(super) kind: NameKind,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Uri,
    Email,
    UserName,
}

impl NameKind {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Uri => "the URI",
            Self::Email => "the email address",
            Self::UserName => "the user name",
        }
    }
}

impl Leaf {
    pub(super) fn parse(der: &[u8], needs_issuer: bool) -> Result<Self, Fault> {
        let unreadable = |error: x509_cert::der::Error| Fault::Unreadable(error.to_string());
        let certificate = Certificate::from_der(der).map_err(unreadable)?;
        let extensions = certificate.tbs_certificate.extensions.as_deref().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for extension in extensions {
            if !seen.insert(extension.extn_id) {
                return Err(Fault::Duplicate(extension.extn_id.to_string()));
            }
        }
        may_sign(extensions)?;
        let subject = name(extensions)?;
        let mut texts = texts(extensions)?;
        let issuer = match issuer(&mut texts) {
            Err(Fault::NoIssuer) if !needs_issuer => None,
            issuer => Some(issuer?),
        };
        let spelled = |text: &str| text.chars().any(|c| c.is_whitespace() || c.is_control());
        if issuer.as_deref().is_some_and(spelled) || spelled(&subject.text) {
            return Err(Fault::Spelling);
        }
        let (not_before, not_after) = validity(&certificate)
            .ok_or_else(|| Fault::Unreadable("its validity is no time".to_owned()))?;
        let spki =
            certificate.tbs_certificate.subject_public_key_info.to_der().map_err(unreadable)?;
        let window = Window::new(not_before, not_after);
        Ok(Self { certificate, window, not_before, not_after, issuer, subject, texts, spki })
    }
}

/// When a certificate is valid.
pub(super) fn window(certificate: &Certificate) -> Option<Window> {
    validity(certificate).map(|(start, end)| Window::new(start, end))
}

fn validity(certificate: &Certificate) -> Option<(Timestamp, Timestamp)> {
    let validity = &certificate.tbs_certificate.validity;
    let time = |time: &x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
        Timestamp::from_second(seconds).ok()
    };
    Some((time(&validity.not_before)?, time(&validity.not_after)?))
}

fn may_sign(extensions: &[Extension]) -> Result<(), Fault> {
    const KEY_USAGE: &str = "2.5.29.15";
    let Some(extension) = find(extensions, KEY_USAGE) else { return Ok(()) };
    let usage = KeyUsage::from_der(extension.extn_value.as_bytes())
        .map_err(|error| Fault::Unreadable(error.to_string()))?;
    match usage.digital_signature() {
        true => Ok(()),
        false => Err(Fault::KeyUsage),
    }
}

/// The one name: of the kinds that Fulcio gives. A second one, of whatever kind, would leave it
/// to the reader which of them signed.
fn name(extensions: &[Extension]) -> Result<Name, Fault> {
    const SUBJECT_ALT_NAME: &str = "2.5.29.17";
    let Some(extension) = find(extensions, SUBJECT_ALT_NAME) else { return Err(Fault::Names(0)) };
    let names = SubjectAltName::from_der(extension.extn_value.as_bytes())
        .map_err(|error| Fault::Unreadable(error.to_string()))?;
    let [one] = names.0.as_slice() else { return Err(Fault::Names(names.0.len())) };
    let (kind, text) = match one {
        GeneralName::UniformResourceIdentifier(uri) => (NameKind::Uri, uri.to_string()),
        GeneralName::Rfc822Name(email) => (NameKind::Email, email.to_string()),
        GeneralName::OtherName(other) if other.type_id.to_string() == USER_NAME => {
            let text = other.value.decode_as::<Utf8StringRef<'_>>();
            let text = text.map_err(|_| Fault::NotText(USER_NAME.to_owned()))?;
            (NameKind::UserName, text.to_string())
        }
        _ => return Err(Fault::NameKind),
    };
    match text.is_empty() {
        true => Err(Fault::Names(0)),
        false => Ok(Name { kind, text }),
    }
}

/// Fulcio's extensions: up to .1.6 raw bytes, from .1.8 on text in DER.
fn texts(extensions: &[Extension]) -> Result<BTreeMap<u8, String>, Fault> {
    let mut texts = BTreeMap::new();
    for extension in extensions {
        let oid = extension.extn_id.to_string();
        let Some(Ok(number)) = oid.strip_prefix(FULCIO).map(str::parse::<u8>) else { continue };
        let bytes = extension.extn_value.as_bytes();
        let text = match number {
            ..=6 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            _ => Utf8StringRef::from_der(bytes).ok().map(|text| text.to_string()),
        };
        match text.filter(|text| text.len() <= MAX_TEXT_BYTES) {
            Some(text) => texts.insert(number, text),
            // What no policy can ask for may hold what it likes.
            None if number > 22 => continue,
            None => return Err(Fault::NotText(oid)),
        };
    }
    Ok(texts)
}

fn issuer(texts: &mut BTreeMap<u8, String>) -> Result<String, Fault> {
    match (texts.remove(&ISSUER), texts.remove(&ISSUER_RAW)) {
        (Some(issuer), Some(raw)) if issuer != raw => {
            let clipped = |text: String| text.chars().take(200).collect();
            Err(Fault::Issuers(clipped(issuer), clipped(raw)))
        }
        (Some(issuer), _) | (None, Some(issuer)) if !issuer.is_empty() => Ok(issuer),
        _ => Err(Fault::NoIssuer),
    }
}

fn find<'a>(extensions: &'a [Extension], oid: &str) -> Option<&'a Extension> {
    extensions.iter().find(|extension| extension.extn_id.to_string() == oid)
}
