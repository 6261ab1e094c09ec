//! Findings as rules see them: one name for one vulnerability, one severity, and what keeps a
//! finding from counting.

use std::cmp::Reverse;

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
    /// The vulnerability and where it is.
    fn place(&self) -> (&'a str, &'a str, &'a str) {
        (self.name, self.package, self.installed)
    }

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

/// The rows of a report, those that may count as one beside each other: by name, package, installed
/// version, severity (worst first), id and fixed version. Two rows that are alike in these say the
/// same of the same package, so their order in a report never matters to what is shown.
pub(super) fn rows<'a>(report: &'a Document, from: SeverityFrom) -> Vec<Row<'a>> {
    let row = |(name, finding): (&'a str, Finding<'a>)| Row {
        name,
        id: finding.id(),
        package: finding.package(),
        installed: finding.installed(),
        fixed: finding.fixed(),
        severity: severity(&finding, from),
        fixable: finding.is_fixable(),
        finding,
    };
    let mut rows: Vec<Row<'a>> = report.by_name().map(row).collect();
    for run in rows.chunk_by_mut(|a, b| a.place() == b.place()) {
        run.sort_by_key(|row| Reverse(row.severity));
    }
    debug_assert!(
        rows.is_sorted_by_key(|row| { (row.place(), Reverse(row.severity), row.id, row.fixed) })
    );
    rows
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
