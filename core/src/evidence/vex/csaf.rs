//! The reader of the Common Security Advisory Framework, 2.0 (OASIS CSAF 2.0, profiles "VEX" and
//! "Security Advisory").

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserializer;

use super::read::{Budget, invalid, text, time, unsupported};
use super::{Head, VexDocument, VexFormat, VexProduct, VexStatement};
use crate::evidence::EvidenceError;
use crate::evidence::json::{self, Members, Value};

mod products;
mod tree;
mod vulnerabilities;

use products::Products;
use tree::Tree;
use vulnerabilities::{Vulnerabilities, Vulnerability};

/// The categories of documents that state a product's status.
const CATEGORIES: [&str; 2] = ["csaf_vex", "csaf_security_advisory"];

pub(super) fn read(text: &str) -> Result<VexDocument, EvidenceError> {
    let mut csaf = Csaf {
        head: Head::default(),
        category: None,
        is_draft: false,
        tree: Tree::default(),
        vulnerabilities: Vec::new(),
        budget: Budget::new(),
    };
    json::read_object(text, &mut csaf)?;
    if &*csaf.head.context != "2.0" {
        let detail = format!("`{}`, where 2.0 is read", csaf.head.context);
        return Err(unsupported("/document/csaf_version", detail));
    }
    let category = csaf.category.as_deref().unwrap_or_default();
    if !CATEGORIES.contains(&category) {
        let detail = format!("`{category}`, where `{}` are read", CATEGORIES.join("` and `"));
        return Err(unsupported("/document/category", detail));
    }
    if csaf.is_draft {
        return Err(unsupported("/document/tracking/status", "a draft states nothing yet"));
    }
    if csaf.head.timestamp.is_none() {
        return Err(invalid("/document/tracking/current_release_date", "it is missing"));
    }
    csaf.finish()
}

struct Csaf {
    head: Head,
    category: Option<Box<str>>,
    is_draft: bool,
    tree: Tree,
    vulnerabilities: Vec<Vulnerability>,
    budget: Budget,
}

impl Csaf {
    fn finish(self) -> Result<VexDocument, EvidenceError> {
        let Self { head, tree, vulnerabilities, mut budget, .. } = self;
        let products = Products::new(tree)?;
        let mut statements = Vec::new();
        for (position, vulnerability) in vulnerabilities.iter().enumerate() {
            let place = format!("/vulnerabilities/{position}");
            let mut reader = Stating {
                products: &products,
                timestamp: head.timestamp,
                place,
                budget: &mut budget,
            };
            reader.state(vulnerability, &mut statements)?;
        }
        VexDocument::new(VexFormat::Csaf, head, statements)
    }
}

/// What the statements about one vulnerability are made with.
struct Stating<'a> {
    products: &'a Products,
    timestamp: Option<Timestamp>,
    place: String,
    budget: &'a mut Budget,
}

impl Stating<'_> {
    /// The statements about one vulnerability: one for each status and reason.
    fn state(
        &mut self,
        vulnerability: &Vulnerability,
        statements: &mut Vec<VexStatement>,
    ) -> Result<(), EvidenceError> {
        let Some(names) = vulnerability.names() else {
            return Err(invalid(&*self.place, "neither `cve` nor `ids` name it"));
        };
        let names = Arc::new(names);
        let Vulnerability { flags, impacts, statuses, .. } = vulnerability;
        let about_flags = flags.iter().map(|flag| &flag.about);
        let flag_of = self.products.by_product(about_flags, self.budget)?;
        let about_impacts = impacts.iter().map(|impact| &impact.about);
        let impact_of = self.products.by_product(about_impacts, self.budget)?;
        for (status, ids) in statuses {
            let mut groups: BTreeMap<_, Vec<VexProduct>> = BTreeMap::new();
            for id in ids {
                let reason = (flag_of.get(&**id).copied(), impact_of.get(&**id).copied());
                groups.entry(reason).or_default().push(self.product(id)?);
            }
            for ((flag, impact), products) in groups {
                let flag = flag.and_then(|position| flags.get(position));
                let impact = impact.and_then(|position| impacts.get(position));
                statements.push(VexStatement {
                    vulnerability: Arc::clone(&names),
                    status: *status,
                    justification: flag.and_then(|flag| flag.label.clone()),
                    impact_statement: impact.and_then(|impact| impact.details.clone()),
                    products,
                    timestamp: self.timestamp,
                });
            }
        }
        Ok(())
    }

    fn product(&self, id: &str) -> Result<VexProduct, EvidenceError> {
        self.products.get(id).cloned().ok_or_else(|| {
            let detail = format!("`{id}` is not in the product tree");
            invalid(format!("{}/product_status", self.place), detail)
        })
    }
}

impl<'de> Members<'de> for Csaf {
    const KNOWN: &'static [&'static str] = &["document", "product_tree", "vulnerabilities"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "document" => value.object(&mut Document(self))?,
            "product_tree" => value.object(&mut self.tree.members(&mut self.budget))?,
            _ => {
                let into = &mut self.vulnerabilities;
                value.list(&mut Vulnerabilities { into, budget: &mut self.budget })?
            }
        };
        Ok(())
    }
}

struct Document<'d>(&'d mut Csaf);

impl<'de> Members<'de> for Document<'_> {
    const KNOWN: &'static [&'static str] = &["category", "csaf_version", "publisher", "tracking"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "category" => self.0.category = text(value)?,
            "csaf_version" => self.0.head.context = text(value)?.unwrap_or_default(),
            "publisher" => {
                value.object(&mut Publisher(&mut self.0.head))?;
            }
            _ => {
                value.object(&mut Tracking(self.0))?;
            }
        }
        Ok(())
    }
}

struct Publisher<'d>(&'d mut Head);

impl<'de> Members<'de> for Publisher<'_> {
    const KNOWN: &'static [&'static str] = &["name"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        self.0.author = text(value)?;
        Ok(())
    }
}

struct Tracking<'d>(&'d mut Csaf);

impl<'de> Members<'de> for Tracking<'_> {
    const KNOWN: &'static [&'static str] =
        &["id", "version", "status", "current_release_date", "revision_history"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let head = &mut self.0.head;
        match key {
            "id" => head.id = text(value)?,
            "version" => head.version = text(value)?,
            "current_release_date" => head.timestamp = time(value)?,
            "status" => {
                self.0.is_draft = value.parsed(|text| match text {
                    "draft" => Ok(true),
                    "interim" | "final" => Ok(false),
                    other => Err(format!("`{other}` is not a status of a document")),
                })? == Some(true);
            }
            _ => {
                value.objects(&mut Revisions(&mut head.last_updated))?;
            }
        }
        Ok(())
    }
}

/// The date of the last revision.
struct Revisions<'d>(&'d mut Option<Timestamp>);

impl<'de> Members<'de> for Revisions<'_> {
    const KNOWN: &'static [&'static str] = &["date"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        *self.0 = (*self.0).max(time(value)?);
        Ok(())
    }
}
