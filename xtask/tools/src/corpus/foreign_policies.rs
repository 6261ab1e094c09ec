//! Policies of sigstore's policy-controller: valid or not, and which field is at fault.

use std::collections::BTreeSet;

use cocket::import::{self, Options};
use cocket::policy::{PolicyError, PolicyErrors, PolicySource};
use serde_json::Value;

use super::Outcome;
use super::index::Row;

/// Compares validity. Parts that are not taken do not make a policy invalid, and a document without
/// policies is not one that decides, so only faults of what is there count.
pub(super) fn cluster_image_policy(row: &Row<'_>) -> Outcome {
    let source = PolicySource { name: row.file.to_owned(), bytes: row.bytes.to_vec() };
    let loaded = import::load(&[source], Options { allow_partial: true, ..Options::default() });
    let faults = match &loaded {
        Ok(_) => Vec::new(),
        Err(errors) if decides_nothing(errors) => Vec::new(),
        Err(errors) => errors.as_slice().to_vec(),
    };
    let text = |key: &str| row.check.get(key).and_then(Value::as_str);
    let shown = || faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    match (text("expect"), faults.is_empty()) {
        (Some("valid"), true) => Outcome::Passed,
        (Some("valid"), false) => Outcome::failed("valid", shown()),
        (Some("invalid"), true) => Outcome::failed("invalid", "valid"),
        (Some("invalid"), false) => {
            let wanted = text("error").map(fields).unwrap_or_default();
            let found: BTreeSet<String> = faults.iter().flat_map(named).collect();
            match wanted.iter().find(|field| !names(&found, field)) {
                None => Outcome::Passed,
                Some(missing) => Outcome::failed(*missing, shown()),
            }
        }
        (other, _) => Outcome::failed("`valid` or `invalid`", format!("{other:?}")),
    }
}

fn decides_nothing(errors: &PolicyErrors) -> bool {
    errors
        .as_slice()
        .iter()
        .all(|error| error.path.is_empty() && error.detail.contains("no `ImagePolicy`"))
}

/// The fields that an error of the controller names: its words with dots between letters.
fn fields(error: &str) -> Vec<&str> {
    let words = error.split([' ', ',']).map(|word| word.trim_matches([':', '.']));
    words
        .filter(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

/// The places that a fault names: its path, and the keys under it in its sentence. The controller
/// leaves out the position of an attestation, and that the policy of the whole is in `policy`.
fn named(fault: &PolicyError) -> Vec<String> {
    let keys = fault.detail.split('`').skip(1).step_by(2);
    let under = keys.map(|key| format!("{}.{key}", fault.path));
    let own: Vec<String> = std::iter::once(fault.path.clone()).chain(under).collect();
    let short = own.iter().map(|path| {
        let path = path.replace("spec.policy.", "spec.");
        match path.split_once("attestations[") {
            Some((before, after)) => {
                let after = after.split_once(']').map_or(after, |(_, after)| after);
                format!("{before}attestations{after}")
            }
            None => path,
        }
    });
    own.iter().cloned().chain(short).map(|path| path.to_ascii_lowercase()).collect()
}

/// Whether a field is among the places, as a whole or as the end of one.
fn names(found: &BTreeSet<String>, field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    found.iter().any(|path| *path == field || path.ends_with(&format!(".{field}")))
}
