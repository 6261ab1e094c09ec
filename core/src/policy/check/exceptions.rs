//! Exceptions: about rules that exist, with sentences that say something, for a bounded time.

use std::collections::HashSet;

use super::{Documents, Report};
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::suggestion;
use crate::policy::model::{ExceptionLimits, PolicyException};
use crate::policy::shown::shown;

pub(super) fn check(
    exception: &PolicyException,
    documents: &Documents<'_>,
    report: &mut Report<'_>,
) {
    let spec = &exception.spec;
    rules(&spec.rules, documents, report);
    report.blank("spec.reason", &spec.reason);
    report.blank("spec.approvedBy", &spec.approved_by);
    report.blank("spec.ticket", &spec.ticket);
    for (position, id) in spec.vulnerabilities.iter().enumerate() {
        report.blank(format!("spec.vulnerabilities[{position}]"), id);
    }
    if let Some(approved) = spec.approved_on
        && spec.expires <= approved
    {
        let detail =
            format!("it expires at `{}`, not after `approvedOn` `{approved}`", spec.expires);
        report.add(Kind::Contradiction, "spec.expires", detail);
    }
    let limits = documents.sets.iter().find_map(|(_, set)| set.spec.exceptions.as_ref());
    if let Some(limits) = limits {
        duration(exception, limits, report);
    }
}

fn duration(exception: &PolicyException, limits: &ExceptionLimits, report: &mut Report<'_>) {
    let most = limits.max_duration;
    let Some(approved) = exception.spec.approved_on else {
        let detail = format!("`approvedOn` is missing, and the set allows `{most}` from it");
        report.add(Kind::MissingKey, "spec", detail);
        return;
    };
    let lasts = exception.spec.expires.as_second().saturating_sub(approved.as_second());
    if u64::try_from(lasts).is_ok_and(|lasts| lasts > most.seconds()) {
        let detail = format!(
            "it lasts from `{approved}` to `{}`, longer than the `{most}` that the set allows",
            exception.spec.expires
        );
        report.add(Kind::Contradiction, "spec.expires", detail);
    }
}

/// Each name is `policy/rule`, or a rule's id that is unique in the set.
fn rules(names: &[String], documents: &Documents<'_>, report: &mut Report<'_>) {
    let known: Vec<(String, &str)> = documents
        .policies
        .iter()
        .flat_map(|(_, policy)| {
            let full = |id: &str| format!("{}/{id}", policy.metadata.name);
            policy.spec.rules.iter().map(move |rule| (full(rule.id.as_str()), rule.id.as_str()))
        })
        .collect();
    let mut seen = HashSet::new();
    for (position, name) in names.iter().enumerate() {
        let path = format!("spec.rules[{position}]");
        let meant: Vec<&str> = known
            .iter()
            .filter(|(full, bare)| full == name || bare == name)
            .map(|(full, _)| full.as_str())
            .collect();
        match meant.as_slice() {
            [one] if !seen.insert((*one).to_owned()) => {
                report.add(Kind::Duplicate, path, format!("`{one}` is named twice"));
            }
            [_] => {}
            [] => {
                let words = known.iter().flat_map(|(full, bare)| [full.as_str(), bare]);
                let help = suggestion(name, words);
                report.add_help(
                    Kind::Reference,
                    path,
                    format!("there is no rule {}", shown(name)),
                    help,
                );
            }
            several => {
                let detail = format!("{} is a rule of several policies", shown(name));
                let help = format!("name one: `{}`", several.join("`, `"));
                report.add_help(Kind::Reference, path, detail, Some(help));
            }
        }
    }
}
