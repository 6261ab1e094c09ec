//! `cases/index.json`: Kyverno's own tests that need no network.

use std::path::Path;

use cocket::kubernetes::Operation;
use serde_json::Value;

use super::{Answer, values};
use crate::corpus::index::read_json;
use crate::corpus::{Outcome, Tally};

const KIND: &str = "kyverno-cases";

pub(in crate::corpus) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("kyverno/cases");
    let index = read_json(&folder.join("index.json"))?;
    let cases = index.get("cases").and_then(Value::as_array).ok_or("no `cases`")?;
    let (mut equal, mut compared) = (0_usize, 0_usize);
    for case in cases {
        let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
        let family = text("family");
        let label = format!("{family} {}/{} {}", text("policy"), text("rule"), text("resource"));
        let found = match found(&folder, case) {
            Ok(found) => found,
            Err(fault) => {
                tally.row(KIND, &label, Outcome::failed("an answer", fault));
                continue;
            }
        };
        let wanted = text("expected");
        let hits: Vec<&Answer> = found.iter().filter(|one| one.outcome == wanted).collect();
        let is_as_expected = !hits.is_empty() && hits.len() == found.len();
        let outcome = match is_as_expected {
            true => Outcome::Passed,
            false => Outcome::failed(wanted, format!("{found:?}")),
        };
        tally.row(KIND, &label, outcome);
        let messages = case.get("messages").and_then(Value::as_array);
        let said = |message: &str| hits.iter().any(|one| one.message == message);
        for message in messages.into_iter().flatten().filter_map(Value::as_str) {
            compared = compared.saturating_add(1);
            match said(message) {
                true => equal = equal.saturating_add(1),
                false => {
                    let own: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
                    tally.note(format!("{KIND}: {label}: `{message}` and not {own:?}"));
                }
            }
        }
    }
    tally.note(format!("{KIND}: {equal} of {compared} messages are equal"));
    Ok(())
}

/// What the case's policy says about its resource, by the rule that is asked for.
fn found(folder: &Path, case: &Value) -> Result<Vec<Answer>, String> {
    let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
    let list = |key: &str| -> Vec<&str> {
        let list = case.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    };
    let (namespace, resource) = match text("resource").split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, text("resource")),
    };
    let base = folder.join(if text("src") == "policies" { "policies" } else { "kyverno" });
    let mut sources = vec![super::source(&folder.join(text("policy_path")))?];
    let mut operation = Operation::Create;
    for aux in list("aux") {
        let path = base.join(aux);
        sources.push(super::source(&path)?);
        let values = super::documents(&path)?;
        operation = values::operation(&values, text("policy"), resource).unwrap_or(operation);
    }
    // One that the test has itself says what there is.
    if !sources.iter().any(|one| String::from_utf8_lossy(&one.bytes).contains("kind: Context")) {
        sources.push(super::empty_cluster());
    }
    let engine = super::engine(&sources)?;
    let rules = rules(case);
    let mut found = Vec::new();
    for path in list("resource_paths") {
        for object in super::documents(&folder.join(path))? {
            let object = super::with_namespace(&object);
            let at = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
            let is_meant = at("/kind") == Some(text("kind"))
                && at("/metadata/name") == Some(resource)
                && namespace.is_none_or(|wanted| at("/metadata/namespace") == Some(wanted));
            if !is_meant {
                continue;
            }
            let mut answers = super::judge(&engine, &object, operation)?;
            if text("family") == "verifyImages" {
                answers.extend(super::judge_images(&engine, &object)?);
            }
            let is_asked = |one: &Answer| {
                one.policy == text("policy") && rules.iter().any(|rule| is_rule(rule, &one.rule))
            };
            found.extend(answers.into_iter().filter(is_asked));
        }
    }
    Ok(found)
}

/// Policies in expressions have one rule, for which Kyverno has several names or none; a rule that
/// verifies images becomes one for each thing it asks, with a number behind its name.
fn is_rule(wanted: &str, own: &str) -> bool {
    let number = own.strip_prefix(wanted);
    own == "validations"
        || number.is_some_and(|rest| rest.bytes().all(|b| b == b'-' || b.is_ascii_digit()))
}

fn rules(case: &Value) -> Vec<String> {
    let rules = case.get("resolved_rules").and_then(Value::as_array).into_iter().flatten();
    let rules: Vec<String> = rules.filter_map(|one| one.as_str().map(str::to_owned)).collect();
    match rules.is_empty() {
        true => vec![case.get("rule").and_then(Value::as_str).unwrap_or_default().to_owned()],
        false => rules,
    }
}
