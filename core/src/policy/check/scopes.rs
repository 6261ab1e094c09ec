//! `match` and `exclude`: kinds of objects only where they mean something and open nothing.

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::{ImagePolicy, Match, Rule};

/// Kinds in what a policy is not about.
pub(super) fn exclude(policy: &ImagePolicy, report: &mut Report<'_>) {
    if has_kinds(policy.spec.exclude.as_ref()) {
        let detail = "whoever writes an object chooses its kind, so no kind is kept out";
        let help = Some("name the kinds that are meant in `match`".to_owned());
        report.add_help(Kind::Contradiction, "spec.exclude.kinds", detail, help);
    }
}

/// Kinds in what a rule about images is about.
pub(super) fn check(path: &str, rule: &Rule, policy: &ImagePolicy, report: &mut Report<'_>) {
    if rule.family.is_about_objects() {
        return;
    }
    let detail = format!("`{}` is a rule about images, which have no kind", rule.id);
    if has_kinds(rule.matches.as_ref()) {
        report.add(Kind::Contradiction, format!("{path}.match.kinds"), detail);
    } else if has_kinds(policy.spec.matches.as_ref()) {
        report.add(Kind::Contradiction, "spec.match.kinds", detail);
    }
}

fn has_kinds(scope: Option<&Match>) -> bool {
    scope.is_some_and(|scope| !scope.kinds.is_empty())
}
