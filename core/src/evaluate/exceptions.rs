//! Exceptions: applied last, to what failed.

use jiff::Timestamp;

use super::case::{Case, Judgement};
use super::compile::{CompiledPolicy, CompiledRule};
use super::scope;
use crate::decision::{ExceptionEffect, ExceptionUse, Outcome};
use crate::policy::model::{ExceptionSpec, NameGlob};
use crate::reference::PatternIndex;

#[derive(Debug)]
pub(super) struct CompiledException {
    pub(super) name: String,
    /// Rules as `policy/rule`.
    pub(super) rules: Vec<String>,
    pub(super) images: Option<PatternIndex>,
    pub(super) spec: ExceptionSpec,
}

/// A finding as an exception sees it.
pub(super) struct Waivable<'a> {
    pub(super) ids: &'a [&'a str],
    pub(super) package: &'a str,
    pub(super) fixable: bool,
}

impl CompiledException {
    fn expires(&self) -> Timestamp {
        self.spec.expires
    }

    fn names(&self, rule: &str, case: &Case<'_>) -> bool {
        self.rules.iter().any(|name| name == rule)
            && self.images.as_ref().is_none_or(|images| images.matches(case.reference).is_some())
            && (self.spec.namespaces.is_empty()
                || case.namespace.is_some_and(|name| scope::any(&self.spec.namespaces, name)))
    }

    /// Whether it is about findings only; such a one never waives missing or stale evidence.
    fn is_about_findings(&self) -> bool {
        !self.spec.vulnerabilities.is_empty()
            || !self.spec.packages.is_empty()
            || self.spec.until_fix
    }

    /// Whether it covers the whole of a finding by itself.
    pub(super) fn waives(&self, finding: &Waivable<'_>) -> bool {
        let (ids, packages) = (&self.spec.vulnerabilities, &self.spec.packages);
        self.is_about_findings()
            && (ids.is_empty()
                || (!finding.ids.is_empty()
                    && finding.ids.iter().all(|id| ids.iter().any(|own| own == id))))
            && (packages.is_empty() || any(packages, finding.package))
            && !(self.spec.until_fix && finding.fixable)
    }

    fn record(&self, rule: &str, effect: ExceptionEffect) -> ExceptionUse {
        ExceptionUse {
            name: self.name.clone(),
            rule: rule.to_owned(),
            effect,
            reason: self.spec.reason.clone(),
            approved_by: self.spec.approved_by.clone(),
            ticket: self.spec.ticket.clone(),
            expires: self.expires(),
        }
    }
}

/// Judges a failing rule again under the exceptions in force, and records what each did.
pub(super) fn apply(
    exceptions: &[CompiledException],
    name: &str,
    policy: &CompiledPolicy,
    rule: &CompiledRule,
    case: &mut Case<'_>,
    strict: Judgement,
    used: &mut Vec<ExceptionUse>,
) -> (Outcome, Judgement) {
    let mut in_force = Vec::new();
    for exception in exceptions.iter().filter(|exception| exception.names(name, case)) {
        match case.is_past(exception.expires()) {
            true => used.push(exception.record(name, ExceptionEffect::Expired)),
            false => in_force.push(exception),
        }
    }
    if let Some(whole) = in_force.iter().find(|exception| !exception.is_about_findings()) {
        used.push(whole.record(name, ExceptionEffect::Used));
        return (Outcome::Waived, strict);
    }
    if in_force.is_empty() {
        return (Outcome::Fail, strict);
    }
    let again = rule.judge(policy, case, &in_force);
    let passed = again.passed();
    let helped = passed || again.counts != strict.counts;
    let effect = if helped { ExceptionEffect::Used } else { ExceptionEffect::NotEnough };
    used.extend(in_force.iter().map(|exception| exception.record(name, effect)));
    match passed {
        true => (Outcome::Waived, Judgement { counts: again.counts, ..strict }),
        false => (Outcome::Fail, again),
    }
}

fn any(globs: &[NameGlob], name: &str) -> bool {
    scope::any(globs, name)
}
