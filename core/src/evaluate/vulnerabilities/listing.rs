//! What counted and what did not, for the decision.

use super::groups::groups;
use super::rows::Row;
use crate::decision::{Finding, FindingList, Findings};
use crate::policy::model::CountBy;

/// The findings that counted, and those that did not with why, each package's once.
pub(super) fn listed(counted: &[Row<'_>], waived: &[(Row<'_>, String)], most: usize) -> Findings {
    let by = CountBy::VulnerabilityAndPackage;
    let counted = groups(counted.iter().copied(), by);
    let mut list: Vec<Finding> =
        counted.iter().map(|group| finding(&group.shown, group.severity.name(), None)).collect();
    let counted = cut(&mut list, most);
    let mut list: Vec<Finding> = waived
        .iter()
        .map(|(row, why)| finding(row, row.severity.name(), Some(why.clone())))
        .collect();
    Findings { counted, set_apart: cut(&mut list, most) }
}

/// Joins what platforms and scanners list; what is on both lists is there once.
pub(super) fn join(whole: &mut Option<Findings>, more: impl Into<Option<Findings>>, most: usize) {
    let Some(more) = more.into() else { return };
    match whole {
        None => *whole = Some(more),
        Some(whole) => {
            join_list(&mut whole.counted, more.counted, most);
            join_list(&mut whole.set_apart, more.set_apart, most);
        }
    }
}

fn join_list(whole: &mut FindingList, more: FindingList, most: usize) {
    let left_out = whole.more.saturating_add(more.more);
    whole.items.extend(more.items);
    let cut = cut(&mut whole.items, most);
    *whole = FindingList { more: cut.more.saturating_add(left_out), ..cut };
}

/// Sorted by severity, worst first, then by id and package; the first of them, and how many more.
fn cut(list: &mut Vec<Finding>, most: usize) -> FindingList {
    list.sort();
    list.dedup();
    let more = u64::try_from(list.len().saturating_sub(most)).unwrap_or(u64::MAX);
    list.truncate(most);
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
        link: finding.primary_url().map(Into::into),
        because,
    }
}
