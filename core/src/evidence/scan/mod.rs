//! Scan reports: the JSON of Trivy, Grype and OSV-Scanner, and the predicates around them.
//!
//! A report is read in one pass and kept as spans of its own bytes, so that a large one costs
//! little memory beside itself. [`Document`] is any such report, for showing what it says;
//! [`ScanReport`] is one that is about an image and scanned something: only that is evidence.
//! [`attested`] reads what stands in a signed statement.

use std::sync::Arc;

use jiff::Timestamp;

use super::{EvidenceError, EvidenceErrorKind};
use crate::reference::Digest;

mod attested;
mod decimal;
mod details;
mod dialect;
mod document;
mod finding;
mod grype;
mod grype_match;
mod grype_rating;
mod in_toto;
mod listed;
mod names;
mod osv;
mod osv_advisory;
mod ranking;
mod rating;
mod report;
mod results;
mod said;
mod status;
mod store;
mod trivy;
mod trivy_finding;

pub use attested::{AttestedDatabase, AttestedScan, attested};
pub use details::{Details, Epss};
pub use dialect::Dialect;
pub use document::{Database, Document, OperatingSystem};
pub use finding::Finding;
pub use listed::ListedFinding;
pub(crate) use ranking::{Ranked, Rating};
pub use rating::{Cvss, CvssVersion};
pub use status::{FixState, Status};

/// Largest report that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most findings that are read.
pub const MAX_FINDINGS: usize = 200_000;
/// Most results (files and package sources) that are read.
pub const MAX_RESULTS: usize = 100_000;
/// Most aliases that are read.
pub const MAX_ALIASES: usize = 1_000_000;
/// Most layers that are read.
const MAX_LAYERS: usize = 10_000;

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
    /// It must show that something was scanned, for a scan of nothing finds nothing:
    ///
    /// - Trivy: at least one result is about packages, of class `os-pkgs` or `lang-pkgs`, or
    ///   without a class, as Trivy wrote before it had classes; or there are findings. Trivy
    ///   writes such a result for each inventory that it looked through, also where it found
    ///   nothing. The image may have no inventory, its operating system may not be known, or the
    ///   scan may have been for secrets only, in which case `Metadata.OS` is there all the same.
    /// - Grype: there are findings, or an operating system with packages is known; its reports
    ///   list no packages.
    /// - OSV-Scanner: at least one package is listed. It lists those without advisories only
    ///   where it is told to (`--all-packages`).
    ///
    /// And it must say that it is about an image. Trivy before its version 0.20 did not, so that
    /// its lists of results are no evidence. OSV-Scanner's report is about an image if it has
    /// `image_metadata`, or if all its sources are of type `docker`; it names no digest.
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
        let places = Places::of(document.dialect());
        let says_nothing = document.findings().len() == 0 && document.targets.is_empty();
        if document.dialect() == Dialect::TrivyV1 && says_nothing {
            let detail = "a report without results, which names no image".to_owned();
            return refuse(EvidenceErrorKind::NothingScanned, "", detail);
        }
        if !places.is_image(document.artifact_type()) {
            let expected = places.images.first().copied().unwrap_or_default();
            let detail = match document.artifact_type() {
                "" => format!("it does not say what was scanned, where `{expected}` is expected"),
                other => format!("`{other}`, where `{expected}` is expected"),
            };
            return refuse(EvidenceErrorKind::NotAnImage, places.kind, detail);
        }
        if let Some(detail) = document.unreadable_name() {
            return refuse(EvidenceErrorKind::Invalid, places.name, detail);
        }
        if !document.scanned_packages() {
            let detail = match document.os() {
                Some(os) if !matches!(os.family, "" | "none") => {
                    format!("nothing about packages, though the image is `{}`", os.family)
                }
                _ => "nothing about packages".to_owned(),
            };
            return refuse(EvidenceErrorKind::NothingScanned, places.results, detail);
        }
        Ok(Self { document })
    }

    /// The report as a document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The scanner's name: `trivy`, `grype` or `osv-scanner`, or the URI of another one that an
    /// in-toto predicate names.
    #[must_use]
    pub fn scanner(&self) -> &str {
        self.document.scanner()
    }

    /// The scanner's version; `None` where the report does not say.
    #[must_use]
    pub fn scanner_version(&self) -> Option<&str> {
        self.document.scanner_version()
    }

    /// The vulnerability database; `None` where the report does not say.
    #[must_use]
    pub fn database(&self) -> Option<Database<'_>> {
        self.document.database()
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

/// Where each format says what, and its words for an image.
struct Places {
    kind: &'static str,
    name: &'static str,
    results: &'static str,
    images: &'static [&'static str],
}

impl Places {
    fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::TrivyV1 | Dialect::TrivyV2 => Self {
                kind: "/ArtifactType",
                name: "/Metadata",
                results: "/Results",
                images: &["container_image"],
            },
            Dialect::Grype => Self {
                kind: "/source/type",
                name: "/source/target",
                results: "/matches",
                images: &["image"],
            },
            Dialect::OsvScanner => Self {
                kind: "/image_metadata",
                name: "",
                results: "/results",
                images: &["image", "docker"],
            },
            // What it is about is what the statement around it says.
            Dialect::InTotoVulns => {
                Self { kind: "", name: "", results: "/scanner/result", images: &[] }
            }
        }
    }

    fn is_image(&self, word: &str) -> bool {
        self.images.is_empty() || self.images.contains(&word)
    }
}
