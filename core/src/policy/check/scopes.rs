//! `exclude`: no kinds of objects, which would open something.

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::ImagePolicy;

/// Kinds in what a policy is not about.
pub(super) fn exclude(policy: &ImagePolicy, report: &mut Report<'_>) {
    if policy.spec.exclude.as_ref().is_some_and(|scope| !scope.kinds.is_empty()) {
        let detail = "whoever writes an object chooses its kind, so no kind is kept out";
        let help = Some("name the kinds that are meant in `match`".to_owned());
        report.add_help(Kind::Contradiction, "spec.exclude.kinds", detail, help);
    }
}
