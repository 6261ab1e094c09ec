//! Scan reports: Trivy's JSON, version 2.
//!
//! A report is read in one pass and kept as spans of its own bytes, so that a large one costs
//! little memory beside itself. [`Document`] is any such report, for showing what it says;
//! [`ScanReport`] is one that is about an image and scanned something: only that is evidence.

use std::sync::Arc;

use jiff::Timestamp;

use super::{EvidenceError, EvidenceErrorKind};
use crate::reference::Digest;

mod dialect;
mod document;
#[allow(missing_docs)]
mod pending;
pub use pending::*;
mod results;
mod status;
mod store;
mod trivy;

pub use document::{Document, Finding, OperatingSystem};
pub use status::Status;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most findings that are read.
pub const MAX_FINDINGS: usize = 200_000;
/// Most results (files and package sources) that are read.
pub const MAX_RESULTS: usize = 100_000;

/// A scan report about one image.
///
/// ```
/// use std::sync::Arc;
/// use cocket::evidence::{Severity, scan::ScanReport};
///
/// let text = r#"{"SchemaVersion": 2, "ArtifactName": "app", "ArtifactType": "container_image",
///   "Results": [{"Target": "app (debian 12.5)", "Class": "os-pkgs", "Vulnerabilities": [
///     {"VulnerabilityID": "CVE-2024-0001", "PkgName": "zlib1g", "InstalledVersion": "1.2",
///      "FixedVersion": "1.3", "Severity": "HIGH"}]}]}"#;
/// let report = ScanReport::parse(&Arc::from(text.as_bytes()))?;
/// let finding = report.findings().next().unwrap();
/// assert_eq!((finding.id(), finding.severity()), ("CVE-2024-0001", Severity::High));
/// assert!(finding.is_fixable());
/// # Ok::<(), cocket::evidence::EvidenceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScanReport {
    document: Document,
}

impl ScanReport {
    /// Reads a report.
    ///
    /// Something was scanned if at least one result is about packages: of class `os-pkgs` or
    /// `lang-pkgs`, or without a class, as Trivy wrote before it had classes; or if there are
    /// findings. Trivy writes such a result for each inventory that it looked through, also
    /// where it found nothing. So a report without results is not a clean one, whatever else it
    /// says: the image may have no inventory, its operating system may not be known, or the
    /// scan may have been for secrets only, in which case `Metadata.OS` is there all the same.
    ///
    /// # Errors
    /// `Unsupported` for a dialect that is not read, `NotAnImage` and `NothingScanned` for a
    /// report that says nothing about an image, `Ambiguous`, `Invalid` and `TooLarge` as for
    /// other documents.
    pub fn parse(bytes: &Arc<[u8]>) -> Result<Self, EvidenceError> {
        Document::parse(bytes)?.about_an_image()
    }

    pub(super) fn checked(document: Document) -> Result<Self, EvidenceError> {
        let refuse =
            |kind, place: &str, detail: String| Err(EvidenceError::new(kind, place, detail));
        let artifact_type = document.artifact_type();
        if artifact_type != "container_image" {
            let detail = match artifact_type {
                "" => "no `ArtifactType`, where `container_image` is expected".to_owned(),
                other => format!("`{other}`, where `container_image` is expected"),
            };
            return refuse(EvidenceErrorKind::NotAnImage, "/ArtifactType", detail);
        }
        if let Some(detail) = document.unreadable_name() {
            return refuse(EvidenceErrorKind::Invalid, "/Metadata", detail);
        }
        if !document.scanned_packages() {
            let detail = match document.os() {
                Some(os) if !matches!(os.family, "" | "none") => {
                    format!("no result about packages, though the image is `{}`", os.family)
                }
                _ => "no result about packages".to_owned(),
            };
            return refuse(EvidenceErrorKind::NothingScanned, "/Results", detail);
        }
        Ok(Self { document })
    }

    /// The scanner's name, such as `trivy`.
    #[must_use]
    pub fn scanner(&self) -> &'static str {
        "trivy"
    }

    /// The scanner's version; `None` where the report does not say.
    #[must_use]
    pub fn scanner_version(&self) -> Option<&str> {
        self.document.scanner_version()
    }

    /// What was scanned, as the scanner was told: a reference or a file's name.
    #[must_use]
    pub fn artifact_name(&self) -> &str {
        self.document.artifact_name()
    }

    /// The image's operating system, as far as the scanner knew it.
    #[must_use]
    pub fn os(&self) -> Option<OperatingSystem<'_>> {
        self.document.os()
    }

    /// When the report was made.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.document.created_at()
    }

    /// Digests of manifests or indexes that the report names, sorted.
    #[must_use]
    pub fn repo_digests(&self) -> &[Digest] {
        self.document.repo_digests()
    }

    /// The digest of the image's configuration that the report names.
    #[must_use]
    pub fn config_digest(&self) -> Option<Digest> {
        self.document.config_digest()
    }

    /// The findings, in the report's order, with those that the scanner set aside.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'_>> {
        self.document.findings()
    }
}
