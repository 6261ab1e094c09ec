//! The reader of Trivy's JSON, version 2 (`pkg/types/report.go` in aquasecurity/trivy).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::document::{Document, StoredOs};
use super::results::Results;
use super::store::{List, Span, Texts};
use super::{MAX_BYTES, dialect};
use crate::evidence::json::{self, Elements, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};
use crate::reference::Digest;

/// Reads a report about anything.
pub(super) fn read(bytes: &Arc<[u8]>) -> Result<Document, EvidenceError> {
    let text = json::text(bytes, MAX_BYTES)?;
    if let Some(refusal) = dialect::not_an_object(text) {
        return Err(refusal);
    }
    let mut report = Report::new(bytes);
    json::read(text, &mut report)?;
    report.finish()
}

/// The top level while it is read.
struct Report {
    version: Option<u64>,
    mark: Option<usize>,
    twin: Option<String>,
    document: Document,
}

impl Report {
    fn new(source: &Arc<[u8]>) -> Self {
        let document = Document {
            texts: Texts::new(Arc::clone(source)),
            scanner_version: None,
            artifact_name: Span::default(),
            artifact_type: Span::default(),
            os: None,
            config_digest: None,
            repo_digests: Vec::new(),
            unreadable_name: None,
            created_at: None,
            targets: Vec::new(),
            scanned_packages: false,
            findings: List::default(),
        };
        Self { version: None, mark: None, twin: None, document }
    }

    fn finish(self) -> Result<Document, EvidenceError> {
        let Self { version, mark, twin, mut document } = self;
        match version {
            Some(2) => {}
            Some(other) => {
                let detail = format!("`{other}`; only version 2 of Trivy's JSON is read");
                let kind = EvidenceErrorKind::Unsupported;
                return Err(EvidenceError::new(kind, "/SchemaVersion", detail));
            }
            None => return Err(dialect::foreign(mark)),
        }
        if let Some(key) = twin {
            let detail = format!("the key `{key}` differs from a known one by case only");
            return Err(EvidenceError::new(
                EvidenceErrorKind::Ambiguous,
                format!("/{key}"),
                detail,
            ));
        }
        document.repo_digests.sort_unstable();
        document.repo_digests.dedup();
        document.repo_digests.shrink_to_fit();
        document.targets.shrink_to_fit();
        document.texts.shrink();
        Ok(document)
    }
}

impl<'de> Elements<'de> for Report {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        value.object(self).map(|_| ())
    }
}

impl<'de> Members<'de> for Report {
    const KNOWN: &'static [&'static str] = &[
        "SchemaVersion",
        "Trivy",
        "CreatedAt",
        "ArtifactName",
        "ArtifactType",
        "Metadata",
        "Results",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let document = &mut self.document;
        match key {
            "SchemaVersion" => self.version = value.number()?,
            "Trivy" => {
                value.object(&mut Tool(document))?;
            }
            "CreatedAt" => document.created_at = time(value)?,
            "ArtifactName" => document.artifact_name = text(&mut document.texts, value)?,
            "ArtifactType" => document.artifact_type = text(&mut document.texts, value)?,
            "Metadata" => {
                value.object(&mut Metadata(document))?;
            }
            _ => {
                value.list(&mut Results(document))?;
            }
        }
        Ok(())
    }

    fn other(&mut self, key: &str) {
        let mark = dialect::mark(key);
        self.mark = self.mark.into_iter().chain(mark).min();
    }

    /// Other formats have keys such as `results`, and should be called by their own name.
    fn spares_twin(&mut self, key: &str) -> bool {
        self.twin.get_or_insert_with(|| key.to_owned());
        true
    }
}

/// Keeps a string; an absent one is empty.
pub(super) fn text<'de, D: Deserializer<'de>>(
    texts: &mut Texts,
    value: Value<'_, 'de, D>,
) -> Result<Span, D::Error> {
    let text = value.text()?.unwrap_or_default();
    texts.keep(text).ok_or_else(|| serde::de::Error::custom("more text than is read"))
}

fn time<'de, D: Deserializer<'de>>(
    value: Value<'_, 'de, D>,
) -> Result<Option<Timestamp>, D::Error> {
    let time = value.parsed(|text| match text {
        "" => Ok(None),
        text => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| format!("`{text}` is not a time as RFC 3339 writes it")),
    })?;
    // Go writes the first moment of the year 1 for a time that was never set.
    Ok(time.flatten().filter(|time| time.as_second() != GO_ZERO_TIME))
}

/// `0001-01-01T00:00:00Z`, in seconds since 1970.
const GO_ZERO_TIME: i64 = -62_135_596_800;

struct Tool<'d>(&'d mut Document);

impl<'de> Members<'de> for Tool<'_> {
    const KNOWN: &'static [&'static str] = &["Version"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        self.0.scanner_version = Some(text(&mut self.0.texts, value)?);
        Ok(())
    }
}

struct Metadata<'d>(&'d mut Document);

impl<'de> Members<'de> for Metadata<'_> {
    const KNOWN: &'static [&'static str] = &["OS", "ImageID", "RepoDigests"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "OS" => {
                let mut os = Os { texts: &mut self.0.texts, os: StoredOs::default() };
                let is_there = value.object(&mut os)?;
                self.0.os = is_there.then_some(os.os);
            }
            "ImageID" => {
                let id = text(&mut self.0.texts, value)?;
                self.0.config_digest = self.0.digest(id);
            }
            _ => {
                value.list(&mut RepoDigests(self.0))?;
            }
        }
        Ok(())
    }
}

impl Document {
    /// The digest at the end of a name of the image; remembers a name that has none.
    fn digest(&mut self, name: Span) -> Option<Digest> {
        let text = self.texts.text(name);
        let digest = text.rsplit('@').next().and_then(|digest| digest.parse().ok());
        if digest.is_none() && !text.is_empty() {
            self.unreadable_name.get_or_insert(name);
        }
        digest
    }
}

struct Os<'d> {
    texts: &'d mut Texts,
    os: StoredOs,
}

impl<'de> Members<'de> for Os<'_> {
    const KNOWN: &'static [&'static str] = &["Family", "Name", "EOSL"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "Family" => self.os.family = text(self.texts, value)?,
            "Name" => self.os.name = text(self.texts, value)?,
            _ => self.os.is_end_of_life = value.flag()?.unwrap_or_default(),
        }
        Ok(())
    }
}

struct RepoDigests<'d>(&'d mut Document);

impl<'de> Elements<'de> for RepoDigests<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let name = text(&mut self.0.texts, value)?;
        let digest = self.0.digest(name);
        self.0.repo_digests.extend(digest);
        Ok(())
    }
}
