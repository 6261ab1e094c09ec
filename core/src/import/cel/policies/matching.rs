//! `matchConstraints` and `matchResources`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::request::{CelRequest, group_version};
use crate::import::cluster_data::plural;

/// Whether the resources of a binding hold the request; without rules, they hold every kind.
pub(super) fn bound(resources: &Value, request: &CelRequest<'_>) -> bool {
    let rules = resources.get("resourceRules").and_then(Value::as_array);
    match rules.is_none_or(Vec::is_empty) {
        true => {
            let mut all = resources.as_object().cloned().unwrap_or_default();
            let any = json!([{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"],
                              "resources": ["*", "*/*"]}]);
            all.insert("resourceRules".to_owned(), any);
            chosen(&Value::Object(all), request, None)
        }
        false => chosen(resources, request, None),
    }
}

/// Whether the constraints choose the request. `resource` is what to take for the object's own:
/// `pods` for a controller whose template is judged.
pub(super) fn chosen(
    constraints: &Value,
    request: &CelRequest<'_>,
    resource: Option<&str>,
) -> bool {
    let rules = |key: &str| constraints.get(key).and_then(Value::as_array).into_iter().flatten();
    let labels = |object: Option<&Value>| {
        let labels = object.and_then(|object| object.pointer("/metadata/labels"));
        strings(labels)
    };
    let selects = |key: &str, labels: &BTreeMap<String, String>| {
        constraints.get(key).is_none_or(|selector| selected(selector, labels))
    };
    let own = labels(Some(request.object));
    let old = labels(request.old_object);
    let namespace = request.namespace_object;
    let is_labelled = || match (request.kind(), namespace) {
        ("Namespace", _) => selects("namespaceSelector", &own),
        (_, Some(_)) => selects("namespaceSelector", &labels(namespace)),
        // Labels that are not known keep nothing away from a policy.
        (_, None) => true,
    };
    let of_namespace = request.namespace().is_empty() && request.kind() != "Namespace";
    rules("resourceRules").any(|rule| fits(rule, request, resource))
        && !rules("excludeResourceRules").any(|rule| fits(rule, request, resource))
        && (selects("objectSelector", &own)
            || (request.old_object.is_some() && selects("objectSelector", &old)))
        && (of_namespace || is_labelled())
}

fn fits(rule: &Value, request: &CelRequest<'_>, resource: Option<&str>) -> bool {
    let among = |key: &str, found: &str| {
        let list = rule.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).any(|one| one == "*" || one == found)
    };
    let (group, version) = group_version(request.object);
    let (group, version) = if resource.is_some() { ("", "v1") } else { (group, version) };
    let own = plural(request.kind());
    let name = match (resource, request.subresource) {
        (Some(resource), _) => resource.to_owned(),
        (None, "") => own.clone(),
        (None, sub) => format!("{own}/{sub}"),
    };
    let any_sub = name.split_once('/').is_some_and(|(base, sub)| {
        among("resources", &format!("{base}/*")) || among("resources", &format!("*/{sub}"))
    });
    let names = rule.get("resourceNames").and_then(Value::as_array).filter(|n| !n.is_empty());
    let scope = rule.get("scope").and_then(Value::as_str).unwrap_or("*");
    let in_scope = match scope {
        "Namespaced" => !request.namespace().is_empty(),
        "Cluster" => request.namespace().is_empty(),
        _ => true,
    };
    in_scope
        && among("apiGroups", group)
        && among("apiVersions", version)
        && among("operations", request.operation)
        && (among("resources", &name) || any_sub || among("resources", "*/*"))
        && names.is_none_or(|names| names.iter().any(|n| n.as_str() == Some(request.name())))
}

fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A label selector of Kubernetes; an operator that is not known chooses, so that a policy rather
/// applies.
pub(super) fn selected(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    strings(selector.get("matchLabels")).iter().all(|(key, value)| labels.get(key) == Some(value))
        && expressions.into_iter().flatten().all(|one| expressed(one, labels))
}

fn expressed(expression: &Value, labels: &BTreeMap<String, String>) -> bool {
    let text = |key: &str| expression.get(key).and_then(Value::as_str).unwrap_or_default();
    let found = labels.get(text("key"));
    let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
    let mut values = values.filter_map(Value::as_str);
    match text("operator") {
        "In" => found.is_some_and(|found| values.any(|value| value == found)),
        "NotIn" => !found.is_some_and(|found| values.any(|value| value == found)),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        _ => true,
    }
}
