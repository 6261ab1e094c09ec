//! Vulnerabilities with their analysis, and what they affect.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::super::read::{Budget, Texts, one_of, shared, text, time};
use super::super::{MAX_ALIASES, MAX_STATEMENTS, VexStatus, VexVulnerability};
use super::versions::{Version, Versions};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// The words for why a product is not affected (`impactAnalysisJustification`).
const JUSTIFICATIONS: [&str; 9] = [
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
];

pub(super) struct Vulnerabilities<'b> {
    pub(super) into: &'b mut Vec<Vulnerability>,
    pub(super) budget: &'b mut Budget,
}

impl<'de> Elements<'de> for Vulnerabilities<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.into.len() >= MAX_STATEMENTS {
            let detail = format!("more than {MAX_STATEMENTS} vulnerabilities");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut vulnerability = Vulnerability::default();
        value
            .object(&mut VulnerabilityMembers { into: &mut vulnerability, budget: self.budget })?;
        self.into.push(vulnerability);
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct Vulnerability {
    pub(super) names: VexVulnerability,
    pub(super) status: Option<VexStatus>,
    pub(super) justification: Option<Box<str>>,
    pub(super) detail: Option<Arc<str>>,
    pub(super) affects: Vec<Affected>,
    pub(super) first_issued: Option<Timestamp>,
    pub(super) last_updated: Option<Timestamp>,
}

struct VulnerabilityMembers<'b> {
    into: &'b mut Vulnerability,
    budget: &'b mut Budget,
}

impl<'de> Members<'de> for VulnerabilityMembers<'_> {
    const KNOWN: &'static [&'static str] = &["id", "references", "analysis", "affects"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let into = &mut *self.into;
        match key {
            "id" => into.names.name = text(value)?.unwrap_or_default(),
            "references" => {
                value.objects(&mut References(&mut into.names.aliases))?;
            }
            "analysis" => {
                value.object(&mut Analysis(into))?;
            }
            _ => {
                value.list(&mut Affects { into: &mut into.affects, budget: self.budget })?;
            }
        }
        Ok(())
    }
}

/// Equal vulnerabilities of other sources.
struct References<'r>(&'r mut Vec<Box<str>>);

impl<'de> Members<'de> for References<'_> {
    const KNOWN: &'static [&'static str] = &["id"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        Texts { into: self.0, max: MAX_ALIASES }.element(value)
    }
}

struct Analysis<'v>(&'v mut Vulnerability);

impl<'de> Members<'de> for Analysis<'_> {
    const KNOWN: &'static [&'static str] =
        &["state", "justification", "detail", "firstIssued", "lastUpdated"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let into = &mut *self.0;
        match key {
            "state" => into.status = value.parsed(status)?,
            "justification" => into.justification = one_of(value, &JUSTIFICATIONS)?,
            "detail" => into.detail = shared(value)?,
            "firstIssued" => into.first_issued = time(value)?,
            _ => into.last_updated = time(value)?,
        }
        Ok(())
    }
}

fn status(text: &str) -> Result<VexStatus, String> {
    match text {
        "not_affected" | "false_positive" => Ok(VexStatus::NotAffected),
        "resolved" | "resolved_with_pedigree" => Ok(VexStatus::Fixed),
        "in_triage" => Ok(VexStatus::UnderInvestigation),
        "exploitable" => Ok(VexStatus::Affected),
        other => Err(format!("`{other}` is not a state")),
    }
}

#[derive(Default)]
pub(super) struct Affected {
    pub(super) reference: Box<str>,
    pub(super) versions: Vec<Version>,
}

struct Affects<'b> {
    into: &'b mut Vec<Affected>,
    budget: &'b mut Budget,
}

impl<'de> Elements<'de> for Affects<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut affected = AffectedMembers { into: Affected::default(), budget: self.budget };
        value.object(&mut affected)?;
        self.into.push(affected.into);
        Ok(())
    }
}

struct AffectedMembers<'b> {
    into: Affected,
    budget: &'b mut Budget,
}

impl<'de> Members<'de> for AffectedMembers<'_> {
    const KNOWN: &'static [&'static str] = &["ref", "versions"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "ref" => self.into.reference = text(value)?.unwrap_or_default(),
            _ => {
                let into = &mut self.into.versions;
                value.list(&mut Versions { into, budget: self.budget })?;
            }
        }
        Ok(())
    }
}
