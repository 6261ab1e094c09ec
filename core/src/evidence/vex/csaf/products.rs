//! What the product ids of a document stand for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::super::read::Budget;
use super::super::{VexComponent, VexProduct};
use super::tree::{Relationship, Tree};
use super::vulnerabilities::About;
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The products of a tree by id, with the groups.
pub(super) struct Products {
    by_id: HashMap<Box<str>, VexProduct>,
    groups: HashMap<Box<str>, Vec<Box<str>>>,
}

impl Products {
    /// Settles the ids. Each may be defined once (CSAF 2.0, section 6.1.2).
    pub(super) fn new(tree: Tree) -> Result<Self, EvidenceError> {
        let Tree { products, relationships, groups } = tree;
        let mut plain: HashMap<Box<str>, Arc<VexComponent>> = HashMap::new();
        for product in products {
            let id = product.id.clone();
            if plain.insert(id.clone(), Arc::new(product)).is_some() {
                return Err(twice(&id));
            }
        }
        let mut by_id: HashMap<Box<str>, VexProduct> = HashMap::new();
        for relationship in &relationships {
            let product = related(relationship, &plain);
            let is_new = !plain.contains_key(&relationship.id)
                && by_id.insert(relationship.id.clone(), product).is_none();
            if !is_new {
                return Err(twice(&relationship.id));
            }
        }
        by_id.extend(
            plain
                .into_iter()
                .map(|(id, component)| (id, VexProduct { component, subcomponents: Vec::new() })),
        );
        let groups = groups.into_iter().map(|group| (group.id, group.products)).collect();
        Ok(Self { by_id, groups })
    }

    pub(super) fn get(&self, id: &str) -> Option<&VexProduct> {
        self.by_id.get(id)
    }

    /// For each product, the position of the first item that is about it, by itself or by its
    /// group. What names nothing is about nothing.
    ///
    /// # Errors
    /// `TooLarge` where the groups hold more than is left of the budget.
    pub(super) fn by_product<'a>(
        &'a self,
        items: impl Iterator<Item = &'a About>,
        budget: &mut Budget,
    ) -> Result<BTreeMap<&'a str, usize>, EvidenceError> {
        let mut found = BTreeMap::new();
        let mut groups: HashMap<&str, usize> = HashMap::new();
        for (position, about) in items.enumerate() {
            for id in &about.products {
                found.entry(&**id).or_insert(position);
            }
            for group in &about.groups {
                groups.entry(&**group).or_insert(position);
            }
        }
        for (group, position) in groups {
            for id in self.groups.get(group).into_iter().flatten() {
                budget.spend().map_err(|detail| {
                    EvidenceError::new(EvidenceErrorKind::TooLarge, "/vulnerabilities", detail)
                })?;
                let first = found.entry(&**id).or_insert(position);
                *first = position.min(*first);
            }
        }
        Ok(found)
    }
}

/// The product that is `part` in `whole`. Where one of them is itself such a product, or they
/// only stand side by side, it is nothing that an image could be.
fn related(
    relationship: &Relationship,
    plain: &HashMap<Box<str>, Arc<VexComponent>>,
) -> VexProduct {
    let part = plain.get(&relationship.part).filter(|_| relationship.is_part);
    match plain.get(&relationship.whole).zip(part) {
        Some((whole, part)) => {
            VexProduct { component: Arc::clone(whole), subcomponents: vec![Arc::clone(part)] }
        }
        None => {
            let mut unknown = VexComponent::new(relationship.id.clone());
            unknown.set_unknown();
            VexProduct { component: Arc::new(unknown), subcomponents: Vec::new() }
        }
    }
}

fn twice(id: &str) -> EvidenceError {
    let detail = format!("the product id `{id}` is defined twice");
    EvidenceError::new(EvidenceErrorKind::Ambiguous, "/product_tree", detail)
}
