//! What a test of Kyverno says of the request, which values alone cannot.

use cocket::kubernetes::Operation;
use serde_json::Value;

/// The operation that the values of a test give a resource.
pub(super) fn operation(documents: &[Value], policy: &str, resource: &str) -> Option<Operation> {
    let list = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let is = |value: &Value, name: &str| value.get("name").and_then(Value::as_str) == Some(name);
    let own = documents.iter().flat_map(|document| {
        let policies = list(document, "policies").into_iter().filter(|own| is(own, policy));
        let resources = policies.flat_map(|own| list(&own, "resources"));
        let resources = resources.filter(|own| is(own, resource)).collect::<Vec<_>>();
        resources.into_iter().chain(
            document
                .get("globalValues")
                .cloned()
                .map(|values| serde_json::json!({"values": values})),
        )
    });
    own.filter_map(|own| match own.pointer("/values/request.operation")?.as_str()? {
        "UPDATE" => Some(Operation::Update),
        "DELETE" => Some(Operation::Delete),
        "CREATE" => Some(Operation::Create),
        _ => None,
    })
    .next()
}
