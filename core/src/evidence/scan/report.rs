//! The top level of a report, of any format that is read.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserializer;
use serde::de::Error as _;

use super::dialect::{self, ALL_KEYS, Dialect, Keys};
use super::document::Document;
use super::said::time;
use super::store::{Span, Texts};
use super::{MAX_BYTES, grype, osv, results, trivy};
use crate::evidence::json::{self, Elements, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Reads a report about anything.
pub(super) fn read(bytes: &Arc<[u8]>) -> Result<Document, EvidenceError> {
    let text = json::text(bytes, MAX_BYTES)?;
    let start = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let document = Document::new(Dialect::TrivyV1, bytes);
    if start.starts_with('[') || start.starts_with('n') {
        let mut list = OldResults(document);
        json::read(text, &mut list)?;
        return Ok(list.0.finished());
    }
    let mut report =
        Report { version: None, has_image_metadata: false, keys: Keys::default(), document };
    match json::read_object(text, &mut report) {
        Ok(()) => report.finish(),
        // Other formats have members of the same names, and should be called by their own name.
        Err(error) if error.kind == EvidenceErrorKind::Invalid => {
            Err(dialect::refusal_of(&json::top_level_keys(text)).unwrap_or(error))
        }
        Err(error) => Err(error),
    }
}

/// Trivy's version 1: a list of results.
struct OldResults(Document);

impl<'de> Elements<'de> for OldResults {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        value.list(&mut results::Results(&mut self.0)).map(drop)
    }
}

/// The top level while it is read.
struct Report {
    version: Option<u64>,
    has_image_metadata: bool,
    keys: Keys,
    document: Document,
}

impl Report {
    fn finish(self) -> Result<Document, EvidenceError> {
        let Self { version, has_image_metadata, keys, mut document } = self;
        // An empty object says as little as an empty list.
        if keys.is_empty() {
            return Ok(document);
        }
        let unsupported =
            |place, detail| Err(EvidenceError::new(EvidenceErrorKind::Unsupported, place, detail));
        document.dialect = keys.dialect()?;
        match document.dialect {
            Dialect::TrivyV2 if version != Some(2) => {
                let version = version.unwrap_or_default();
                let detail = format!("`{version}`; only version 2 of Trivy's JSON is read");
                return unsupported("/SchemaVersion", detail);
            }
            Dialect::Grype => {
                let tool = document.texts.text(document.tool);
                if !matches!(tool, "" | "grype") {
                    let detail = format!("a report of `{tool}`, which borrows Grype's format");
                    return unsupported("/descriptor/name", detail);
                }
                document.scanned_packages = document.findings().len() > 0 || document.has_distro();
            }
            Dialect::OsvScanner => {
                document.scanned_packages = document.listed.packages > 0;
                if has_image_metadata {
                    document.artifact_type = document.texts.owned("image")?;
                }
            }
            _ => {}
        }
        Ok(document.finished())
    }
}

impl Document {
    /// Whether Grype knows an operating system with an inventory. Its reports list no packages,
    /// so that this is all that tells an image without findings from one without packages.
    fn has_distro(&self) -> bool {
        self.os().is_some_and(|os| !matches!(os.family, "" | "none" | "busybox"))
    }

    /// Keeps a text.
    pub(super) fn kept<E: serde::de::Error>(&mut self, text: Cow<'_, str>) -> Result<Span, E> {
        self.texts.keep(text).ok_or_else(|| E::custom("more text than is read"))
    }
}

impl Texts {
    /// Keeps a text of our own.
    fn owned(&mut self, text: &str) -> Result<Span, EvidenceError> {
        let kept = self.keep(Cow::Owned(text.to_owned()));
        let detail = "more text than is read";
        kept.ok_or_else(|| EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail))
    }
}

impl<'de> Members<'de> for Report {
    const KNOWN: &'static [&'static str] = ALL_KEYS;

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let Self { version, has_image_metadata, keys, document } = self;
        if key != "SchemaVersion" {
            keys.known(key);
        }
        match key {
            "SchemaVersion" => {
                *version = value.number()?;
                match version {
                    Some(_) => keys.known(key),
                    None => keys.other(key),
                }
                Ok(())
            }
            "Trivy" => value.object(&mut trivy::Tool(document)).map(drop),
            "Metadata" => value.object(&mut trivy::Metadata(document)).map(drop),
            "Results" => value.list(&mut results::Results(document)).map(drop),
            "CreatedAt" => {
                document.created_at = time(value)?;
                Ok(())
            }
            "ArtifactName" => {
                document.artifact_name = text(&mut document.texts, value)?;
                Ok(())
            }
            "ArtifactType" => {
                document.artifact_type = text(&mut document.texts, value)?;
                Ok(())
            }
            "matches" => value.list(&mut grype::Matches { document, are_ignored: false }).map(drop),
            "ignoredMatches" => {
                value.list(&mut grype::Matches { document, are_ignored: true }).map(drop)
            }
            "source" => value.object(&mut grype::Source(document)).map(drop),
            "distro" => value.object(&mut grype::Distro(document)).map(drop),
            "descriptor" => value.object(&mut grype::Descriptor(document)).map(drop),
            "results" => value.list(&mut osv::Results(document)).map(drop),
            _ => {
                *has_image_metadata = value.object(&mut osv::ImageMetadata(document))?;
                Ok(())
            }
        }
    }

    fn other(&mut self, key: &str) {
        self.keys.other(key);
    }

    fn spares_twin(&mut self, key: &str) -> bool {
        self.keys.twin(key);
        true
    }
}

/// Keeps a string; an absent one is empty.
pub(super) fn text<'de, D: Deserializer<'de>>(
    texts: &mut Texts,
    value: Value<'_, 'de, D>,
) -> Result<Span, D::Error> {
    let text = value.text()?.unwrap_or_default();
    texts.keep(text).ok_or_else(|| D::Error::custom("more text than is read"))
}
