//! The rules that Kyverno makes for the controllers of pods from those for pods.

use serde_json::{Map, Value, json};

/// Whose annotation chooses the controllers.
const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";
const CONTROLLERS: [&str; 7] = [
    "DaemonSet",
    "Deployment",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
    "CronJob",
];
/// Longest name of a rule.
const MAX_NAME: usize = 63;

/// A rule as it is judged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expanded {
    pub(super) rule: Value,
    /// The position of the rule as written that it is, or was made from.
    pub(super) from: usize,
    /// Where the template of pods stands, for one that was made for their controllers.
    pub(super) template: Option<&'static str>,
}

/// The rules of a policy with those that are made from them.
pub(super) fn expand(metadata: &Value, rules: &[Value]) -> Vec<Expanded> {
    let as_written = rules.iter().enumerate();
    let mut all: Vec<Expanded> = as_written
        .map(|(from, rule)| Expanded { rule: rule.clone(), from, template: None })
        .collect();
    let controllers = controllers(metadata, rules);
    let (cron, others): (Vec<_>, Vec<_>) = controllers.into_iter().partition(|c| c == "CronJob");
    for (from, rule) in rules.iter().enumerate() {
        if !is_for_pods(rule) {
            continue;
        }
        if !others.is_empty() {
            let rule = made(rule, "autogen-", &others, &["template"]);
            all.push(Expanded { rule, from, template: Some("spec.template") });
        }
        if !cron.is_empty() {
            let path = ["jobTemplate", "spec", "template"];
            let rule = made(rule, "autogen-cronjob-", &cron, &path);
            all.push(Expanded { rule, from, template: Some("spec.jobTemplate.spec.template") });
        }
    }
    all
}

fn controllers(metadata: &Value, rules: &[Value]) -> Vec<String> {
    if !rules.iter().all(can_be_made) {
        return Vec::new();
    }
    let chosen = metadata.get("annotations").and_then(|all| all.get(ANNOTATION));
    let all = CONTROLLERS.map(str::to_owned).to_vec();
    match chosen.and_then(Value::as_str) {
        None | Some("all") => all,
        Some("none") => Vec::new(),
        Some(list) => list
            .split(',')
            .map(|one| one.trim().to_owned())
            .filter(|one| CONTROLLERS.contains(&one.as_str()))
            .collect(),
    }
}

/// The filters of `match` or `exclude`.
fn filters<'v>(rule: &'v Value, block: &str) -> Vec<&'v Value> {
    let Some(block) = rule.get(block) else { return Vec::new() };
    let list = |key: &str| block.get(key).and_then(Value::as_array).into_iter().flatten();
    std::iter::once(block).chain(list("any")).chain(list("all")).collect()
}

fn kinds(filter: &Value) -> Vec<&str> {
    match filter.pointer("/resources/kinds") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind],
        _ => Vec::new(),
    }
}

/// Kyverno makes nothing for a policy that chooses pods by what controllers do not share.
fn can_be_made(rule: &Value) -> bool {
    let is_given = |value: Option<&Value>| match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    let narrows = |filter: &Value| {
        let resources = filter.get("resources");
        ["name", "names", "selector", "annotations"]
            .iter()
            .any(|key| is_given(resources.and_then(|resources| resources.get(key))))
    };
    let all = filters(rule, "match").into_iter().chain(filters(rule, "exclude"));
    let is_mixed = |filter: &&Value| {
        let kinds = kinds(filter);
        kinds.len() > 1 && kinds.contains(&"Pod")
    };
    let all: Vec<&Value> = all.collect();
    !all.iter().any(|filter| narrows(filter))
        && !all.iter().any(is_mixed)
        && !is_given(rule.get("generate"))
        && !is_given(rule.pointer("/mutate/patchesJson6902"))
}

fn is_for_pods(rule: &Value) -> bool {
    let wanted: Vec<Vec<&str>> =
        filters(rule, "match").into_iter().map(kinds).filter(|kinds| !kinds.is_empty()).collect();
    !wanted.is_empty()
        && wanted.iter().all(|kinds| kinds.as_slice() == ["Pod"])
        && rule.get("mutate").is_none()
}

fn made(rule: &Value, prefix: &str, controllers: &[String], path: &[&str]) -> Value {
    let mut made = match rule.pointer("/validate/cel") {
        // Expressions in CEL are turned when they are read.
        Some(_) => rule.clone(),
        None => shifted(rule, &path.join(".")),
    };
    let name = rule.get("name").and_then(Value::as_str).unwrap_or_default();
    let name: String = format!("{prefix}{name}").chars().take(MAX_NAME).collect();
    if let Value::Object(entries) = &mut made {
        entries.insert("name".to_owned(), name.into());
        for block in ["match", "exclude"] {
            if let Some(block) = entries.get_mut(block) {
                replace_kinds(block, controllers);
            }
        }
        if let Some(Value::Object(validate)) = entries.get_mut("validate") {
            wrap_patterns(validate, path);
        }
    }
    made
}

/// The rule with `request.object.spec` and `.metadata` read from the template of the pod.
fn shifted(value: &Value, path: &str) -> Value {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            for object in ["request.object", "request.oldObject"] {
                text = text.replace(&format!("{object}.spec"), &format!("{object}.\u{0}.spec"));
                text = text
                    .replace(&format!("{object}.metadata"), &format!("{object}.\u{0}.metadata"));
            }
            Value::String(text.replace('\u{0}', &format!("spec.{path}")))
        }
        Value::Array(items) => items.iter().map(|item| shifted(item, path)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(k, v)| (k.clone(), shifted(v, path))).collect())
        }
        other => other.clone(),
    }
}

fn replace_kinds(block: &mut Value, controllers: &[String]) {
    let change = |filter: &mut Value| {
        if let Some(kinds) = filter.pointer_mut("/resources/kinds") {
            *kinds = json!(controllers);
        }
    };
    change(block);
    for key in ["any", "all"] {
        for filter in block.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            change(filter);
        }
    }
}

fn wrap_patterns(validate: &mut Map<String, Value>, path: &[&str]) {
    let wrapped = |pattern: &Value| {
        let inner = path.iter().rev().fold(pattern.clone(), |inner, key| json!({*key: inner}));
        json!({"spec": inner})
    };
    if let Some(pattern) = validate.get_mut("pattern") {
        *pattern = wrapped(pattern);
    }
    for pattern in
        validate.get_mut("anyPattern").and_then(Value::as_array_mut).into_iter().flatten()
    {
        *pattern = wrapped(pattern);
    }
}
