//! A report of Trivy's version 2 about anything.

use std::sync::Arc;

use jiff::Timestamp;

use super::store::{List, Span, Stored, Texts};
use super::{ScanReport, Status, trivy};
use crate::evidence::{EvidenceError, Severity};
use crate::reference::Digest;

/// A report of Trivy's version 2 about anything: an image, a file tree, a repository, an
/// inventory. It is for showing what the report says; [`Self::about_an_image`] makes evidence
/// of it.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) texts: Texts,
    pub(super) scanner_version: Option<Span>,
    pub(super) artifact_name: Span,
    pub(super) artifact_type: Span,
    pub(super) os: Option<StoredOs>,
    pub(super) config_digest: Option<Digest>,
    pub(super) repo_digests: Vec<Digest>,
    /// A text that should have been a digest of the image, and is none.
    pub(super) unreadable_name: Option<Span>,
    pub(super) created_at: Option<Timestamp>,
    /// What each result is about, by position.
    pub(super) targets: Vec<Span>,
    pub(super) scanned_packages: bool,
    pub(super) findings: List,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StoredOs {
    pub(super) family: Span,
    pub(super) name: Span,
    pub(super) is_end_of_life: bool,
}

/// An operating system, as a scanner names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatingSystem<'a> {
    /// The family, such as `debian`; empty or `none` where it is not known.
    pub family: &'a str,
    /// The version, such as `12.5`.
    pub name: &'a str,
    /// Whether its vendor no longer maintains it, so that fixes and findings may be missing.
    pub is_end_of_life: bool,
}

/// One finding of a report.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    document: &'a Document,
    stored: &'a Stored,
}

impl Document {
    /// Reads a report.
    ///
    /// # Errors
    /// `Unsupported` for another format or version, with what it looks like; `Ambiguous` for
    /// duplicate keys anywhere, and for keys that differ by case only from one that is read;
    /// `TooLarge` over [`MAX_BYTES`](super::MAX_BYTES), [`MAX_FINDINGS`](super::MAX_FINDINGS),
    /// [`MAX_RESULTS`](super::MAX_RESULTS) or 64 levels; `Invalid` for the rest.
    pub fn parse(bytes: &Arc<[u8]>) -> Result<Self, EvidenceError> {
        trivy::read(bytes)
    }

    /// The report as evidence.
    ///
    /// # Errors
    /// `NotAnImage` for a report about something else, `NothingScanned` where no packages were
    /// looked through, `Invalid` where the image is named, but not by a digest.
    pub fn about_an_image(self) -> Result<ScanReport, EvidenceError> {
        ScanReport::checked(self)
    }

    /// What kind of thing was scanned, such as `container_image` or `filesystem`; empty where
    /// the report does not say.
    #[must_use]
    pub fn artifact_type(&self) -> &str {
        self.texts.text(self.artifact_type)
    }

    /// What was scanned, as the scanner was told.
    #[must_use]
    pub fn artifact_name(&self) -> &str {
        self.texts.text(self.artifact_name)
    }

    /// The scanner's version; `None` where the report does not say.
    #[must_use]
    pub fn scanner_version(&self) -> Option<&str> {
        self.scanner_version.map(|span| self.texts.text(span))
    }

    /// The operating system, as far as the scanner knew it.
    #[must_use]
    pub fn os(&self) -> Option<OperatingSystem<'_>> {
        self.os.map(|os| OperatingSystem {
            family: self.texts.text(os.family),
            name: self.texts.text(os.name),
            is_end_of_life: os.is_end_of_life,
        })
    }

    /// When the report was made; Go's zero time is no time.
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

    /// Whether at least one result is about packages.
    #[must_use]
    pub fn scanned_packages(&self) -> bool {
        self.scanned_packages
    }

    /// The findings, in the report's order, with those that the scanner set aside.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'_>> {
        self.findings.iter().map(|stored| Finding { document: self, stored })
    }

    /// What is wrong where the report names its image, but by no usable digest: such a report
    /// must not be taken for one that names none.
    pub(super) fn unreadable_name(&self) -> Option<String> {
        let names_none = self.repo_digests.is_empty() && self.config_digest.is_none();
        let name = self.unreadable_name.filter(|_| names_none)?;
        Some(format!("`{}` names the image, but by no digest", self.texts.text(name)))
    }
}

impl<'a> Finding<'a> {
    /// The id, such as `CVE-2021-44228`, as it is written; it may be empty.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.document.texts.text(self.stored.id)
    }

    /// The package's name.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.document.texts.text(self.stored.package)
    }

    /// The installed version.
    #[must_use]
    pub fn installed(&self) -> &'a str {
        self.document.texts.text(self.stored.installed)
    }

    /// The fixed version or versions as written, with commas between them; empty where none is
    /// known.
    #[must_use]
    pub fn fixed(&self) -> &'a str {
        self.document.texts.text(self.stored.fixed)
    }

    /// Whether a fixed version is named, whatever the status says.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixed().trim().is_empty()
    }

    /// The severity by the scanner's own choice; `Unknown` where it gives none, or a word that
    /// is not a severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.stored.severity.unwrap_or(Severity::Unknown)
    }

    /// Whether the report gives a severity at all.
    #[must_use]
    pub fn has_severity(&self) -> bool {
        self.stored.severity.is_some()
    }

    /// What the scanner says about a fix; `None` where it says nothing. It explains, and
    /// decides nothing.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.stored.status
    }

    /// Whether the scanner set the finding aside, by an ignore list or a VEX document. It counts
    /// all the same, unless the policy accepts the scanner's own filters.
    #[must_use]
    pub fn is_set_aside(&self) -> bool {
        self.stored.set_aside.is_some()
    }

    /// Why it was set aside; `None` where it was not.
    #[must_use]
    pub fn set_aside_as(&self) -> Option<Status> {
        self.stored.set_aside
    }

    /// Where to read more; empty where the report does not say. It comes from the report, so it
    /// may be any text.
    #[must_use]
    pub fn primary_url(&self) -> &'a str {
        self.document.texts.text(self.stored.primary_url)
    }

    /// What the result is about that holds the finding, such as a file or an operating system.
    #[must_use]
    pub fn target(&self) -> &'a str {
        let target = usize::try_from(self.stored.result).ok();
        let target = target.and_then(|position| self.document.targets.get(position));
        target.map(|span| self.document.texts.text(*span)).unwrap_or_default()
    }
}
