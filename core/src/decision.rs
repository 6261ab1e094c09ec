//! Decisions: what was decided, and why.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::evidence::{Platform, Severity};
use crate::policy::model::{Mode, RuleSeverity};
use crate::reasons::Code;
use crate::reference::Digest;

/// What happens to the image. Exhaustive on purpose, so that a caller's `match` must say what
/// each one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

/// A value in a reason, kept as what it is and written out on demand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Detail {
    /// Text.
    Text(Cow<'static, str>),
    /// A count.
    Count(u64),
    /// A digest.
    Digest(Digest),
    /// A moment.
    Time(Timestamp),
    /// Findings of one severity: how many, and the first of them.
    Findings {
        /// How many.
        count: u64,
        /// Their severity.
        severity: Severity,
        /// The first of them, sorted.
        items: Vec<String>,
    },
    /// A list that may have been cut: the first items, and how many more there are.
    List {
        /// The first items, sorted.
        items: Vec<String>,
        /// How many more there are.
        more: u64,
    },
}

impl Detail {
    /// A list that is not cut.
    pub fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List { items: items.into_iter().map(str::to_owned).collect(), more: 0 }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => write!(f, "{count}"),
            Self::Digest(digest) => write!(f, "{digest}"),
            Self::Time(time) => write!(f, "{time}"),
            Self::Findings { count, severity, items } => {
                write!(f, "{count} {}: {}", severity.name(), items.join(", "))?;
                let shown = u64::try_from(items.len()).unwrap_or(u64::MAX);
                match count.saturating_sub(shown) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::List { items, more: 0 } => f.write_str(&items.join(", ")),
            Self::List { items, more } => write!(f, "{} and {more} more", items.join(", ")),
        }
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Detail {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Why a rule came out as it did: a code of the catalogue, what was found and what was expected.
///
/// ```
/// use cocket::decision::Reason;
/// use cocket::reasons::Code;
/// let reason = Reason::new(Code::ReferenceTagDenied).found("latest").expected("not `latest`");
/// assert_eq!(
///     reason.to_string(),
///     "the tag is one that the policy denies: found latest, expected not `latest`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The stable code.
    pub code: Code,
    /// The platform it is about, where the image has several.
    pub platform: Option<Platform>,
    /// What was found.
    pub found: Option<Detail>,
    /// What was expected.
    pub expected: Option<Detail>,
    /// The digests of the evidence it comes from.
    pub evidence: Vec<Digest>,
    /// Whether trying again may help.
    pub retryable: bool,
}

impl Reason {
    /// A reason with nothing but its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            platform: None,
            found: None,
            expected: None,
            evidence: Vec::new(),
            retryable: code == Code::EvidenceUnavailable,
        }
    }

    /// With what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<Detail>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// With what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<Detail>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// With the digest of evidence that it comes from.
    #[must_use]
    pub fn from_evidence(mut self, digest: Digest) -> Self {
        self.evidence.push(digest);
        self
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.title())?;
        match (&self.found, &self.expected) {
            (Some(found), Some(expected)) => write!(f, ": found {found}, expected {expected}"),
            (Some(found), None) => write!(f, ": {found}"),
            (None, Some(expected)) => write!(f, ": expected {expected}"),
            (None, None) => Ok(()),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'a> {
            code: Code,
            message: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            platform: &'a Option<Platform>,
            #[serde(skip_serializing_if = "Option::is_none")]
            found: &'a Option<Detail>,
            #[serde(skip_serializing_if = "Option::is_none")]
            expected: &'a Option<Detail>,
            #[serde(skip_serializing_if = "str::is_empty")]
            remedy: &'a str,
            #[serde(skip_serializing_if = "<[Digest]>::is_empty")]
            evidence: &'a [Digest],
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            retryable: bool,
        }
        Written {
            code: self.code,
            message: self.to_string(),
            platform: &self.platform,
            found: &self.found,
            expected: &self.expected,
            remedy: self.code.remedy(),
            evidence: &self.evidence,
            retryable: self.retryable,
        }
        .serialize(serializer)
    }
}

/// How one rule of one policy came out for one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
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
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
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

/// What a rule about findings looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// What counted.
    #[serde(skip_serializing_if = "FindingList::is_empty")]
    pub counted: FindingList,
    /// What did not, each with why.
    #[serde(skip_serializing_if = "FindingList::is_empty")]
    pub set_apart: FindingList,
}

/// Findings, worst first, then by id and package; the list may have been cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingList {
    /// The first of them.
    pub items: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl FindingList {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.more == 0
    }
}

/// One finding in one package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// By which a list is sorted first.
    #[serde(skip)]
    pub rank: std::cmp::Reverse<Severity>,
    /// The severity that the rule went by.
    pub severity: &'static str,
    /// The id.
    pub id: String,
    /// The package.
    pub package: String,
    /// The installed version.
    pub installed: String,
    /// The fixed version or versions, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Where the report says that there is more to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// The same findings counted in three ways; ignored and waived ones are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Distinct ids.
    pub vulnerability: u64,
    /// Distinct ids by package and installed version.
    pub vulnerability_and_package: u64,
    /// Rows of the reports.
    pub row: u64,
}

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
            proven_at: None,
            verifier: None,
            checks: Vec::new(),
            refused: None,
        }
    }
}

/// The image that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<JudgedPlatform>,
}

/// One manifest of an index that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JudgedPlatform {
    /// The manifest's digest.
    pub digest: Digest,
    /// Its platform, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// A policy that took part, or that was kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
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

/// What was decided about one image, and why. Everything in it is sorted by a stated key, so
/// equal decisions are equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What happens to the image.
    pub verdict: Verdict,
    /// The moment it was decided for.
    pub now: Timestamp,
    /// The digest of everything the decision rests on: policies, request, evidence that was
    /// looked at, history and `now`.
    pub inputs: Digest,
    /// The first moment at which a date in it could change the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// The image.
    pub image: JudgedImage,
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
    /// The canonical JSON (RFC 8785) of the decision.
    ///
    /// # Errors
    /// Only where the JSON writer fails, which for these types means that memory ran out.
    pub fn to_canonical_json(&self) -> Result<String, serde_json::Error> {
        serde_json_canonicalizer::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_list_says_how_many_more() {
        let list = Detail::List { items: vec!["a".to_owned(), "b".to_owned()], more: 3 };
        assert_eq!(list.to_string(), "a, b and 3 more");
    }

    #[test]
    fn a_reason_carries_message_and_remedy() {
        let reason = Reason::new(Code::EvidenceUnavailable).found("blob store");
        let json = serde_json::to_value(&reason).unwrap();
        assert_eq!(json["code"], "evidence.unavailable");
        assert_eq!(json["message"], "the evidence could not be fetched: blob store");
        assert_eq!(json["retryable"], true);
        assert!(json["remedy"].as_str().is_some_and(|text| !text.is_empty()));
    }
}
