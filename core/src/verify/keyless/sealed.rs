//! One signature with all that stands beside it, whatever it came in.

use std::borrow::Cow;

use sha2::Digest as _;

use super::{KeylessRefusal, legacy};
use crate::evidence::signing::{
    Artifact, BundleContent, BundleVersion, EnvelopeSignature, LogEntry, Material, SignedWith,
};

/// A signature, what it signs, and what is said to prove who made it and when.
pub(in crate::verify) struct Sealed<'a> {
    pub(in crate::verify) content: Content<'a>,
    pub(in crate::verify) signature: &'a [u8],
    /// The signer's certificate and then its issuers; empty where a key signed.
    pub(super) certificates: Cow<'a, [Vec<u8>]>,
    pub(super) entries: Cow<'a, [LogEntry]>,
    pub(super) timestamps: Cow<'a, [Vec<u8>]>,
    pub(super) form: Form,
}

/// What the form asks of the log entries in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// cosign's annotations: a promise, as they hold nothing else.
    Annotations,
    /// A bundle of this version: a promise in 0.1, a proof from 0.2 on.
    Bundle(BundleVersion),
}

/// What is signed.
pub(in crate::verify) enum Content<'a> {
    /// A file, or a payload that is signed as one.
    File(Cow<'a, Artifact<'a>>),
    /// A DSSE envelope.
    Envelope {
        /// The signed bytes.
        encoded: &'a [u8],
        payload: &'a [u8],
        payload_type: &'a str,
        /// The envelope's own bytes, where it stands alone.
        bytes: Option<&'a [u8]>,
    },
}

impl Content<'_> {
    /// The hash of what is signed, by `sha256`, `sha384` or `sha512`.
    pub(super) fn hash(&self, algorithm: &str) -> Option<Vec<u8>> {
        match (self, algorithm) {
            (Self::File(file), _) => file.hash(algorithm),
            (Self::Envelope { encoded, .. }, "sha256") => {
                Some(sha2::Sha256::digest(encoded).to_vec())
            }
            (Self::Envelope { encoded, .. }, "sha384") => {
                Some(sha2::Sha384::digest(encoded).to_vec())
            }
            (Self::Envelope { encoded, .. }, "sha512") => {
                Some(sha2::Sha512::digest(encoded).to_vec())
            }
            _ => None,
        }
    }

    /// What is signed, where it is at hand.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File(file) => file.bytes(),
            Self::Envelope { encoded, .. } => Some(encoded),
        }
    }
}

impl<'a> Sealed<'a> {
    /// The signatures of `material`; of a legacy envelope with several, each by itself.
    pub(in crate::verify) fn all(material: &Material<'a>) -> Result<Vec<Self>, KeylessRefusal> {
        match *material {
            Material::Detached { payload, signature, annotations } => {
                let content = Content::File(Cow::Owned(Artifact::from_bytes(payload)));
                Ok(vec![legacy::read(annotations)?.sealed(content, signature)])
            }
            Material::Envelope { envelope, signatures, bytes, annotations, .. } => {
                let beside = legacy::read(annotations)?;
                let one = |signature: &'a EnvelopeSignature| {
                    let content = Content::of(envelope, Some(bytes));
                    beside.clone().sealed(content, &signature.signature)
                };
                Ok(signatures.iter().map(one).collect())
            }
            Material::Bundle { bundle, .. } => match &bundle.content {
                BundleContent::Envelope(envelope) => {
                    let content = || Content::of(envelope, None);
                    let signatures = envelope.signatures().iter();
                    Ok(signatures.map(|one| bundled(bundle, content(), &one.signature)).collect())
                }
                BundleContent::MessageSignature(_) => Ok(Vec::new()),
            },
            Material::File { artifact, message, bundle } => {
                stated(artifact, message)?;
                let content = Content::File(Cow::Borrowed(artifact));
                Ok(vec![bundled(bundle, content, &message.signature)])
            }
        }
    }
}

impl<'a> Content<'a> {
    fn of(envelope: &'a crate::evidence::signing::Envelope, bytes: Option<&'a [u8]>) -> Self {
        Self::Envelope {
            encoded: envelope.encoded(),
            payload: envelope.payload(),
            payload_type: envelope.payload_type(),
            bytes,
        }
    }
}

fn bundled<'a>(
    bundle: &'a crate::evidence::signing::Bundle,
    content: Content<'a>,
    signature: &'a [u8],
) -> Sealed<'a> {
    let certificates = match &bundle.signed_with {
        SignedWith::Certificates(certificates) => Cow::Borrowed(certificates.as_slice()),
        SignedWith::PublicKey { .. } => Cow::Owned(Vec::new()),
    };
    Sealed {
        content,
        signature,
        certificates,
        entries: Cow::Borrowed(&bundle.log_entries),
        timestamps: Cow::Borrowed(&bundle.timestamps),
        form: Form::Bundle(bundle.version),
    }
}

/// Whether the digest that a bundle states is that of the file.
pub(in crate::verify) fn stated(
    artifact: &Artifact<'_>,
    message: &crate::evidence::signing::MessageSignature,
) -> Result<(), KeylessRefusal> {
    let (name, found) = message.digest.as_ref().ok_or(KeylessRefusal::NoMessageDigest)?;
    let needs_file = || KeylessRefusal::NeedsFile { algorithm: name.chars().take(40).collect() };
    let wanted = algorithm(name).and_then(|name| artifact.hash(name)).ok_or_else(needs_file)?;
    if wanted == *found {
        return Ok(());
    }
    let hex = |bytes: &[u8]| -> String {
        bytes.iter().take(64).map(|byte| format!("{byte:02x}")).collect()
    };
    Err(KeylessRefusal::OtherArtifact { wanted: hex(&wanted), found: hex(found) })
}

/// The name of a hash algorithm by its name in protobuf's JSON (sigstore_common.proto).
pub(super) fn algorithm(name: &str) -> Option<&'static str> {
    match name {
        "SHA2_256" => Some("sha256"),
        "SHA2_384" => Some("sha384"),
        "SHA2_512" => Some("sha512"),
        _ => None,
    }
}
