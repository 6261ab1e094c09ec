//! Catalogs: each image once, under a name that is one.

use std::collections::HashMap;

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::ImageCatalog;
use crate::reference::{Digest, Reference};

pub(super) fn check(catalog: &ImageCatalog, report: &mut Report<'_>) {
    let mut seen: HashMap<Digest, usize> = HashMap::new();
    for (position, entry) in catalog.spec.entries.iter().enumerate() {
        if let Err(error) = Reference::parse(&entry.name) {
            let path = format!("spec.entries[{position}].name");
            report.add(Kind::Value, path, error.to_string());
        }
        if let Some(first) = seen.insert(entry.digest, position) {
            let detail =
                format!("`{}` is in the catalog already: `spec.entries[{first}]`", entry.digest);
            report.add(Kind::Duplicate, format!("spec.entries[{position}].digest"), detail);
        }
    }
}
