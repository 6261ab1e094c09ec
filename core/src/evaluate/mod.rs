//! Evaluation: a pure function from policy, evidence, context and time to a decision.

mod base_image;
mod case;
mod compile;
mod config;
mod exceptions;
mod reference;
mod registry;
mod scope;
mod secrets;
mod signature;
mod vulnerabilities;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use compile::CompileError;

use crate::decision::{
    Decision, Detail, ExceptionUse, JudgedImage, Outcome, PolicyUse, Reason, RuleResult, Verdict,
};
use crate::evidence::Evidence;
use crate::facts::ImageFacts;
use crate::policy::Policies;
use crate::policy::model::{DefaultVerdict, Mode};
use crate::reasons::Code;
use crate::reference::{Digest, Reference};
use case::{Case, Judgement};
use compile::{CompiledPolicy, CompiledRule, CompiledSet};

/// Compiled policies: made once, shared between threads.
#[derive(Debug)]
pub struct Engine {
    set: CompiledSet,
    policies: Vec<CompiledPolicy>,
    exceptions: Vec<exceptions::CompiledException>,
}

/// The image that a decision is asked about.
#[derive(Debug, Clone, Default)]
pub struct ImageRequest {
    /// The reference as the workload gives it.
    pub image: String,
    /// The digest that the reference resolved to, where it does not name one itself.
    pub digest: Option<Digest>,
    /// The namespace of the request.
    pub namespace: Option<String>,
    /// The namespace's labels, where the caller knows them.
    pub namespace_labels: Option<BTreeMap<String, String>>,
}

/// What was recorded before, as far as the caller keeps it.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The digest recorded for a tag, by `host/path:tag`.
    pub tags: BTreeMap<String, Digest>,
}

impl Engine {
    /// Compiles `policies`.
    ///
    /// # Errors
    /// [`CompileError`] names what the loader's checks let through and cannot be used, such as
    /// a key of an algorithm that is not supported.
    pub fn new(policies: &Policies) -> Result<Self, CompileError> {
        compile::compile(policies)
    }

    /// Decides on one image. The same arguments give the same decision, byte for byte.
    #[must_use]
    pub fn check(
        &self,
        request: &ImageRequest,
        evidence: &Evidence,
        history: &History,
        now: Timestamp,
    ) -> Decision {
        let mut image = JudgedImage {
            given: request.image.clone(),
            canonical: None,
            mirror: None,
            digest: request.digest,
            namespace: request.namespace.clone(),
        };
        let given = match Reference::parse(&request.image) {
            Ok(reference) => reference,
            Err(error) => {
                let reason = Reason::new(Code::ReferenceInvalid).found(error.to_string());
                return refused(image, reason, now);
            }
        };
        image.canonical = Some(given.to_string());
        if self.set.refuse_unqualified && !given.is_qualified() {
            let reason = Reason::new(Code::ReferenceUnqualified).found(request.image.clone());
            return refused(image, reason, now);
        }
        let digest = match (given.digest().copied(), request.digest) {
            (Some(named), Some(resolved)) if named != resolved => {
                let reason = Reason::new(Code::ReferenceDrift)
                    .found(Detail::Digest(resolved))
                    .expected(Detail::Digest(named));
                return refused(image, reason, now);
            }
            (named, resolved) => named.or(resolved),
        };
        image.digest = digest;
        let mirrored = self.set.mirrored(&given);
        image.mirror = mirrored.as_ref().map(ToString::to_string);
        let reference = mirrored.as_ref().unwrap_or(&given);
        let facts = digest.map(|digest| ImageFacts::gather(digest, evidence));
        let mut case = Case {
            reference,
            digest,
            namespace: request.namespace.as_deref(),
            namespace_labels: request.namespace_labels.as_ref(),
            facts: facts.as_ref(),
            evidence,
            history,
            now,
            clock_skew: self.set.clock_skew,
            valid_until: None,
            records: Vec::new(),
        };
        self.judge(&mut case, image)
    }

    fn judge(&self, case: &mut Case<'_>, image: JudgedImage) -> Decision {
        let mut policies = Vec::new();
        let mut results = Vec::new();
        let mut used = Vec::new();
        for policy in &self.policies {
            let left_out = policy.left_out(case);
            if left_out.is_none() {
                for rule in policy.rules.iter().filter(|rule| rule.matches(case)) {
                    results.push(self.rule(policy, rule, case, &mut used));
                }
            }
            policies.push(PolicyUse {
                name: policy.name.clone(),
                version: policy.version.clone(),
                digest: policy.digest,
                left_out,
            });
        }
        let mut general = Vec::new();
        let mut verdict = results.iter().map(weight).max().unwrap_or(Verdict::Allow);
        if !results.iter().any(|result: &RuleResult| result.mode != Mode::Audit) {
            let (uncovered, reason) = self.uncovered(case);
            verdict = verdict.max(uncovered);
            general.extend(reason);
        }
        used.sort();
        used.dedup();
        case.records.sort();
        case.records.dedup();
        Decision {
            verdict,
            now: case.now,
            valid_until: case.valid_until,
            image,
            policies,
            results,
            general,
            exceptions: used,
            evidence: std::mem::take(&mut case.records),
        }
    }

    fn rule(
        &self,
        policy: &CompiledPolicy,
        rule: &CompiledRule,
        case: &mut Case<'_>,
        used: &mut Vec<ExceptionUse>,
    ) -> RuleResult {
        let name = format!("{}/{}", policy.name, rule.id);
        let strict = rule.judge(policy, case, &[]);
        let (outcome, judgement) = if strict.passed() {
            (Outcome::Pass, strict)
        } else {
            exceptions::apply(&self.exceptions, &name, policy, rule, case, strict, used)
        };
        let Judgement { mut reasons, counts } = judgement;
        reasons.sort();
        reasons.dedup();
        RuleResult {
            policy: policy.name.clone(),
            rule: rule.id.clone(),
            outcome,
            mode: policy.mode_of(rule, case),
            severity: rule.severity,
            message: rule.message.clone(),
            controls: rule.controls.clone(),
            reasons,
            counts,
        }
    }

    fn uncovered(&self, case: &Case<'_>) -> (Verdict, Option<Reason>) {
        if self.set.excludes(case) {
            return (Verdict::Allow, None);
        }
        let verdict = match self.set.default {
            DefaultVerdict::Allow => Verdict::Allow,
            DefaultVerdict::Warn => Verdict::Warn,
            DefaultVerdict::Deny => match self.set.mode(case) {
                Mode::Enforce => Verdict::Deny,
                Mode::Warn => Verdict::Warn,
                Mode::Audit => Verdict::Allow,
            },
        };
        (verdict, Some(Reason::new(Code::PolicyNotCovered)))
    }
}

fn weight(result: &RuleResult) -> Verdict {
    match (result.outcome, result.mode) {
        (Outcome::Fail, Mode::Enforce) => Verdict::Deny,
        (Outcome::Fail, Mode::Warn) => Verdict::Warn,
        _ => Verdict::Allow,
    }
}

fn refused(image: JudgedImage, reason: Reason, now: Timestamp) -> Decision {
    Decision {
        verdict: Verdict::Deny,
        now,
        valid_until: None,
        image,
        policies: Vec::new(),
        results: Vec::new(),
        general: vec![reason],
        exceptions: Vec::new(),
        evidence: Vec::new(),
    }
}
