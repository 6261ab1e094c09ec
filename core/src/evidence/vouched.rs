use std::sync::Arc;

use super::feeds::{Epss, Kev};
use super::scan::ScanReport;
use super::vex::VexDocument;
use super::{EvidenceError, json};
use crate::reference::Digest;

/// A document that the caller vouches for; it counts only where a policy says `trust: caller`.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// The digest that the caller says it is about; needed where a report names none.
    pub subject: Option<Digest>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// What it is, read once when it was handed in.
    pub document: Arc<VouchedDocument>,
}

/// What a vouched document is, told by its own form.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum VouchedDocument {
    /// A scan report about an image.
    Scan(Box<ScanReport>),
    /// Statements about vulnerabilities in products: OpenVEX, CycloneDX or CSAF.
    Vex(Box<VexDocument>),
    /// Exploit predictions.
    Epss(Epss),
    /// Known exploited vulnerabilities.
    Kev(Kev),
    /// None of them, or a broken one: judged as a report that cannot be read.
    Unreadable(EvidenceError),
}

impl VouchedDocument {
    /// Reads a document. Its form is taken from a mark that only one of the formats has; what has
    /// no such mark is read as a report, whose reader says what it looks like.
    #[must_use]
    pub fn read(bytes: &Arc<[u8]>) -> Self {
        let read = match Form::of(bytes) {
            Form::Epss => Epss::parse(bytes).map(Self::Epss),
            Form::Kev => Kev::parse(bytes).map(Self::Kev),
            Form::Vex => VexDocument::parse(bytes).map(Box::new).map(Self::Vex),
            Form::Report => ScanReport::parse(bytes).map(Box::new).map(Self::Scan),
        };
        read.unwrap_or_else(Self::Unreadable)
    }
}

enum Form {
    Epss,
    Kev,
    Vex,
    Report,
}

impl Form {
    fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"#") {
            return Self::Epss;
        }
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let keys = json::top_level_keys(text);
        let has = |key: &str| keys.iter().any(|own| own == key);
        if has("catalogVersion") {
            Self::Kev
        } else if has("@context") || has("bomFormat") || has("document") {
            Self::Vex
        } else {
            Self::Report
        }
    }
}
