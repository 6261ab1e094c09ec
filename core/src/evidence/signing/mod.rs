//! Signed documents as claimed: simple signing payloads, DSSE envelopes with in-toto
//! statements, and Sigstore bundles around the latter.

mod artifact;
mod base64;
mod bundle;
mod dsse;
mod log_entry;
pub(super) mod object;
mod simple;
mod statement;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::artifact::Artifact;
pub use self::bundle::{
    Bundle, BundleContent, BundleVersion, MAX_BUNDLE_ITEMS, MessageSignature, SignedWith,
};
pub use self::dsse::{Envelope, EnvelopeSignature, MAX_SIGNATURES, STATEMENT_PAYLOAD_TYPE};
pub use self::log_entry::{InclusionProof, LogEntry, MAX_PROOF_HASHES};
pub use self::simple::{MAX_SIMPLE_SIGNING_BYTES, SIGNATURE_ANNOTATION};
pub use self::statement::{MAX_SUBJECTS, STATEMENT_TYPES};
use super::{Attached, AttachedKind, EvidenceError, EvidenceErrorKind};
use crate::reference::Digest;

/// Largest envelope, statement or bundle that is read.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024 * 1024;

/// What an attachment says and how it is signed; cheap to clone.
#[derive(Debug, Clone)]
pub struct SignedDocument(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    attached: Attached,
    claim: Claim,
    signed: Signed,
}

#[derive(Debug)]
enum Signed {
    Simple(Vec<u8>),
    Envelope(Envelope),
    Bundle { bundle: Bundle, envelope: Arc<Envelope> },
}

/// What a signed document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The statement's `_type`; `None` for simple signing.
    pub statement_type: Option<String>,
    /// The statement's predicate type; `None` for simple signing.
    pub predicate_type: Option<String>,
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// The statement's predicate, as JSON text, byte for byte as it was signed.
    pub predicate: Option<String>,
}

/// One thing that a document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The name given: for simple signing the docker reference.
    pub name: Option<String>,
    /// Its digests as written, by algorithm, whatever they are.
    pub declared: BTreeMap<String, String>,
    /// Those of them that can be an image's.
    pub digests: Vec<Digest>,
    /// Annotations that are text: members of `optional` of simple signing, of `annotations` of a
    /// statement's subject.
    pub annotations: BTreeMap<String, String>,
}

/// What a verifier has to check.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Material<'a> {
    /// A detached signature over the payload's bytes.
    Detached {
        /// The signed bytes.
        payload: &'a [u8],
        /// The signature.
        signature: &'a [u8],
        /// The annotations beside them, where cosign keeps certificates, log entries and
        /// timestamps.
        annotations: &'a BTreeMap<String, String>,
    },
    /// A DSSE envelope.
    Envelope {
        /// The signed bytes: the pre-authentication encoding of type and payload.
        encoded: &'a [u8],
        /// Its signatures; one good one is enough.
        signatures: &'a [EnvelopeSignature],
        /// The envelope.
        envelope: &'a Envelope,
        /// The envelope's own bytes.
        bytes: &'a [u8],
        /// The annotations beside it, as for [`Material::Detached`].
        annotations: &'a BTreeMap<String, String>,
    },
    /// A Sigstore bundle around a DSSE envelope.
    Bundle {
        /// The signed bytes: the pre-authentication encoding of type and payload.
        encoded: &'a [u8],
        /// Its signatures; there is exactly one.
        signatures: &'a [EnvelopeSignature],
        /// The bundle.
        bundle: &'a Bundle,
        /// The bundle's own bytes.
        bytes: &'a [u8],
    },
    /// A Sigstore bundle that signs a file.
    File {
        /// The file.
        artifact: &'a Artifact<'a>,
        /// The signature over it.
        message: &'a MessageSignature,
        /// The bundle.
        bundle: &'a Bundle,
    },
}

impl SignedDocument {
    /// Reads what is attached: by what it was declared as, never by guessing.
    ///
    /// # Errors
    /// An [`EvidenceError`] that says what is wrong and where: `Unsupported` for another kind of
    /// attachment and for types and versions that are not read, `NotAnImage` for a bundle that
    /// signs a file, `Ambiguous`, `Invalid` and `TooLarge` as for other documents.
    pub fn read(attached: &Attached) -> Result<Self, EvidenceError> {
        let (claim, signed) = match &attached.kind {
            AttachedKind::SimpleSigning => {
                let claim = simple::claim(&attached.bytes)?;
                (claim, Signed::Simple(simple::signature(&attached.annotations)?))
            }
            AttachedKind::Envelope => {
                let envelope = Envelope::parse(&attached.bytes)?;
                (envelope.statement()?, Signed::Envelope(envelope))
            }
            AttachedKind::Bundle => {
                let bundle = Bundle::parse(&attached.bytes)?;
                let envelope = match &bundle.content {
                    BundleContent::Envelope(envelope) => Arc::clone(envelope),
                    BundleContent::MessageSignature(_) => {
                        return Err(EvidenceError::new(
                            EvidenceErrorKind::NotAnImage,
                            "/messageSignature",
                            "the bundle signs a file and names no image",
                        ));
                    }
                };
                (envelope.statement()?, Signed::Bundle { bundle, envelope })
            }
            AttachedKind::Other(media_type) => {
                let detail = format!(
                    "`{}` is not a media type of signed documents",
                    object::short(media_type)
                );
                return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail));
            }
        };
        Ok(Self(Arc::new(Parts { attached: attached.clone(), claim, signed })))
    }

    /// What it says.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.0.claim
    }

    /// What it was read from.
    #[must_use]
    pub fn attached(&self) -> &Attached {
        &self.0.attached
    }

    /// What a verifier has to check.
    #[must_use]
    pub fn material(&self) -> Material<'_> {
        let Parts { attached, signed, .. } = &*self.0;
        let (bytes, annotations) = (&*attached.bytes, &attached.annotations);
        match signed {
            Signed::Simple(signature) => {
                Material::Detached { payload: bytes, signature, annotations }
            }
            Signed::Envelope(envelope) => Material::Envelope {
                encoded: envelope.encoded(),
                signatures: envelope.signatures(),
                envelope,
                bytes,
                annotations,
            },
            Signed::Bundle { bundle, envelope } => Material::Bundle {
                encoded: envelope.encoded(),
                signatures: envelope.signatures(),
                bundle,
                bytes,
            },
        }
    }
}
