//! Expressions over pods, turned to the templates of the controllers that make pods.

use serde_json::Value;

/// Controllers with a template directly below `spec`.
const CONTROLLERS: [&str; 5] = ["daemonsets", "deployments", "jobs", "replicasets", "statefulsets"];
/// Whose template is a job's.
const CRON: &str = "cronjobs";

/// Where the template stands in objects of this resource, if the policy is made for them.
pub(super) fn template(spec: &Value, resource: &str) -> Option<&'static str> {
    let chosen = spec.pointer("/autogen/podControllers/controllers").and_then(Value::as_array);
    let is_chosen = |resource: &str| {
        chosen.is_none_or(|chosen| chosen.iter().any(|one| one.as_str() == Some(resource)))
    };
    if !is_for_pods(spec) || !is_chosen(resource) {
        return None;
    }
    match resource {
        CRON => Some("spec.jobTemplate.spec.template"),
        _ if CONTROLLERS.contains(&resource) => Some("spec.template"),
        _ => None,
    }
}

/// Kyverno makes nothing for a policy that chooses more than pods, or chooses among them.
fn is_for_pods(spec: &Value) -> bool {
    let constraints = spec.get("matchConstraints").unwrap_or(&Value::Null);
    let selects = |key: &str| {
        let parts = constraints.get(key).and_then(Value::as_object);
        parts.is_some_and(|parts| !parts.is_empty())
    };
    let rules = constraints.get("resourceRules").and_then(Value::as_array).map(Vec::as_slice);
    let Some([rule]) = rules else { return false };
    let only = |key: &str, wanted: &str| {
        let list = rule.get(key).and_then(Value::as_array).map(Vec::as_slice);
        matches!(list, Some([one]) if one.as_str() == Some(wanted))
    };
    !selects("namespaceSelector")
        && !selects("objectSelector")
        && rule.get("resourceNames").is_none()
        && only("apiGroups", "")
        && only("apiVersions", "v1")
        && only("resources", "pods")
}

/// The expression with `object.spec` and `object.metadata` read from a template.
pub(super) fn shifted(expression: &str, template: &str) -> String {
    let mut text = expression.to_owned();
    for object in ["object", "oldObject"] {
        for part in ["spec", "metadata"] {
            let shifted = format!("{object}.\u{0}.{part}");
            text = text.replace(&format!("{object}.{part}"), &shifted);
        }
    }
    text.replace('\u{0}', template)
}
