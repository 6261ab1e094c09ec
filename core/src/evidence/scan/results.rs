//! What Trivy found, result by result (`pkg/types/report.go` in aquasecurity/trivy).

use serde::Deserializer;

use super::document::Document;
use super::report::text;
use super::store::{Keeper, Span};
use super::trivy_finding::{Modified, Vulnerability};
use super::{MAX_ALIASES, MAX_FINDINGS, MAX_RESULTS};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

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
                value.list(&mut ModifiedFindings { document, result })?;
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
        let value = self.document.room(value, 0)?;
        let mut keeper = Keeper::new(&mut self.document.texts, self.result);
        // An element that is `null` is a finding about which nothing is known.
        value.object(&mut Vulnerability(&mut keeper))?;
        let (stored, aliases, _) = keeper.done();
        self.document.add(stored, &aliases);
        Ok(())
    }
}

/// Findings that were set aside (`pkg/types/finding.go`).
struct ModifiedFindings<'d> {
    document: &'d mut Document,
    result: usize,
}

impl<'de> Elements<'de> for ModifiedFindings<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let value = self.document.room(value, 0)?;
        let mut keeper = Keeper::new(&mut self.document.texts, self.result);
        let mut one = Modified::new(&mut keeper);
        value.object(&mut one)?;
        let is_other = one.is_other;
        let (mut stored, aliases, _) = keeper.done();
        stored.set_aside.get_or_insert(super::Status::Unknown);
        // What is called a secret but has a vulnerability's id is not passed over.
        if !is_other || !self.document.texts.text(stored.id).is_empty() {
            self.document.add(stored, &aliases);
        }
        Ok(())
    }
}

impl Document {
    /// The value of one more finding, unless there are too many with those that wait.
    pub(super) fn room<'w, 'de, D: Deserializer<'de>>(
        &self,
        value: Value<'w, 'de, D>,
        waiting: usize,
    ) -> Result<Value<'w, 'de, D>, D::Error> {
        if self.aliases.len() > MAX_ALIASES {
            let detail = format!("more than {MAX_ALIASES} aliases");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        if self.findings.len().saturating_add(waiting) < MAX_FINDINGS {
            return Ok(value);
        }
        let detail = format!("more than {MAX_FINDINGS} findings");
        Err(value.fail(EvidenceErrorKind::TooLarge, detail))
    }
}
