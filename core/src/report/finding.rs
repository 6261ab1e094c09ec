//! What is not in order about an image: the order and the weight that all formats share.

use crate::decision::{
    Decision, ExceptionEffect, ExceptionUse, Outcome, Reason, RuleResult, Verdict,
};
use crate::policy::model::Mode;
use crate::reasons::ReasonKind;

/// What a finding does to the verdict, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// It denies.
    Deny,
    /// It warns.
    Warn,
    /// It is told and changes nothing.
    Audit,
    /// An exception covers it.
    Waived,
}

/// A rule that is not satisfied, or the reasons that belong to no rule.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    pub(super) weight: Weight,
    /// The rule; `None` for the reasons that belong to no rule.
    pub(super) rule: Option<&'a RuleResult>,
    /// Why: the failures, where there is one.
    pub(super) reasons: Vec<&'a Reason>,
    /// The exceptions in force that waive it, or a part of it where it still fails.
    pub(super) waived_by: Vec<&'a ExceptionUse>,
}

impl Finding<'_> {
    /// How its exceptions are introduced.
    pub(super) fn waiving(&self) -> &'static str {
        match self.weight {
            Weight::Waived => "waived by",
            Weight::Deny | Weight::Warn | Weight::Audit => "waived in part by",
        }
    }

    /// `policy/rule`, or words for the reasons that belong to no rule.
    pub(super) fn name(&self) -> String {
        self.rule.map_or_else(|| "policy set".to_owned(), rule_name)
    }
}

/// How a rule is named everywhere: `policy/rule`.
pub(super) fn rule_name(rule: &RuleResult) -> String {
    format!("{}/{}", rule.policy, rule.rule)
}

/// All findings, the heaviest first, then in the decision's own order.
pub(super) fn findings(decision: &Decision) -> Vec<Finding<'_>> {
    let mut found: Vec<Finding<'_>> = decision
        .results
        .iter()
        .filter_map(|rule| {
            let weight = weight(rule)?;
            let waived_by = used(decision, &rule_name(rule));
            Some(Finding { weight, rule: Some(rule), reasons: reasons(&rule.reasons), waived_by })
        })
        .collect();
    let general: Vec<&Reason> = decision.general.iter().filter(is_failure).collect();
    if !general.is_empty() {
        let weight = match decision.verdict {
            Verdict::Deny => Weight::Deny,
            Verdict::Warn => Weight::Warn,
            Verdict::Allow => Weight::Audit,
        };
        found.insert(0, Finding { weight, rule: None, reasons: general, waived_by: Vec::new() });
    }
    found.sort_by_key(|finding| finding.weight);
    found
}

fn weight(rule: &RuleResult) -> Option<Weight> {
    match (rule.outcome, rule.mode) {
        (Outcome::Fail, Mode::Enforce) => Some(Weight::Deny),
        (Outcome::Fail, Mode::Warn) => Some(Weight::Warn),
        (Outcome::Fail, Mode::Audit) => Some(Weight::Audit),
        (Outcome::Waived, _) => Some(Weight::Waived),
        (Outcome::Pass | Outcome::Skipped | Outcome::Excluded, _) => None,
    }
}

/// The failures; what passed on one platform does not explain a failure on another.
fn reasons(all: &[Reason]) -> Vec<&Reason> {
    let failures: Vec<&Reason> = all.iter().filter(is_failure).collect();
    if failures.is_empty() { all.iter().collect() } else { failures }
}

fn is_failure(reason: &&Reason) -> bool {
    reason.code.kind() == ReasonKind::Fail
}

fn used<'a>(decision: &'a Decision, rule: &str) -> Vec<&'a ExceptionUse> {
    let waives = |used: &&ExceptionUse| used.rule == rule && used.effect == ExceptionEffect::Used;
    decision.exceptions.iter().filter(waives).collect()
}
