//! What Trivy found, result by result (`pkg/types/report.go`, `finding.go`).

use serde::Deserializer;

use super::document::Document;
use super::store::{Span, Stored, Texts};
use super::trivy::text;
use super::{MAX_FINDINGS, MAX_RESULTS, Status};
use crate::evidence::json::{Elements, Members, Value};
use crate::evidence::{EvidenceErrorKind, Severity};

/// The list of results.
pub(super) struct Results<'d>(pub(super) &'d mut Document);

impl<'de> Elements<'de> for Results<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let position = self.0.targets.len();
        if position >= MAX_RESULTS {
            let detail = format!("more than {MAX_RESULTS} results");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        self.0.targets.push(Span::default());
        let before = self.0.findings.len();
        let mut result = OneResult { document: self.0, position, class: Class::default() };
        value.object(&mut result)?;
        let class = result.class;
        self.0.scanned_packages |= class.is_packages() || self.0.findings.len() > before;
        Ok(())
    }
}

/// What a result is about.
#[derive(Default)]
struct Class {
    class: Option<bool>,
    has_type: bool,
}

impl Class {
    /// Whether packages were looked through. Results without a class are older than classes.
    fn is_packages(&self) -> bool {
        self.class.unwrap_or(self.has_type)
    }
}

struct OneResult<'d> {
    document: &'d mut Document,
    position: usize,
    class: Class,
}

impl<'de> Members<'de> for OneResult<'_> {
    const KNOWN: &'static [&'static str] =
        &["Target", "Class", "Type", "Vulnerabilities", "ExperimentalModifiedFindings"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let (document, result) = (&mut *self.document, self.position);
        match key {
            "Target" => {
                let target = text(&mut document.texts, value)?;
                if let Some(slot) = document.targets.get_mut(result) {
                    *slot = target;
                }
            }
            "Class" => {
                let class = value.text()?.filter(|class| !class.is_empty());
                self.class.class = class.map(|class| class == "os-pkgs" || class == "lang-pkgs");
            }
            "Type" => self.class.has_type = value.text()?.is_some_and(|text| !text.is_empty()),
            "Vulnerabilities" => {
                value.list(&mut Vulnerabilities { document, result })?;
            }
            _ => {
                value.list(&mut Modified { document, result })?;
            }
        }
        Ok(())
    }
}

struct Vulnerabilities<'d> {
    document: &'d mut Document,
    result: usize,
}

impl<'de> Elements<'de> for Vulnerabilities<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.document.findings.len() >= MAX_FINDINGS {
            return Err(too_many(value));
        }
        let mut found = Vulnerability::new(&mut self.document.texts, self.result);
        // An element that is `null` is a finding about which nothing is known.
        value.object(&mut found)?;
        let stored = found.stored;
        self.document.findings.push(stored);
        Ok(())
    }
}

fn too_many<'de, D: Deserializer<'de>>(value: Value<'_, 'de, D>) -> D::Error {
    value.fail(EvidenceErrorKind::TooLarge, format!("more than {MAX_FINDINGS} findings"))
}

struct Vulnerability<'t> {
    texts: &'t mut Texts,
    stored: Stored,
}

impl<'t> Vulnerability<'t> {
    fn new(texts: &'t mut Texts, result: usize) -> Self {
        let stored = Stored {
            id: Span::default(),
            package: Span::default(),
            installed: Span::default(),
            fixed: Span::default(),
            primary_url: Span::default(),
            result: u32::try_from(result).unwrap_or(u32::MAX),
            severity: None,
            status: None,
            set_aside: None,
        };
        Self { texts, stored }
    }
}

impl<'de> Members<'de> for Vulnerability<'_> {
    const KNOWN: &'static [&'static str] = &[
        "VulnerabilityID",
        "PkgName",
        "InstalledVersion",
        "FixedVersion",
        "Severity",
        "Status",
        "PrimaryURL",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let (texts, stored) = (&mut *self.texts, &mut self.stored);
        match key {
            "VulnerabilityID" => stored.id = text(texts, value)?,
            "PkgName" => stored.package = text(texts, value)?,
            "InstalledVersion" => stored.installed = text(texts, value)?,
            "FixedVersion" => stored.fixed = text(texts, value)?,
            "PrimaryURL" => stored.primary_url = text(texts, value)?,
            "Severity" => stored.severity = value.text()?.and_then(|word| severity(&word)),
            _ => stored.status = value.text()?.and_then(|word| Status::of(&word)),
        }
        Ok(())
    }
}

/// The severity of a word, in any case; `None` for an empty one. Trivy has no `negligible`.
fn severity(word: &str) -> Option<Severity> {
    let known = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
    let known = known.into_iter().find(|known| known.name().eq_ignore_ascii_case(word));
    (!word.is_empty()).then(|| known.unwrap_or(Severity::Unknown))
}

/// Findings that were set aside (`pkg/types/finding.go`).
struct Modified<'d> {
    document: &'d mut Document,
    result: usize,
}

impl<'de> Elements<'de> for Modified<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.document.findings.len() >= MAX_FINDINGS {
            return Err(too_many(value));
        }
        let mut one = OneModified {
            found: Vulnerability::new(&mut self.document.texts, self.result),
            status: None,
            is_other: false,
        };
        value.object(&mut one)?;
        let OneModified { found: Vulnerability { mut stored, texts }, status, is_other } = one;
        stored.set_aside = Some(status.unwrap_or(Status::Unknown));
        // What is called a secret but has a vulnerability's id is not passed over.
        if !is_other || !texts.text(stored.id).is_empty() {
            self.document.findings.push(stored);
        }
        Ok(())
    }
}

struct OneModified<'t> {
    found: Vulnerability<'t>,
    status: Option<Status>,
    is_other: bool,
}

impl<'de> Members<'de> for OneModified<'_> {
    const KNOWN: &'static [&'static str] = &["Type", "Status", "Finding"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "Type" => {
                let kind = value.text()?.unwrap_or_default();
                self.is_other = matches!(&*kind, "misconfiguration" | "secret" | "license");
            }
            "Status" => self.status = value.text()?.and_then(|word| Status::of(&word)),
            _ => {
                value.object(&mut self.found)?;
            }
        }
        Ok(())
    }
}
