//! Signed documents as claimed: simple signing payloads, DSSE envelopes with in-toto
//! statements, and Sigstore bundles around either.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Attached, EvidenceError, EvidenceErrorKind};
use crate::reference::Digest;

/// What an attachment says and how it is signed; cheap to clone.
#[derive(Debug, Clone)]
pub struct SignedDocument(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    claim: Claim,
}

/// What a signed document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The statement's predicate type; `None` for simple signing.
    pub predicate_type: Option<String>,
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// The statement's predicate, as JSON text.
    pub predicate: Option<String>,
}

/// One thing that a document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The name given: for simple signing the docker reference.
    pub name: Option<String>,
    /// Its digests.
    pub digests: Vec<Digest>,
    /// Annotations: `optional` of simple signing, `annotations` of a statement's subject.
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
    },
    /// A DSSE envelope.
    Envelope {
        /// The signed bytes: the pre-authentication encoding of type and payload.
        encoded: &'a [u8],
        /// Its signatures.
        signatures: &'a [EnvelopeSignature],
    },
}

/// One signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// The key's id: a hint.
    pub keyid: Option<String>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl SignedDocument {
    /// Reads what is attached.
    ///
    /// # Errors
    /// An [`EvidenceError`] that says what is wrong and where.
    pub fn read(_attached: &Attached) -> Result<Self, EvidenceError> {
        Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "", "no reader yet"))
    }

    /// What it says.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.0.claim
    }

    /// What a verifier has to check.
    #[must_use]
    pub fn material(&self) -> Material<'_> {
        Material::Detached { payload: &[], signature: &[] }
    }
}
