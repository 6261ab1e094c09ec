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
    pub(super) rows: Vec<Row<'a>>,
}

/// The rows in groups, sorted by what is shown.
pub(super) fn groups<'a>(rows: impl Iterator<Item = Row<'a>>, by: CountBy) -> Vec<Group<'a>> {
    let mut rows: Vec<Row<'a>> = rows.collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut groups: Vec<Group<'a>> = Vec::new();
    for row in rows {
        match groups.last_mut().filter(|group| one(by, &group.shown, &row)) {
            Some(group) => {
                group.severity = group.severity.max(row.severity);
                group.rows.push(row);
            }
            None => groups.push(Group { shown: row, severity: row.severity, rows: vec![row] }),
        }
    }
    groups
}

/// How many there are in each of the three ways.
pub(super) fn counts(rows: &[Row<'_>]) -> Counts {
    let count = |by| u64::try_from(groups(rows.iter().copied(), by).len()).unwrap_or(u64::MAX);
    Counts {
        vulnerability: count(CountBy::Vulnerability),
        vulnerability_and_package: count(CountBy::VulnerabilityAndPackage),
        row: u64::try_from(rows.len()).unwrap_or(u64::MAX),
    }
}

/// Two rows with one key say the same of the same package, so their order in a report never
/// matters to what is shown.
fn key<'a>(row: &Row<'a>) -> impl Ord + 'a {
    let finding = &row.finding;
    let worst = std::cmp::Reverse(row.severity);
    (row.name, finding.package(), finding.installed(), worst, finding.id(), finding.fixed())
}

/// Whether two rows count as one. What has no id is never the same as another.
fn one(by: CountBy, a: &Row<'_>, b: &Row<'_>) -> bool {
    let same = !a.name.is_empty() && a.name == b.name;
    match by {
        CountBy::Vulnerability => same,
        CountBy::VulnerabilityAndPackage => {
            same && a.finding.package() == b.finding.package()
                && a.finding.installed() == b.finding.installed()
        }
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
        let finding = &group.shown.finding;
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
    let scores = group.rows.iter().flat_map(|row| row.finding.cvss());
    let exploited = group.rows.iter().any(|row| row.finding.known_exploited() == Some(true));
    (group.severity, exploited, scores.filter_map(|cvss| cvss.score_tenths).max())
}

/// The id, and the version that fixes it.
fn named(group: &Group<'_>) -> String {
    let id = match group.shown.name {
        "" => "a finding without an id",
        name => name,
    };
    match group.shown.finding.fixed() {
        "" => id.to_owned(),
        fixed => format!("{id} (fixed in {fixed})"),
    }
}
