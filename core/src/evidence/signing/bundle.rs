//! Sigstore bundles (sigstore/protobuf-specs, sigstore_bundle.proto, in protobuf's JSON).

use std::sync::Arc;

use super::MAX_DOCUMENT_BYTES;
use super::dsse::{self, Envelope};
use super::log_entry::{LogEntry, bytes, exact};
use super::object::{Object, short};
use crate::evidence::{EvidenceError, EvidenceErrorKind, json};

/// Most certificates, log entries and timestamps of one bundle, each.
pub const MAX_BUNDLE_ITEMS: usize = 64;

const MEMBERS: [&str; 4] =
    ["mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"];
const MATERIAL_MEMBERS: [&str; 5] = [
    "publicKey",
    "certificate",
    "x509CertificateChain",
    "tlogEntries",
    "timestampVerificationData",
];

/// A Sigstore bundle as claimed: what is signed, and what a verifier may check it with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bundle {
    /// The media type that it states itself.
    pub media_type: String,
    /// The version that the media type names.
    pub version: BundleVersion,
    /// What the signature is said to be made with.
    pub signed_with: SignedWith,
    /// The transparency log entries that it carries.
    pub log_entries: Vec<LogEntry>,
    /// The RFC 3161 timestamps that it carries, in DER.
    pub timestamps: Vec<Vec<u8>>,
    /// What is signed.
    pub content: BundleContent,
}

/// The versions of the bundle format that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BundleVersion {
    /// 0.1
    V0_1,
    /// 0.2
    V0_2,
    /// 0.3
    V0_3,
}

/// What the signature of a bundle is said to be made with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedWith {
    /// A key that the verifier has.
    PublicKey {
        /// Which key; a hint.
        hint: Option<String>,
    },
    /// The key of the first of these X.509 certificates, in DER; there is at least one.
    Certificates(Vec<Vec<u8>>),
}

/// What a bundle signs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleContent {
    /// An envelope with exactly one signature.
    Envelope(Arc<Envelope>),
    /// A file beside the bundle.
    MessageSignature(MessageSignature),
}

/// A signature over a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageSignature {
    /// The file's digest as the bundle states it: the algorithm, in the format's spelling such
    /// as `SHA2_256`, and the digest.
    pub digest: Option<(String, Vec<u8>)>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl BundleContent {
    /// The bundle's member that holds it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Envelope(_) => "dsseEnvelope",
            Self::MessageSignature(_) => "messageSignature",
        }
    }
}

impl BundleVersion {
    /// The version that a media type names: `application/vnd.dev.sigstore.bundle+json;version=…`
    /// of 0.1 to 0.3, or `application/vnd.dev.sigstore.bundle.v0.3+json` with or without a patch
    /// number.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        match media_type.strip_prefix("application/vnd.dev.sigstore.bundle")? {
            "+json;version=0.1" => Some(Self::V0_1),
            "+json;version=0.2" => Some(Self::V0_2),
            "+json;version=0.3" | ".v0.3+json" => Some(Self::V0_3),
            other => {
                let patch = other.strip_prefix(".v0.3.")?.strip_suffix("+json")?;
                let number = !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit());
                number.then_some(Self::V0_3)
            }
        }
    }
}

impl Bundle {
    /// Reads a bundle. As the readers of protobuf JSON do, it refuses members that the format
    /// does not know.
    ///
    /// # Errors
    /// `Unsupported` for a media type that is not read; `Ambiguous` for duplicate keys, for keys
    /// that some readers would take for known ones, and for two contents or two kinds of key
    /// material in one bundle; `Invalid` for an envelope without exactly one signature and
    /// whatever else breaks the format; `TooLarge`.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let text = json::check(bytes, MAX_DOCUMENT_BYTES)?;
        let bundle = Object::read(text, "", &MEMBERS)?;
        let media_type = bundle.required("mediaType", bundle.text("mediaType")?)?;
        let Some(version) = BundleVersion::from_media_type(&media_type) else {
            let found = short(&media_type);
            let detail = format!("the media type `{found}` is not one of a bundle of 0.1 to 0.3");
            return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "/mediaType", detail));
        };
        let bundle = bundle.only(&MEMBERS)?;
        let material = exact(&bundle, "verificationMaterial", &MATERIAL_MEMBERS)?;
        let material = bundle.required("verificationMaterial", material)?;
        let stamps = exact(&material, "timestampVerificationData", &["rfc3161Timestamps"])?;
        let stamps = stamps.map(|data| data.list("rfc3161Timestamps", MAX_BUNDLE_ITEMS));
        Ok(Self {
            media_type,
            version,
            signed_with: signed_with(&material)?,
            log_entries: material
                .list("tlogEntries", MAX_BUNDLE_ITEMS)?
                .into_iter()
                .map(|(place, text)| LogEntry::read(text, &place))
                .collect::<Result<_, _>>()?,
            timestamps: stamps
                .transpose()?
                .into_iter()
                .flatten()
                .map(|(place, text)| timestamp(text, &place))
                .collect::<Result<_, _>>()?,
            content: content(&bundle)?,
        })
    }
}

fn timestamp(text: &str, place: &str) -> Result<Vec<u8>, EvidenceError> {
    const MEMBER: &str = "signedTimestamp";
    bytes(&Object::read(text, place, &[MEMBER])?.only(&[MEMBER])?, MEMBER)
}

fn message(bundle: &Object<'_>) -> Result<Option<MessageSignature>, EvidenceError> {
    let message = exact(bundle, "messageSignature", &["messageDigest", "signature"])?;
    let Some(message) = message else { return Ok(None) };
    let digest = match exact(&message, "messageDigest", &["algorithm", "digest"])? {
        None => None,
        Some(digest) => Some((
            digest.required("algorithm", digest.text("algorithm")?)?,
            bytes(&digest, "digest")?,
        )),
    };
    Ok(Some(MessageSignature { digest, signature: bytes(&message, "signature")? }))
}

fn content(bundle: &Object<'_>) -> Result<BundleContent, EvidenceError> {
    let envelope = exact(bundle, "dsseEnvelope", &dsse::MEMBERS)?;
    match (envelope, bundle.raw("messageSignature")) {
        (Some(_), Some(_)) => Err(EvidenceError::new(
            EvidenceErrorKind::Ambiguous,
            "/messageSignature",
            "`messageSignature` beside `dsseEnvelope`",
        )),
        (None, None) => {
            let detail = "neither `dsseEnvelope` nor `messageSignature`";
            Err(EvidenceError::new(EvidenceErrorKind::Invalid, "", detail))
        }
        (None, Some(_)) => {
            let message = bundle.required("messageSignature", message(bundle)?)?;
            Ok(BundleContent::MessageSignature(message))
        }
        (Some(envelope), None) => {
            let envelope =
                Envelope::read(&envelope, |signature| signature.only(&dsse::SIGNATURE_MEMBERS))?;
            match envelope.signatures().len() {
                1 => Ok(BundleContent::Envelope(Arc::new(envelope))),
                count => Err(EvidenceError::new(
                    EvidenceErrorKind::Invalid,
                    "/dsseEnvelope/signatures",
                    format!("{count} signatures where a bundle has exactly one"),
                )),
            }
        }
    }
}

fn signed_with(material: &Object<'_>) -> Result<SignedWith, EvidenceError> {
    let key = exact(material, "publicKey", &["hint"])?;
    let certificate = exact(material, "certificate", &["rawBytes"])?;
    let chain = exact(material, "x509CertificateChain", &["certificates"])?;
    match (key, certificate, chain) {
        (Some(key), None, None) => Ok(SignedWith::PublicKey { hint: key.text("hint")? }),
        (None, Some(certificate), None) => {
            Ok(SignedWith::Certificates(vec![bytes(&certificate, "rawBytes")?]))
        }
        (None, None, Some(chain)) => {
            let mut certificates = Vec::new();
            for (place, text) in chain.list("certificates", MAX_BUNDLE_ITEMS)? {
                let certificate = Object::read(text, &place, &["rawBytes"])?;
                certificates.push(bytes(&certificate.only(&["rawBytes"])?, "rawBytes")?);
            }
            match certificates.is_empty() {
                true => Err(EvidenceError::new(
                    EvidenceErrorKind::Invalid,
                    chain.at("certificates"),
                    "a chain without certificates",
                )),
                false => Ok(SignedWith::Certificates(certificates)),
            }
        }
        (None, None, None) => Err(EvidenceError::new(
            EvidenceErrorKind::Invalid,
            "/verificationMaterial",
            "none of `publicKey`, `certificate` and `x509CertificateChain`",
        )),
        _ => Err(EvidenceError::new(
            EvidenceErrorKind::Ambiguous,
            "/verificationMaterial",
            "more than one of `publicKey`, `certificate` and `x509CertificateChain`",
        )),
    }
}
