//! Decisions about whole Kubernetes objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::case::Judgement;
use super::circumstances::Circumstances;
use super::compile::{CompiledPolicy, CompiledSet};
use super::judge::{self, weight, worst};
use super::scope::Coverage;
use super::signed_images::{CompiledJudge, JudgeSignatures};
use super::workload::Workload;
use super::{Engine, exceptions};
use crate::decision::{
    Decision, Detail, ExceptionUse, JudgedObject, Outcome, PolicyUse, Reason, RuleResult, Subject,
    Verdict,
};
use crate::evidence::Evidence;
use crate::kubernetes::{Object, Operation, User};
use crate::policy::model::Mode;
use crate::policy::{ObjectAnswer, ObjectCase, ObjectResult, RuleOutcome};
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
    /// The labels of the object's owner, where the caller knows them.
    pub owner_labels: Option<&'a BTreeMap<String, String>>,
    /// The digests that its images stand for, by reference as written.
    pub digests: &'a BTreeMap<String, Digest>,
}

impl Engine {
    /// Whether there are rules about objects at all.
    #[must_use]
    pub fn judges_objects(&self) -> bool {
        !self.judges.is_empty() || self.policies.iter().any(|policy| !policy.pod_rules.is_empty())
    }

    /// Whether the policies say anything about images: by a rule, or by `unqualified: deny`. Where
    /// they are about objects alone, the set's `default` is about the objects that would run
    /// containers, and the images of these are not judged: an image that no object names still is,
    /// by [`Engine::check`].
    #[must_use]
    pub fn judges_images(&self) -> bool {
        !self.judges_objects()
            || self.set.refuse_unqualified
            || self.policies.iter().any(|policy| !policy.rules.is_empty())
    }

    /// Decides on one object by the rules about objects; `None` where none of them is about it,
    /// unless the set's `default` is ([`Engine::judges_images`]). Its images are judged apart, by
    /// [`Engine::check`]. The same arguments give the same decision, byte for byte.
    #[must_use]
    pub fn check_object(
        &self,
        request: &ObjectRequest<'_>,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Option<Decision> {
        let names = Names::of(&self.set, request.object);
        let mut work = Work::new(self, request, &names, now);
        let workload = Workload::of(request.object, &self.set);
        // Rules about pods are about what would run: nobody is kept from deleting what breaks them.
        let runs = request.operation.runs_containers(request.subresource);
        for policy in self.policies.iter().filter(|policy| !policy.pod_rules.is_empty()) {
            if runs && workload.carries_pods() {
                work.add_policy(policy, &workload);
            }
        }
        for judge in &self.judges {
            let signed = JudgeSignatures::new(self, judge, request, evidence, now);
            let answer = judge.judge.judge(&case(request, &signed, evidence, now));
            if answer.excluded_by.is_some() || !answer.results.is_empty() {
                work.add(judge, answer);
            }
        }
        if runs && workload.runs_containers() && !work.covered && !self.judges_images() {
            work.by_default = Some(self.uncovered(&work.around, Code::PolicyObjectNotCovered));
        }
        let is_judged = !work.policies.is_empty() || work.by_default.is_some();
        is_judged.then(|| work.decision(request, now))
    }
}

fn case<'a>(
    request: &ObjectRequest<'a>,
    signed: &'a JudgeSignatures<'_>,
    evidence: &'a Evidence,
    now: Timestamp,
) -> ObjectCase<'a> {
    ObjectCase {
        object: &request.object.value,
        old: request.old,
        operation: request.operation,
        subresource: request.subresource,
        user: request.user,
        namespace: request.namespace,
        namespace_labels: request.namespace_labels,
        owner_labels: request.owner_labels,
        images: &request.object.images,
        evidence,
        digests: request.digests,
        signed,
        now,
    }
}

/// The images of an object as they are judged.
struct Names {
    images: Vec<Reference>,
    /// Whether there is one besides that cannot be read.
    unreadable: bool,
}

impl Names {
    fn of(set: &CompiledSet, object: &Object) -> Self {
        let images: Vec<Reference> =
            object.images.iter().filter_map(|image| set.judged(image)).collect();
        Self { unreadable: images.len() < object.images.len(), images }
    }
}

/// A decision in the making.
struct Work<'e> {
    engine: &'e Engine,
    around: Circumstances<'e>,
    policies: Vec<PolicyUse>,
    results: Vec<RuleResult>,
    used: Vec<ExceptionUse>,
    /// Whether an enforced or warned rule is about the object.
    covered: bool,
    /// What happens where none is, if something does.
    by_default: Option<(Verdict, Reason)>,
}

impl<'e> Work<'e> {
    fn new(
        engine: &'e Engine,
        request: &ObjectRequest<'e>,
        names: &'e Names,
        now: Timestamp,
    ) -> Self {
        Self {
            engine,
            around: Circumstances {
                images: &names.images,
                unreadable: names.unreadable,
                kind: Some(&request.object.kind),
                namespace: request.namespace,
                namespace_labels: request.namespace_labels,
                owner_labels: request.owner_labels,
                now,
                valid_until: None,
            },
            policies: Vec::new(),
            results: Vec::new(),
            used: Vec::new(),
            covered: false,
            by_default: None,
        }
    }

    fn add_policy(&mut self, policy: &CompiledPolicy, workload: &Workload<'_>) {
        let coverage = policy.coverage(&self.around);
        let mut results = Vec::new();
        if matches!(coverage, Coverage::Covered) {
            for rule in &policy.pod_rules {
                let judged = match rule.matches(&self.around) {
                    true => self.settled((&policy.name, &rule.id), rule.judge(workload)),
                    false => (Outcome::Skipped, Judgement::default()),
                };
                results.push(judge::result(policy, rule, judged, &mut self.around));
            }
        }
        let policy = judge::policy_use(policy, coverage, &results, &mut self.around);
        self.covered |= results.iter().any(judge::covers);
        self.policies.push(policy);
        self.results.extend(results);
    }

    fn add(&mut self, judge: &CompiledJudge, answer: ObjectAnswer) {
        judge.dates().for_each(|date| self.around.horizon(date));
        let judge = &judge.judge;
        answer.valid_until.into_iter().for_each(|date| self.around.horizon(date));
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
        let (mode, severity, controls) = (result.mode, result.severity, result.controls.clone());
        let answered = result.answer.outcome;
        let strict = Judgement::from(reasons(result));
        let (outcome, Judgement { reasons, .. }) = match answered {
            RuleOutcome::Skip | RuleOutcome::Excepted => (Outcome::Skipped, strict),
            _ => self.settled((policy, &rule), strict),
        };
        // A rule that an exception waives is about the object all the same.
        self.covered |= mode != Mode::Audit && answered != RuleOutcome::Skip;
        RuleResult {
            policy: Arc::clone(policy),
            rule,
            outcome,
            mode,
            severity,
            message: None,
            controls: controls.into(),
            reasons,
            counts: None,
            findings: None,
        }
    }

    /// What a judgement comes to under the exceptions that name the rule. An object has no
    /// findings that one could cover, so judging it again under them changes nothing.
    fn settled(&mut self, named: (&str, &str), strict: Judgement) -> (Outcome, Judgement) {
        if strict.passed() {
            return (Outcome::Pass, strict);
        }
        let exceptions = &self.engine.exceptions;
        let in_force = exceptions::in_force(exceptions, named, &mut self.around, &mut self.used);
        let again = strict.clone();
        exceptions::apply(&in_force, named, strict, &mut self.used, || again)
    }

    fn decision(mut self, request: &ObjectRequest<'_>, now: Timestamp) -> Decision {
        self.used.sort();
        self.used.dedup();
        // Our own policies and those of other engines, each by name already.
        self.policies.sort_by(|a, b| a.name.cmp(&b.name));
        self.results.sort_by(|a, b| a.policy.cmp(&b.policy));
        let object = request.object;
        let (by_default, general) = self.by_default.unzip();
        let weights = self.results.iter().map(weight).chain(by_default);
        Decision {
            verdict: weights.max().unwrap_or(Verdict::Allow),
            now,
            inputs: inputs(self.engine.digest, request, &self.results, now),
            valid_until: self.around.valid_until,
            subject: Subject::Object(JudgedObject {
                api_version: object.api_version.clone(),
                kind: object.kind.clone(),
                name: object.name.clone(),
                namespace: request.namespace.map(str::to_owned),
            }),
            policies: self.policies,
            results: self.results,
            general: general.into_iter().collect(),
            exceptions: self.used,
            evidence: Vec::new(),
        }
    }
}

/// What the other engine would print, and its peculiarities that mattered.
fn reasons(result: ObjectResult) -> Vec<Reason> {
    let code = match result.answer.outcome {
        RuleOutcome::Skip | RuleOutcome::Excepted => Code::ForeignSkipped,
        RuleOutcome::Pass => Code::ForeignPassed,
        RuleOutcome::Fail => Code::ForeignFailed,
        RuleOutcome::Error => Code::ForeignError,
    };
    let mut reason = Reason::new(code).found(result.answer.message);
    reason.evidence = result.evidence;
    let quirks = result.answer.notes.into_iter().map(|note| {
        Reason::new(Code::ForeignQuirk).found(format!("{}: {}", note.quirk, note.detail))
    });
    // What did not count explains what did not hold.
    let untrusted = !result.refused.is_empty() && result.answer.outcome == RuleOutcome::Fail;
    let refused = result.refused.iter().map(String::as_str);
    let untrusted =
        untrusted.then(|| Reason::new(Code::SignatureUntrusted).found(Detail::list(refused)));
    let mut reasons: Vec<Reason> = std::iter::once(reason).chain(untrusted).chain(quirks).collect();
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
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_labels: Option<&'a BTreeMap<String, String>>,
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
        owner_labels: request.owner_labels,
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
