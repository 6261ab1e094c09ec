//! `match` and `exclude`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Request;
use super::wildcard::{has_wildcard, wildcard_match};
use crate::import::Dialect;

/// Whether a rule with these blocks is about a request.
pub(super) fn applies(request: &Request<'_>, wanted: &Value, exclude: &Value) -> bool {
    block(request, wanted, true) && (is_empty(exclude) || !block(request, exclude, false))
}

/// Whether an exception with this block is about a request. What cannot be told is no exception.
pub(super) fn excepts(request: &Request<'_>, wanted: &Value) -> bool {
    block(request, wanted, false)
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(entries) => entries.values().all(is_empty),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// `any`, `all`, or one filter on its own.
fn block(request: &Request<'_>, block: &Value, is_match: bool) -> bool {
    let filters = |key: &str| block.get(key).and_then(Value::as_array).filter(|l| !l.is_empty());
    let (any, all) = (filters("any"), filters("all"));
    let fits = |one: &Value| filter(request, one, is_match);
    match (any, all) {
        (None, None) => fits(block),
        (any, all) => {
            any.is_none_or(|any| any.iter().any(fits)) && all.is_none_or(|all| all.iter().all(fits))
        }
    }
}

/// Whether a filter fits; one that asks for nothing never does.
fn filter(request: &Request<'_>, filter: &Value, is_match: bool) -> bool {
    let resources = filter.get("resources").filter(|resources| !is_empty(resources));
    let user = ["subjects", "roles", "clusterRoles"]
        .iter()
        .any(|key| filter.get(key).is_some_and(|value| !is_empty(value)));
    let user = match (user, request.user.is_known(), request.dialect) {
        (false, ..) => None,
        (true, true, _) => Some(has_user(request, filter, is_match)),
        // Kyverno leaves these out where it knows no user; strictly, rules then apply and
        // exclusions do not.
        (true, false, Dialect::Kyverno) => None,
        (true, false, Dialect::Strict) => Some(is_match),
    };
    match (resources, user) {
        (None, None) => false,
        (resources, user) => {
            resources.is_none_or(|resources| is_described(request, resources, is_match))
                && user.unwrap_or(true)
        }
    }
}

/// The texts of a list; a text on its own is a list of one.
fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    match value.get(key) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_described(request: &Request<'_>, resources: &Value, is_match: bool) -> bool {
    let among = |key: &str, found: &str| {
        let patterns = texts(resources, key);
        patterns.is_empty() || patterns.iter().any(|pattern| wildcard_match(pattern, found))
    };
    let kinds = texts(resources, "kinds");
    let namespace = match request.kind() {
        "Namespace" => request.name(),
        _ => request.namespace(),
    };
    let operations = texts(resources, "operations");
    let labels = strings(request.object.pointer("/metadata/labels"));
    let annotations = strings(request.object.pointer("/metadata/annotations"));
    let selects = |key: &str, labels: &BTreeMap<String, String>| {
        resources.get(key).is_none_or(|selector| is_selected(selector, labels))
    };
    (kinds.is_empty() || kinds.iter().any(|kind| is_kind(request, kind)))
        && (operations.is_empty() || operations.contains(&request.operation))
        && among("name", request.name())
        && among("names", request.name())
        && among("namespaces", namespace)
        && has_annotations(resources, &annotations)
        && selects("selector", &labels)
        && match (request.namespace_labels, resources.get("namespaceSelector")) {
            (_, None) => true,
            (Some(labels), Some(selector)) => is_selected(selector, labels),
            // Labels that are not known keep nothing away from a rule.
            (None, Some(selector)) => is_match || is_empty(selector),
        }
}

fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn has_annotations(resources: &Value, found: &BTreeMap<String, String>) -> bool {
    strings(resources.get("annotations")).iter().all(|(key, value)| {
        found.iter().any(|(own, is)| wildcard_match(key, own) && wildcard_match(value, is))
    })
}

/// `Pod`, `apps/v1/Deployment`, `*/Pod`, `Pod/exec`, `v1/Pod.status`.
fn is_kind(request: &Request<'_>, selector: &str) -> bool {
    let version = request.object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let is_version = |part: &str| {
        part == "*"
            || part.strip_prefix('v').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
    };
    let parts: Vec<&str> = selector.split('/').collect();
    let (wanted_group, wanted_version, kind, sub) = match *parts.as_slice() {
        [kind] => ("*", "*", kind, None),
        [version, kind] if is_version(version) => ("*", version, kind, None),
        [kind, sub] => ("*", "*", kind, Some(sub)),
        [version, kind, sub] if is_version(version) && !is_version(kind) => {
            ("*", version, kind, Some(sub))
        }
        [group, version, kind] => (group, version, kind, None),
        [group, version, kind, sub] => (group, version, kind, Some(sub)),
        _ => return false,
    };
    let (kind, sub) = match (kind.split_once('.'), sub) {
        (Some((kind, sub)), None) => (kind, Some(sub)),
        (_, sub) => (kind, sub),
    };
    wildcard_match(wanted_group, group)
        && wildcard_match(wanted_version, version)
        && wildcard_match(kind, request.kind())
        && wildcard_match(sub.unwrap_or_default(), request.subresource)
}

/// A label selector; Kyverno's has wildcards in `matchLabels`.
pub(super) fn is_selected(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let has = |key: &String, value: &String| match has_wildcard(key) || has_wildcard(value) {
        true => {
            labels.iter().any(|(own, is)| wildcard_match(key, own) && wildcard_match(value, is))
        }
        false => labels.get(key) == Some(value),
    };
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    strings(selector.get("matchLabels")).iter().all(|(key, value)| has(key, value))
        && expressions.into_iter().flatten().all(|one| is_expressed(one, labels))
}

fn is_expressed(expression: &Value, labels: &BTreeMap<String, String>) -> bool {
    let text = |key: &str| expression.get(key).and_then(Value::as_str).unwrap_or_default();
    let values = texts(expression, "values");
    let found = labels.get(text("key"));
    match text("operator") {
        "In" => found.is_some_and(|found| values.contains(&found.as_str())),
        "NotIn" => !found.is_some_and(|found| values.contains(&found.as_str())),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        _ => false,
    }
}

fn has_user(request: &Request<'_>, filter: &Value, is_match: bool) -> bool {
    let user = request.user;
    let among = |key: &str, own: &[String]| {
        let patterns = texts(filter, key);
        let among =
            || patterns.iter().any(|pattern| own.iter().any(|own| wildcard_match(pattern, own)));
        match (patterns.is_empty(), user.has_roles()) {
            (true, _) => true,
            (false, true) => among(),
            // Roles that are not known keep nothing away from a rule.
            (false, false) => is_match,
        }
    };
    let subjects = filter.get("subjects").and_then(Value::as_array);
    let is_subject = |subject: &Value| {
        let text = |key: &str| subject.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        match text("kind") {
            "ServiceAccount" => {
                let own = user.service_account();
                own.is_some_and(|(namespace, own)| {
                    wildcard_match(text("namespace"), namespace) && wildcard_match(name, own)
                })
            }
            "User" => wildcard_match(name, &user.username),
            "Group" => user.groups.iter().any(|group| wildcard_match(name, group)),
            _ => false,
        }
    };
    among("roles", &user.roles)
        && among("clusterRoles", &user.cluster_roles)
        && subjects.is_none_or(|subjects| subjects.is_empty() || subjects.iter().any(is_subject))
}
