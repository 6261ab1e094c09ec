//! Policies of other engines about whole objects.

use std::slice::from_ref;

use serde_json::{Value, json};

use super::case::{Case, image};

/// Objects that no rule covers are of no concern here.
const SET: &str = "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: set}\n\
                   spec: {default: allow}\n";

pub(super) fn cases() -> Vec<Case> {
    let areas = [rules(), loading(), standards(), expressions(), beside()];
    areas.into_iter().flatten().collect()
}

fn pod(image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": image}]},
    })
}

fn case(name: &'static str, documents: &[Value], object: &Value) -> Case {
    let documents = documents.iter().map(|document| format!("---\n{document:#}\n"));
    let text = format!("{SET}{}", documents.collect::<String>());
    Case::of_policy(name, &text)
        .context("namespace", json!("shop"))
        .context("objects", json!([{"name": "web.json", "text": object.to_string()}]))
}

fn kyverno(rule: Value) -> Value {
    let mut whole = json!({
        "name": "only", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
    });
    if let (Value::Object(whole), Value::Object(rule)) = (&mut whole, rule) {
        whole.extend(rule);
    }
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
        "metadata": {
            "name": "images", "annotations": {"policies.kyverno.io/severity": "high"},
        },
        "spec": {"validationFailureAction": "Enforce", "rules": [whole]},
    })
}

fn registries() -> Value {
    json!({"validate": {
        "message": "images come from the company's registry",
        "foreach": [{
            "list": "request.object.spec.containers",
            "deny": {"conditions": {"all": [{
                "key": "{{ element.image }}", "operator": "AnyNotIn",
                "value": ["registry.example.com/*"],
            }]}},
        }],
    }})
}

fn rules() -> Vec<Case> {
    let good = pod("registry.example.com/web:1");
    let labelled = json!({"validate": {"pattern": {"metadata": {"labels": {"app": "?*"}}}}});
    let conditional = json!({
        "preconditions": {"all": [
            {"key": "{{ request.object.metadata.name }}", "operator": "Equals", "value": "other"},
        ]},
        "validate": {"pattern": {"spec": {"hostNetwork": false}}},
    });
    let template = json!({"spec": pod("docker.io/web:1")["spec"]});
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"template": template},
    });
    vec![
        case("import/kyverno-validate", &[kyverno(registries())], &good)
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-validate-fails", &[kyverno(registries())], &pod("docker.io/web:1"))
            .expect("deny", &["foreign.failed"]),
        case("import/kyverno-made-rule", &[kyverno(registries())], &deployment)
            .expect("deny", &["foreign.failed"]),
        case("import/kyverno-pattern", &[kyverno(labelled)], &good)
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-precondition", &[kyverno(conditional)], &good)
            .expect("allow", &["foreign.skipped", "policy.object_not_covered"]),
        // Kyverno compares wildcards in both directions.
        case("import/kyverno-quirk", &[kyverno(two_way())], &pod("registry.example.com/web:*"))
            .with("dialect", json!("kyverno"))
            .expect("allow", &["foreign.passed", "foreign.quirk"]),
        // It has no result for a rule that found nothing to judge.
        case("import/kyverno-nothing-applied", &[kyverno(nobody())], &good)
            .with("dialect", json!("kyverno"))
            .expect("allow", &["foreign.quirk", "foreign.skipped", "policy.object_not_covered"]),
        case("import/kyverno-no-quirk", &[kyverno(two_way())], &pod("registry.example.com/web:*"))
            .expect("deny", &["foreign.failed"]),
    ]
}

/// A rule about containers that no pod here has.
fn nobody() -> Value {
    json!({"validate": {"message": "not this one", "foreach": [{
        "list": "request.object.spec.initContainers || `[]`",
        "deny": {"conditions": {"all": [
            {"key": "{{ element.image }}", "operator": "Equals", "value": "*"},
        ]}},
    }]}})
}

fn two_way() -> Value {
    json!({"validate": {"message": "not this one", "deny": {"conditions": {"all": [{
        "key": "{{ request.object.spec.containers[].image }}", "operator": "AnyNotIn",
        "value": ["registry.example.com/web:1"],
    }]}}}})
}

fn loading() -> Vec<Case> {
    let good = pod("registry.example.com/web:1");
    let mut scalar = kyverno(registries());
    scalar["spec"]["rules"][0]["match"]["any"][0]["resources"]["namespaces"] = json!("shop*");
    let untaken = kyverno(json!({"validate": {"manifests": {"attestors": []}}}));
    let mut misspelt = kyverno(registries());
    misspelt["spec"]["rules"][0]["match"]["any"][0]["resources"]["namespace"] = json!(["shop"]);
    let broken = kyverno(json!({"validate": {"pattern": {"a": "{{ request.object.( }}"}}}));
    vec![
        case("import/kyverno-text-for-a-list", &[scalar], &good)
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-not-taken", from_ref(&untaken), &good)
            .expect("error", &["policy.notTaken"]),
        case("import/kyverno-partly", &[untaken], &good)
            .with("allowPartial", json!(true))
            .expect("deny", &["foreign.error"]),
        case("import/kyverno-misspelt", &[misspelt], &good).expect("error", &["policy.value"]),
        case("import/kyverno-broken", &[broken], &good).expect("error", &["policy.value"]),
    ]
}

/// The Pod Security Standards as Kyverno's rules ask for them.
fn standards() -> Vec<Case> {
    let rule = |standards: Value| kyverno(json!({"validate": {"podSecurity": standards}}));
    let good = pod("registry.example.com/web:1");
    let mut sharing = good.clone();
    sharing["spec"]["hostNetwork"] = json!(true);
    let excluding = |control: &str| {
        rule(json!({
            "level": "baseline", "version": "v1.34", "exclude": [{"controlName": control}],
        }))
    };
    vec![
        case("import/kyverno-pod-security", &[rule(json!({"level": "baseline"}))], &good)
            .expect("allow", &["foreign.passed"]),
        case(
            "import/kyverno-pod-security-fails",
            &[rule(json!({"level": "restricted"}))],
            &sharing,
        )
        .expect("deny", &["foreign.failed"]),
        case("import/kyverno-pod-security-excluded", &[excluding("Host Namespaces")], &sharing)
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-pod-security-control", &[excluding("Host Names")], &sharing)
            .expect("error", &["policy.value"]),
        case(
            "import/kyverno-pod-security-version",
            &[rule(json!({"level": "baseline", "version": "v1.99"}))],
            &good,
        )
        .expect("error", &["policy.value"]),
    ]
}

fn expressions() -> Vec<Case> {
    let policy = |kind: &str, group: &str, message: &str| {
        json!({
            "apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "expressed"},
            "spec": {
                "matchConstraints": {"resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                    "resources": ["pods"],
                }]},
                "validations": [{
                    "expression": "object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))",
                    "message": message,
                }],
            },
        })
    };
    let validating = policy("ValidatingPolicy", "policies.kyverno.io", "from our registry only");
    let admission =
        policy("ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "ours only");
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"},
        "spec": {"policyName": "expressed", "validationActions": ["Warn", "Audit"]},
    });
    let mut broken = validating.clone();
    broken["spec"]["validations"][0]["expression"] = json!("object.spec.(");
    let (good, bad) = (pod("registry.example.com/web:1"), pod("docker.io/web:1"));
    vec![
        case("import/cel-validating", from_ref(&validating), &good)
            .expect("allow", &["foreign.passed"]),
        case("import/cel-validating-fails", &[validating], &bad)
            .expect("deny", &["foreign.failed"]),
        case("import/cel-admission-warns", &[admission.clone(), binding], &bad)
            .expect("warn", &["foreign.failed"]),
        case("import/cel-admission-unbound", &[admission], &bad)
            .expect("deny", &["foreign.failed"]),
        case("import/cel-broken", &[broken], &good).expect("error", &["policy.value"]),
    ]
}

/// What policies look up: config maps beside them, and the evidence.
fn beside() -> Vec<Case> {
    let judged = image(&json!({"User": "0"}));
    let named = format!("registry.example.com/web@{}", judged.digest());
    let user = kyverno(json!({"validate": {
        "message": "the image runs as root",
        "foreach": [{
            "list": "request.object.spec.containers",
            "context": [{
                "name": "meta", "imageRegistry": {"reference": "{{ element.image }}"},
            }],
            "deny": {"conditions": {"all": [{
                "key": "{{ meta.configData.config.User || '' }}", "operator": "AnyIn",
                "value": ["", "0", "root"],
            }]}},
        }],
    }}));
    let looked_up = kyverno(json!({
        "context": [{"name": "allowed", "configMap": {"name": "registries", "namespace": "shop"}}],
        "validate": {"message": "not allowed here", "deny": {"conditions": {"all": [{
            "key": "{{ request.object.spec.containers[].image }}", "operator": "AnyNotIn",
            "value": "{{ allowed.data.registry }}",
        }]}}},
    }));
    let config_map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "registries", "namespace": "shop"},
        "data": {"registry": "registry.example.com/*"},
    });
    let exception = json!({
        "apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "legacy"},
        "spec": {
            "exceptions": [{"policyName": "images", "ruleNames": ["only"]}],
            "match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["web"]}}]},
        },
    });
    let good = pod("registry.example.com/web:1");
    vec![
        case("import/kyverno-image-data", from_ref(&user), &pod(&named))
            .blobs(judged.blobs())
            .expect("deny", &["foreign.failed"]),
        case("import/kyverno-no-image-data", &[user], &good).expect("deny", &["foreign.error"]),
        case("import/kyverno-config-map", &[looked_up.clone(), config_map], &good)
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-no-config-map", &[looked_up], &good)
            .expect("deny", &["foreign.error"]),
        case(
            "import/kyverno-exception",
            &[kyverno(registries()), exception],
            &pod("docker.io/a:1"),
        )
        .expect("allow", &["foreign.skipped"]),
    ]
}
