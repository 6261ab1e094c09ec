//! Findings as rules see them: one name for one vulnerability, one severity, and what keeps a
//! finding from counting.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::evidence::Severity;
use crate::evidence::scan::{Document, Finding};
use crate::policy::model::SeverityFrom;

/// One row of a report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) finding: Finding<'a>,
    /// The id that stands for it among its aliases.
    pub(super) name: &'a str,
    /// Its own id.
    pub(super) id: &'a str,
    pub(super) package: &'a str,
    pub(super) installed: &'a str,
    pub(super) fixed: &'a str,
    /// By the source that the rule names.
    pub(super) severity: Severity,
    pub(super) fixable: bool,
}

impl<'a> Row<'a> {
    /// Whether `id` is one by which the finding goes.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id || self.name == id
    }

    /// Whether `id` is among all that the report calls it: for lists that only tighten.
    pub(super) fn is_called(&self, id: &str) -> bool {
        self.is(id) || self.finding.aliases().any(|alias| alias == id)
    }

    /// All that the report calls it.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        [self.id, self.name].into_iter().chain(self.finding.aliases())
    }

    /// From when a fix could have been taken up: its own date, else that of publication.
    pub(super) fn fixed_since(&self) -> Option<Timestamp> {
        let details = self.finding.details();
        details.fix_available_at.or(details.published_at)
    }
}

/// The rows of a report, those that may count as one beside each other. Two rows with one key say
/// the same of the same package, so their order in a report never matters to what is shown.
pub(super) fn rows<'a>(report: &'a Document, from: SeverityFrom) -> Vec<Row<'a>> {
    let names = Names::new(report);
    let row = |finding: Finding<'a>| {
        let (id, package, fixed) = (finding.id(), finding.package(), finding.fixed());
        Row {
            name: names.of(id, package),
            id,
            package,
            installed: finding.installed(),
            fixed,
            severity: severity(&finding, from),
            fixable: finding.is_fixable(),
            finding,
        }
    };
    let mut rows: Vec<Row<'a>> = report.findings().map(row).collect();
    rows.sort_by_cached_key(key);
    rows
}

fn key<'a>(row: &Row<'a>) -> (&'a str, &'a str, &'a str, Reverse<Severity>, &'a str, &'a str) {
    (row.name, row.package, row.installed, Reverse(row.severity), row.id, row.fixed)
}

fn severity(finding: &Finding<'_>, from: SeverityFrom) -> Severity {
    /// Sources that judge a vulnerability wherever it is, not in a package of their own.
    const GENERAL: [&str; 6] = ["nvd", "ghsa", "glad", "osv", "cvelist", "scanner"];
    let by = |wanted: &dyn Fn(&str) -> bool| {
        let own = finding
            .severities()
            .filter(|(source, _)| wanted(source.split('@').next().unwrap_or_default()));
        own.map(|(_, severity)| severity).max().unwrap_or(Severity::Unknown)
    };
    match from {
        SeverityFrom::Scanner => finding.severity(),
        SeverityFrom::Nvd => by(&|source| source == "nvd"),
        SeverityFrom::Vendor => by(&|source| !GENERAL.contains(&source)),
        SeverityFrom::Highest => by(&|_| true).max(finding.severity()),
    }
}

/// The id that stands for a finding, by package: a CVE for itself, and for everything that only
/// this CVE is called in the same package. What two CVEs are called joins neither.
struct Names<'a>(BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>);

impl<'a> Names<'a> {
    fn new(report: &'a Document) -> Self {
        let mut found: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for finding in report.findings().filter(|finding| finding.aliases().next().is_some()) {
            let package = finding.package();
            let id = finding.id();
            for alias in finding.aliases().filter(|alias| *alias != id) {
                match (is_cve(id), is_cve(alias)) {
                    (false, true) => found.entry((package, id)).or_default().insert(alias),
                    (true, false) => found.entry((package, alias)).or_default().insert(id),
                    _ => false,
                };
            }
        }
        Self(found)
    }

    fn of(&self, id: &'a str, package: &'a str) -> &'a str {
        let mut cves = self.0.get(&(package, id)).into_iter().flatten();
        match (cves.next(), cves.next()) {
            (Some(only), None) if !is_cve(id) => only,
            _ => id,
        }
    }
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}
