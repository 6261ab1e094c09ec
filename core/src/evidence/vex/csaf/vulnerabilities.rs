//! Vulnerabilities with their product status, flags and threats (CSAF 2.0, section 3.2.3).

use std::sync::Arc;

use serde::Deserializer;

use super::super::read::{Budget, Texts, one_of, shared, text};
use super::super::{MAX_ALIASES, MAX_COMPONENTS, MAX_STATEMENTS, VexStatus, VexVulnerability};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// The labels of flags.
const LABELS: [&str; 5] = [
    "component_not_present",
    "inline_mitigations_already_exist",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_not_present",
];

#[derive(Default)]
pub(super) struct Vulnerability {
    cve: Option<Box<str>>,
    ids: Vec<Box<str>>,
    pub(super) statuses: Vec<(VexStatus, Vec<Box<str>>)>,
    pub(super) flags: Vec<Flag>,
    pub(super) impacts: Vec<Threat>,
}

impl Vulnerability {
    /// Its names: the CVE, else the first of the other ids.
    pub(super) fn names(&self) -> Option<VexVulnerability> {
        let mut ids = self.cve.iter().chain(&self.ids).cloned();
        Some(VexVulnerability { name: ids.next()?, aliases: ids.collect() })
    }
}

/// What a flag or a threat is about.
#[derive(Default)]
pub(super) struct About {
    pub(super) products: Vec<Box<str>>,
    pub(super) groups: Vec<Box<str>>,
}

/// Why products are not affected, by a word.
#[derive(Default)]
pub(super) struct Flag {
    pub(super) label: Option<Box<str>>,
    pub(super) about: About,
}

/// Why products are not affected, in free text, if the category is `impact`.
#[derive(Default)]
pub(super) struct Threat {
    is_impact: bool,
    pub(super) details: Option<Arc<str>>,
    pub(super) about: About,
}

pub(super) struct Vulnerabilities<'v> {
    pub(super) into: &'v mut Vec<Vulnerability>,
    pub(super) budget: &'v mut Budget,
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

struct VulnerabilityMembers<'v> {
    into: &'v mut Vulnerability,
    budget: &'v mut Budget,
}

impl<'de> Members<'de> for VulnerabilityMembers<'_> {
    const KNOWN: &'static [&'static str] = &["cve", "ids", "product_status", "flags", "threats"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let into = &mut *self.into;
        match key {
            "cve" => into.cve = text(value)?,
            "ids" => {
                value.objects(&mut Ids(&mut into.ids))?;
            }
            "product_status" => {
                value.object(&mut Statuses { into: &mut into.statuses, budget: self.budget })?;
            }
            "flags" => {
                value.list(&mut Flags { into: &mut into.flags, budget: self.budget })?;
            }
            _ => {
                value.list(&mut Threats { into: &mut into.impacts, budget: self.budget })?;
            }
        }
        Ok(())
    }
}

struct Ids<'v>(&'v mut Vec<Box<str>>);

impl<'de> Members<'de> for Ids<'_> {
    const KNOWN: &'static [&'static str] = &["text"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        Texts { into: self.0, max: MAX_ALIASES }.element(value)
    }
}

struct Statuses<'v> {
    into: &'v mut Vec<(VexStatus, Vec<Box<str>>)>,
    budget: &'v mut Budget,
}

impl<'de> Members<'de> for Statuses<'_> {
    const KNOWN: &'static [&'static str] = &[
        "first_affected",
        "first_fixed",
        "fixed",
        "known_affected",
        "known_not_affected",
        "last_affected",
        "recommended",
        "under_investigation",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let status = match key {
            "known_not_affected" => VexStatus::NotAffected,
            "fixed" | "first_fixed" => VexStatus::Fixed,
            "known_affected" | "first_affected" | "last_affected" => VexStatus::Affected,
            "under_investigation" => VexStatus::UnderInvestigation,
            // A vendor's advice, which says nothing about the vulnerability.
            _ => return value.skip(),
        };
        let mut ids = Charged { into: Vec::new(), budget: self.budget };
        value.list(&mut ids)?;
        self.into.push((status, ids.into));
        Ok(())
    }
}

/// Ids of products, each of which counts as a component that is named.
struct Charged<'v> {
    into: Vec<Box<str>>,
    budget: &'v mut Budget,
}

impl<'de> Elements<'de> for Charged<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        Texts { into: &mut self.into, max: MAX_COMPONENTS }.element(value)
    }
}

struct Flags<'v> {
    into: &'v mut Vec<Flag>,
    budget: &'v mut Budget,
}

impl<'de> Elements<'de> for Flags<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut flag = Flag::default();
        value.object(&mut flag)?;
        self.into.push(flag);
        Ok(())
    }
}

impl<'de> Members<'de> for Flag {
    const KNOWN: &'static [&'static str] = &["label", "product_ids", "group_ids"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "label" => self.label = one_of(value, &LABELS)?,
            key => self.about.read(key, value)?,
        }
        Ok(())
    }
}

impl About {
    fn read<'de, D: Deserializer<'de>>(
        &mut self,
        key: &str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let into = match key {
            "product_ids" => &mut self.products,
            _ => &mut self.groups,
        };
        value.list(&mut Texts { into, max: MAX_COMPONENTS }).map(|_| ())
    }
}

struct Threats<'v> {
    into: &'v mut Vec<Threat>,
    budget: &'v mut Budget,
}

impl<'de> Elements<'de> for Threats<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut threat = Threat::default();
        value.object(&mut threat)?;
        if threat.is_impact {
            self.into.push(threat);
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Threat {
    const KNOWN: &'static [&'static str] = &["category", "details", "product_ids", "group_ids"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "category" => self.is_impact = text(value)?.as_deref() == Some("impact"),
            "details" => self.details = shared(value)?,
            key => self.about.read(key, value)?,
        }
        Ok(())
    }
}
