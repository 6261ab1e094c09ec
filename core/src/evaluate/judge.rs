//! From rule results to a verdict.

use std::sync::Arc;

use super::case::{Case, Judgement};
use super::circumstances::Circumstances;
use super::compile::{CompiledPolicy, CompiledRule};
use super::inputs::inputs;
use super::scope::Coverage;
use super::{Engine, History, ImageRequest, exceptions};
use crate::decision::{
    Decision, ExceptionUse, JudgedImage, JudgedPlatform, Outcome, PolicyUse, Reason, RuleResult,
    Subject, Verdict,
};
use crate::facts::{Facts, ImageFacts};
use crate::policy::model::{DefaultVerdict, Mode};
use crate::reasons::Code;
use crate::reference::Reference;

impl Engine {
    pub(super) fn judge(
        &self,
        reference: &Reference,
        request: &ImageRequest,
        facts: &Facts,
        history: &History,
        mut image: JudgedImage,
    ) -> Decision {
        image.platforms = facts.image.as_ref().map(platforms).unwrap_or_default();
        let mut case =
            Case::new(reference, request, facts, history, (self.set.clock_skew, self.listed));
        let (mut policies, mut results, mut used) = (Vec::new(), Vec::new(), Vec::new());
        for policy in self.policies.iter().filter(|policy| !policy.rules.is_empty()) {
            let first = results.len();
            let coverage = policy.coverage(&case.circumstances);
            if matches!(coverage, Coverage::Covered) {
                for rule in &policy.rules {
                    results.push(self.rule(policy, rule, &mut case, &mut used));
                }
            }
            let own = results.get(first..).unwrap_or_default();
            policies.push(policy_use(policy, coverage, own, &mut case.circumstances));
        }
        let mut verdict = results.iter().map(weight).max().unwrap_or(Verdict::Allow);
        let mut general = Vec::new();
        if !results.iter().any(covers) {
            let (uncovered, reason) = self.uncovered(&case.circumstances, Code::PolicyNotCovered);
            verdict = verdict.max(uncovered);
            general.push(reason);
        }
        used.sort();
        used.dedup();
        let (valid_until, evidence) = case.finish();
        let inputs = inputs(self.digest, request, &image, facts, history, &evidence);
        Decision {
            verdict,
            now: facts.now,
            inputs,
            valid_until,
            subject: Subject::Image(image),
            policies,
            results,
            general,
            exceptions: used,
            evidence,
        }
    }

    /// The decision on an image that no rule can judge.
    pub(super) fn refused(
        &self,
        request: &ImageRequest,
        facts: &Facts,
        history: &History,
        image: JudgedImage,
        reason: Reason,
    ) -> Decision {
        Decision {
            verdict: Verdict::Deny,
            now: facts.now,
            inputs: inputs(self.digest, request, &image, facts, history, &[]),
            valid_until: None,
            subject: Subject::Image(image),
            policies: Vec::new(),
            results: Vec::new(),
            general: vec![reason],
            exceptions: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn rule(
        &self,
        policy: &CompiledPolicy,
        rule: &CompiledRule,
        case: &mut Case<'_>,
        used: &mut Vec<ExceptionUse>,
    ) -> RuleResult {
        let judged = match rule.matches(&case.circumstances) {
            true => self.outcome(policy, rule, case, used),
            false => (Outcome::Skipped, Judgement::default()),
        };
        result(policy, rule, judged, &mut case.circumstances)
    }

    fn outcome(
        &self,
        policy: &CompiledPolicy,
        rule: &CompiledRule,
        case: &mut Case<'_>,
        used: &mut Vec<ExceptionUse>,
    ) -> (Outcome, Judgement) {
        let strict = rule.judge(policy, case, &[]);
        if strict.passed() {
            return (Outcome::Pass, strict);
        }
        let named = (&*policy.name, &*rule.id);
        let around = &mut case.circumstances;
        let in_force = exceptions::in_force(&self.exceptions, named, around, used);
        let again = || rule.judge(policy, case, &in_force);
        exceptions::apply(&in_force, named, strict, used, again)
    }

    /// What happens to an image or object that no enforced or warned rule covers, which is said
    /// by `code`.
    pub(super) fn uncovered(&self, around: &Circumstances<'_>, code: Code) -> (Verdict, Reason) {
        if let Some(glob) = self.set.excluded_by(around) {
            let reason = Reason::new(Code::PolicyExcluded).found(format!("namespaces `{glob}`"));
            return (Verdict::Allow, reason);
        }
        let default = match self.set.default {
            DefaultVerdict::Allow => Verdict::Allow,
            DefaultVerdict::Warn => Verdict::Warn,
            DefaultVerdict::Deny => Verdict::Deny,
        };
        (default.min(heaviest(self.set.mode(around))), Reason::new(code))
    }
}

fn platforms(image: &ImageFacts) -> Vec<JudgedPlatform> {
    let listed = image.platforms.as_deref().unwrap_or_default();
    let judged = listed.iter().filter(|_| image.is_index);
    judged
        .map(|facts| JudgedPlatform { digest: facts.digest, platform: facts.platform.clone() })
        .collect()
}

/// Whether it keeps the set's default away.
pub(super) fn covers(result: &RuleResult) -> bool {
    result.mode != Mode::Audit && result.outcome != Outcome::Skipped
}

/// What a rule's judgement comes to.
pub(super) fn result<F>(
    policy: &CompiledPolicy,
    rule: &CompiledRule<F>,
    (outcome, judgement): (Outcome, Judgement),
    around: &mut Circumstances<'_>,
) -> RuleResult {
    let Judgement { mut reasons, counts, findings, .. } = judgement;
    reasons.sort();
    reasons.dedup();
    RuleResult {
        policy: Arc::clone(&policy.name),
        rule: Arc::clone(&rule.id),
        outcome,
        mode: policy.mode_of(rule, around),
        severity: rule.severity,
        message: rule.message.clone(),
        controls: Arc::clone(&rule.controls),
        reasons,
        counts,
        findings,
    }
}

pub(super) fn policy_use(
    policy: &CompiledPolicy,
    coverage: Coverage,
    results: &[RuleResult],
    around: &mut Circumstances<'_>,
) -> PolicyUse {
    let (outcome, excluded_by) = match coverage {
        Coverage::NotMatched => (Outcome::Skipped, None),
        Coverage::Excluded(by) => (Outcome::Excluded, Some(by)),
        Coverage::Covered => (worst(results), None),
    };
    PolicyUse {
        name: Arc::clone(&policy.name),
        version: policy.version.clone(),
        digest: policy.digest,
        mode: policy.mode(around),
        outcome,
        excluded_by,
    }
}

pub(super) fn worst(results: &[RuleResult]) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Fail => 0_u8,
        Outcome::Waived => 1,
        Outcome::Pass => 2,
        Outcome::Excluded | Outcome::Skipped => 3,
    };
    results.iter().map(|result| result.outcome).min_by_key(rank).unwrap_or(Outcome::Skipped)
}

pub(super) fn weight(result: &RuleResult) -> Verdict {
    match result.outcome {
        Outcome::Fail => heaviest(result.mode),
        Outcome::Pass | Outcome::Waived | Outcome::Skipped | Outcome::Excluded => Verdict::Allow,
    }
}

/// The verdict that a failure has under a mode.
pub(super) fn heaviest(mode: Mode) -> Verdict {
    match mode {
        Mode::Enforce => Verdict::Deny,
        Mode::Warn => Verdict::Warn,
        Mode::Audit => Verdict::Allow,
    }
}
