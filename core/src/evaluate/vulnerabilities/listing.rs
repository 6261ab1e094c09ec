//! What counted and what did not, for the decision.

use std::sync::Arc;

use super::rows::Row;
use crate::decision::{Finding, FindingList, Findings};
use crate::evidence::Severity;

/// The findings that counted, and those that did not with why, each package's once.
pub(super) fn listed(counted: &[Row<'_>], waived: &[(Row<'_>, Arc<str>)], most: usize) -> Findings {
    Findings { counted: first(counted, most), set_apart: set_apart(waived, most) }
}

/// The first of the findings that count. Of those that count as one the worst stands first.
fn first(counted: &[Row<'_>], most: usize) -> FindingList {
    let places = counted.chunk_by(|a, b| a.ranked.place == b.ranked.place);
    let mut shown: Vec<&Row<'_>> = Vec::with_capacity(counted.len());
    shown.extend(places.filter_map(<[Row<'_>]>::first));
    let mut lines: Vec<&Row<'_>> = Vec::with_capacity(shown.len());
    for severity in Severity::WORST_FIRST {
        lines.extend(shown.iter().filter(|row| row.severity() == severity));
    }
    // Of one severity they stand in the order of lists, but for those without a name.
    if !lines.is_sorted_by_key(|row| row.ranked.line) {
        lines.sort_by_key(|row| row.ranked.line);
    }
    lines.dedup_by_key(|row| row.ranked.line);
    let more = u64::try_from(lines.len().saturating_sub(most)).unwrap_or(u64::MAX);
    let items = lines.into_iter().take(most).map(|row| row.listed()).collect();
    FindingList { items, more }
}

fn set_apart(waived: &[(Row<'_>, Arc<str>)], most: usize) -> FindingList {
    let mut lines: Vec<_> = waived.iter().map(|(row, why)| (row.ranked.line, why, row)).collect();
    lines.sort_by_key(|(line, why, _)| (*line, *why));
    lines.dedup_by_key(|(line, why, _)| (*line, *why));
    let more = u64::try_from(lines.len().saturating_sub(most)).unwrap_or(u64::MAX);
    let item = |(_, why, row): (u32, &Arc<str>, &Row<'_>)| {
        Arc::new(Finding { because: Some(Arc::clone(why)), ..Finding::clone(&row.listed()) })
    };
    FindingList { items: lines.into_iter().take(most).map(item).collect(), more }
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
fn cut(list: &mut Vec<Arc<Finding>>, most: usize) -> FindingList {
    list.sort();
    list.dedup();
    let more = u64::try_from(list.len().saturating_sub(most)).unwrap_or(u64::MAX);
    list.truncate(most);
    FindingList { items: std::mem::take(list), more }
}
