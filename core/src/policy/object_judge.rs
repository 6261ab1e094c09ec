//! Policies about whole Kubernetes objects, written for other engines: what they are asked, and
//! what they answer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use super::model::{Authority, ImagePolicy, Mode, Name, RuleSeverity};
use crate::evidence::Evidence;
use crate::kubernetes::{Operation, User};
use crate::reference::Digest;

/// A policy that judges objects. The engine asks every one that [`Policies`](super::Policies)
/// hold about every object; weights, exceptions and the verdict are the engine's business.
pub trait ObjectJudge: fmt::Debug + Send + Sync {
    /// The policy's name, by which exceptions name it.
    fn name(&self) -> &str;

    /// The digest of what it says.
    fn digest(&self) -> Digest;

    /// The names of all rules for which it may answer.
    fn rules(&self) -> Vec<String>;

    /// Those whose signatures it asks for, by the names that it asks by. The digest of the judge
    /// holds what they were made of.
    fn authorities(&self) -> Vec<(&Name, &Authority)> {
        Vec::new()
    }

    /// The policy of our own that decides as it does, where there is one: what
    /// [`Policies::to_yaml`](super::Policies::to_yaml) writes in its place.
    fn equivalent(&self) -> Option<ImagePolicy> {
        None
    }

    /// Judges one object. The same case gives the same answer; the work is bounded.
    fn judge(&self, case: &ObjectCase<'_>) -> ObjectAnswer;
}

/// What a judge is asked.
#[derive(Debug, Clone, Copy)]
pub struct ObjectCase<'a> {
    /// The whole object.
    pub object: &'a Value,
    /// What it replaces, where that is known.
    pub old: Option<&'a Value>,
    /// What is done to it.
    pub operation: Operation,
    /// The part of it that is written to, such as `ephemeralcontainers`; empty for the object
    /// itself. `object` is the whole object either way.
    pub subresource: &'a str,
    /// Who asks, where that is known.
    pub user: Option<&'a User>,
    /// The namespace of the request; the object's own claim stands in `object`.
    pub namespace: Option<&'a str>,
    /// The namespace's labels, where the caller knows them.
    pub namespace_labels: Option<&'a BTreeMap<String, String>>,
    /// What is at hand about its images, unverified.
    pub evidence: &'a Evidence,
    /// The labels of the object's owner, where the caller knows them.
    pub owner_labels: Option<&'a BTreeMap<String, String>>,
    /// The references of its images as written, also in kinds that the policy set declares.
    pub images: &'a [String],
    /// The digests that references stand for, by reference as written.
    pub digests: &'a BTreeMap<String, Digest>,
    /// Who has signed what about its images, as far as the judge's own authorities go.
    pub signed: &'a dyn SignedImages,
    /// The moment that is decided for.
    pub now: Timestamp,
}

/// What a judge's authorities stand for about an object's images. An image is asked for as the
/// object names it, an authority by a name that [`ObjectJudge::authorities`] gave.
pub trait SignedImages: fmt::Debug {
    /// The documents by which the authority approves of the image, with these annotations; at
    /// least one.
    ///
    /// # Errors
    /// [`NotSigned`] where there is none.
    fn approvals(
        &self,
        image: &str,
        authority: &Name,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Vec<Digest>, NotSigned>;

    /// What the authority says about the image in statements of this type; at least one.
    ///
    /// # Errors
    /// [`NotSigned`] where there is none.
    fn statements(
        &self,
        image: &str,
        authority: &Name,
        predicate_type: &str,
    ) -> Result<Vec<SignedStatement>, NotSigned>;
}

/// A statement that an authority stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    /// The digest of the document around it.
    pub document: Digest,
    /// The statement, with its type, subjects and predicate.
    pub statement: Value,
}

/// Why nothing counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// Everything at hand was looked at, and this is the first cause.
    #[error("{0}")]
    Refused(String),
    /// It cannot be told: something that should have been looked at was not.
    #[error("{0}")]
    Unknown(String),
}

/// What a judge answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectAnswer {
    /// One result for each rule that matches; none where the policy is not about the object.
    pub results: Vec<ObjectResult>,
    /// What keeps an object away that the policy would be about.
    pub excluded_by: Option<String>,
    /// The first moment at which a date that was looked at could change the answer.
    pub valid_until: Option<Timestamp>,
}

/// The result of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectResult {
    /// How it came out. Its `policy` is for people who compare; the judge's own name counts.
    pub answer: RuleResult,
    /// The weight it has here.
    pub mode: Mode,
    /// How bad a failure is, where the policy says it.
    pub severity: Option<RuleSeverity>,
    /// Controls that the rule serves.
    pub controls: Vec<String>,
    /// The digests of evidence that it rests on.
    pub evidence: Vec<Digest>,
    /// Why signatures did not count that the rule asked for.
    pub refused: Vec<String>,
}

/// How a rule came out. A rule that does not match an object has no [`RuleResult`] at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleOutcome {
    /// The object is as asked.
    Pass,
    /// It is not.
    Fail,
    /// The rule's own conditions leave the object alone.
    Skip,
    /// An exception of that engine leaves it alone.
    Excepted,
    /// The rule could not be decided; where it is enforced this denies.
    Error,
}

impl RuleOutcome {
    /// The name, such as `pass`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Excepted => "excepted",
            Self::Error => "error",
        }
    }
}

/// A peculiarity of another engine that had a part in an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The stable name, such as `twoWayWildcard`.
    pub quirk: Cow<'static, str>,
    /// What it did here.
    pub detail: String,
}

/// The answer of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// The policy's name; `namespace/name` for those of a namespace.
    pub policy: String,
    /// The rule's name; empty for policies whose checks have none.
    pub rule: String,
    /// How it came out.
    pub outcome: RuleOutcome,
    /// What that engine would print.
    pub message: String,
    /// Which peculiarities mattered, each once.
    pub notes: Vec<Note>,
}
