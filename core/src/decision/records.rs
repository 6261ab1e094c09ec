use jiff::Timestamp;
use serde::Serialize;

use crate::reference::Digest;

/// An exception that named a failing rule and this image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionUse {
    /// The exception's name.
    pub name: String,
    /// The rule, as `policy/rule`.
    pub rule: String,
    /// What it did.
    pub effect: ExceptionEffect,
    /// Why it exists.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// The ticket.
    pub ticket: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// What an exception did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ExceptionEffect {
    /// It waived something.
    Used,
    /// It would have applied, and is over.
    Expired,
    /// It applied, and what failed is not (wholly) what it waives.
    NotEnough,
}

/// A piece of evidence that was looked at for one rule's authority or source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceRecord {
    /// The digest of its bytes.
    pub digest: Digest,
    /// What it is: `signature`, `attestation` or `scan`.
    pub kind: &'static str,
    /// The digest of the image, platform manifest or configuration that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// How it is bound to the image: `manifest`, `config` or `caller`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<&'static str>,
    /// The authority that stands for it, or `caller`; absent where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The type of the statement that it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate_type: Option<String>,
    /// The time that the statement states, by which it is ordered; never later than the proven one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<Timestamp>,
    /// It existed at this time, provably.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven_at: Option<Timestamp>,
    /// The verifier that accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// What the verifier checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl EvidenceRecord {
    /// A record of which nothing more is known.
    #[must_use]
    pub fn new(digest: Digest, kind: &'static str) -> Self {
        Self {
            digest,
            kind,
            subject: None,
            bound_by: None,
            authority: None,
            signer: None,
            predicate_type: None,
            stated_at: None,
            proven_at: None,
            verifier: None,
            checks: Vec::new(),
            refused: None,
        }
    }
}
