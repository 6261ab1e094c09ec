//! Alternatives: each has a name of its own and something to check.

use std::collections::HashSet;

use super::{Report, rules};
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::{AlternativesRule, ImageCatalog, ImagePolicy};

pub(super) fn check(
    path: &str,
    rule: &AlternativesRule,
    policy: &ImagePolicy,
    catalogs: &[(usize, &ImageCatalog)],
    report: &mut Report<'_>,
) {
    let mut names = HashSet::new();
    for (position, alternative) in rule.of.iter().enumerate() {
        if !names.insert(&alternative.name) {
            let detail = format!("there is another alternative `{}`", alternative.name);
            report.add(Kind::Duplicate, format!("{path}.of[{position}].name"), detail);
        }
        if alternative.all.is_empty() {
            let detail = "an alternative without checks is met by every image";
            report.add(Kind::Contradiction, format!("{path}.of[{position}].all"), detail);
        }
    }
    let wanted = rule.at_least.unwrap_or(1);
    if wanted == 0 || usize::try_from(wanted).map_or(true, |wanted| wanted > rule.of.len()) {
        let detail =
            format!("`{wanted}` alternatives are asked for, and there are {}", rule.of.len());
        report.add(Kind::Contradiction, format!("{path}.atLeast"), detail);
    }
    for (place, family) in rule.checks() {
        rules::family(&format!("{path}{place}"), family, policy, catalogs, report);
    }
}
