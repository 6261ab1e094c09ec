//! Exceptions: about rules that exist, with sentences that say something, for a bounded time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Documents, Report};
use crate::policy::ObjectJudge;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::suggestion;
use crate::policy::model::{ExceptionLimits, PolicyException};
use crate::policy::shown::shown;

/// Every rule by its full name and by its bare id.
pub(super) struct KnownRules(HashMap<String, Vec<String>>);

impl KnownRules {
    pub(super) fn new(documents: &Documents<'_>, judges: &[Arc<dyn ObjectJudge>]) -> Self {
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        let mut add = |policy: &str, rule: &str| {
            let full = format!("{policy}/{rule}");
            known.entry(full.clone()).or_default().push(full.clone());
            known.entry(rule.to_owned()).or_default().push(full);
        };
        for (_, policy) in &documents.policies {
            for rule in &policy.spec.rules {
                add(policy.metadata.name.as_str(), rule.id.as_str());
            }
        }
        for judge in judges {
            judge.rules().iter().for_each(|rule| add(judge.name(), rule));
        }
        Self(known)
    }
}

pub(super) fn check(
    exception: &PolicyException,
    known: &KnownRules,
    documents: &Documents<'_>,
    report: &mut Report<'_>,
) {
    let spec = &exception.spec;
    rules(&spec.rules, known, report);
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
fn rules(names: &[String], known: &KnownRules, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    for (position, name) in names.iter().enumerate() {
        let path = format!("spec.rules[{position}]");
        match known.0.get(name).map(Vec::as_slice).unwrap_or_default() {
            [one] if !seen.insert(one.as_str()) => {
                report.add(Kind::Duplicate, path, format!("`{one}` is named twice"));
            }
            [_] => {}
            [] => {
                let mut words: Vec<&str> = known.0.keys().map(String::as_str).collect();
                words.sort_unstable();
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
