//! Exceptions: applied last, to what failed.

use super::case::Judgement;
use super::circumstances::Circumstances;
use super::scope;
use crate::decision::{ExceptionEffect, ExceptionUse, Outcome};
use crate::policy::model::ExceptionSpec;
use crate::reference::PatternIndex;

#[derive(Debug)]
pub(super) struct CompiledException {
    pub(super) name: String,
    /// The rules that it names, as policy and rule id.
    pub(super) rules: Vec<(String, String)>,
    pub(super) images: Option<PatternIndex>,
    pub(super) spec: ExceptionSpec,
}

/// A finding as an exception sees it.
#[derive(Clone, Copy)]
pub(super) struct Waivable<'a> {
    /// By which it goes.
    pub(super) ids: [&'a str; 2],
    pub(super) package: &'a str,
    pub(super) fixable: bool,
}

impl CompiledException {
    /// Whether it names the rule and covers all images in this namespace; one about images
    /// covers nothing that has none, or one that cannot be read.
    fn names(&self, (policy, rule): (&str, &str), around: &Circumstances<'_>) -> bool {
        let covered = |patterns: &PatternIndex| {
            !around.unreadable
                && !around.images.is_empty()
                && around.images.iter().all(|image| patterns.matches(image).is_some())
        };
        self.rules.iter().any(|(own, id)| own == policy && id == rule)
            && self.images.as_ref().is_none_or(covered)
            && (self.spec.namespaces.is_empty()
                || around
                    .namespace
                    .is_some_and(|name| scope::any(&self.spec.namespaces, name).is_some()))
    }

    /// Whether it is about findings only; such a one never waives missing or stale evidence.
    pub(super) fn is_about_findings(&self) -> bool {
        !self.spec.vulnerabilities.is_empty()
            || !self.spec.packages.is_empty()
            || self.spec.until_fix
    }

    /// Whether it covers the whole of a finding by itself.
    pub(super) fn waives(&self, finding: Waivable<'_>) -> bool {
        let (ids, packages) = (&self.spec.vulnerabilities, &self.spec.packages);
        (ids.is_empty() || ids.iter().any(|id| finding.ids.contains(&id.as_str())))
            && (packages.is_empty() || scope::any(packages, finding.package).is_some())
            && !(self.spec.until_fix && finding.fixable)
    }

    pub(super) fn record(&self, rule: &str, effect: ExceptionEffect) -> ExceptionUse {
        ExceptionUse {
            name: self.name.clone(),
            rule: rule.to_owned(),
            effect,
            reason: self.spec.reason.clone(),
            approved_by: self.spec.approved_by.clone(),
            ticket: self.spec.ticket.clone(),
            expires: self.spec.expires,
        }
    }
}

/// The exceptions in force that name a rule; those that have expired are recorded.
pub(super) fn in_force<'e>(
    exceptions: &'e [CompiledException],
    (policy, rule): (&str, &str),
    around: &mut Circumstances<'_>,
    used: &mut Vec<ExceptionUse>,
) -> Vec<&'e CompiledException> {
    let mut in_force = Vec::new();
    for exception in exceptions {
        if !exception.names((policy, rule), around) {
            continue;
        }
        match around.is_past(exception.spec.expires) {
            true => {
                let name = format!("{policy}/{rule}");
                used.push(exception.record(&name, ExceptionEffect::Expired));
            }
            false => in_force.push(exception),
        }
    }
    in_force
}

/// Judges a failing rule again under the exceptions in force, and records what each did. What
/// was waived stays in the decision: the first judgement's reasons are kept.
pub(super) fn apply(
    in_force: &[&CompiledException],
    (policy, rule): (&str, &str),
    strict: Judgement,
    used: &mut Vec<ExceptionUse>,
    again: impl FnOnce() -> Judgement,
) -> (Outcome, Judgement) {
    let name = format!("{policy}/{rule}");
    let whole = in_force.iter().filter(|exception| !exception.is_about_findings());
    let whole: Vec<ExceptionUse> =
        whole.map(|exception| exception.record(&name, ExceptionEffect::Used)).collect();
    if !whole.is_empty() {
        used.extend(whole);
        return (Outcome::Waived, strict);
    }
    if in_force.is_empty() {
        return (Outcome::Fail, strict);
    }
    let again = again();
    for (position, exception) in in_force.iter().enumerate() {
        let helped = again.used.contains(&position);
        let effect = if helped { ExceptionEffect::Used } else { ExceptionEffect::NotEnough };
        used.push(exception.record(&name, effect));
    }
    match again.passed() {
        true => (
            Outcome::Waived,
            Judgement { counts: again.counts, findings: again.findings, ..strict },
        ),
        false => (Outcome::Fail, again),
    }
}
