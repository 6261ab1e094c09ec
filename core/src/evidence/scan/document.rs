//! A scan report about anything.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::ranking::Ranking;
use super::store::{Aliases, List, Span, Stored, Texts};
use super::{Dialect, Finding, ScanReport, report};
use crate::evidence::EvidenceError;
use crate::reference::Digest;

/// A scan report about anything: an image, a file tree, a repository, an inventory. It is for
/// showing what the report says; [`Self::about_an_image`] makes evidence of it.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) dialect: Dialect,
    pub(super) texts: Texts,
    /// What the report itself calls its scanner, where that is not clear from its format.
    pub(super) tool: Span,
    pub(super) scanner_version: Option<Span>,
    pub(super) database: Option<StoredDatabase>,
    /// Whether what is not marked as known to be exploited is known not to be.
    pub(super) knows_exploited: bool,
    pub(super) artifact_name: Span,
    pub(super) artifact_type: Span,
    pub(super) os: Option<StoredOs>,
    pub(super) image_user: Option<Span>,
    pub(super) diff_ids: Vec<Span>,
    pub(super) config_digest: Option<Digest>,
    pub(super) repo_digests: Vec<Digest>,
    /// A text that should have been a digest of the image, and is none.
    pub(super) unreadable_name: Option<Span>,
    pub(super) created_at: Option<Timestamp>,
    /// What each result is about, by position.
    pub(super) targets: Vec<Span>,
    pub(super) scanned_packages: bool,
    pub(super) listed: Listed,
    pub(super) findings: List,
    pub(super) aliases: Aliases,
    /// By choice of severity; made when they are first asked for.
    pub(super) rankings: [OnceLock<Ranking>; 4],
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StoredOs {
    pub(super) family: Span,
    pub(super) name: Span,
    pub(super) is_end_of_life: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct StoredDatabase {
    pub(super) version: Span,
    pub(super) built_at: Option<Timestamp>,
}

/// What OSV-Scanner lists.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Listed {
    pub(super) packages: usize,
    pub(super) groups: usize,
}

/// An operating system, as a scanner names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatingSystem<'a> {
    /// The family, such as `debian`; empty or `none` where it is not known.
    pub family: &'a str,
    /// The version, such as `12.5`.
    pub name: &'a str,
    /// Whether its vendor no longer maintains it, so that fixes and findings may be missing.
    /// Only Trivy says so: `false` may also mean that the scanner cannot know.
    pub is_end_of_life: bool,
}

/// The vulnerability database that a scanner used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Database<'a> {
    /// The version of its schema, such as `5` or `v6.0.2`; empty where the report does not say.
    pub version: &'a str,
    /// When it was built; `None` where the report does not say.
    pub built_at: Option<Timestamp>,
}

impl Document {
    /// Reads a report of Trivy, Grype or OSV-Scanner.
    ///
    /// # Errors
    /// `Unsupported` for another format or version, with what it looks like; `Ambiguous` for
    /// duplicate keys anywhere, for keys that differ by case only from one that is read, and for
    /// keys of two formats; `TooLarge` over [`MAX_BYTES`](super::MAX_BYTES),
    /// [`MAX_FINDINGS`](super::MAX_FINDINGS), [`MAX_ALIASES`](super::MAX_ALIASES),
    /// [`MAX_RESULTS`](super::MAX_RESULTS) or 64 levels; `Invalid` for the rest.
    pub fn parse(bytes: &Arc<[u8]>) -> Result<Self, EvidenceError> {
        report::read(bytes)
    }

    pub(super) fn new(dialect: Dialect, source: &Arc<[u8]>) -> Self {
        Self {
            dialect,
            texts: Texts::new(Arc::clone(source)),
            tool: Span::default(),
            scanner_version: None,
            database: None,
            knows_exploited: false,
            artifact_name: Span::default(),
            artifact_type: Span::default(),
            os: None,
            image_user: None,
            diff_ids: Vec::new(),
            config_digest: None,
            repo_digests: Vec::new(),
            unreadable_name: None,
            created_at: None,
            targets: Vec::new(),
            scanned_packages: false,
            listed: Listed::default(),
            findings: List::default(),
            aliases: Aliases::default(),
            rankings: Default::default(),
        }
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, stored: Stored, aliases: &[Span]) {
        let aliases = self.aliases.keep(aliases);
        self.findings.push(Stored { aliases, ..stored });
    }

    /// The digest at the end of a name of the image; remembers a name that has none.
    pub(super) fn digest(&mut self, name: Span) -> Option<Digest> {
        let text = self.texts.text(name);
        let digest = text.rsplit('@').next().and_then(|digest| digest.parse().ok());
        if digest.is_none() && !text.is_empty() {
            self.unreadable_name.get_or_insert(name);
        }
        digest
    }

    pub(super) fn finished(mut self) -> Self {
        self.repo_digests.sort_unstable();
        self.repo_digests.dedup();
        self.repo_digests.shrink_to_fit();
        self.targets.shrink_to_fit();
        self.texts.shrink();
        self.aliases.shrink();
        self
    }

    /// The report as evidence.
    ///
    /// # Errors
    /// `NotAnImage` for a report about something else, or one that does not say what it is
    /// about; `NothingScanned` where no packages were looked through; `Invalid` where the image
    /// is named, but not by a digest.
    pub fn about_an_image(self) -> Result<ScanReport, EvidenceError> {
        ScanReport::checked(self)
    }

    /// The format of the report.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The scanner's name: `trivy`, `grype` or `osv-scanner`. An in-toto predicate names it by a
    /// URI, which is given as it is written where it is that of another scanner.
    #[must_use]
    pub fn scanner(&self) -> &str {
        match self.dialect {
            Dialect::TrivyV1 | Dialect::TrivyV2 => "trivy",
            Dialect::Grype => "grype",
            Dialect::OsvScanner => "osv-scanner",
            Dialect::InTotoVulns => scanner_of(self.texts.text(self.tool)),
        }
    }

    /// The scanner's version; `None` where the report does not say.
    #[must_use]
    pub fn scanner_version(&self) -> Option<&str> {
        self.scanner_version.map(|span| self.texts.text(span))
    }

    /// The vulnerability database; `None` where the report does not say. Trivy's and
    /// OSV-Scanner's never do.
    #[must_use]
    pub fn database(&self) -> Option<Database<'_>> {
        self.database.map(|database| Database {
            version: self.texts.text(database.version),
            built_at: database.built_at,
        })
    }

    /// What kind of thing was scanned, in the scanner's word, such as `container_image`,
    /// `image`, `filesystem` or `lockfile`; empty where the report does not say.
    #[must_use]
    pub fn artifact_type(&self) -> &str {
        self.texts.text(self.artifact_type)
    }

    /// What was scanned, as the scanner was told; empty where the report does not say.
    #[must_use]
    pub fn artifact_name(&self) -> &str {
        self.texts.text(self.artifact_name)
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

    /// The user in the image's configuration, as Trivy repeats it.
    #[must_use]
    pub fn image_user(&self) -> Option<&str> {
        self.image_user.map(|span| self.texts.text(span))
    }

    /// The digests of the image's uncompressed layers, as written.
    pub fn diff_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.diff_ids.iter().map(|span| self.texts.text(*span))
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

    /// Whether packages were looked through, as far as the report shows it: see
    /// [`ScanReport::parse`].
    #[must_use]
    pub fn scanned_packages(&self) -> bool {
        self.scanned_packages
    }

    /// How many packages OSV-Scanner lists; `None` for other scanners.
    #[must_use]
    pub fn packages(&self) -> Option<usize> {
        (self.dialect == Dialect::OsvScanner).then_some(self.listed.packages)
    }

    /// How many groups of advisories that are one issue OSV-Scanner lists; `None` for other
    /// scanners.
    #[must_use]
    pub fn groups(&self) -> Option<usize> {
        (self.dialect == Dialect::OsvScanner).then_some(self.listed.groups)
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

/// The short name of a scanner by the URI of its source, whatever version stands behind it.
fn scanner_of(uri: &str) -> &str {
    const SOURCES: [(&str, &str); 3] = [
        ("aquasecurity/trivy", "trivy"),
        ("anchore/grype", "grype"),
        ("google/osv-scanner", "osv-scanner"),
    ];
    let source = ["pkg:github/", "https://github.com/"]
        .iter()
        .find_map(|prefix| uri.strip_prefix(prefix))
        .and_then(|rest| rest.split('@').next());
    let known = SOURCES.iter().find(|(known, _)| source == Some(known));
    known.map_or(uri, |(_, name)| name)
}
