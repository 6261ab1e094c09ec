//! The policies of our own that are written for rules of Kyverno.

use cocket::import::Dialect;
use serde_json::{Value, json};

use super::{native, policies, policy};

/// A policy with one rule, of which parts are replaced.
fn with(rule: &Value, spec: &Value) -> Value {
    let mut whole = policy(&json!({"level": "restricted", "version": "v1.29"}));
    for (key, value) in spec.as_object().unwrap() {
        whole["spec"][key] = value.clone();
    }
    for (key, value) in rule.as_object().unwrap() {
        whole["spec"]["rules"][0][key] = value.clone();
    }
    whole
}

#[test]
fn an_equivalent_is_written_where_there_is_one() {
    let of = |document: Value, dialect| {
        let policies = policies(&[document], dialect).unwrap();
        let equivalent = policies.object_judges()[0].equivalent();
        native(&policies);
        equivalent.map(|policy| serde_json::to_value(&policy.spec).unwrap())
    };
    let plain = of(with(&json!({}), &json!({})), Dialect::Strict).unwrap();
    let kinds = [
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "Pod",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    ];
    let rule = json!({
        "id": "standards", "mode": "enforce", "match": {"kinds": kinds},
        "podSecurity": {"level": "restricted", "version": "v1.29"},
    });
    assert_eq!(plain, json!({"rules": [rule]}));
    let scoped = json!({
        "match": {"any": [{"resources": {"kinds": ["Deployment"], "namespaces": ["shop-*"]}}]},
        "exclude": {"any": [{"resources": {"namespaces": ["shop-old"]}}]},
    });
    let found = of(with(&scoped, &json!({"validationFailureAction": "Audit"})), Dialect::Kyverno);
    let rule = json!({
        "id": "standards", "mode": "audit",
        "match": {"kinds": ["Deployment"], "namespaces": ["shop-*"]},
        "podSecurity": {"level": "restricted", "version": "v1.29"},
    });
    let exclude = json!({"namespaces": ["shop-old"]});
    assert_eq!(found.unwrap(), json!({"exclude": exclude, "rules": [rule]}));
    let excluding = |exclude: Value| {
        json!({"validate": {"podSecurity": {
            "level": "restricted", "exclude": exclude,
        }}})
    };
    let whole = excluding(json!([
        {"controlName": "Seccomp"}, {"controlName": "Seccomp", "images": ["*"]},
        {"controlName": "Volume Types"},
    ]));
    let found = of(with(&whole, &json!({})), Dialect::Strict).unwrap();
    assert_eq!(
        found["rules"][0]["podSecurity"],
        json!({"level": "restricted", "exempt": [
            {"controls": ["seccompProfile_baseline", "seccompProfile_restricted", "restrictedVolumes"]},
        ]})
    );
    for (rule, spec, dialect) in [
        (whole, json!({}), Dialect::Kyverno),
        (excluding(json!([{"controlName": "Seccomp"}])), json!({}), Dialect::Strict),
        (
            excluding(json!([{"controlName": "Capabilities", "images": ["nginx*"]}])),
            json!({}),
            Dialect::Strict,
        ),
        (json!({"preconditions": {"all": []}}), json!({}), Dialect::Strict),
        (
            json!({"match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["a"]}}]}}),
            json!({}),
            Dialect::Strict,
        ),
        (
            json!({"exclude": {"any": [{"resources": {"kinds": ["Job"]}}]}}),
            json!({}),
            Dialect::Strict,
        ),
        (
            json!({}),
            json!({"validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["a"]}]}),
            Dialect::Strict,
        ),
    ] {
        let document = with(&rule, &spec);
        assert_eq!(of(document.clone(), dialect), None, "{document}");
    }
}

#[test]
fn an_exception_leaves_no_equivalent() {
    let exception = json!({
        "apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "old"},
        "spec": {
            "exceptions": [{"policyName": "psa", "ruleNames": ["standards"]}],
            "match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["old"]}}]},
        },
    });
    let documents = [with(&json!({}), &json!({})), exception];
    let policies = policies(&documents, Dialect::Strict).unwrap();
    assert_eq!(policies.object_judges()[0].equivalent(), None);
    assert!(policies.to_yaml().starts_with("# `psa` judges objects"));
}
