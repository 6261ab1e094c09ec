//! Rows that count as one.

use super::rows::Row;
use crate::decision::Counts;
use crate::evidence::Severity;
use crate::policy::model::CountBy;

/// Rows that count as one, under the worst of each of their values.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The row that is shown: the first in an order that does not depend on the report's.
    pub(super) shown: Row<'a>,
    pub(super) severity: Severity,
    pub(super) rows: &'a [Row<'a>],
}

/// The rows, some or all of a report's in the order of [`rows`](super::rows::rows), in groups.
pub(super) fn groups<'a>(rows: &'a [Row<'a>], by: CountBy) -> Vec<Group<'a>> {
    let own = |rows: &'a [Row<'a>]| {
        let shown = *rows.first()?;
        let severity = rows.iter().map(Row::severity).max()?;
        Some(Group { shown, severity, rows })
    };
    rows.chunk_by(|a, b| one(by, a, b)).filter_map(own).collect()
}

/// How many groups there are of each severity.
pub(super) fn levels(rows: &[Row<'_>], by: CountBy) -> [(Severity, usize); 6] {
    let mut levels = Severity::WORST_FIRST.map(|severity| (severity, 0_usize));
    for group in rows.chunk_by(|a, b| one(by, a, b)) {
        let severity = group.iter().map(Row::severity).max();
        for (_, count) in levels.iter_mut().filter(|(level, _)| Some(*level) == severity) {
            *count = count.saturating_add(1);
        }
    }
    levels
}

/// How many there are in each of the three ways.
pub(super) fn counts(rows: &[Row<'_>]) -> Counts {
    let count = |by| {
        let groups = rows.chunk_by(|a, b| one(by, a, b)).count();
        u64::try_from(groups).unwrap_or(u64::MAX)
    };
    Counts {
        vulnerability: count(CountBy::Vulnerability),
        vulnerability_and_package: count(CountBy::VulnerabilityAndPackage),
        row: u64::try_from(rows.len()).unwrap_or(u64::MAX),
    }
}

/// Whether two rows of one report count as one.
fn one(by: CountBy, a: &Row<'_>, b: &Row<'_>) -> bool {
    match by {
        CountBy::Vulnerability => a.ranked.vulnerability == b.ranked.vulnerability,
        CountBy::VulnerabilityAndPackage => a.ranked.place == b.ranked.place,
        CountBy::Row => false,
    }
}

/// The worst `most` of the groups, by package: what is exploited, then what scores highest.
/// Gives how many findings are in the words.
pub(super) fn worst(groups: &[&Group<'_>], most: usize) -> (Vec<String>, usize) {
    let mut sorted: Vec<&&Group<'_>> = groups.iter().collect();
    sorted.sort_by_cached_key(|group| std::cmp::Reverse(badness(group)));
    sorted.truncate(most);
    let mut packages: Vec<(String, Vec<String>)> = Vec::new();
    for group in &sorted {
        let finding = group.shown.finding();
        let package = format!("{} {}", finding.package(), finding.installed());
        let words = named(group);
        match packages.iter_mut().find(|(known, _)| *known == package) {
            Some((_, list)) => list.push(words),
            None => packages.push((package, vec![words])),
        }
    }
    let item = |(package, list): (String, Vec<String>)| format!("{package}: {}", list.join(", "));
    (packages.into_iter().map(item).collect(), sorted.len())
}

fn badness(group: &Group<'_>) -> (Severity, bool, Option<u16>) {
    let scores = group.rows.iter().flat_map(|row| row.finding().cvss());
    let exploited = group.rows.iter().any(|row| row.finding().known_exploited() == Some(true));
    (group.severity, exploited, scores.filter_map(|cvss| cvss.score_tenths).max())
}

/// The id, and the version that fixes it.
fn named(group: &Group<'_>) -> String {
    let id = match group.shown.name() {
        "" => "a finding without an id",
        name => name,
    };
    match group.shown.finding().fixed() {
        "" => id.to_owned(),
        fixed => format!("{id} (fixed in {fixed})"),
    }
}
