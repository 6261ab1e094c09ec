//! `match` and `exclude`: a member that is not known would make them narrower or wider unseen.

use serde_json::Value;

use super::{Work, unknown};
use crate::import::DiagnosticKind as Kind;

const FILTER: [&str; 4] = ["clusterRoles", "resources", "roles", "subjects"];
const RESOURCES: [&str; 8] = [
    "annotations",
    "kinds",
    "name",
    "names",
    "namespaceSelector",
    "namespaces",
    "operations",
    "selector",
];
const SELECTOR: [&str; 2] = ["matchExpressions", "matchLabels"];
const OPERATIONS: [&str; 4] = ["CONNECT", "CREATE", "DELETE", "UPDATE"];

/// `any`, `all`, or one filter on its own.
pub(super) fn block(work: &mut Work<'_>, block: &Value, path: &str) {
    if !block.is_object() {
        return work.say(Kind::Invalid, path, "a mapping is expected");
    }
    let given = ["any", "all"].map(|key| (key, block.get(key).filter(|list| !list.is_null())));
    if given.iter().all(|(_, list)| list.is_none()) {
        return filter(work, block, path);
    }
    unknown(work, block, path, &["any", "all"]);
    if given.iter().all(|(_, list)| list.is_some()) {
        work.say(Kind::Invalid, path, "`any` or `all` is expected, not both");
    }
    for (key, list) in given {
        let Some(list) = list else { continue };
        let path = format!("{path}.{key}");
        match list.as_array().filter(|list| !list.is_empty()) {
            None => work.say(Kind::Invalid, &path, "a list is expected, with one filter at least"),
            Some(list) => {
                for (position, one) in list.iter().enumerate() {
                    filter(work, one, &format!("{path}[{position}]"));
                }
            }
        }
    }
}

fn filter(work: &mut Work<'_>, filter: &Value, path: &str) {
    unknown(work, filter, path, &FILTER);
    if !FILTER.iter().any(|key| filter.get(*key).is_some_and(|value| !value.is_null())) {
        work.say(Kind::Invalid, path, "a filter that asks for nothing");
    }
    for key in ["roles", "clusterRoles"] {
        names(work, filter, path, key);
    }
    subjects(work, filter, path);
    let Some(resources) = filter.get("resources").filter(|value| !value.is_null()) else { return };
    let path = format!("{path}.resources");
    if !resources.is_object() {
        return work.say(Kind::Invalid, &path, "a mapping is expected");
    }
    unknown(work, resources, &path, &RESOURCES);
    for key in ["kinds", "names", "namespaces", "operations"] {
        names(work, resources, &path, key);
    }
    for operation in texts(resources, "operations") {
        if !OPERATIONS.contains(&operation) {
            let detail = format!("`{operation}` is no operation of the API server");
            work.say(Kind::Invalid, &format!("{path}.operations"), detail);
        }
    }
    if resources.get("name").is_some_and(|name| !name.is_string()) {
        work.say(Kind::Invalid, &format!("{path}.name"), "a text is expected");
    }
    labels(work, resources, &path, "annotations");
    for key in ["selector", "namespaceSelector"] {
        if let Some(value) = resources.get(key).filter(|value| !value.is_null()) {
            selector(work, value, &format!("{path}.{key}"));
        }
    }
}

fn texts<'v>(holder: &'v Value, key: &str) -> Vec<&'v str> {
    match holder.get(key) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A list of names; a text in its place is read as a list of one.
fn names(work: &mut Work<'_>, holder: &Value, path: &str, key: &str) {
    let path = format!("{path}.{key}");
    match holder.get(key) {
        None | Some(Value::Null) => {}
        Some(Value::String(_)) => {
            let detail = "a text where a list belongs: Kyverno does not load this policy, and says \
                          nothing; it is read as a list of one";
            work.say(Kind::Tolerated, &path, detail);
        }
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {}
        Some(_) => work.say(Kind::Invalid, &path, "a list of texts is expected"),
    }
}

fn subjects(work: &mut Work<'_>, filter: &Value, path: &str) {
    let Some(subjects) = filter.get("subjects").filter(|value| !value.is_null()) else { return };
    let path = format!("{path}.subjects");
    let Some(subjects) = subjects.as_array() else {
        return work.say(Kind::Invalid, &path, "a list is expected");
    };
    for (position, subject) in subjects.iter().enumerate() {
        let path = format!("{path}[{position}]");
        unknown(work, subject, &path, &["apiGroup", "kind", "name", "namespace"]);
        let kind = subject.get("kind").and_then(Value::as_str).unwrap_or_default();
        if !["Group", "ServiceAccount", "User"].contains(&kind) {
            let detail = format!("`{kind}` is no kind of subject");
            work.say(Kind::Invalid, &format!("{path}.kind"), detail);
        }
    }
}

fn labels(work: &mut Work<'_>, holder: &Value, path: &str, key: &str) {
    let Some(labels) = holder.get(key).filter(|value| !value.is_null()) else { return };
    if !labels.as_object().is_some_and(|labels| labels.values().all(Value::is_string)) {
        work.say(Kind::Invalid, &format!("{path}.{key}"), "a mapping of texts is expected");
    }
}

/// A label selector.
pub(super) fn selector(work: &mut Work<'_>, selector: &Value, path: &str) {
    if !selector.is_object() {
        return work.say(Kind::Invalid, path, "a mapping is expected");
    }
    unknown(work, selector, path, &SELECTOR);
    labels(work, selector, path, "matchLabels");
    let Some(expressions) = selector.get("matchExpressions").filter(|value| !value.is_null())
    else {
        return;
    };
    let path = format!("{path}.matchExpressions");
    let Some(expressions) = expressions.as_array() else {
        return work.say(Kind::Invalid, &path, "a list is expected");
    };
    for (position, one) in expressions.iter().enumerate() {
        let path = format!("{path}[{position}]");
        unknown(work, one, &path, &["key", "operator", "values"]);
        let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
        let has_values = one.get("values").and_then(Value::as_array).is_some_and(|v| !v.is_empty());
        let is_good = match text("operator") {
            "In" | "NotIn" => has_values,
            "Exists" | "DoesNotExist" => !has_values,
            _ => false,
        };
        if text("key").is_empty() || !is_good {
            let detail = "a key with `In`, `NotIn`, `Exists` or `DoesNotExist` is expected, and \
                          values where they belong";
            work.say(Kind::Invalid, &path, detail);
        }
    }
}
