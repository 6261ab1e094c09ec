//! Scan reports.

use std::sync::Arc;

use jiff::Timestamp;

use super::{EvidenceError, EvidenceErrorKind, Severity};
use crate::reference::Digest;

/// A scan report about one image.
#[derive(Debug, Clone)]
pub struct ScanReport {
    config_digest: Option<Digest>,
    repo_digests: Vec<Digest>,
    created_at: Option<Timestamp>,
    findings: Vec<()>,
}

/// One finding of a report.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    report: &'a ScanReport,
}

impl ScanReport {
    /// Reads a report.
    ///
    /// # Errors
    /// `Unsupported` for a dialect that is not read, `NotAnImage` and `NothingScanned` for a
    /// report that says nothing about an image, `Ambiguous`, `Invalid` and `TooLarge` as for
    /// other documents.
    pub fn parse(_bytes: &Arc<[u8]>) -> Result<Self, EvidenceError> {
        Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "", "no reader yet"))
    }

    /// The scanner's name, such as `trivy`.
    #[must_use]
    pub fn scanner(&self) -> &'static str {
        "trivy"
    }

    /// When the report was made.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// Digests of manifests or indexes that the report names, sorted.
    #[must_use]
    pub fn repo_digests(&self) -> &[Digest] {
        &self.repo_digests
    }

    /// The digest of the image's configuration that the report names.
    #[must_use]
    pub fn config_digest(&self) -> Option<Digest> {
        self.config_digest
    }

    /// The findings, in the report's order.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'_>> {
        self.findings.iter().map(|()| Finding { report: self })
    }
}

impl<'a> Finding<'a> {
    /// The id, such as `CVE-2021-44228`.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.report.scanner()
    }

    /// The package's name.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.report.scanner()
    }

    /// The installed version.
    #[must_use]
    pub fn installed(&self) -> &'a str {
        self.report.scanner()
    }

    /// The fixed version or versions as written; empty where none is known.
    #[must_use]
    pub fn fixed(&self) -> &'a str {
        self.report.scanner()
    }

    /// Whether a fixed version is named.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixed().trim().is_empty()
    }

    /// The severity by the scanner's own choice.
    #[must_use]
    pub fn severity(&self) -> Severity {
        Severity::Unknown
    }
}
