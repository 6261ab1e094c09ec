//! What counted and what did not, for the decision.

use std::cmp::Reverse;

use super::groups::groups;
use super::rows::Row;
use crate::decision::{Finding, FindingList, Findings};
use crate::evidence::Severity;
use crate::policy::model::CountBy;

/// The findings that counted, and those that did not with why, each package's once.
pub(super) fn listed(counted: &[Row<'_>], waived: &[(Row<'_>, String)], most: usize) -> Findings {
    let counted = groups(counted, CountBy::VulnerabilityAndPackage);
    let counted = counted.iter().map(|group| Line::of(&group.shown, group.severity.name(), None));
    let set_apart = waived.iter().map(|(row, why)| Line::of(row, row.severity.name(), Some(why)));
    Findings {
        counted: first(counted.collect(), most),
        set_apart: first(set_apart.collect(), most),
    }
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

/// A [`Finding`] whose texts are still the report's, of which most are never shown. Members stand in
/// the order of those, so that both sort alike; one rank has one severity.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line<'a> {
    rank: Reverse<Severity>,
    id: &'a str,
    package: &'a str,
    installed: &'a str,
    fixed: Option<&'a str>,
    link: Option<&'a str>,
    because: Option<&'a str>,
    severity: &'static str,
}

impl<'a> Line<'a> {
    /// What it is first sorted by.
    fn place(&self) -> (Reverse<Severity>, &'a str, &'a str, &'a str) {
        (self.rank, self.id, self.package, self.installed)
    }

    fn of(row: &Row<'a>, severity: &'static str, because: Option<&'a String>) -> Self {
        Self {
            rank: Reverse(row.severity),
            severity,
            id: row.name,
            package: row.package,
            installed: row.installed,
            fixed: Some(row.fixed).filter(|fixed| !fixed.is_empty()),
            link: row.finding.primary_url(),
            because: because.map(String::as_str),
        }
    }
}

impl From<Line<'_>> for Finding {
    fn from(line: Line<'_>) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            rank: line.rank,
            severity: line.severity,
            id: line.id.to_owned(),
            package: line.package.to_owned(),
            installed: line.installed.to_owned(),
            fixed: text(line.fixed),
            link: text(line.link),
            because: text(line.because),
        }
    }
}

/// As [`cut`], before the texts are copied, of lines in the order of [`rows`](super::rows::rows).
fn first(mut list: Vec<Line<'_>>, most: usize) -> FindingList {
    list.sort_by_key(|line| line.rank);
    for run in list.chunk_by_mut(|a, b| a.place() == b.place()) {
        run.sort_unstable();
    }
    debug_assert!(list.is_sorted());
    list.dedup();
    let more = u64::try_from(list.len().saturating_sub(most)).unwrap_or(u64::MAX);
    list.truncate(most);
    FindingList { items: list.into_iter().map(Finding::from).collect(), more }
}
