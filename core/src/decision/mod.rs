//! Decisions: what was decided, and why.

mod findings;
mod reason;
mod records;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use findings::{Counts, Finding, FindingList, Findings};
pub use reason::{Detail, Reason};
pub use records::{EvidenceRecord, ExceptionEffect, ExceptionUse};

use crate::evidence::Platform;
use crate::policy::model::{Mode, RuleSeverity};
use crate::reference::Digest;

/// What happens to what was judged. Exhaustive on purpose, so that a caller's `match` must say what
/// each one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It may run.
    Allow,
    /// It may run, with a warning.
    Warn,
    /// It may not run.
    Deny,
}

/// How one rule came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Something was found that satisfies it.
    Pass,
    /// It is not satisfied.
    Fail,
    /// It is not satisfied, and an exception in force covers all of that.
    Waived,
    /// Its `match` does not cover this image.
    Skipped,
    /// An `exclude` keeps it away from this image.
    Excluded,
}

/// How one rule of one policy came out for one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleResult {
    /// The policy's name.
    pub policy: Arc<str>,
    /// The rule's id.
    pub rule: Arc<str>,
    /// How it came out.
    pub outcome: Outcome,
    /// The weight it has here.
    pub mode: Mode,
    /// How bad a failure is, by its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
    /// The author's sentence for people who meet a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// Controls that the rule serves.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    pub controls: Arc<[String]>,
    /// Why, sorted by code.
    pub reasons: Vec<Reason>,
    /// How many findings the rule counted, in each of the three ways of counting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What it counted, and what it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Findings>,
}

/// The image that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedImage {
    /// The reference as given.
    pub given: String,
    /// What it means, normalised; absent where it means nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// The internal name it was judged under, where a mirror takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirror: Option<String>,
    /// The digest that the decision is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The namespace of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The manifests that an index consists of, by digest; empty for a plain manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<JudgedPlatform>,
}

/// One manifest of an index that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedPlatform {
    /// The manifest's digest.
    pub digest: Digest,
    /// Its platform, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// An image.
    Image(JudgedImage),
    /// A Kubernetes object.
    Object(JudgedObject),
}

/// The Kubernetes object that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedObject {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` followed by `*`.
    pub name: String,
    /// The namespace of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// A policy that took part, or that was kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyUse {
    /// Its name.
    pub name: Arc<str>,
    /// Its author's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Arc<str>>,
    /// The digest of its canonical model.
    pub digest: Digest,
    /// The weight that its rules have here where they do not say otherwise.
    pub mode: Mode,
    /// The worst outcome of its rules; `skipped` or `excluded` where it was not applied.
    pub outcome: Outcome,
    /// What excluded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_by: Option<String>,
}

/// What was decided about one image or one Kubernetes object, and why. Everything in it is sorted by a stated key, so
/// equal decisions are equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What happens to it.
    pub verdict: Verdict,
    /// The moment it was decided for.
    pub now: Timestamp,
    /// The digest of everything the decision rests on: policies, request, evidence that was
    /// looked at, history and `now`.
    pub inputs: Digest,
    /// The first moment at which a date in it could change the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// What it is about: a member `image` or `object`.
    #[serde(flatten)]
    pub subject: Subject,
    /// The policies, by name.
    pub policies: Vec<PolicyUse>,
    /// The rules, by policy and id.
    pub results: Vec<RuleResult>,
    /// Reasons that belong to no rule: an unreadable name, or nothing that covers the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub general: Vec<Reason>,
    /// Exceptions that named a failing rule and this image, by name and rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionUse>,
    /// Evidence that was looked at, by digest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRecord>,
}

impl Decision {
    /// The image that it is about; `None` where it is about an object.
    #[must_use]
    pub fn image(&self) -> Option<&JudgedImage> {
        match &self.subject {
            Subject::Image(image) => Some(image),
            Subject::Object(_) => None,
        }
    }

    /// The object that it is about; `None` where it is about an image.
    #[must_use]
    pub fn object(&self) -> Option<&JudgedObject> {
        match &self.subject {
            Subject::Image(_) => None,
            Subject::Object(object) => Some(object),
        }
    }

    /// The namespace of the request.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        match &self.subject {
            Subject::Image(image) => image.namespace.as_deref(),
            Subject::Object(object) => object.namespace.as_deref(),
        }
    }

    /// The canonical JSON (RFC 8785) of the decision.
    ///
    /// # Errors
    /// Only where the JSON writer fails, which for these types means that memory ran out.
    pub fn to_canonical_json(&self) -> Result<String, serde_json::Error> {
        serde_json_canonicalizer::to_string(self)
    }
}
