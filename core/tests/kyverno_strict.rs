//! Kyverno's rules in the strict dialect: what Kyverno lets pass unseen is an error.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::import::kyverno::{Loaded, NoEvidence, Request};
use cocket::import::{ClusterData, Dialect, RuleOutcome, UserInfo};
use serde_json::{Value, json};

fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"containers": [{"name": "c", "image": "docker.io/library/nginx:1"}]},
    })
}

fn outcomes(rule: &str, dialect: Dialect) -> Vec<RuleOutcome> {
    let text = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n  \
         - name: r\n    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n{rule}"
    );
    let loaded = Loaded::read("p.yaml", &text).unwrap();
    assert_eq!(loaded.policies.len(), 1);
    let (object, images, user, data) =
        (pod(), BTreeMap::new(), UserInfo::default(), ClusterData::default());
    let request = Request {
        object: &object,
        old_object: None,
        operation: "CREATE",
        subresource: "",
        namespace: None,
        namespace_labels: None,
        user: &user,
        data: &data,
        images: &images,
        now: "2026-11-25T00:00:00Z".parse().unwrap(),
        dialect,
    };
    let results = loaded.policies[0].judge(&request, &[], &NoEvidence);
    results.into_iter().map(|result| result.outcome).collect()
}

#[test]
fn data_that_nobody_supplied_is_not_null() {
    let rule = "    context: [{name: meta, configMap: {name: m, namespace: n}}]\n    validate:\n      \
                message: no\n      deny: {conditions: {all: [{key: \"{{ meta.data.user == 'root' }}\", \
                operator: Equals, value: true}]}}\n";
    assert_eq!(outcomes(rule, Dialect::Strict), [RuleOutcome::Error]);
}

#[test]
fn a_list_that_cannot_be_told_is_not_an_empty_one() {
    let rule = "    validate:\n      message: no\n      foreach:\n      - list: request.object.spec.none.of_it\n        \
                deny: {conditions: {all: [{key: a, operator: Equals, value: a}]}}\n      - list: \
                request.object.spec.containers\n        deny: {conditions: {all: [{key: a, operator: \
                Equals, value: b}]}}\n";
    assert_eq!(outcomes(rule, Dialect::Strict), [RuleOutcome::Error]);
}
