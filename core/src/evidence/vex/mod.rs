//! VEX: what somebody says about vulnerabilities in products, in OpenVEX 0.0.1 and 0.2.0,
//! CycloneDX and CSAF 2.0, read into one model.
//!
//! Who says it, and whether that counts, is not judged here; nor is a time in the future.

use std::sync::Arc;

use jiff::Timestamp;

use super::{EvidenceError, EvidenceErrorKind, json};

mod component;
mod csaf;
mod cyclonedx;
mod index;
mod matching;
mod openvex;
mod read;

pub use component::VexComponent;
use index::Index;
pub use matching::{VexBinding, VexImage, VexMatch, VexPackage};

/// Largest document that is read, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Most statements of one document.
pub const MAX_STATEMENTS: usize = 100_000;
/// Most components (products and what is in them) that the statements of one document name,
/// each counted as often as it is named.
pub const MAX_COMPONENTS: usize = 1_000_000;
/// Most aliases of one vulnerability.
pub const MAX_ALIASES: usize = 100;
/// Most names of vulnerabilities that the statements of one document give, each counted as often
/// as it is given.
pub const MAX_NAMES: usize = 1_000_000;
/// Longest name of a vulnerability, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum VexFormat {
    /// OpenVEX (openvex/spec, `OPENVEX-SPEC.md`).
    OpenVex,
    /// CycloneDX with `vulnerabilities[].analysis` (CycloneDX specification 1.4 and later).
    CycloneDx,
    /// The Common Security Advisory Framework, 2.0 (OASIS).
    Csaf,
}

/// What is said about a vulnerability in a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VexStatus {
    /// It does no harm there.
    NotAffected,
    /// It was there, and is repaired.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
    /// It does harm there.
    Affected,
}

impl VexStatus {
    /// The name that OpenVEX and decisions use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
            Self::Affected => "affected",
        }
    }
}

/// The names of one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexVulnerability {
    /// The name, such as `CVE-2021-44228`.
    pub name: Box<str>,
    /// Other names of the same.
    pub aliases: Vec<Box<str>>,
}

impl VexVulnerability {
    /// The name and the aliases.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.aliases).map(AsRef::as_ref)
    }
}

/// A product that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexProduct {
    /// The product.
    pub component: Arc<VexComponent>,
    /// The parts of it that the statement is about; none stands for all of it.
    pub subcomponents: Vec<Arc<VexComponent>>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexStatement {
    /// The vulnerability.
    pub vulnerability: Arc<VexVulnerability>,
    /// What is said about it.
    pub status: VexStatus,
    /// Why it does no harm, by a word of the format.
    pub justification: Option<Box<str>>,
    /// Why it does no harm, in free text.
    pub impact_statement: Option<Arc<str>>,
    /// The products.
    pub products: Vec<VexProduct>,
    /// Since when it holds: the statement's own time, else the document's. It may lie in the
    /// future; `None` where neither says.
    pub timestamp: Option<Timestamp>,
}

impl VexStatement {
    /// Whether the statement, if it is believed, takes a finding out of the count: `fixed`, and
    /// `not_affected` with a reason.
    #[must_use]
    pub fn suppresses(&self) -> bool {
        match self.status {
            VexStatus::Fixed => true,
            VexStatus::NotAffected => {
                self.justification.is_some() || self.impact_statement.is_some()
            }
            VexStatus::UnderInvestigation | VexStatus::Affected => false,
        }
    }
}

/// What a document says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Head {
    context: Box<str>,
    author: Option<Box<str>>,
    id: Option<Box<str>>,
    timestamp: Option<Timestamp>,
    last_updated: Option<Timestamp>,
    version: Option<Box<str>>,
}

/// A VEX document.
///
/// ```
/// use cocket::evidence::vex::{VexDocument, VexImage, VexPackage, VexStatus};
/// let digest = cocket::reference::Digest::sha256(b"image");
/// let text = format!(r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "author": "Acme",
///   "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [{{
///     "vulnerability": {{"name": "CVE-2024-0001"}}, "status": "not_affected",
///     "justification": "vulnerable_code_not_present",
///     "products": [{{"@id": "pkg:oci/app@{digest}",
///       "subcomponents": [{{"@id": "pkg:deb/debian/zlib1g"}}]}}]}}]}}"#);
/// let document = VexDocument::parse(text.as_bytes())?;
/// let purl = "pkg:deb/debian/zlib1g@1.2?arch=amd64".parse().ok();
/// let package = VexPackage { purl: purl.as_ref(), name: "zlib1g", version: "1.2" };
/// let image = VexImage { digests: &[digest], reference: None, by_version: false };
/// let found = document.statement_for(&image, &package, &["CVE-2024-0001"]).unwrap();
/// assert_eq!((found.status(), found.suppresses()), (VexStatus::NotAffected, true));
/// let other = cocket::reference::Digest::sha256(b"another image");
/// let image = VexImage { digests: &[other], ..image };
/// assert!(document.statement_for(&image, &package, &["CVE-2024-0001"]).is_none());
/// # Ok::<(), cocket::evidence::EvidenceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VexDocument {
    format: VexFormat,
    head: Head,
    statements: Vec<VexStatement>,
    index: Index,
}

impl VexDocument {
    /// Reads a document; its top level tells the format.
    ///
    /// # Errors
    /// `Unsupported` for another format or version, or a CycloneDX document without any
    /// analysis; `Ambiguous` for duplicate keys, keys that differ by case only from one that is
    /// read, marks of two formats, or a component that is defined twice; `TooLarge` over
    /// [`MAX_BYTES`], [`MAX_STATEMENTS`], [`MAX_COMPONENTS`], [`MAX_ALIASES`], [`MAX_NAMES`],
    /// [`MAX_NAME_BYTES`] or 64 levels; `Invalid` for the rest, such as an unknown status or, in
    /// OpenVEX, `not_affected` without a reason.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let text = json::text(bytes, MAX_BYTES)?;
        let keys = json::top_level_keys(text);
        let has = |mark: &str| keys.iter().any(|key| key == mark);
        match (has("@context"), has("bomFormat"), has("document")) {
            (true, false, false) => openvex::read(text),
            (false, true, false) => cyclonedx::read(text),
            (false, false, true) => csaf::read(text),
            (false, false, false) => {
                json::check(bytes, MAX_BYTES)?;
                let detail = "neither OpenVEX (`@context`), CycloneDX (`bomFormat`) nor CSAF \
                              (`document`)";
                Err(EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail))
            }
            _ => {
                let detail = "more than one of `@context`, `bomFormat` and `document`";
                Err(EvidenceError::new(EvidenceErrorKind::Ambiguous, "", detail))
            }
        }
    }

    fn new(
        format: VexFormat,
        head: Head,
        statements: Vec<VexStatement>,
    ) -> Result<Self, EvidenceError> {
        if statements.len() > MAX_STATEMENTS {
            let detail = format!("more than {MAX_STATEMENTS} statements");
            return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail));
        }
        let index = Index::new(&statements)?;
        Ok(Self { format, head, statements, index })
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> VexFormat {
        self.format
    }

    /// The format's version as the document writes it: the context of OpenVEX, `specVersion` of
    /// CycloneDX, `csaf_version` of CSAF.
    #[must_use]
    pub fn format_version(&self) -> &str {
        &self.head.context
    }

    /// Who wrote it, as it says: anybody may write any name.
    #[must_use]
    pub fn author(&self) -> Option<&str> {
        self.head.author.as_deref()
    }

    /// The document's own id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.head.id.as_deref()
    }

    /// The document's time: when it was first made, for CSAF that of the current release.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.head.timestamp
    }

    /// When it was last changed.
    #[must_use]
    pub fn last_updated(&self) -> Option<Timestamp> {
        self.head.last_updated
    }

    /// The document's own version, as it is written.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.head.version.as_deref()
    }

    /// The statements, in the document's order.
    #[must_use]
    pub fn statements(&self) -> &[VexStatement] {
        &self.statements
    }
}
