use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::reference::Digest;
use crate::shown::shown;

/// An exception that named a failing rule and this image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// What it is: `signature`, `attestation`, `scan`, `vex` or `feed`.
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

/// A record as it stands in a decision.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    digest: Digest,
    kind: String,
    subject: Option<Digest>,
    bound_by: Option<String>,
    authority: Option<String>,
    signer: Option<String>,
    predicate_type: Option<String>,
    stated_at: Option<Timestamp>,
    proven_at: Option<Timestamp>,
    verifier: Option<String>,
    #[serde(default)]
    checks: Vec<String>,
    refused: Option<String>,
}

const KINDS: [&str; 5] = ["signature", "attestation", "scan", "vex", "feed"];
const BINDINGS: [&str; 3] = ["manifest", "config", "caller"];

impl<'de> Deserialize<'de> for EvidenceRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Ok(Self {
            digest: written.digest,
            kind: known(&KINDS, &written.kind, "kind of evidence").map_err(D::Error::custom)?,
            subject: written.subject,
            bound_by: match written.bound_by {
                Some(by) => {
                    Some(known(&BINDINGS, &by, "binding of evidence").map_err(D::Error::custom)?)
                }
                None => None,
            },
            authority: written.authority,
            signer: written.signer,
            predicate_type: written.predicate_type,
            stated_at: written.stated_at,
            proven_at: written.proven_at,
            verifier: written.verifier,
            checks: written.checks,
            refused: written.refused,
        })
    }
}

fn known(all: &[&'static str], word: &str, what: &str) -> Result<&'static str, String> {
    let found = all.iter().copied().find(|one| *one == word);
    found.ok_or_else(|| format!("{} is no {what}", shown(word)))
}
