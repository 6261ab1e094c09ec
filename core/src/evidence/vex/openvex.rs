//! The reader of OpenVEX, versions 0.0.1 and 0.2.0 (openvex/spec, `OPENVEX-SPEC.md`).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::read::{Budget, Texts, invalid, one_of, shared, text, time, unsupported};
use super::{
    Head, MAX_ALIASES, MAX_STATEMENTS, VexComponent, VexDocument, VexFormat, VexProduct,
    VexStatement, VexStatus, VexVulnerability,
};
use crate::evidence::json::{self, Elements, Members, Value};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The contexts that are read. The one without a version stands for any of them.
const CONTEXTS: [&str; 3] =
    ["https://openvex.dev/ns", "https://openvex.dev/ns/v0.0.1", "https://openvex.dev/ns/v0.2.0"];

/// The words for why a product is not affected ("Status Justifications").
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

pub(super) fn read(text: &str) -> Result<VexDocument, EvidenceError> {
    let mut document = Document::default();
    json::read_object(text, &mut document)?;
    let Document { head, statements, .. } = document;
    if !CONTEXTS.contains(&&*head.context) {
        let detail =
            format!("`{}`, where one of `{}` is read", head.context, CONTEXTS.join("`, `"));
        return Err(unsupported("/@context", detail));
    }
    let statements = statements.ok_or_else(|| invalid("/statements", "it is missing"))?;
    let statements: Result<Vec<_>, _> = statements
        .into_iter()
        .enumerate()
        .map(|(position, statement)| statement.finish(position, head.timestamp))
        .collect();
    VexDocument::new(VexFormat::OpenVex, head, statements?)
}

struct Document {
    head: Head,
    statements: Option<Vec<Statement>>,
    budget: Budget,
}

impl Default for Document {
    fn default() -> Self {
        Self { head: Head::default(), statements: None, budget: Budget::new() }
    }
}

impl<'de> Members<'de> for Document {
    const KNOWN: &'static [&'static str] =
        &["@context", "@id", "author", "timestamp", "last_updated", "version", "statements"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let head = &mut self.head;
        match key {
            "@context" => head.context = text(value)?.unwrap_or_default(),
            "@id" => head.id = text(value)?,
            "author" => head.author = text(value)?,
            "timestamp" => head.timestamp = time(value)?,
            "last_updated" => head.last_updated = time(value)?,
            // A string in version 0.0.1, a number since.
            "version" => head.version = value.word()?.map(|word| word.as_ref().into()),
            _ => {
                let mut list = Statements { into: Vec::new(), budget: &mut self.budget };
                let is_there = value.list(&mut list)?;
                self.statements = is_there.then_some(list.into);
            }
        }
        Ok(())
    }
}

struct Statements<'b> {
    into: Vec<Statement>,
    budget: &'b mut Budget,
}

impl<'de> Elements<'de> for Statements<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.into.len() >= MAX_STATEMENTS {
            let detail = format!("more than {MAX_STATEMENTS} statements");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut members = StatementMembers { into: Statement::default(), budget: self.budget };
        value.object(&mut members)?;
        self.into.push(members.into);
        Ok(())
    }
}

/// A statement while it is read.
#[derive(Default)]
struct Statement {
    vulnerability: VexVulnerability,
    status: Option<VexStatus>,
    justification: Option<Box<str>>,
    impact_statement: Option<Arc<str>>,
    products: Vec<VexProduct>,
    /// In version 0.0.1 they stand beside the products, and are parts of each.
    subcomponents: Vec<Arc<VexComponent>>,
    timestamp: Option<Timestamp>,
}

impl Statement {
    fn finish(
        self,
        position: usize,
        inherited: Option<Timestamp>,
    ) -> Result<VexStatement, EvidenceError> {
        let place = |member: &str| format!("/statements/{position}{member}");
        if self.vulnerability.name.is_empty() {
            return Err(invalid(place("/vulnerability"), "there is no name"));
        }
        let status = self.status.ok_or_else(|| invalid(place("/status"), "it is missing"))?;
        let mut products = self.products;
        if !self.subcomponents.is_empty() {
            for product in &mut products {
                if !product.subcomponents.is_empty() {
                    let detail = "`subcomponents` both of the statement and of a product";
                    let kind = EvidenceErrorKind::Ambiguous;
                    return Err(EvidenceError::new(kind, place(""), detail));
                }
                product.subcomponents.clone_from(&self.subcomponents);
            }
        }
        let statement = VexStatement {
            vulnerability: Arc::new(self.vulnerability),
            status,
            justification: self.justification,
            impact_statement: self.impact_statement,
            products,
            timestamp: self.timestamp.or(inherited),
        };
        if status == VexStatus::NotAffected && !statement.suppresses() {
            let detail = "`not_affected` without `justification` and `impact_statement`";
            return Err(invalid(place(""), detail));
        }
        Ok(statement)
    }
}

struct StatementMembers<'b> {
    into: Statement,
    budget: &'b mut Budget,
}

impl<'de> Members<'de> for StatementMembers<'_> {
    const KNOWN: &'static [&'static str] = &[
        "vulnerability",
        "status",
        "justification",
        "impact_statement",
        "products",
        "subcomponents",
        "timestamp",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let into = &mut self.into;
        match key {
            "vulnerability" => {
                let mut names = Vulnerability::default();
                let name = value.text_or_object(&mut names)?;
                let name = name.map(|name| name.trim().into()).or(names.name).or(names.id);
                into.vulnerability =
                    VexVulnerability { name: name.unwrap_or_default(), aliases: names.aliases };
            }
            "status" => into.status = value.parsed(status)?,
            "justification" => into.justification = one_of(value, &JUSTIFICATIONS)?,
            "impact_statement" => into.impact_statement = shared(value)?,
            "products" => {
                value.list(&mut Products { into: &mut into.products, budget: self.budget })?;
            }
            "subcomponents" => {
                let list = &mut into.subcomponents;
                value.list(&mut Subcomponents { into: list, budget: self.budget })?;
            }
            _ => into.timestamp = time(value)?,
        }
        Ok(())
    }
}

fn status(text: &str) -> Result<VexStatus, String> {
    match text {
        "not_affected" => Ok(VexStatus::NotAffected),
        "affected" => Ok(VexStatus::Affected),
        "fixed" => Ok(VexStatus::Fixed),
        "under_investigation" => Ok(VexStatus::UnderInvestigation),
        other => Err(format!("`{other}` is not a status")),
    }
}

#[derive(Default)]
struct Vulnerability {
    /// Stands for the name where there is none.
    id: Option<Box<str>>,
    name: Option<Box<str>>,
    aliases: Vec<Box<str>>,
}

impl<'de> Members<'de> for Vulnerability {
    const KNOWN: &'static [&'static str] = &["@id", "name", "aliases"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "@id" => self.id = text(value)?,
            "name" => self.name = text(value)?,
            _ => {
                value.list(&mut Texts { into: &mut self.aliases, max: MAX_ALIASES })?;
            }
        }
        Ok(())
    }
}

struct Products<'p> {
    into: &'p mut Vec<VexProduct>,
    budget: &'p mut Budget,
}

impl<'de> Elements<'de> for Products<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut product =
            Component { subcomponents: Some(Vec::new()), ..Component::new(self.budget) };
        product.take(value)?;
        let subcomponents = product.subcomponents.unwrap_or_default();
        self.into.push(VexProduct { component: Arc::new(product.into), subcomponents });
        Ok(())
    }
}

struct Subcomponents<'p> {
    into: &'p mut Vec<Arc<VexComponent>>,
    budget: &'p mut Budget,
}

impl<'de> Elements<'de> for Subcomponents<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut component = Component::new(self.budget);
        component.take(value)?;
        self.into.push(Arc::new(component.into));
        Ok(())
    }
}

/// A product or a part of one, as a string or an object.
struct Component<'b> {
    into: VexComponent,
    /// `None` for a part, which has no parts.
    subcomponents: Option<Vec<Arc<VexComponent>>>,
    budget: &'b mut Budget,
}

impl<'b> Component<'b> {
    fn new(budget: &'b mut Budget) -> Self {
        Self { into: VexComponent::default(), subcomponents: None, budget }
    }

    fn take<'de, D: Deserializer<'de>>(
        &mut self,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        if let Some(id) = value.text_or_object(self)? {
            self.into.id = id.as_ref().into();
            self.into.identify(&id);
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Component<'_> {
    const KNOWN: &'static [&'static str] = &["@id", "identifiers", "hashes", "subcomponents"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "@id" => {
                self.into.id = text(value)?.unwrap_or_default();
                let id = self.into.id.clone();
                self.into.identify(&id);
            }
            "identifiers" => {
                value.object(&mut Identifiers(&mut self.into))?;
            }
            "hashes" => {
                value.object(&mut Hashes(&mut self.into))?;
            }
            _ => match &mut self.subcomponents {
                None => value.skip()?,
                Some(into) => {
                    value.list(&mut Subcomponents { into, budget: self.budget })?;
                }
            },
        }
        Ok(())
    }
}

struct Identifiers<'c>(&'c mut VexComponent);

impl<'de> Members<'de> for Identifiers<'_> {
    const KNOWN: &'static [&'static str] = &["purl"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        if let Some(purl) = text(value)? {
            self.0.identify(&purl);
        }
        Ok(())
    }
}

/// Hashes by the names of IANA's registry, such as `sha-256`.
struct Hashes<'c>(&'c mut VexComponent);

impl<'de> Members<'de> for Hashes<'_> {
    const KNOWN: &'static [&'static str] =
        &["sha-256", "sha-384", "sha-512", "sha256", "sha384", "sha512"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        if let Some(hash) = text(value)? {
            self.0.hash(key, &hash);
        }
        Ok(())
    }
}
