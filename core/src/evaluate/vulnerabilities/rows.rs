//! Findings as rules see them: one name for one vulnerability, and one severity.

use std::sync::Arc;

use jiff::Timestamp;

use crate::evidence::Severity;
use crate::evidence::scan::{Document, Finding, ListedFinding, Ranked, Rating};
use crate::policy::model::SeverityFrom;

/// One row of a report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    report: &'a Document,
    pub(super) ranked: &'a Ranked,
}

impl<'a> Row<'a> {
    pub(super) fn new(report: &'a Document, ranked: &'a Ranked) -> Self {
        Self { report, ranked }
    }

    pub(super) fn finding(&self) -> Finding<'a> {
        self.ranked.finding(self.report)
    }

    /// As decisions list it that count it.
    pub(super) fn listed(&self) -> Arc<ListedFinding> {
        self.ranked.listed(self.report)
    }

    /// The id that stands for it among its aliases.
    pub(super) fn name(&self) -> &'a str {
        self.ranked.name(self.report)
    }

    /// By the source that the rule names.
    pub(super) fn severity(&self) -> Severity {
        self.ranked.severity
    }

    /// Whether `id` is one by which the finding goes.
    pub(super) fn is(&self, id: &str) -> bool {
        self.finding().id() == id || self.name() == id
    }

    /// Whether `id` is among all that the report calls it: for lists that only tighten.
    pub(super) fn is_called(&self, id: &str) -> bool {
        self.is(id) || self.finding().aliases().any(|alias| alias == id)
    }

    /// All that the report calls it.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let finding = self.finding();
        [finding.id(), self.name()].into_iter().chain(finding.aliases())
    }

    /// From when a fix could have been taken up: its own date, else that of publication.
    pub(super) fn fixed_since(&self) -> Option<Timestamp> {
        let details = self.finding().details();
        details.fix_available_at.or(details.published_at)
    }
}

/// The rows of a report in the order of its [`Ranking`](crate::evidence::scan::Ranking).
pub(super) fn rows(report: &Document, from: SeverityFrom) -> impl Iterator<Item = Row<'_>> {
    report.ranking(rating(from)).findings.iter().map(|ranked| Row::new(report, ranked))
}

/// How reports call a rule's choice of severity.
pub(super) fn rating(from: SeverityFrom) -> Rating {
    match from {
        SeverityFrom::Scanner => Rating::Scanner,
        SeverityFrom::Nvd => Rating::Nvd,
        SeverityFrom::Vendor => Rating::Vendor,
        SeverityFrom::Highest => Rating::Highest,
    }
}
