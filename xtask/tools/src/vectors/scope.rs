//! Modes, namespaces, the default, and workloads.

use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image, policy};

const RULE: &str = "- id: approved\n  registry: {allow: ['registry.example.com/**']}";
const OUTSIDE: &str = "docker.io/library/nginx:1.27";

fn set(spec: &str) -> String {
    format!(
        "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{{spec}}}\n"
    )
}

fn outside(name: &'static str, policy: &str) -> Case {
    Case::of_policy(name, policy).named(OUTSIDE)
}

pub(super) fn cases() -> Vec<Case> {
    [modes(), coverage(), workloads()].into_iter().flatten().collect()
}

fn modes() -> Vec<Case> {
    let modes = "modes: [{namespaces: ['staging-*'], mode: audit}, {namespaces: ['staging-x'], mode: warn}]";
    let not_allowed = &["registry.not_allowed"];
    let in_namespace = |name, namespace: &str| {
        outside(name, &policy(modes, RULE)).context("namespace", json!(namespace))
    };
    vec![
        outside("modes/warn", &policy("mode: warn", RULE)).expect("warn", not_allowed),
        outside("modes/audit-covers-nothing", &policy("mode: audit", RULE))
            .expect("deny", &["policy.not_covered", "registry.not_allowed"]),
        outside("modes/audit", &(policy("mode: audit", RULE) + &set("default: allow")))
            .expect("allow", &["policy.not_covered", "registry.not_allowed"]),
        in_namespace("modes/namespace", "staging-a")
            .expect("deny", &["policy.not_covered", "registry.not_allowed"]),
        in_namespace("modes/strictest-of-two", "staging-x").expect("warn", not_allowed),
        in_namespace("modes/elsewhere", "production").expect("deny", not_allowed),
        outside("modes/no-namespace-is-the-strictest", &policy(modes, RULE))
            .expect("deny", not_allowed),
        outside("modes/enforced-since", &policy("mode: audit\nenforceFrom: 2026-11-01", RULE))
            .expect("deny", not_allowed),
        outside(
            "modes/rule-over-policy",
            &policy("mode: enforce", &RULE.replace("registry:", "mode: warn\n  registry:")),
        )
        .expect("warn", not_allowed),
    ]
}

fn coverage() -> Vec<Case> {
    let matched = policy("match: {namespaces: ['production-*']}", RULE);
    let excluded = policy("exclude: {namespaces: [kube-system]}", RULE);
    let system = |case: Case| case.context("namespace", json!("kube-system"));
    let owned = |name, scope: &str, labels: Value| {
        Case::of_policy(name, &policy(&format!("{scope}: {{ownerLabels: {{team: shop}}}}"), RULE))
            .request(json!({"image": OUTSIDE, "ownerLabels": labels}))
    };
    vec![
        outside("scope/not-covered", &matched)
            .context("namespace", json!("sandbox"))
            .expect("deny", &["policy.not_covered"]),
        outside("scope/not-covered-warn", &(matched.clone() + &set("default: warn")))
            .context("namespace", json!("sandbox"))
            .expect("warn", &["policy.not_covered"]),
        outside("scope/no-namespace-given", &matched).expect("deny", &["registry.not_allowed"]),
        system(outside(
            "scope/excluded",
            &(excluded.clone() + &set("exclude: {namespaces: [kube-system]}")),
        ))
        .expect("allow", &["policy.excluded"]),
        system(outside("scope/excluded-from-the-policy-only", &excluded))
            .expect("deny", &["policy.not_covered"]),
        outside("scope/exclude-needs-a-namespace", &excluded)
            .expect("deny", &["registry.not_allowed"]),
        outside(
            "scope/rule-match",
            &policy("", &format!("{RULE}\n  match: {{images: ['ghcr.io/**']}}\n- id: pinned\n  reference: {{tag: {{deny: [latest]}}}}")),
        )
        .expect("allow", &["reference.accepted"]),
        Case::of_policy(
            "scope/namespace-labels",
            &policy("match: {namespaceLabels: {tier: gold}}", RULE),
        )
        .request(json!({"image": OUTSIDE, "namespace": "a", "namespaceLabels": {"tier": "lead"}}))
        .expect("deny", &["policy.not_covered"]),
        owned("scope/owner-labels", "match", json!({"team": "shop"}))
            .expect("deny", &["registry.not_allowed"]),
        owned("scope/other-owner-labels", "match", json!({"team": "bank"}))
            .expect("deny", &["policy.not_covered"]),
        owned("scope/unknown-owner-labels", "match", json!(null))
            .expect("deny", &["registry.not_allowed"]),
        owned("scope/exclude-owner-labels", "exclude", json!({"team": "shop"}))
            .expect("deny", &["policy.not_covered"]),
        owned("scope/exclude-unknown-owner-labels", "exclude", json!(null))
            .expect("deny", &["registry.not_allowed"]),
    ]
}

fn workloads() -> Vec<Case> {
    let digest = good_image().digest();
    let deployment = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop, namespace: production}}\nspec:\n  template:\n    spec:\n      initContainers: [{{name: init, image: '{REPOSITORY}@{digest}'}}]\n      containers: [{{name: web, image: nginx}}]\n"
    );
    let object = |text: &str| json!([{"name": "shop.yaml", "text": text}]);
    vec![
        Case::new("workloads/every-container", RULE)
            .context("objects", object(&deployment))
            .expect("deny", &["registry.allowed", "registry.not_allowed"]),
        Case::new("workloads/absent-image", RULE)
            .context("objects", object(&deployment.replace(", image: nginx", "")))
            .expect("deny", &["reference.invalid", "registry.allowed"]),
        Case::new("workloads/unknown-kind-with-pods", RULE)
            .context("objects", object(&deployment.replace("apps/v1", "apps.example.com/v1")))
            .expect("error", &["object"]),
        Case::new("requests/nothing-to-judge", RULE).expect("error", &["request"]),
        Case::new("requests/unknown-member", RULE)
            .named(OUTSIDE)
            .with("extra", json!(1))
            .expect("error", &["request"]),
        Case::new("requests/no-time", RULE)
            .named(OUTSIDE)
            .with("now", json!(null))
            .expect("error", &["request"]),
    ]
}
