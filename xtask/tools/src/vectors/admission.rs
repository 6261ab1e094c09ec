//! Admission reviews.

use cocket_testkit::Signer;
use serde_json::{Value, json};

use super::case::{Case, NOW, REPOSITORY, good_image, policy, signed_policy};

const RULE: &str = "- id: approved\n  registry: {allow: ['registry.example.com/**']}";
const SIGNED: &str = "- id: signed\n  signature: {anyOf: [release]}";
const OUTSIDE: &str = "docker.io/library/nginx:1.27";

fn container(image: &str) -> Value {
    json!({"name": "web", "image": image})
}

pub(super) fn pod(image: &str) -> Value {
    let metadata = json!({"name": "shop", "namespace": "shop"});
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {"containers": [container(image)]}})
}

fn deployment(image: &str) -> Value {
    let spec = json!({"template": {"spec": {"containers": [container(image)]}}});
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": "shop"}, "spec": spec})
}

/// A review of an operation on an object, without the object.
pub(super) fn review(operation: &str, object: &Value) -> Value {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": group, "version": version, "kind": object["kind"]},
            "operation": operation,
            "namespace": object["metadata"]["namespace"],
            "userInfo": {"username": "ada", "uid": "014fbff9", "groups": ["developers"]},
        },
    })
}

pub(super) fn create(object: &Value) -> Value {
    let mut review = review("CREATE", object);
    review["request"]["object"] = object.clone();
    review
}

pub(super) fn update(old: &Value, new: &Value) -> Value {
    let mut review = review("UPDATE", new);
    review["request"]["object"] = new.clone();
    review["request"]["oldObject"] = old.clone();
    review
}

pub(super) fn admitted(name: &'static str, policy: &str, review: &Value) -> Case {
    as_text(name, policy, &review.to_string())
}

fn as_text(name: &'static str, policy: &str, review: &str) -> Case {
    Case::of_policy(name, policy).with("op", json!("admit")).with("review", json!(review))
}

pub(super) fn cases() -> Vec<Case> {
    [objects(), operations(), weights(), unchanged(), pins(), malformed(), requests()]
        .into_iter()
        .flatten()
        .collect()
}

fn objects() -> Vec<Case> {
    let rule = policy("", RULE);
    let good = format!("{REPOSITORY}@{}", good_image().digest());
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "reader", "namespace": "shop"}, "rules": []});
    let mut rollout = deployment(&good);
    rollout["apiVersion"] = json!("argoproj.io/v1alpha1");
    rollout["kind"] = json!("Rollout");
    let mut two = deployment(&good);
    two["spec"]["template"]["spec"]["initContainers"] = json!([container(OUTSIDE)]);
    let mut absent = deployment(&good);
    absent["spec"]["template"]["spec"]["containers"] = json!([{"name": "web"}]);
    let mut with_items = role.clone();
    with_items["kind"] = json!("Bundle");
    with_items["items"] = json!([pod(&good)]);
    vec![
        admitted("admission/create", &rule, &create(&deployment(&good)))
            .expect("allow", &["registry.allowed"]),
        admitted("admission/create-denied", &rule, &create(&pod(OUTSIDE)))
            .expect("deny", &["registry.not_allowed"]),
        admitted("admission/every-container", &rule, &create(&two))
            .expect("deny", &["registry.allowed", "registry.not_allowed"]),
        admitted("admission/absent-image", &rule, &create(&absent))
            .expect("deny", &["reference.invalid"]),
        admitted("admission/no-images", &rule, &create(&role))
            .expect("allow", &["admission.no_images"]),
        admitted("admission/unknown-kind-with-pods", &rule, &create(&rollout))
            .expect("deny", &["admission.kind_unknown"]),
        admitted("admission/items-are-not-objects", &rule, &create(&with_items))
            .expect("deny", &["admission.kind_unknown"]),
    ]
}

fn operations() -> Vec<Case> {
    let rule = policy("", RULE);
    let baseline = policy("", &format!("{RULE}\n- id: pods\n  podSecurity: {{level: baseline}}"));
    let good = format!("{REPOSITORY}@{}", good_image().digest());
    let mut delete = review("DELETE", &pod(OUTSIDE));
    delete["request"]["object"] = Value::Null;
    delete["request"]["oldObject"] = pod(OUTSIDE);
    let mut on_the_host = pod(&good);
    on_the_host["spec"]["hostNetwork"] = json!(true);
    let mut goes = delete.clone();
    goes["request"]["oldObject"] = on_the_host.clone();
    let exec = json!({"apiVersion": "v1", "kind": "PodExecOptions", "container": "web", "command": ["sh"]});
    let mut connect = review("CONNECT", &exec);
    connect["request"]["namespace"] = json!("shop");
    connect["request"]["subResource"] = json!("exec");
    connect["request"]["object"] = exec;
    let scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {"name": "shop", "namespace": "shop"}, "spec": {"replicas": 3}});
    let part = |subresource: &str, object: &Value| {
        let mut review = update(object, object);
        review["request"]["subResource"] = json!(subresource);
        review
    };
    let mut debugged = pod(&good);
    debugged["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": OUTSIDE}]);
    let mut ephemeral = update(&pod(&good), &debugged);
    ephemeral["request"]["subResource"] = json!("ephemeralcontainers");
    vec![
        admitted("admission/pod-rules", &baseline, &create(&on_the_host))
            .expect("deny", &["podSecurity.host_namespaces", "registry.allowed"]),
        admitted("admission/pod-rules-and-a-deletion", &baseline, &goes)
            .expect("allow", &["admission.not_run"]),
        admitted("admission/pod-rules-and-the-status", &baseline, &part("status", &on_the_host))
            .expect("allow", &["admission.not_run"]),
        admitted("admission/delete", &rule, &delete).expect("allow", &["admission.not_run"]),
        admitted("admission/connect", &rule, &connect).expect("allow", &["admission.not_run"]),
        admitted("admission/update", &rule, &update(&pod(OUTSIDE), &pod(OUTSIDE)))
            .expect("deny", &["registry.not_allowed"]),
        admitted("admission/ephemeral-containers", &rule, &ephemeral)
            .expect("deny", &["registry.allowed", "registry.not_allowed"]),
        admitted("admission/status", &rule, &part("status", &pod(OUTSIDE)))
            .expect("allow", &["admission.not_run"]),
        admitted("admission/scale", &rule, &part("scale", &scale))
            .expect("allow", &["admission.not_run"]),
        admitted("admission/resize", &rule, &part("resize", &pod(OUTSIDE)))
            .expect("deny", &["registry.not_allowed"]),
    ]
}

fn weights() -> Vec<Case> {
    let warn = policy("mode: warn", RULE);
    let by_labels = policy("match: {namespaceLabels: {tier: gold}}", RULE)
        + "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: set}\n\
           spec: {default: allow}\n";
    let by_owner = by_labels.replace("namespaceLabels: {tier: gold}", "ownerLabels: {team: shop}");
    let excluded = policy("exclude: {namespaces: [shop]}", RULE)
        + "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: set}\n\
           spec: {exclude: {namespaces: [shop]}}\n";
    let mut dry = create(&pod(OUTSIDE));
    dry["request"]["dryRun"] = json!(true);
    let mut many = pod(OUTSIDE);
    let containers = (0..40).map(|at| {
        json!({"name": format!("c{at}"),
        "image": format!("docker.io/library/a-rather-long-name-of-an-image-that-nobody-allowed-{at}:1")})
    });
    many["spec"]["containers"] = containers.collect();
    let denied = &["registry.not_allowed"];
    vec![
        admitted("admission/warnings", &warn, &create(&pod(OUTSIDE))).expect("warn", denied),
        admitted("admission/warnings-within-limits", &warn, &create(&many)).expect("warn", denied),
        admitted("admission/message-within-limits", &policy("", RULE), &create(&many))
            .expect("deny", denied),
        admitted("admission/dry-run", &policy("", RULE), &dry).expect("deny", denied),
        admitted("admission/excluded-namespace", &excluded, &create(&pod(OUTSIDE)))
            .expect("allow", &["policy.excluded"]),
        admitted("admission/namespace-labels", &by_labels, &create(&pod(OUTSIDE)))
            .context("namespaceLabels", json!({"tier": "gold"}))
            .expect("deny", denied),
        admitted("admission/owner-labels", &by_owner, &create(&pod(OUTSIDE)))
            .context("ownerLabels", json!({"team": "shop"}))
            .expect("deny", denied),
        admitted("admission/other-owner-labels", &by_owner, &create(&pod(OUTSIDE)))
            .context("ownerLabels", json!({"team": "bank"}))
            .expect("allow", &["policy.not_covered"]),
        admitted("admission/other-namespace-labels", &by_labels, &create(&pod(OUTSIDE)))
            .context("namespaceLabels", json!({"tier": "lead"}))
            .expect("allow", &["policy.not_covered"]),
    ]
}

/// What an admission proves, by its own answer.
fn coverage(policy: &str, review: &Value) -> Value {
    let request = json!({"op": "admit", "now": NOW, "review": review.to_string(),
        "policies": [{"name": "policy.yaml", "text": policy}]});
    let answer = cocket::wire::answer(request.to_string().as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    answer["coverage"].clone()
}

/// An image that is outdated by now, in a workload that was admitted before.
fn unchanged() -> Vec<Case> {
    let rule = policy("", RULE);
    let good = format!("{REPOSITORY}:1@{}", good_image().digest());
    let proofs = coverage(&rule, &create(&deployment(&good)));
    // An update that nothing but the proof could let pass.
    let stricter =
        policy("", &format!("{RULE}\n- id: none\n  static: {{action: fail, message: no more}}"));
    let case = |name, policy: &str, old: &Value, new: &Value, proofs: &Value| {
        admitted(name, policy, &update(old, new)).with("history", json!({"covered": proofs}))
    };
    let mut scaled = deployment(&good);
    scaled["spec"]["replicas"] = json!(3);
    let mut renamed = scaled.clone();
    renamed["spec"]["template"]["spec"]["containers"][0]["name"] = json!("other");
    let mut added = scaled.clone();
    added["spec"]["template"]["spec"]["initContainers"] =
        json!([{"name": "init", "image": OUTSIDE}]);
    let mut elsewhere = [deployment(&good), scaled.clone()];
    elsewhere.iter_mut().for_each(|object| object["metadata"]["namespace"] = json!("bank"));
    let tagged = deployment(&format!("{REPOSITORY}:1"));
    let audited = policy("mode: audit", RULE);
    let before = deployment(&good);
    let [bank, bank_scaled] = &elsewhere;
    let of_kinds = policy(
        "",
        "- id: pods\n  match: {kinds: [Pod]}\n  static: {action: pass, message: a pod}\n\
         - id: none\n  match: {kinds: [Deployment]}\n  static: {action: fail, message: no more}",
    );
    let of_pod = coverage(&of_kinds, &create(&pod(&good)));
    let (outside, outside_scaled) = (before.clone(), scaled.clone());
    vec![
        case("admission/unchanged", &rule, &before, &scaled, &proofs)
            .expect("allow", &["admission.unchanged"]),
        case("admission/unchanged-without-proof", &rule, &before, &scaled, &json!([]))
            .expect("allow", &["registry.allowed"]),
        case("admission/unchanged-under-other-policies", &stricter, &before, &scaled, &proofs)
            .expect("deny", &["registry.allowed", "static.failed"]),
        case("admission/unchanged-in-another-container", &rule, &before, &renamed, &proofs)
            .expect("allow", &["registry.allowed"]),
        case("admission/unchanged-beside-a-new-one", &rule, &before, &added, &proofs)
            .expect("deny", &["admission.unchanged", "registry.not_allowed"]),
        case("admission/unchanged-in-another-namespace", &rule, bank, bank_scaled, &proofs)
            .expect("allow", &["registry.allowed"]),
        // The pod's proof says nothing of rules that are about deployments alone.
        case("admission/unchanged-in-another-kind", &of_kinds, &outside, &outside_scaled, &of_pod)
            .expect("deny", &["static.failed"]),
        case("admission/unchanged-tag", &rule, &tagged, &tagged, &proofs)
            .expect("allow", &["registry.allowed"]),
        case("admission/changed-image", &rule, &tagged, &scaled, &proofs)
            .expect("allow", &["registry.allowed"]),
        admitted("admission/audited-proves-nothing", &audited, &create(&before))
            .expect("deny", &["policy.not_covered", "registry.allowed"]),
    ]
}

fn pins() -> Vec<Case> {
    let image = good_image();
    let (digest, tagged) = (image.digest(), format!("{REPOSITORY}:1.2"));
    let signature = Signer::named("release").simple_signing(REPOSITORY, &digest, &json!(null));
    let signed = signed_policy(&["release"], SIGNED);
    let case = |name, review: &Value| {
        let case = admitted(name, &signed, review).blobs(image.blobs());
        case.attached(&digest, &signature).context("resolved", json!({tagged.as_str(): digest}))
    };
    let mut two = deployment(&tagged);
    two["spec"]["template"]["spec"]["volumes"] =
        json!([{"name": "v", "image": {"reference": tagged}}]);
    let pinned = deployment(&format!("{tagged}@{digest}"));
    let mut debugged = pod(&format!("{tagged}@{digest}"));
    debugged["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": tagged}]);
    let mut ephemeral = update(&debugged, &debugged);
    ephemeral["request"]["subResource"] = json!("ephemeralcontainers");
    let verified = "signature.verified";
    vec![
        case("admission/tag", &create(&deployment(&tagged))).expect("deny", &["reference.mutable"]),
        case("admission/pinned", &create(&two))
            .context("pin", json!(true))
            .expect("allow", &["admission.pinned", verified]),
        case("admission/pinned-already", &create(&pinned))
            .context("pin", json!(true))
            .expect("allow", &[verified]),
        case("admission/pinned-ephemeral", &ephemeral)
            .context("pin", json!(true))
            .expect("allow", &["admission.pinned", verified]),
        admitted("admission/pinned-and-denied", &signed, &create(&deployment(&tagged)))
            .blobs(image.blobs())
            .context("resolved", json!({tagged.as_str(): digest}))
            .context("pin", json!(true))
            .expect("deny", &["signature.missing"]),
        case(
            "admission/pin-of-an-unresolved-tag",
            &create(&deployment(&format!("{REPOSITORY}:9"))),
        )
        .context("pin", json!(true))
        .expect("deny", &["reference.mutable"]),
    ]
}

fn malformed() -> Vec<Case> {
    let rule = policy("", RULE);
    let good = format!("{REPOSITORY}@{}", good_image().digest());
    let whole = create(&pod(&good));
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut review = whole.clone();
        change(&mut review);
        review.to_string()
    };
    let text = whole.to_string();
    let twice = text.replacen("\"operation\":", "\"operation\":\"DELETE\",\"operation\":", 1);
    let cases = [
        ("admission/malformed-null", "null".to_owned()),
        ("admission/malformed-text", "apiVersion: admission.k8s.io/v1".to_owned()),
        ("admission/malformed-cut", text.get(..text.len() / 2).unwrap_or_default().to_owned()),
        ("admission/malformed-key-twice", twice),
        ("admission/malformed-look-alike-key", text.replacen("\"object\"", "\"Object\"", 1)),
        ("admission/malformed-no-request", changed(&|review| review["request"] = Value::Null)),
        ("admission/malformed-no-uid", changed(&|review| review["request"]["uid"] = Value::Null)),
        (
            "admission/malformed-version",
            changed(&|review| review["apiVersion"] = json!("admission.k8s.io/v2")),
        ),
        ("admission/malformed-kind", changed(&|review| review["kind"] = json!("Review"))),
        (
            "admission/malformed-answered",
            changed(&|review| review["response"] = json!({"uid": "1", "allowed": true})),
        ),
        (
            "admission/malformed-operation",
            changed(&|review| review["request"]["operation"] = json!("PATCH")),
        ),
        (
            "admission/malformed-no-object",
            changed(&|review| review["request"]["object"] = json!({})),
        ),
        (
            "admission/malformed-other-kind",
            changed(&|review| review["request"]["kind"]["kind"] = json!("Secret")),
        ),
        (
            "admission/malformed-other-namespace",
            changed(&|review| review["request"]["namespace"] = json!("kube-system")),
        ),
        (
            "admission/malformed-containers",
            changed(&|review| review["request"]["object"]["spec"]["containers"] = json!({})),
        ),
    ];
    let malformed = |(name, text): (&'static str, String)| {
        as_text(name, &rule, &text).expect("deny", &["admission.malformed"])
    };
    let mut all: Vec<Case> = cases.into_iter().map(malformed).collect();
    let older = changed(&|review| review["apiVersion"] = json!("admission.k8s.io/v1beta1"));
    all.push(as_text("admission/v1beta1", &rule, &older).expect("allow", &["registry.allowed"]));
    all
}

fn requests() -> Vec<Case> {
    let rule = policy("", RULE);
    let whole = create(&pod(OUTSIDE));
    vec![
        Case::new("requests/admit-nothing", RULE)
            .with("op", json!("admit"))
            .expect("error", &["request"]),
        admitted("requests/admit-images", &rule, &whole)
            .named(OUTSIDE)
            .expect("error", &["request"]),
        admitted("requests/check-a-review", &rule, &whole)
            .with("op", json!("check"))
            .expect("error", &["request"]),
    ]
}
