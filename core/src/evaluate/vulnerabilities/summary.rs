//! What a report says under a rule's way of counting, beside the scanner's own rows.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::groups::groups;
use super::rows::{Row, rows};
use crate::evaluate::scope;
use crate::evidence::Severity;
use crate::evidence::scan::{Document, Finding, Status};
use crate::policy::Policies;
use crate::policy::model::{CountBy, Family, SeverityFrom, VulnerabilitiesRule};

/// How many findings there are of each severity, worst first; levels without any are left out.
pub type Levels = BTreeMap<std::cmp::Reverse<Severity>, u64>;

/// A report in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSummary {
    /// The rows as the scanner wrote and rated them, without those it set aside.
    pub scanner: Levels,
    /// The rows that it set aside.
    pub set_aside: Levels,
    /// All rows, under the rule's choice of severity.
    pub rows: Levels,
    /// Ids in packages, under the rule's choice of severity.
    pub vulnerabilities_and_packages: Levels,
    /// Ids, under the rule's choice of severity.
    pub vulnerabilities: Levels,
    /// Of what the rule counts: those with a fixed version.
    pub fixable: Levels,
    /// What the rule counts after its own ignore list and the filters that it accepts. Exceptions
    /// and statements of others depend on the image, and are not applied here.
    pub counted: Levels,
    /// How the rule counts.
    pub count_by: CountBy,
}

/// The `vulnerabilities` rule under whose counting reports are shown, with its full name: the one
/// that is named, `POLICY/RULE` or an end of that, or the only one.
///
/// # Errors
/// Why there is not just one, for a person.
pub fn counting_rule<'p>(
    policies: &'p Policies,
    name: Option<&str>,
) -> Result<(String, &'p VulnerabilitiesRule), String> {
    let mut fitting = Vec::new();
    for policy in policies.image_policies() {
        for rule in &policy.spec.rules {
            let Family::Vulnerabilities(own) = &rule.family else { continue };
            let full = format!("{}/{}", policy.metadata.name, rule.id);
            let fits = |name: &str| name == full || full.ends_with(&format!("/{name}"));
            if name.is_none_or(fits) {
                fitting.push((full, &**own));
            }
        }
    }
    match (fitting.pop(), fitting.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => Err("there is no such `vulnerabilities` rule".to_owned()),
        (Some((last, _)), false) => {
            let names = fitting.into_iter().map(|(name, _)| name).chain([last]);
            let names = names.collect::<Vec<_>>().join("`, `");
            Err(format!(
                "several `vulnerabilities` rules fit, of which one must be named: `{names}`"
            ))
        }
    }
}

/// Sums up a report, under the rule or under what holds where a rule does not say otherwise.
#[must_use]
pub fn summary(
    document: &Document,
    rule: Option<&VulnerabilitiesRule>,
    now: Timestamp,
) -> ScanSummary {
    let from = rule.and_then(|rule| rule.severity_from).unwrap_or(SeverityFrom::Scanner);
    let count_by = rule.and_then(|rule| rule.count_by).unwrap_or(CountBy::VulnerabilityAndPackage);
    let all: Vec<Row<'_>> = rows(document, from).collect();
    let counted: Vec<Row<'_>> = all
        .iter()
        .copied()
        .filter(|row| !rule.is_some_and(|rule| waives(rule, row, now)))
        .collect();
    let count = |rows: &[Row<'_>], by| levels(groups(rows, by).iter().map(|group| group.severity));
    let fixable: Vec<Row<'_>> =
        counted.iter().copied().filter(|row| row.ranked.is_fixable).collect();
    let own = |set_aside: bool| {
        let findings = document.findings().filter(|one| one.is_set_aside() == set_aside);
        levels(findings.map(|one: Finding<'_>| one.severity()))
    };
    ScanSummary {
        scanner: own(false),
        set_aside: own(true),
        rows: count(&all, CountBy::Row),
        vulnerabilities_and_packages: count(&all, CountBy::VulnerabilityAndPackage),
        vulnerabilities: count(&all, CountBy::Vulnerability),
        fixable: count(&fixable, count_by),
        counted: count(&counted, count_by),
        count_by,
    }
}

fn waives(rule: &VulnerabilitiesRule, row: &Row<'_>, now: Timestamp) -> bool {
    let filter = row.finding().set_aside_as().map(Status::name);
    let filtered = filter
        .is_some_and(|filter| rule.accept_filters.iter().any(|accepted| accepted.matches(filter)));
    filtered
        || rule.ignore.iter().any(|ignored| {
            // An entry for some images only may not be for this one.
            ignored.images.is_empty()
                && ignored.expires > now
                && row.is(&ignored.id)
                && (ignored.packages.is_empty()
                    || scope::any(&ignored.packages, row.finding().package()).is_some())
        })
}

fn levels(severities: impl Iterator<Item = Severity>) -> Levels {
    let mut levels = Levels::new();
    for severity in severities {
        let count = levels.entry(std::cmp::Reverse(severity)).or_default();
        *count = count.saturating_add(1);
    }
    levels
}
