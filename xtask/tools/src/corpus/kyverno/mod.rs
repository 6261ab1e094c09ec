//! `kyverno/`: what Kyverno answered, against what its policies answer here.

mod cases;
mod coverage;
mod seed;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use cocket::import::kyverno::{KyvernoException, KyvernoPolicy, Loaded, NoEvidence, Request};
use cocket::import::{Dialect, RuleResult, text};
use serde_json::Value;

use super::index::read;

pub(super) use cases::compare as compare_cases;
pub(super) use coverage::compare as compare_coverage;
pub(super) use seed::compare as compare_seed;

fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn documents(path: &Path) -> Result<Vec<Value>, String> {
    let documents = text::documents(&read_text(path)?);
    let documents = documents.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

fn load(path: &Path) -> Result<Loaded, String> {
    let file = path.display().to_string();
    Loaded::read(&file, &read_text(path)?).map_err(|error| format!("{file}: {error}"))
}

/// Kyverno's command line puts objects without a namespace into `default`.
fn with_namespace(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.entry("namespace").or_insert_with(|| "default".into());
    }
    object
}

fn judge(
    policy: &KyvernoPolicy,
    object: &Value,
    world: &values::World,
    exceptions: &[KyvernoException],
) -> Vec<RuleResult> {
    let labels = BTreeMap::new();
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
    let request = Request {
        object,
        old_object: None,
        operation: &world.operation,
        subresource: "",
        namespace,
        namespace_labels: namespace.and_then(|name| world.namespaces.get(name)).unwrap_or(&labels),
        user: &world.user,
        supplied: &world.supplied,
        now: world.now,
        dialect: Dialect::Kyverno,
    };
    policy.judge(&request, exceptions, &NoEvidence)
}
