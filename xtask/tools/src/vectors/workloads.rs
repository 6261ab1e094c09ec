//! Kinds that the policy set declares, and kinds in `match`.

use serde_json::{Value, json};

use super::case::{Case, NAMED, NOW, policy};

const LEVEL: &str = "- id: pods\n  podSecurity: {level: baseline}";
const PLACE: &str = "- id: place\n  registry: {allow: ['registry.example.com/**']}";

/// A case about one object, whose policy set declares these kinds (YAML, a list in brackets).
fn declared(name: &'static str, rules: &str, kinds: &str, object: &Value) -> Case {
    Case::of_policy(name, &declaring(rules, kinds))
        .context("objects", json!([{"name": "job.json", "text": object.to_string()}]))
}

fn declaring(rules: &str, kinds: &str) -> String {
    format!(
        "{}---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{workloads: {kinds}}}\n",
        policy("", rules)
    )
}

/// A training job with a pod template for each of two roles.
fn job(host_network: bool) -> Value {
    let template = |host_network| {
        json!({"template": {"spec": {
            "hostNetwork": host_network,
            "containers": [{"name": "train", "image": NAMED}],
        }}})
    };
    json!({"apiVersion": "kubeflow.org/v1", "kind": "TFJob", "metadata": {"name": "train"}, "spec": {
        "tfReplicaSpecs": {"PS": template(false), "Worker": template(host_network)},
    }})
}

const TF_JOB: &str =
    "[{apiVersion: kubeflow.org/v1, kind: TFJob, pods: [/spec/tfReplicaSpecs/*/template]}]";

pub(super) fn cases() -> Vec<Case> {
    [custom(), kinds(), listed()].into_iter().flatten().collect()
}

fn custom() -> Vec<Case> {
    let both = format!("{LEVEL}\n{PLACE}");
    let one =
        "[{apiVersion: kubeflow.org/v1, kind: TFJob, pods: [/spec/tfReplicaSpecs/PS/template]}]";
    let server = |image: &str| {
        json!({"apiVersion": "example.com/v1", "kind": "Server", "metadata": {"name": "a"},
            "spec": {"image": image}})
    };
    let image = "[{apiVersion: example.com/v1, kind: Server, images: [/spec/image]}]";
    let bare = json!({"apiVersion": "example.com/v1", "kind": "Server", "metadata": {"name": "a"},
        "spec": {"pod": {"hostPID": true, "containers": [{"name": "a", "image": NAMED}]}}});
    let pod = "[{apiVersion: example.com/v1, kind: Server, pods: [/spec/pod]}]";
    vec![
        declared("workloads/declared", &both, TF_JOB, &job(false))
            .expect("allow", &["podSecurity.met", "registry.allowed"]),
        declared("workloads/declared-and-failing", &both, TF_JOB, &job(true))
            .expect("deny", &["podSecurity.host_namespaces", "registry.allowed"]),
        declared("workloads/pod-in-another-place", &both, one, &job(false))
            .expect("error", &["object"]),
        declared("workloads/declared-image", PLACE, image, &server("docker.io/library/nginx:1"))
            .expect("deny", &["registry.not_allowed"]),
        declared("workloads/declared-place-absent", PLACE, image, &json!({
            "apiVersion": "example.com/v1", "kind": "Server", "metadata": {"name": "a"}, "spec": {}}))
            .expect("error", &["object"]),
        declared("workloads/declared-for-every-version-too", PLACE,
            "[{apiVersion: example.com/v1, kind: Server, pods: [/spec/pod]}, \
             {apiVersion: '*', kind: Server, images: [/spec/image]}]",
            &json!({"apiVersion": "example.com/v1", "kind": "Server", "metadata": {"name": "a"},
                "spec": {"image": "docker.io/library/nginx:1", "pod": bare["spec"]["pod"]}}))
            .expect("deny", &["registry.allowed", "registry.not_allowed"]),
        declared("workloads/declared-prefix", PLACE,
            "[{apiVersion: '*', kind: Server, images: [/spec/image], imagePrefix: 'docker://'}]",
            &server(&format!("docker://{NAMED}")))
            .expect("allow", &["registry.allowed"]),
        declared("workloads/declared-by-half-a-version", PLACE,
            "[{apiVersion: 'example*', kind: Server, images: [/spec/image]}]", &bare)
            .expect("error", &["policy.value"]),
        declared("workloads/declared-prefix-of-nothing", PLACE,
            "[{apiVersion: v2, kind: Server, pods: [/spec], imagePrefix: 'docker://'}]", &bare)
            .expect("error", &["policy.contradiction"]),
        declared("workloads/mere-specification", &both, pod, &bare)
            .expect("deny", &["podSecurity.host_namespaces", "registry.allowed"]),
        declared("workloads/known-kind-declared", PLACE,
            "[{apiVersion: v1, kind: Pod, pods: [/spec]}]", &bare)
            .expect("error", &["policy.contradiction"]),
        declared("workloads/no-pointer", PLACE,
            "[{apiVersion: example.com/v1, kind: Server, pods: [spec.pod]}]", &bare)
            .expect("error", &["policy.value"]),
    ]
}

fn kinds() -> Vec<Case> {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
        "spec": {"hostPID": true, "containers": [{"name": "a", "image": NAMED}]}});
    let case = |name, spec: &str, rules: &str| {
        Case::of_policy(name, &policy(spec, rules))
            .context("objects", json!([{"name": "pod.json", "text": pod.to_string()}]))
    };
    let alone = |name, kind: Value| {
        Case::of_policy(name, &policy("match: {kinds: [Job]}", PLACE))
            .context("images", json!([{"image": NAMED, "kind": kind}]))
    };
    let owned = |name, team: &str| {
        case(name, "", &format!("{LEVEL}\n  match: {{ownerLabels: {{team: shop}}}}\n{PLACE}"))
            .context("ownerLabels", json!({"team": team}))
    };
    let meant = |kind: &str| format!("{LEVEL}\n  match: {{kinds: [{kind}]}}\n{PLACE}");
    vec![
        case("workloads/kind-matched", "", &meant("Pod"))
            .expect("deny", &["podSecurity.host_namespaces", "registry.allowed"]),
        case("workloads/kind-not-matched", "", &meant("'*Set'"))
            .expect("allow", &["registry.allowed"]),
        owned("workloads/owner-matched", "shop")
            .expect("deny", &["podSecurity.host_namespaces", "registry.allowed"]),
        owned("workloads/owner-not-matched", "bank").expect("allow", &["registry.allowed"]),
        case("workloads/kind-excluded", "exclude: {kinds: [Pod]}", LEVEL)
            .expect("error", &["policy.contradiction"]),
        case("workloads/kind-of-an-image", "match: {kinds: [Pod]}", PLACE)
            .expect("allow", &["registry.allowed"]),
        case("workloads/other-kind-of-an-image", "match: {kinds: ['*Set']}", PLACE)
            .expect("deny", &["policy.not_covered"]),
        alone("workloads/kind-of-an-image-alone", json!("Job"))
            .expect("allow", &["registry.allowed"]),
        alone("workloads/other-kind-of-an-image-alone", json!("Pod"))
            .expect("deny", &["policy.not_covered"]),
        alone("workloads/unknown-kind-of-an-image-alone", json!(null))
            .expect("allow", &["registry.allowed"]),
    ]
}

/// What would run, listed before anything is decided.
fn listed() -> Vec<Case> {
    let case = |name, kinds: &str, text: &str| {
        let objects = json!([{"name": "objects.yaml", "text": text}]);
        Case::of_policy(name, &declaring(PLACE, kinds)).context("objects", objects).listing()
    };
    let review = |name, text: &str| {
        Case::of_policy(name, &declaring(PLACE, TF_JOB)).listing().with("review", json!(text))
    };
    let several = format!(
        "{}\n---\n{}\n---\n{}\n",
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"},
            "spec": {"initContainers": [{"name": "i", "image": "docker.io/library/busybox:1"}],
                "containers": [{"name": "c", "image": NAMED}, {"name": "d", "image": NAMED}]}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}}),
        job(false),
    );
    let image = "[{apiVersion: example.com/v1, kind: Server, images: [/spec/image]}]";
    vec![
        case("workloads/listed", TF_JOB, &several)
            .expect("listed", &["docker.io/library/busybox:1", NAMED]),
        case("workloads/listed-unknown-kind", image, &several)
            .expect("listed", &["docker.io/library/busybox:1", NAMED]),
        case(
            "workloads/listed-optional",
            "[{apiVersion: 'example.com/*', kind: Server, images: [/spec/image], optional: true}]",
            "apiVersion: example.com/v2\nkind: Server\nmetadata: {name: a}\n",
        )
        .expect("listed", &[]),
        case("workloads/listed-unreadable", TF_JOB, "kind: [open").expect("error", &["object"]),
        case("workloads/listed-without-objects", TF_JOB, "")
            .context("objects", json!([]))
            .expect("error", &["request"]),
        case("workloads/listed-with-a-moment", TF_JOB, &several)
            .with("now", json!(NOW))
            .expect("error", &["request"]),
        review("workloads/listed-review", &reviewed(&job(false)).to_string())
            .expect("listed", &[NAMED]),
        review("workloads/listed-malformed-review", "{").expect("listed", &[]),
    ]
}

fn reviewed(job: &Value) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "705ab4f5", "operation": "CREATE",
        "kind": {"group": "kubeflow.org", "version": "v1", "kind": "TFJob"}, "object": job}})
}
