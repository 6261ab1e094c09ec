//! The reader of VEX in CycloneDX's JSON (CycloneDX specification 1.4 to 1.7,
//! `vulnerabilities[].analysis` and `affects`).

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserializer;

use super::read::{Budget, invalid, text, time, unsupported};
use super::{Head, VexComponent, VexDocument, VexFormat, VexProduct, VexStatement, VexStatus};
use crate::evidence::json::{self, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

mod components;
mod versions;
mod vulnerabilities;

use components::{Component, Components, Reference};
use vulnerabilities::{Affected, Vulnerabilities, Vulnerability};

/// The versions of the format that know vulnerabilities.
const VERSIONS: [&str; 4] = ["1.4", "1.5", "1.6", "1.7"];

pub(super) fn read(text: &str) -> Result<VexDocument, EvidenceError> {
    let mut bom = Bom { budget: Budget::new(), ..Bom::default() };
    json::read_object(text, &mut bom)?;
    if bom.format.as_deref() != Some("CycloneDX") {
        return Err(unsupported("/bomFormat", "it is not `CycloneDX`"));
    }
    if !VERSIONS.contains(&&*bom.head.context) {
        let detail = format!("`{}`, where 1.4 to 1.7 are read", bom.head.context);
        return Err(unsupported("/specVersion", detail));
    }
    bom.finish()
}

struct Bom {
    format: Option<Box<str>>,
    head: Head,
    root: Option<Component>,
    components: Vec<Component>,
    vulnerabilities: Vec<Vulnerability>,
    budget: Budget,
}

impl Default for Bom {
    fn default() -> Self {
        Self {
            format: None,
            head: Head::default(),
            root: None,
            components: Vec::new(),
            vulnerabilities: Vec::new(),
            budget: Budget::new(),
        }
    }
}

impl Bom {
    fn finish(self) -> Result<VexDocument, EvidenceError> {
        let Self { head, root, components, vulnerabilities, .. } = self;
        let products = Products::new(head.id.clone(), root, components)?;
        let mut statements = Vec::new();
        for (position, vulnerability) in vulnerabilities.into_iter().enumerate() {
            let Some(status) = vulnerability.status else { continue };
            if vulnerability.names.name.is_empty() {
                let place = format!("/vulnerabilities/{position}/id");
                return Err(invalid(place, "it is missing"));
            }
            statements.push(VexStatement {
                vulnerability: Arc::new(vulnerability.names),
                status,
                justification: vulnerability.justification,
                impact_statement: vulnerability.detail,
                products: vulnerability
                    .affects
                    .iter()
                    .map(|affected| products.affected(affected, status))
                    .collect(),
                timestamp: vulnerability
                    .last_updated
                    .or(vulnerability.first_issued)
                    .or(head.timestamp),
            });
        }
        if statements.is_empty() {
            let detail = "no vulnerability has an `analysis` with a `state`";
            return Err(unsupported("/vulnerabilities", detail));
        }
        VexDocument::new(VexFormat::CycloneDx, head, statements)
    }
}

impl<'de> Members<'de> for Bom {
    const KNOWN: &'static [&'static str] = &[
        "bomFormat",
        "specVersion",
        "serialNumber",
        "version",
        "metadata",
        "components",
        "vulnerabilities",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "bomFormat" => self.format = text(value)?,
            "specVersion" => self.head.context = text(value)?.unwrap_or_default(),
            "serialNumber" => self.head.id = text(value)?,
            "version" => self.head.version = value.word()?.map(|word| word.as_ref().into()),
            "metadata" => {
                value.object(&mut Metadata(self))?;
            }
            "components" => {
                let into = &mut self.components;
                value.list(&mut Components { into, budget: &mut self.budget })?;
            }
            _ => {
                let into = &mut self.vulnerabilities;
                value.list(&mut Vulnerabilities { into, budget: &mut self.budget })?;
            }
        }
        Ok(())
    }
}

struct Metadata<'b>(&'b mut Bom);

impl<'de> Members<'de> for Metadata<'_> {
    const KNOWN: &'static [&'static str] = &["timestamp", "component", "supplier"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "timestamp" => self.0.head.timestamp = time(value)?,
            "supplier" => {
                let mut name = None;
                value.object(&mut Name(&mut name))?;
                self.0.head.author = name;
            }
            _ => {
                let mut root = Component::default();
                let is_there =
                    value.object(&mut root.members(&mut self.0.components, &mut self.0.budget))?;
                self.0.root = is_there.then_some(root);
            }
        }
        Ok(())
    }
}

struct Name<'n>(&'n mut Option<Box<str>>);

impl<'de> Members<'de> for Name<'_> {
    const KNOWN: &'static [&'static str] = &["name"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        *self.0 = text(value)?;
        Ok(())
    }
}

/// What the references of a document stand for.
struct Products {
    serial: Option<Box<str>>,
    root: Option<Arc<VexComponent>>,
    parts: HashMap<Box<str>, Arc<VexComponent>>,
}

impl Products {
    fn new(
        serial: Option<Box<str>>,
        root: Option<Component>,
        components: Vec<Component>,
    ) -> Result<Self, EvidenceError> {
        let root = root.map(|root| Arc::new(root.into_component()));
        let mut parts: HashMap<Box<str>, Arc<VexComponent>> = HashMap::new();
        let parts_of = components.into_iter().map(|part| Arc::new(part.into_component()));
        for component in root.iter().cloned().chain(parts_of) {
            let id = component.id.clone();
            if !id.is_empty() && parts.insert(id.clone(), component).is_some() {
                let detail = format!("`{id}` is the `bom-ref` of two components");
                return Err(EvidenceError::new(EvidenceErrorKind::Ambiguous, "", detail));
            }
        }
        Ok(Self { serial, root, parts })
    }

    fn affected(&self, affected: &Affected, status: VexStatus) -> VexProduct {
        let component = match Reference::read(&affected.reference, self.serial.as_deref()) {
            Reference::Here(id) => match self.parts.get(id) {
                Some(component) => Arc::clone(component),
                None => Arc::new(components::elsewhere(id, id)),
            },
            Reference::Elsewhere(fragment) => {
                Arc::new(components::elsewhere(&affected.reference, fragment))
            }
        };
        let component = match versions::cover(&affected.versions, &component, status) {
            true => component,
            false => Arc::new(versions::left_out(&affected.reference)),
        };
        // A part of what the document is about; a product by itself where it is that, or where
        // it stands in another document.
        match &self.root {
            Some(root) if root.id != component.id && self.parts.contains_key(&component.id) => {
                VexProduct { component: Arc::clone(root), subcomponents: vec![component] }
            }
            _ => VexProduct { component, subcomponents: Vec::new() },
        }
    }
}
