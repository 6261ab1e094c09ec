//! The product tree (CSAF 2.0, section 3.2.2).

use std::sync::Arc;

use serde::Deserializer;

use super::super::VexComponent;
use super::super::read::{Budget, Texts, shared, text};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// What a tree defines, as it stands there.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) products: Vec<VexComponent>,
    pub(super) relationships: Vec<Relationship>,
    pub(super) groups: Vec<Group>,
}

/// A product that is another one in or on a third.
#[derive(Default)]
pub(super) struct Relationship {
    pub(super) id: Box<str>,
    /// Whether the first is in or on the other, and not only beside it.
    pub(super) is_part: bool,
    pub(super) part: Box<str>,
    pub(super) whole: Box<str>,
}

/// Products under one name.
#[derive(Default)]
pub(super) struct Group {
    pub(super) id: Box<str>,
    pub(super) products: Vec<Box<str>>,
}

impl Tree {
    pub(super) fn members<'t>(&'t mut self, budget: &'t mut Budget) -> TreeMembers<'t> {
        TreeMembers { tree: self, budget }
    }
}

pub(super) struct TreeMembers<'t> {
    tree: &'t mut Tree,
    budget: &'t mut Budget,
}

impl<'de> Members<'de> for TreeMembers<'_> {
    const KNOWN: &'static [&'static str] =
        &["branches", "full_product_names", "relationships", "product_groups"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let budget = &mut *self.budget;
        match key {
            "branches" => value.list(&mut Branches { into: &mut self.tree.products, budget })?,
            "full_product_names" => {
                value.list(&mut Names { into: &mut self.tree.products, budget })?
            }
            "relationships" => {
                value.list(&mut Relationships { into: &mut self.tree.relationships, budget })?
            }
            _ => value.list(&mut Groups { into: &mut self.tree.groups, budget })?,
        };
        Ok(())
    }
}

struct Branches<'t> {
    into: &'t mut Vec<VexComponent>,
    budget: &'t mut Budget,
}

impl<'de> Elements<'de> for Branches<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let start = self.into.len();
        let mut branch =
            Branch { into: self.into, budget: self.budget, category: None, name: None };
        value.object(&mut branch)?;
        // A branch names all that hangs on it; an inner branch was there first.
        let Branch { into, category, name, .. } = branch;
        for product in into.iter_mut().skip(start) {
            let part = match category.as_deref() {
                Some("product_name") => &mut product.name,
                Some("product_version") => &mut product.version,
                _ => break,
            };
            if part.is_none() {
                part.clone_from(&name);
            }
        }
        Ok(())
    }
}

struct Branch<'t> {
    into: &'t mut Vec<VexComponent>,
    budget: &'t mut Budget,
    category: Option<Box<str>>,
    name: Option<Arc<str>>,
}

impl<'de> Members<'de> for Branch<'_> {
    const KNOWN: &'static [&'static str] = &["category", "name", "product", "branches"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let (into, budget) = (&mut *self.into, &mut *self.budget);
        match key {
            "category" => self.category = text(value)?,
            "name" => self.name = shared(value)?,
            "product" => Names { into, budget }.element(value)?,
            _ => {
                value.list(&mut Branches { into, budget })?;
            }
        }
        Ok(())
    }
}

/// Full product names.
struct Names<'t> {
    into: &'t mut Vec<VexComponent>,
    budget: &'t mut Budget,
}

impl<'de> Elements<'de> for Names<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut product = VexComponent::default();
        if value.object(&mut FullName { into: &mut product, budget: self.budget })? {
            self.into.push(product);
        }
        Ok(())
    }
}

struct FullName<'t> {
    into: &'t mut VexComponent,
    budget: &'t mut Budget,
}

impl<'de> Members<'de> for FullName<'_> {
    const KNOWN: &'static [&'static str] = &["product_id", "product_identification_helper"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "product_id" => self.into.id = text(value)?.unwrap_or_default(),
            _ => {
                value.object(&mut Helper { into: self.into, budget: self.budget })?;
            }
        }
        Ok(())
    }
}

struct Helper<'t> {
    into: &'t mut VexComponent,
    budget: &'t mut Budget,
}

impl<'de> Members<'de> for Helper<'_> {
    const KNOWN: &'static [&'static str] = &["purl", "hashes"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "purl" => {
                if let Some(purl) = text(value)? {
                    self.into.identify(&purl);
                }
            }
            _ => {
                value.objects(&mut Files { into: self.into, budget: self.budget })?;
            }
        }
        Ok(())
    }
}

/// Files, each with its hashes.
struct Files<'t> {
    into: &'t mut VexComponent,
    budget: &'t mut Budget,
}

impl<'de> Members<'de> for Files<'_> {
    const KNOWN: &'static [&'static str] = &["file_hashes"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        value.list(&mut Hashes { into: self.into, budget: self.budget }).map(|_| ())
    }
}

struct Hashes<'t> {
    into: &'t mut VexComponent,
    budget: &'t mut Budget,
}

impl<'de> Elements<'de> for Hashes<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut hash = Hash::default();
        value.object(&mut hash)?;
        if let (Some(algorithm), Some(value)) = (hash.algorithm, hash.value) {
            self.into.hash(&algorithm, &value);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Hash {
    algorithm: Option<Box<str>>,
    value: Option<Box<str>>,
}

impl<'de> Members<'de> for Hash {
    const KNOWN: &'static [&'static str] = &["algorithm", "value"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "algorithm" => self.algorithm = text(value)?,
            _ => self.value = text(value)?,
        }
        Ok(())
    }
}

struct Relationships<'t> {
    into: &'t mut Vec<Relationship>,
    budget: &'t mut Budget,
}

impl<'de> Elements<'de> for Relationships<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut relationship = Relationship::default();
        value.object(&mut relationship)?;
        self.into.push(relationship);
        Ok(())
    }
}

impl<'de> Members<'de> for Relationship {
    const KNOWN: &'static [&'static str] =
        &["category", "full_product_name", "product_reference", "relates_to_product_reference"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "category" => {
                let category = text(value)?;
                self.is_part = matches!(
                    category.as_deref(),
                    Some(
                        "default_component_of"
                            | "external_component_of"
                            | "optional_component_of"
                            | "installed_on"
                    )
                );
            }
            "full_product_name" => {
                value.object(&mut ProductId(&mut self.id))?;
            }
            "product_reference" => self.part = text(value)?.unwrap_or_default(),
            _ => self.whole = text(value)?.unwrap_or_default(),
        }
        Ok(())
    }
}

struct ProductId<'t>(&'t mut Box<str>);

impl<'de> Members<'de> for ProductId<'_> {
    const KNOWN: &'static [&'static str] = &["product_id"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        *self.0 = text(value)?.unwrap_or_default();
        Ok(())
    }
}

struct Groups<'t> {
    into: &'t mut Vec<Group>,
    budget: &'t mut Budget,
}

impl<'de> Elements<'de> for Groups<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if let Err(detail) = self.budget.spend() {
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let mut group = Group::default();
        value.object(&mut group)?;
        self.into.push(group);
        Ok(())
    }
}

impl<'de> Members<'de> for Group {
    const KNOWN: &'static [&'static str] = &["group_id", "product_ids"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "group_id" => self.id = text(value)?.unwrap_or_default(),
            _ => {
                let max = super::super::MAX_COMPONENTS;
                value.list(&mut Texts { into: &mut self.products, max })?;
            }
        }
        Ok(())
    }
}
