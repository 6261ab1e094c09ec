//! What counted and what did not, for the decision.

use super::groups::groups;
use super::rows::Row;
use crate::decision::{Finding, FindingList, Findings};
use crate::policy::model::CountBy;

/// Most findings that a decision lists of each kind.
const LISTED: usize = 100;

/// The findings that counted, and those that did not with why, each package's once.
pub(super) fn listed(counted: &[Row<'_>], waived: &[(Row<'_>, String)]) -> Findings {
    let by = CountBy::VulnerabilityAndPackage;
    let counted = groups(counted.iter().copied(), by);
    let mut list: Vec<Finding> =
        counted.iter().map(|group| finding(&group.shown, group.severity.name(), None)).collect();
    let counted = cut(&mut list);
    let mut list: Vec<Finding> = waived
        .iter()
        .map(|(row, why)| finding(row, row.severity.name(), Some(why.clone())))
        .collect();
    Findings { counted, set_apart: cut(&mut list) }
}

/// Joins what platforms and scanners list; what is on both lists is there once.
pub(super) fn join(whole: &mut Option<Findings>, more: impl Into<Option<Findings>>) {
    let Some(more) = more.into() else { return };
    match whole {
        None => *whole = Some(more),
        Some(whole) => {
            join_list(&mut whole.counted, more.counted);
            join_list(&mut whole.set_apart, more.set_apart);
        }
    }
}

fn join_list(whole: &mut FindingList, more: FindingList) {
    let left_out = whole.more.saturating_add(more.more);
    whole.items.extend(more.items);
    let cut = cut(&mut whole.items);
    *whole = FindingList { more: cut.more.saturating_add(left_out), ..cut };
}

/// Sorted by severity, worst first, then by id and package; the first of them, and how many more.
fn cut(list: &mut Vec<Finding>) -> FindingList {
    list.sort();
    list.dedup();
    let more = u64::try_from(list.len().saturating_sub(LISTED)).unwrap_or(u64::MAX);
    list.truncate(LISTED);
    FindingList { items: std::mem::take(list), more }
}

fn finding(row: &Row<'_>, severity: &'static str, because: Option<String>) -> Finding {
    let finding = &row.finding;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Finding {
        rank: std::cmp::Reverse(row.severity),
        severity,
        id: row.name.to_owned(),
        package: finding.package().to_owned(),
        installed: finding.installed().to_owned(),
        fixed: text(finding.fixed()),
        link: text(finding.primary_url()),
        because,
    }
}
