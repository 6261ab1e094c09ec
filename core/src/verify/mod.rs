//! Verification: from what evidence claims to what is proven, with the proof kept beside it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::evidence::EvidenceError;
use crate::evidence::signing::{Material, SignedDocument};
use crate::policy::model::SignedIdentity;
use crate::reference::{Digest, Reference};

/// Something that was verified, and by whom it was signed. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    value: T,
    signer: Signer,
}

impl<T> Verified<T> {
    /// What was verified.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Who signed it.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// Who signed, when it was provably signed, and what was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The signer, spelled so that one signer has one spelling: for a key `sha256:` and the
    /// digest of its subject public key info.
    pub id: String,
    /// The signature existed at this time; `None` where nothing proves a time.
    pub proven_at: Option<Timestamp>,
    /// What was checked, such as `ecdsa-p256-sha256`.
    pub checks: Vec<String>,
}

/// What a verifier is asked.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The digest that is judged.
    pub subject: &'a Digest,
    /// What is signed, and the signatures.
    pub material: Material<'a>,
    /// The authority's name in the policy.
    pub authority: &'a str,
    /// The moment that the decision is for.
    pub now: Timestamp,
}

/// Verifies signatures for one authority: built in for keys, or supplied by the embedding program.
pub trait SignatureVerifier: fmt::Debug + Send + Sync {
    /// Name and version, recorded in decisions.
    fn id(&self) -> &str;

    /// Who signed the material.
    ///
    /// # Errors
    /// A [`Refusal`] where no signature of this authority is on it.
    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal>;

    /// Moments at which the answer may change.
    fn dates(&self) -> Vec<Timestamp> {
        Vec::new()
    }
}

/// Why a signed document does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No key of the authority fits the signature.
    #[error("no key of the authority made the signature")]
    Signature,
}

/// What an approval has to say.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The digest.
    pub digest: &'a Digest,
    /// The judged name.
    pub reference: &'a Reference,
    /// How the name that the signature gives is compared.
    pub identity: &'a SignedIdentity,
    /// Annotations that must be there, equal in value.
    pub annotations: &'a BTreeMap<String, String>,
}

/// Verifies `document` for one authority.
///
/// # Errors
/// A [`Refusal`].
pub fn verify(
    _document: &SignedDocument,
    _verifier: &dyn SignatureVerifier,
    _authority: &str,
    _subject: &Digest,
    _now: Timestamp,
) -> Result<Verified<SignedDocument>, Refusal> {
    Err(Refusal::Signature)
}

/// Whether a verified document approves of the image: of a type that says so, about the digest,
/// with the name and annotations asked for.
///
/// # Errors
/// A [`Refusal`] with the first thing that is not as asked.
pub fn approves(_document: &Verified<SignedDocument>, _wanted: &Wanted<'_>) -> Result<(), Refusal> {
    Err(Refusal::Signature)
}

/// A public key.
#[derive(Debug, Clone)]
pub struct PublicKey(());

impl PublicKey {
    /// Reads subject public key info in PEM.
    ///
    /// # Errors
    /// A [`KeyError`].
    pub fn from_pem(_pem: &str) -> Result<Self, KeyError> {
        Err(KeyError::NotPem)
    }

    /// The key's one spelling: `sha256:` and the digest of its subject public key info in DER.
    #[must_use]
    pub fn id(&self) -> String {
        String::new()
    }
}

/// Why a text is not a usable public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is not PEM.
    #[error("not a public key in PEM")]
    NotPem,
    /// The document is broken.
    #[error("{0}")]
    Broken(EvidenceError),
}

/// A key, and when it counts.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// Not at or after this time.
    pub not_after: Option<Timestamp>,
    /// Only what was proven before this time counts.
    pub compromised_at: Option<Timestamp>,
}

/// The keys of one authority: any one of them.
#[derive(Debug, Clone)]
pub struct KeyVerifier {
    keys: Vec<TrustedKey>,
}

impl KeyVerifier {
    /// A verifier for these keys.
    #[must_use]
    pub fn new(keys: Vec<TrustedKey>) -> Self {
        Self { keys }
    }

    /// The ids of the keys.
    pub fn key_ids(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| key.key.id())
    }
}

impl SignatureVerifier for KeyVerifier {
    fn id(&self) -> &str {
        "key/1"
    }

    fn verify(&self, _call: &Call<'_>) -> Result<Signer, Refusal> {
        Err(Refusal::Signature)
    }
}
