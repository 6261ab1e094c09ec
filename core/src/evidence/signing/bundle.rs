//! Sigstore bundles (sigstore/protobuf-specs, sigstore_bundle.proto, in protobuf's JSON).

use std::sync::Arc;

use super::dsse::{self, Envelope};
use super::object::{Object, short};
use super::{MAX_DOCUMENT_BYTES, base64};
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
    /// How many transparency log entries it carries.
    pub log_entries: usize,
    /// How many RFC 3161 timestamps it carries.
    pub timestamps: usize,
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
    MessageSignature,
}

impl BundleContent {
    /// The bundle's member that holds it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Envelope(_) => "dsseEnvelope",
            Self::MessageSignature => "messageSignature",
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
            log_entries: material.list("tlogEntries", MAX_BUNDLE_ITEMS)?.len(),
            timestamps: stamps.transpose()?.map_or(0, |stamps| stamps.len()),
            content: content(&bundle)?,
        })
    }
}

/// A member that is an object of exactly these members, or some of them.
fn exact<'a>(
    object: &Object<'a>,
    name: &str,
    known: &[&str],
) -> Result<Option<Object<'a>>, EvidenceError> {
    object.object(name, known)?.map(|member| member.only(known)).transpose()
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
        (None, Some(_)) => Ok(BundleContent::MessageSignature),
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
            Ok(SignedWith::Certificates(vec![raw_bytes(&certificate)?]))
        }
        (None, None, Some(chain)) => {
            let mut certificates = Vec::new();
            for (place, text) in chain.list("certificates", MAX_BUNDLE_ITEMS)? {
                let certificate = Object::read(text, &place, &["rawBytes"])?;
                certificates.push(raw_bytes(&certificate.only(&["rawBytes"])?)?);
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

fn raw_bytes(certificate: &Object<'_>) -> Result<Vec<u8>, EvidenceError> {
    let text = certificate.required("rawBytes", certificate.text("rawBytes")?)?;
    base64::json(&text, &certificate.at("rawBytes"))
}
