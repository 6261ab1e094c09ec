//! `seed/expected.json`: four policies against 69 objects, as Kyverno decided.

use std::path::Path;

use cocket::kubernetes::Operation;
use serde_json::Value;

use super::Answer;
use crate::corpus::index::read_json;
use crate::corpus::{Outcome, Tally};

const KIND: &str = "kyverno-seed";

pub(in crate::corpus) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("kyverno/seed");
    let expected = read_json(&folder.join("expected.json"))?;
    let rows = expected.get("rows").and_then(Value::as_array).ok_or("no `rows`")?;
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let file = text("policy_file");
        // What is not admitted by Kyverno says what the seed wanted.
        let name = file.rsplit('/').next().unwrap_or_default();
        let mut outcomes = Vec::new();
        for variant in ["runnable", "fixed", "literal"] {
            let path = folder.join(variant).join(name);
            if path.is_file() {
                let found = found(&folder, &path, row)?;
                outcomes.push(compared(row, &found, variant));
            }
        }
        if outcomes.is_empty() {
            outcomes.push(Outcome::failed("a policy of that name", "none"));
        }
        let outcome = outcomes.into_iter().find(|outcome| *outcome != Outcome::Passed);
        let label = format!("{file} {}", text("resource"));
        tally.row(KIND, &label, outcome.unwrap_or(Outcome::Passed));
    }
    Ok(())
}

/// What the policy of a file says about the row's object.
fn found(folder: &Path, policy: &Path, row: &Value) -> Result<Vec<Answer>, String> {
    let resource = row.get("resource_file").and_then(Value::as_str).unwrap_or_default();
    let object = super::documents(&folder.join(resource))?.into_iter().next();
    let object = super::with_namespace(&object.ok_or_else(|| format!("{resource}: empty"))?);
    let engine = super::engine(&[super::source(policy)?])?;
    match row.get("cocket") {
        // Of the policy that verifies signatures.
        Some(_) => super::judge_images(&engine, &object),
        None => super::judge(&engine, &object, Operation::Create),
    }
}

fn compared(row: &Value, found: &[Answer], variant: &str) -> Outcome {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
    if let Some(wanted) = row.get("cocket").and_then(Value::as_str) {
        let failed = found.iter().find(|one| one.outcome == "fail").or(found.first());
        return Outcome::equal(&wanted, &failed.map_or("not-matched", |one| one.outcome));
    }
    let message = if variant == "runnable" { "message" } else { "seed_message" };
    let mut wanted = (text("decision"), text("rule"), text(message).to_owned());
    let found = match found {
        [] => ("not-matched", "", String::new()),
        [one] => (one.outcome, one.rule.as_str(), one.message.clone()),
        several => return Outcome::failed("one answer", format!("{several:?}")),
    };
    if text("resource").starts_with("p24") {
        // Kyverno reads what it put in once more; here the text stands as it is.
        wanted.2 = wanted.2.replace("p24-variable-injection", "{{request.object.metadata.name}}");
    }
    Outcome::equal(&wanted, &found)
}
