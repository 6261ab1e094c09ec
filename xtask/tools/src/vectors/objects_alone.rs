//! Sets whose rules are about objects alone: then these are what `default` is about.

use serde_json::{Value, json};

use super::admission::{admitted, create, pod, review};
use super::case::{Case, policy};

const LEVEL: &str = "- id: pods\n  podSecurity: {level: baseline}";
const PLACE: &str = "- id: place\n  registry: {allow: ['registry.example.com/**']}";
/// A place that nothing here allows.
const OUTSIDE: &str = "docker.io/library/nginx:1.27";
const UNCOVERED: &[&str] = &["policy.object_not_covered"];

fn set(spec: &str) -> String {
    format!(
        "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{{spec}}}\n"
    )
}

/// A rule about the objects of another namespace than all cases have.
fn elsewhere() -> String {
    policy("match: {namespaces: [bank]}", LEVEL)
}

fn object(kind: &str) -> Value {
    json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "web", "namespace": "shop"}})
}

fn checked(name: &'static str, policy: &str, objects: &[Value]) -> Case {
    let text: String = objects.iter().map(|object| format!("---\n{object}\n")).collect();
    Case::of_policy(name, policy)
        .context("namespace", json!("shop"))
        .context("objects", json!([{"name": "web.yaml", "text": text}]))
}

pub(super) fn cases() -> Vec<Case> {
    [defaults(), coverage(), reviews()].into_iter().flatten().collect()
}

fn defaults() -> Vec<Case> {
    let pods = [pod(OUTSIDE)];
    let with = |spec: &str| elsewhere() + &set(spec);
    vec![
        checked("scope/object-not-covered", &elsewhere(), &pods).expect("deny", UNCOVERED),
        checked("scope/object-not-covered-allow", &with("default: allow"), &pods)
            .expect("allow", UNCOVERED),
        checked("scope/object-not-covered-warn", &with("default: warn"), &pods)
            .expect("warn", UNCOVERED),
        checked("scope/object-excluded", &with("exclude: {namespaces: [shop]}"), &pods)
            .expect("allow", &["policy.excluded"]),
        checked(
            "scope/object-by-the-mode-of-a-namespace",
            &with("modes: [{namespaces: [shop], mode: warn}]"),
            &pods,
        )
        .expect("warn", UNCOVERED),
        // What no container comes of is passed over, and says nothing of what stands beside it.
        checked("scope/object-without-pods", &elsewhere(), &[object("ConfigMap"), pod(OUTSIDE)])
            .expect("deny", UNCOVERED),
        checked("scope/objects-without-pods-only", &elsewhere(), &[object("ConfigMap")])
            .expect("error", &["request"]),
        // An image by itself is no object.
        Case::of_policy("scope/image-beside-rules-about-objects", &policy("", LEVEL))
            .named(OUTSIDE)
            .expect("deny", &["policy.not_covered"]),
    ]
}

fn coverage() -> Vec<Case> {
    let pods = [pod(OUTSIDE)];
    let declared = json!({"apiVersion": "example.com/v1", "kind": "Server",
        "metadata": {"name": "web"}, "spec": {"image": OUTSIDE}});
    let kinds = "workloads: [{apiVersion: example.com/v1, kind: Server, images: [/spec/image]}]";
    let skipped = format!("{LEVEL}\n  match: {{kinds: [Deployment]}}");
    vec![
        checked("modes/object-covered", &policy("", LEVEL), &pods)
            .expect("allow", &["podSecurity.met"]),
        checked("modes/object-covered-by-a-warning", &policy("mode: warn", LEVEL), &pods)
            .expect("allow", &["podSecurity.met"]),
        checked("modes/audit-covers-no-object", &policy("mode: audit", LEVEL), &pods)
            .expect("deny", &["podSecurity.met", "policy.object_not_covered"]),
        checked(
            "scope/object-excluded-by-the-policy-only",
            &policy("exclude: {namespaces: [shop]}", LEVEL),
            &pods,
        )
        .expect("deny", UNCOVERED),
        checked("scope/object-of-another-kind", &policy("", &skipped), &pods)
            .expect("deny", UNCOVERED),
        checked(
            "workloads/declared-image-not-covered",
            &(policy("", LEVEL) + &set(kinds)),
            &[declared],
        )
        .expect("deny", UNCOVERED),
        // Whoever says something of images has `default` say what happens to the other ones.
        checked(
            "scope/rules-about-both",
            &(elsewhere()
                + "---\n"
                + &policy("match: {namespaces: [bank]}", PLACE)
                    .replace("name: production", "name: places")),
            &pods,
        )
        .expect("deny", &["policy.not_covered"]),
        checked(
            "scope/unqualified-is-about-images",
            &(policy("", LEVEL) + &set("unqualified: deny, default: allow")),
            &[pod("nginx:1.27")],
        )
        .expect("deny", &["podSecurity.met", "reference.unqualified"]),
    ]
}

fn reviews() -> Vec<Case> {
    let mut delete = review("DELETE", &pod(OUTSIDE));
    delete["request"]["oldObject"] = pod(OUTSIDE);
    let mixed =
        policy("", &format!("{LEVEL}\n- id: place\n  registry: {{allow: ['docker.io/**']}}"));
    let rollout = {
        let mut rollout = pod(OUTSIDE);
        rollout["apiVersion"] = json!("argoproj.io/v1alpha1");
        rollout["kind"] = json!("Rollout");
        rollout
    };
    vec![
        admitted("admission/object-covered", &policy("", LEVEL), &create(&pod(OUTSIDE)))
            .expect("allow", &["podSecurity.met"]),
        admitted("admission/object-not-covered", &elsewhere(), &create(&pod(OUTSIDE)))
            .expect("deny", UNCOVERED),
        admitted(
            "admission/object-not-covered-warn",
            &(elsewhere() + &set("default: warn")),
            &create(&pod(OUTSIDE)),
        )
        .expect("warn", UNCOVERED),
        admitted("admission/object-not-covered-goes", &elsewhere(), &delete)
            .expect("allow", &["admission.not_run"]),
        admitted("admission/config-map", &elsewhere(), &create(&object("ConfigMap")))
            .expect("allow", &["admission.no_images"]),
        admitted("admission/rules-about-both", &mixed, &create(&pod(OUTSIDE)))
            .expect("allow", &["podSecurity.met", "registry.allowed"]),
        admitted("admission/unknown-kind-not-covered", &elsewhere(), &create(&rollout))
            .expect("deny", &["admission.kind_unknown", "policy.object_not_covered"]),
    ]
}
