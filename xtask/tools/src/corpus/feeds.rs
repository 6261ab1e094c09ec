//! Feeds about vulnerabilities.

use cocket::evidence::feeds::{Epss, EpssHead, KevCatalog};
use serde_json::{Value, json};

use super::Outcome;
use super::facts::compare;
use super::index::Row;

/// The head as it is written; where the row says whether the file is valid, that too.
pub(super) fn epss(row: &Row<'_>) -> Outcome {
    let head = EpssHead::read(row.bytes).map_err(|error| error.to_string());
    let outcome = compare(row, head.map(|(head, _)| json!({"header": [head.model, head.columns]})));
    let is_valid = match row.expected.get("expected").and_then(Value::as_str) {
        Some("valid") => true,
        Some("reject") => false,
        _ => return outcome,
    };
    match Epss::parse(row.bytes) {
        Ok(_) if !is_valid => Outcome::failed("a refusal", "it was read"),
        Err(error) if is_valid => Outcome::failed("a feed", error.to_string()),
        _ => outcome,
    }
}

/// What the catalogue says; as a feed it is taken only where it lists all that it counts.
pub(super) fn kev(row: &Row<'_>) -> Outcome {
    let catalog = match KevCatalog::parse(row.bytes) {
        Ok(catalog) => catalog,
        Err(error) => return compare(row, Err(error.to_string())),
    };
    let ids: Vec<&str> = catalog.entries().iter().map(|entry| &*entry.id).collect();
    let facts = json!({
        "catalogVersion": catalog.version(),
        "count": catalog.count(),
        "n": ids.len(),
        "cves": ids,
    });
    let is_whole = facts.get("count") == facts.get("n");
    match (catalog.whole(), is_whole) {
        (Ok(_), true) | (Err(_), false) => compare(row, Ok(facts)),
        (Ok(_), false) => Outcome::failed("a refusal of a part", "it was taken for the whole"),
        (Err(error), true) => Outcome::failed("a feed", error.to_string()),
    }
}
