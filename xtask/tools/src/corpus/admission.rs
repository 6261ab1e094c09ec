//! Admission reviews: what is read of them, also of malformed ones.

use std::collections::BTreeSet;

use cocket::kubernetes::{AdmissionReview, Operation};
use serde_json::{Value, json};

use super::Outcome;
use super::index::Row;

pub(super) fn review(row: &Row<'_>) -> Outcome {
    let review = AdmissionReview::parse(row.bytes);
    let request = review.request.as_ref().ok();
    let images = request.into_iter().flat_map(|request| &request.object.images);
    // As a table lists them: each once.
    let images: BTreeSet<&str> = images.map(|image| image.image.as_str()).collect();
    let operation = review.operation.map(|operation| match operation {
        Operation::Create => "CREATE",
        Operation::Update => "UPDATE",
        Operation::Delete => "DELETE",
        Operation::Connect => "CONNECT",
    });
    let found = json!({
        "kind": review.kind,
        "operation": operation,
        "namespace": review.namespace,
        "images": images,
        "uid": review.uid,
    });
    let keys = row.check.get("keys").and_then(Value::as_array).into_iter().flatten();
    let keys: Vec<&str> = keys.filter_map(Value::as_str).collect();
    if keys.is_empty() {
        return Outcome::failed("keys to compare", "none");
    }
    for key in keys {
        let expected = match row.expected.get(key) {
            Some(Value::Array(items)) => sorted(items),
            other => other.cloned().unwrap_or_default(),
        };
        let own = found.get(key);
        if own != Some(&expected) {
            let own = own.map_or_else(|| "nothing".to_owned(), Value::to_string);
            return Outcome::failed(format!("{key} {expected}"), own);
        }
    }
    Outcome::Passed
}

fn sorted(items: &[Value]) -> Value {
    let texts: BTreeSet<&str> = items.iter().filter_map(Value::as_str).collect();
    json!(texts)
}
