//! `podSecurity`: exemptions from what holds.

use std::collections::HashSet;

use super::Report;
use crate::kubernetes::pod_security::{PodSecurityControl, PodSecurityLevel, holds};
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::PodSecurityRule;

pub(super) fn check(path: &str, rule: &PodSecurityRule, report: &mut Report<'_>) {
    for (first, exemption) in rule.exempt.iter().enumerate() {
        let mut seen = HashSet::new();
        for (second, control) in exemption.controls.iter().enumerate() {
            let path = format!("{path}.exempt[{first}].controls[{second}]");
            if !seen.insert(control) {
                report.add(Kind::Duplicate, path, format!("`{control}` is named twice"));
            } else if let Some(detail) = idle(*control, rule) {
                report.add(Kind::Contradiction, path, detail);
            }
        }
    }
}

/// Why nothing can be exempt from the control, if that is so.
fn idle(control: PodSecurityControl, rule: &PodSecurityRule) -> Option<String> {
    let version = rule.version.unwrap_or_default();
    if holds(control, rule.level, version) {
        return None;
    }
    Some(match holds(control, PodSecurityLevel::Restricted, version) {
        true => format!("`{control}` is no control of `{}`", rule.level.name()),
        false => format!("`{control}` does not hold in `{version}`"),
    })
}
