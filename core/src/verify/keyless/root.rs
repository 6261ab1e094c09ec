//! Trusted roots (sigstore/protobuf-specs, sigstore_trustroot.proto, in protobuf's JSON).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use serde::Deserialize;
use sigstore_crypto::{SigningScheme, VerificationKey};
use sigstore_types::{DerCertificate, DerPublicKey, TsaAuthority};
use x509_cert::der::{Decode as _, Encode as _};

use super::provider;
use crate::evidence::{EvidenceError, EvidenceErrorKind, json};

/// Largest trusted root that is read.
pub const MAX_TRUSTED_ROOT_BYTES: usize = 4 * 1024 * 1024;

/// Most logs and authorities of one trusted root, each, and certificates of one authority.
const MAX_ITEMS: usize = 64;

const MEDIA_TYPES: [&str; 3] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/// Whom a Sigstore instance trusts: certificate authorities, transparency logs, certificate
/// transparency logs and timestamp authorities, each with the time in which it counts.
///
/// ```
/// use cocket::verify::TrustedRoot;
/// let text = TrustedRoot::embedded("public-good").unwrap_or_default();
/// assert!(TrustedRoot::parse(text).is_ok());
/// assert!(TrustedRoot::parse("{}").is_err());
/// ```
#[derive(Debug)]
pub struct TrustedRoot {
    pub(super) logs: Vec<Log>,
    pub(super) certificate_logs: Vec<CertificateLog>,
    pub(super) authorities: Vec<CertificateAuthority>,
    pub(super) timestampers: Vec<Timestamper>,
    /// Whether the certificate authorities are somebody's own: then no OpenID Connect issuer has
    /// to stand in a certificate.
    pub(super) own_authorities: bool,
}

/// When something counts; both ends belong to it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    start: Timestamp,
    #[serde(default)]
    end: Option<Timestamp>,
}

/// A transparency log.
pub(super) struct Log {
    pub(super) id: [u8; 32],
    /// The first bytes of the id by which its checkpoints name the key.
    pub(super) hint: [u8; 4],
    /// The name of its host, which starts the checkpoints of newer logs.
    pub(super) host: String,
    /// `None` for a kind of key that is not supported: what it signs is refused.
    pub(super) key: Option<VerificationKey>,
    pub(super) window: Window,
}

/// A certificate transparency log.
#[derive(Debug)]
pub(super) struct CertificateLog {
    pub(super) id: [u8; 32],
    key: DerPublicKey,
    pub(super) window: Window,
}

/// A certificate authority.
#[derive(Debug)]
pub(super) struct CertificateAuthority {
    pub(super) anchor: TrustAnchor<'static>,
    pub(super) root_window: Window,
    pub(super) intermediates: Vec<CertificateDer<'static>>,
    /// `None` is always.
    pub(super) window: Option<Window>,
}

/// A timestamp authority.
#[derive(Debug)]
pub(super) struct Timestamper {
    pub(super) authority: TsaAuthority,
    /// Subject public key info of its own certificate in DER: authorities with one key are one.
    pub(super) key: Vec<u8>,
    /// `None` is always.
    pub(super) window: Option<Window>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Window {
    pub(super) fn contains(&self, at: Timestamp) -> bool {
        at >= self.start && self.end.is_none_or(|end| at <= end)
    }

    pub(super) fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end: Some(end) }
    }
}

impl CertificateLog {
    /// The key, if it can make signatures of this scheme.
    pub(super) fn key(&self, scheme: SigningScheme) -> Option<VerificationKey> {
        VerificationKey::from_der(&self.key, scheme).ok()
    }
}

impl TrustedRoot {
    /// Reads a `trusted_root.json`. It is refused as a whole where a part of it cannot be read,
    /// says something that is not known, or is there twice; only keys of logs may be of a kind
    /// that is not supported, and then nothing that they sign counts.
    ///
    /// # Errors
    /// `Unsupported` for another media type, `Ambiguous` for duplicate keys, `Invalid` and
    /// `TooLarge` for the rest.
    pub fn parse(text: &str) -> Result<Self, EvidenceError> {
        provider::install();
        json::check(text.as_bytes(), MAX_TRUSTED_ROOT_BYTES)?;
        let root: Json = serde_json::from_str(text).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            invalid(&place, clipped(&error.to_string()))
        })?;
        if !MEDIA_TYPES.contains(&root.media_type.as_str()) {
            let detail = format!(
                "the media type `{}` is not one of a trusted root of 0.1 or 0.2",
                clipped(&root.media_type)
            );
            return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "/mediaType", detail));
        }
        let logs = items("tlogs", &root.tlogs, log)?;
        let certificate_logs = items("ctlogs", &root.ctlogs, certificate_log)?;
        distinct("/tlogs", logs.iter().map(|log| log.id))?;
        distinct("/ctlogs", certificate_logs.iter().map(|log| log.id))?;
        Ok(Self {
            logs,
            certificate_logs,
            authorities: items(
                "certificateAuthorities",
                &root.certificate_authorities,
                certificate_authority,
            )?,
            timestampers: items("timestampAuthorities", &root.timestamp_authorities, timestamper)?,
            own_authorities: false,
        })
    }

    /// When the keys of its logs begin and cease to count.
    pub(in crate::verify) fn log_dates(&self) -> impl Iterator<Item = Timestamp> {
        self.logs.iter().flat_map(|log| [Some(log.window.start), log.window.end]).flatten()
    }

    /// The text of a trusted root that the sigstore project publishes, as this version of the
    /// engine carries it: of the instances `public-good`, `staging` and `github`. It does not
    /// learn of keys that are newer than itself.
    #[must_use]
    pub fn embedded(instance: &str) -> Option<&'static str> {
        use sigstore_trust_root::SigstoreInstance as Instance;
        let instance = match instance {
            "public-good" => Instance::PublicGood,
            "staging" => Instance::Staging,
            "github" => Instance::GitHub,
            _ => return None,
        };
        Some(instance.embedded_trusted_root_json())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Json {
    media_type: String,
    #[serde(default)]
    tlogs: Vec<JsonLog>,
    #[serde(default)]
    ctlogs: Vec<JsonLog>,
    #[serde(default)]
    certificate_authorities: Vec<JsonAuthority>,
    #[serde(default)]
    timestamp_authorities: Vec<JsonAuthority>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonLog {
    #[serde(default)]
    base_url: String,
    hash_algorithm: String,
    public_key: JsonKey,
    log_id: JsonId,
    #[serde(default)]
    checkpoint_key_id: Option<JsonId>,
    #[serde(default, rename = "operator")]
    _operator: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonKey {
    raw_bytes: String,
    #[serde(rename = "keyDetails")]
    _key_details: String,
    valid_for: Window,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonAuthority {
    #[serde(default, rename = "subject")]
    _subject: Option<serde_json::Value>,
    #[serde(default, rename = "uri")]
    _uri: Option<String>,
    cert_chain: JsonChain,
    #[serde(default)]
    valid_for: Option<Window>,
    #[serde(default, rename = "operator")]
    _operator: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonChain {
    certificates: Vec<JsonCertificate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonCertificate {
    raw_bytes: String,
}

fn items<J, T>(
    name: &str,
    list: &[J],
    read: impl Fn(&J, &str) -> Result<T, EvidenceError>,
) -> Result<Vec<T>, EvidenceError> {
    if list.len() > MAX_ITEMS {
        let detail = format!("{} items where {MAX_ITEMS} are read", list.len());
        return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, format!("/{name}"), detail));
    }
    list.iter().enumerate().map(|(at, item)| read(item, &format!("/{name}/{at}"))).collect()
}

fn log(json: &JsonLog, place: &str) -> Result<Log, EvidenceError> {
    window(&json.public_key.valid_for, place)?;
    if json.hash_algorithm != "SHA2_256" {
        let detail = format!("the hash algorithm `{}`", clipped(&json.hash_algorithm));
        return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, place, detail));
    }
    let id = id(&json.log_id, place)?;
    let hint = match &json.checkpoint_key_id {
        None => hint(&id, place)?,
        Some(other) => hint(&bytes(&other.key_id, place)?, place)?,
    };
    let host = json.base_url.split_once("://").map_or(&*json.base_url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let key = DerPublicKey::new(bytes(&json.public_key.raw_bytes, place)?);
    Ok(Log {
        id,
        hint,
        host: host.to_owned(),
        key: VerificationKey::from_spki(&key).ok(),
        window: json.public_key.valid_for,
    })
}

fn certificate_log(json: &JsonLog, place: &str) -> Result<CertificateLog, EvidenceError> {
    window(&json.public_key.valid_for, place)?;
    Ok(CertificateLog {
        id: id(&json.log_id, place)?,
        key: DerPublicKey::new(bytes(&json.public_key.raw_bytes, place)?),
        window: json.public_key.valid_for,
    })
}

fn certificate_authority(
    json: &JsonAuthority,
    place: &str,
) -> Result<CertificateAuthority, EvidenceError> {
    let mut chain = chain(json, place)?;
    let root = chain.pop().unwrap_or_default();
    let (anchor, root_window) = anchor(&root, place)?;
    let intermediates = chain.into_iter().map(CertificateDer::from).collect();
    Ok(CertificateAuthority { anchor, root_window, intermediates, window: json.valid_for })
}

fn timestamper(json: &JsonAuthority, place: &str) -> Result<Timestamper, EvidenceError> {
    let chain = chain(json, place)?;
    let der = |bytes: &Vec<u8>| DerCertificate::new(bytes.clone());
    let (leaf, intermediates, root) = match chain.as_slice() {
        [only] => (only, &[][..], only),
        [leaf, between @ .., root] => (leaf, between, root),
        [] => return Err(invalid(place, "a chain without certificates".to_owned())),
    };
    anchor(root, place)?;
    let between = intermediates.iter().map(der).collect();
    // Its window is looked at here and not there, so that one kind of time is compared.
    let authority = TsaAuthority::new(der(leaf), between, der(root), None);
    let key = x509_cert::Certificate::from_der(leaf)
        .and_then(|one| one.tbs_certificate.subject_public_key_info.to_der())
        .map_err(|error| invalid(place, format!("not a certificate: {error}")))?;
    Ok(Timestamper { authority, key, window: json.valid_for })
}

/// The certificates of an authority, its own first and the root last; at least one.
fn chain(json: &JsonAuthority, place: &str) -> Result<Vec<Vec<u8>>, EvidenceError> {
    if let Some(one) = &json.valid_for {
        window(one, place)?;
    }
    let listed = &json.cert_chain.certificates;
    if listed.is_empty() || listed.len() > MAX_ITEMS {
        return Err(invalid(place, format!("a chain of {} certificates", listed.len())));
    }
    listed
        .iter()
        .enumerate()
        .map(|(position, one)| {
            let place = format!("{place}/certChain/certificates/{position}/rawBytes");
            let der = bytes(&one.raw_bytes, &place)?;
            x509_cert::Certificate::from_der(&der)
                .map_err(|error| invalid(&place, format!("not a certificate: {error}")))?;
            Ok(der)
        })
        .collect()
}

pub(super) fn anchor(
    der: &[u8],
    place: &str,
) -> Result<(TrustAnchor<'static>, Window), EvidenceError> {
    let unusable = |detail: String| invalid(place, format!("the root certificate: {detail}"));
    let anchor = webpki::anchor_from_trusted_cert(&CertificateDer::from(der))
        .map_err(|error| unusable(error.to_string()))?
        .to_owned();
    let certificate =
        x509_cert::Certificate::from_der(der).map_err(|error| unusable(error.to_string()))?;
    let window = super::certificate::window(&certificate)
        .ok_or_else(|| unusable("its validity".to_owned()))?;
    Ok((anchor, window))
}

fn window(window: &Window, place: &str) -> Result<(), EvidenceError> {
    match window.end {
        Some(end) if end < window.start => {
            Err(invalid(place, format!("`validFor` ends at {end}, before it starts")))
        }
        _ => Ok(()),
    }
}

fn id(json: &JsonId, place: &str) -> Result<[u8; 32], EvidenceError> {
    let bytes = bytes(&json.key_id, &format!("{place}/logId/keyId"))?;
    bytes.as_slice().try_into().map_err(|_| {
        invalid(
            &format!("{place}/logId/keyId"),
            format!("{} bytes where an id has 32", bytes.len()),
        )
    })
}

fn hint(id: &[u8], place: &str) -> Result<[u8; 4], EvidenceError> {
    id.first_chunk().copied().ok_or_else(|| {
        let place = format!("{place}/checkpointKeyId/keyId");
        invalid(&place, format!("{} bytes where an id has at least 4", id.len()))
    })
}

fn distinct(place: &str, ids: impl Iterator<Item = [u8; 32]>) -> Result<(), EvidenceError> {
    let mut seen = std::collections::BTreeSet::new();
    for (position, id) in ids.enumerate() {
        if !seen.insert(id) {
            return Err(invalid(
                &format!("{place}/{position}"),
                "the log is there twice".to_owned(),
            ));
        }
    }
    Ok(())
}

fn bytes(text: &str, place: &str) -> Result<Vec<u8>, EvidenceError> {
    STANDARD.decode(text).map_err(|error| invalid(place, format!("not base64: {error}")))
}

fn invalid(place: &str, detail: String) -> EvidenceError {
    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
}

fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
