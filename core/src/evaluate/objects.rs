//! Decisions about whole Kubernetes objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::Engine;
use super::judge::{weight, worst};
use crate::decision::{
    Decision, ExceptionEffect, ExceptionUse, JudgedObject, Outcome, PolicyUse, Reason, RuleResult,
    Subject, Verdict,
};
use crate::evidence::Evidence;
use crate::kubernetes::{Object, Operation, User};
use crate::policy::model::Mode;
use crate::policy::{ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, RuleOutcome};
use crate::reasons::Code;
use crate::reference::{Digest, Reference};

/// The Kubernetes object that a decision is asked about.
#[derive(Debug, Clone, Copy)]
pub struct ObjectRequest<'a> {
    /// The object.
    pub object: &'a Object,
    /// What it replaces, where that is known.
    pub old: Option<&'a Value>,
    /// What is done to it.
    pub operation: Operation,
    /// The part of it that is written to; empty for the object itself.
    pub subresource: &'a str,
    /// Who asks, where that is known.
    pub user: Option<&'a User>,
    /// The namespace of the request.
    pub namespace: Option<&'a str>,
    /// The namespace's labels, where the caller knows them.
    pub namespace_labels: Option<&'a BTreeMap<String, String>>,
    /// The digests that its images stand for, by reference as written.
    pub digests: &'a BTreeMap<String, Digest>,
}

impl Engine {
    /// Whether there are rules about objects at all.
    #[must_use]
    pub fn judges_objects(&self) -> bool {
        !self.judges.is_empty()
    }

    /// Decides on one object by the rules about objects; `None` where none of them is about it.
    /// Its images are judged apart, by [`Engine::check`]. The same arguments give the same
    /// decision, byte for byte.
    #[must_use]
    pub fn check_object(
        &self,
        request: &ObjectRequest<'_>,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Option<Decision> {
        let case = ObjectCase {
            object: &request.object.value,
            old: request.old,
            operation: request.operation,
            subresource: request.subresource,
            user: request.user,
            namespace: request.namespace,
            namespace_labels: request.namespace_labels,
            evidence,
            digests: request.digests,
            now,
        };
        let mut work = Work::new(self, request, now);
        for judge in &self.judges {
            let answer = judge.judge(&case);
            if answer.excluded_by.is_some() || !answer.results.is_empty() {
                work.add(judge.as_ref(), answer);
            }
        }
        (!work.policies.is_empty()).then(|| work.decision(request, now))
    }
}

/// A decision in the making.
struct Work<'e> {
    engine: &'e Engine,
    /// Its images as they are judged; `None` where one of them cannot be read.
    images: Option<Vec<Reference>>,
    namespace: Option<&'e str>,
    now: Timestamp,
    valid_until: Option<Timestamp>,
    policies: Vec<PolicyUse>,
    results: Vec<RuleResult>,
    used: Vec<ExceptionUse>,
}

impl<'e> Work<'e> {
    fn new(engine: &'e Engine, request: &ObjectRequest<'e>, now: Timestamp) -> Self {
        let images = request.object.images.iter().map(|image| {
            let given = Reference::parse(image).ok()?;
            Some(engine.set.mirrored(&given).unwrap_or(given))
        });
        Self {
            engine,
            images: images.collect(),
            namespace: request.namespace,
            now,
            valid_until: None,
            policies: Vec::new(),
            results: Vec::new(),
            used: Vec::new(),
        }
    }

    fn add(&mut self, judge: &dyn ObjectJudge, answer: ObjectAnswer) {
        answer.valid_until.into_iter().for_each(|date| self.horizon(date));
        let name: Arc<str> = judge.name().into();
        let mut results: Vec<RuleResult> =
            answer.results.into_iter().map(|result| self.result(&name, result)).collect();
        results.sort_by(|a, b| (&a.rule, &a.reasons).cmp(&(&b.rule, &b.reasons)));
        let outcome = match answer.excluded_by {
            Some(_) if results.is_empty() => Outcome::Excluded,
            _ => worst(&results),
        };
        self.policies.push(PolicyUse {
            name,
            version: None,
            digest: judge.digest(),
            mode: results.iter().map(|result| result.mode).max().unwrap_or(Mode::Enforce),
            outcome,
            excluded_by: answer.excluded_by,
        });
        self.results.extend(results);
    }

    fn result(&mut self, policy: &Arc<str>, result: ObjectResult) -> RuleResult {
        let rule: Arc<str> = result.answer.rule.as_str().into();
        let outcome = match result.answer.outcome {
            RuleOutcome::Pass => Outcome::Pass,
            RuleOutcome::Skip => Outcome::Skipped,
            RuleOutcome::Fail | RuleOutcome::Error => self.excepted(policy, &rule),
        };
        RuleResult {
            policy: Arc::clone(policy),
            rule,
            outcome,
            mode: result.mode,
            severity: result.severity,
            message: None,
            controls: result.controls.clone().into(),
            reasons: reasons(result),
            counts: None,
            findings: None,
        }
    }

    /// What becomes of a failure under the exceptions that name it.
    fn excepted(&mut self, policy: &str, rule: &str) -> Outcome {
        let images: Vec<&Reference> = self.images.iter().flatten().collect();
        let name = format!("{policy}/{rule}");
        let named: Vec<_> = self
            .engine
            .exceptions
            .iter()
            .filter(|exception| exception.names((policy, rule), &images, self.namespace))
            .collect();
        let mut outcome = Outcome::Fail;
        for exception in named {
            let expires = exception.spec.expires;
            self.horizon(expires);
            let effect = if expires <= self.now {
                ExceptionEffect::Expired
            } else if exception.is_about_findings() {
                // An object has no findings that one could cover.
                ExceptionEffect::NotEnough
            } else {
                outcome = Outcome::Waived;
                ExceptionEffect::Used
            };
            self.used.push(exception.record(&name, effect));
        }
        outcome
    }

    fn horizon(&mut self, date: Timestamp) {
        if date > self.now && self.valid_until.is_none_or(|until| date < until) {
            self.valid_until = Some(date);
        }
    }

    fn decision(mut self, request: &ObjectRequest<'_>, now: Timestamp) -> Decision {
        self.used.sort();
        self.used.dedup();
        let object = request.object;
        Decision {
            verdict: self.results.iter().map(weight).max().unwrap_or(Verdict::Allow),
            now,
            inputs: inputs(self.engine.digest, request, &self.results, now),
            valid_until: self.valid_until,
            subject: Subject::Object(JudgedObject {
                api_version: object.api_version.clone(),
                kind: object.kind.clone(),
                name: object.name.clone(),
                namespace: request.namespace.map(str::to_owned),
            }),
            policies: self.policies,
            results: self.results,
            general: Vec::new(),
            exceptions: self.used,
            evidence: Vec::new(),
        }
    }
}

/// What the other engine would print, and its peculiarities that mattered; nothing for a rule
/// that its own conditions keep away.
fn reasons(result: ObjectResult) -> Vec<Reason> {
    let code = match result.answer.outcome {
        RuleOutcome::Skip => return Vec::new(),
        RuleOutcome::Pass => Code::ForeignPassed,
        RuleOutcome::Fail => Code::ForeignFailed,
        RuleOutcome::Error => Code::ForeignError,
    };
    let mut reason = Reason::new(code).found(result.answer.message);
    reason.evidence = result.evidence;
    let quirks = result.answer.notes.into_iter().map(|note| {
        Reason::new(Code::ForeignQuirk).found(format!("{}: {}", note.quirk, note.detail))
    });
    let mut reasons: Vec<Reason> = std::iter::once(reason).chain(quirks).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

/// Everything by which two decisions on objects by one engine can differ.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inputs<'a> {
    policies: Digest,
    object: Digest,
    old: Option<Digest>,
    operation: Operation,
    subresource: &'a str,
    user: Option<&'a User>,
    namespace: Option<&'a str>,
    namespace_labels: Option<&'a BTreeMap<String, String>>,
    digests: BTreeMap<&'a str, Digest>,
    evidence: BTreeSet<Digest>,
    now: String,
}

fn inputs(
    policies: Digest,
    request: &ObjectRequest<'_>,
    results: &[RuleResult],
    now: Timestamp,
) -> Digest {
    let images = request.object.images.iter();
    let inputs = Inputs {
        policies,
        object: digest(&request.object.value),
        old: request.old.map(digest),
        operation: request.operation,
        subresource: request.subresource,
        user: request.user,
        namespace: request.namespace,
        namespace_labels: request.namespace_labels,
        digests: images
            .filter_map(|image| Some((image.as_str(), *request.digests.get(image)?)))
            .collect(),
        evidence: results
            .iter()
            .flat_map(|result| result.reasons.iter().flat_map(|reason| &reason.evidence))
            .copied()
            .collect(),
        now: now.to_string(),
    };
    // Texts and digests only: writing them cannot fail, and an empty text has a digest too.
    Digest::sha256(&serde_json_canonicalizer::to_vec(&inputs).unwrap_or_default())
}

fn digest(value: &Value) -> Digest {
    // The canonical form has no number that is too large for JavaScript; the plain one has.
    let bytes = serde_json_canonicalizer::to_vec(value).or_else(|_| serde_json::to_vec(value));
    Digest::sha256(&bytes.unwrap_or_default())
}
