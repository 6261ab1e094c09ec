//! VEX documents.

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::evidence::vex::{VexDocument, VexFormat, VexStatement};
use serde_json::{Value, json};

use super::Outcome;
use super::facts::compare;
use super::index::Row;

pub(super) fn openvex(row: &Row<'_>) -> Outcome {
    let found = VexDocument::parse(row.bytes).map_err(|error| error.to_string());
    let found = found.and_then(|document| match document.format() {
        VexFormat::OpenVex => Ok(facts(&document)),
        other => Err(format!("read as {other:?}")),
    });
    let expected = expected(row.expected);
    compare(&Row { expected: &expected, ..*row }, found)
}

fn facts(document: &VexDocument) -> Value {
    let statements = document.statements();
    let justifications = statements.iter().filter_map(|one| one.justification.as_deref());
    let products = statements.iter().flat_map(|one| &one.products);
    json!({
        "products": products.clone().count(),
        "with_subcomponents": products.filter(|one| !one.subcomponents.is_empty()).count(),
        "context": document.format_version(),
        "id": document.id(),
        "author": document.author(),
        "timestamp": document.timestamp().map(|time| time.to_string()),
        "version": document.version(),
        "statements": statements.len(),
        "status": counted(statements.iter().map(status)),
        "justifications": counted(justifications),
    })
}

fn status(statement: &VexStatement) -> &str {
    statement.status.name()
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in words {
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    json!(counts)
}

/// The index's values in the form in which the reader gives them: times by their meaning, the
/// version as a text, which it is in older documents and not in newer ones.
fn expected(row: &Value) -> Value {
    let mut expected = row.clone();
    let Value::Object(members) = &mut expected else { return expected };
    for (key, value) in members {
        match (key.as_str(), &*value) {
            ("timestamp", Value::String(text)) => {
                let time = text.parse::<Timestamp>().ok();
                *value = json!(time.map(|time| time.to_string()));
            }
            ("version", Value::Number(number)) => *value = json!(number.to_string()),
            _ => {}
        }
    }
    expected
}
