//! `cases/index.json`: Kyverno's own tests that need no network.

use std::path::Path;

use cocket::import::RuleResult;
use serde_json::Value;

use super::values::World;
use super::{judge, load};
use crate::corpus::index::read_json;
use crate::corpus::{Outcome, Tally};

const KIND: &str = "kyverno-cases";

/// The families without CEL; those with it are compared in `kyverno_cel`.
fn is_here(family: &str) -> bool {
    matches!(
        family,
        "CPOL deny" | "CPOL foreach" | "CPOL pattern" | "CPOL+imageRegistry" | "verifyImages"
    )
}

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
        if !is_here(family) {
            continue;
        }
        let found = found(&folder, case)?;
        let wanted = text("expected");
        let hits: Vec<&RuleResult> =
            found.iter().filter(|one| one.outcome.name() == wanted).collect();
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
fn found(folder: &Path, case: &Value) -> Result<Vec<RuleResult>, String> {
    let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
    let list = |key: &str| -> Vec<&str> {
        let list = case.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    };
    let loaded = load(&folder.join(text("policy_path")))?;
    let (namespace, resource) = match text("resource").split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, text("resource")),
    };
    let mut world = World::empty();
    let base = folder.join(if text("src") == "policies" { "policies" } else { "kyverno" });
    for aux in list("aux") {
        world.add(&base.join(aux), text("policy"), text("rule"), resource)?;
    }
    let rules: Vec<String> = match list("resolved_rules").as_slice() {
        [] => vec![text("rule").to_owned()],
        rules => rules.iter().map(|rule| (*rule).to_owned()).collect(),
    };
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
            let policies = loaded.policies.iter().filter(|own| own.name() == text("policy"));
            for policy in policies {
                let results = judge(policy, &object, &world, &loaded.exceptions);
                found.extend(results.into_iter().filter(|one| rules.contains(&one.rule)));
            }
        }
    }
    Ok(found)
}
