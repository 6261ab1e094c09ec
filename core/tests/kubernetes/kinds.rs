//! The kinds that carry pods, and those that do not.

use super::*;

fn wrapped(api_version: &str, kind: &str, path: &str) -> Value {
    let pod = json!({"containers": [{"name": "c", "image": "i"}]});
    let inner = path.rsplit('.').fold(pod, |inner, key| json!({ (key): inner }));
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "n"}});
    object.as_object_mut().unwrap().extend(inner.as_object().unwrap().clone());
    object
}

const WORKLOADS: [(&str, &str, &str); 17] = [
    ("v1", "Pod", "spec"),
    ("v1", "PodTemplate", "template.spec"),
    ("v1", "ReplicationController", "spec.template.spec"),
    ("apps/v1", "Deployment", "spec.template.spec"),
    ("apps/v1beta1", "Deployment", "spec.template.spec"),
    ("apps/v1beta2", "Deployment", "spec.template.spec"),
    ("apps/v1", "StatefulSet", "spec.template.spec"),
    ("apps/v1", "DaemonSet", "spec.template.spec"),
    ("apps/v1", "ReplicaSet", "spec.template.spec"),
    ("extensions/v1beta1", "Deployment", "spec.template.spec"),
    ("extensions/v1beta1", "DaemonSet", "spec.template.spec"),
    ("extensions/v1beta1", "ReplicaSet", "spec.template.spec"),
    ("batch/v1", "Job", "spec.template.spec"),
    ("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec"),
    ("batch/v1beta1", "CronJob", "spec.jobTemplate.spec.template.spec"),
    ("batch/v2alpha1", "CronJob", "spec.jobTemplate.spec.template.spec"),
    ("apps/v1beta1", "StatefulSet", "spec.template.spec"),
];

#[test]
fn every_kind_that_carries_pods() {
    for (api_version, kind, path) in WORKLOADS {
        let objects = parse(&wrapped(api_version, kind, path).to_string()).unwrap();
        let expected = format!("{path}.containers[0].image");
        assert_eq!(images(&objects), [(expected.as_str(), "i")], "{api_version} {kind}");
    }
}

#[test]
fn a_workload_without_containers_is_refused() {
    for (api_version, kind, path) in WORKLOADS {
        let whole = wrapped(api_version, kind, path).to_string();
        let containers = r#"{"containers":[{"image":"i","name":"c"}]}"#;
        assert!(whole.contains(containers), "{whole}");
        for pod in ["null", "{}", r#"{"containers":[]}"#, r#"{"containers":null}"#] {
            let error = refusal(&whole.replace(containers, pod));
            assert!(error.path.starts_with(path), "{kind} {pod}: {error:?}");
        }
        let head = json!({"apiVersion": api_version, "kind": kind});
        assert_eq!(refusal(&head.to_string()).detail, "a workload without a pod");
    }
    let only = |inner: &str| {
        format!(r#"{{"apiVersion":"v1","kind":"Pod","spec":{{"{inner}":[{{"image":"i"}}]}}}}"#)
    };
    // An API server refuses these two, but their images are there to be judged.
    assert_eq!(images(&parse(&only("initContainers")).unwrap()).len(), 1);
    assert_eq!(images(&parse(&only("ephemeralContainers")).unwrap()).len(), 1);
    let only = only("volumes").replace(r#""i""#, r#"{"reference":"i"}"#);
    assert_eq!(refusal(&only).path, "spec.containers");
}

#[test]
fn what_only_looks_like_a_known_kind_is_not_judged_and_not_unseen() {
    for (api_version, kind) in [
        ("v1", "pod"),
        ("v1", "Pod "),
        ("v2", "Pod"),
        ("V1", "Pod"),
        ("serving.knative.dev/v1", "Pod"),
        ("serving.knative.dev/v1", "Service"),
        ("apps.example.com/v1", "Deployment"),
        ("apps/v1", "Pod"),
        ("Apps/v1", "Deployment"),
        ("batch/v1", "JobTemplate"),
        ("argoproj.io/v1alpha1", "Rollout"),
    ] {
        let objects = parse(&wrapped(api_version, kind, "spec.a.b.spec").to_string()).unwrap();
        assert!(objects.workloads.is_empty(), "{api_version} {kind}");
        let [passed] = objects.unjudged.as_slice() else { panic!("{objects:?}") };
        assert!(passed.carries_pods, "{api_version} {kind}");
        assert_eq!((passed.kind.as_str(), passed.name.as_str()), (kind, "n"));
    }
    for (key, carries) in [
        ("containers", true),
        ("Containers", true),
        ("initContainers", true),
        ("ephemeralcontainers", true),
        ("volumes", true),
        ("images", false),
    ] {
        for image in ["image", "Image"] {
            let object = json!({
                "apiVersion": "example.com/v1", "kind": "Thing",
                "deep": [{"er": {(key): [{"name": "a"}, {(image): "i"}]}}],
            });
            let objects = parse(&object.to_string()).unwrap();
            assert_eq!(objects.unjudged[0].carries_pods, carries, "{key} {image}");
        }
    }
}

#[test]
fn kinds_without_pods_are_listed() {
    let text = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {pod.yaml: \"spec: {containers: [{image: a}]}\"}
---
apiVersion: v1
kind: Namespace
metadata: {generateName: team-}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec: {properties: {containers: {type: array, items: {properties: {image: {type: string}}}}}}
";
    let objects = parse(text).unwrap();
    let found: Vec<_> = objects
        .unjudged
        .iter()
        .map(|one| (one.line, one.kind.as_str(), one.name.as_str(), one.carries_pods))
        .collect();
    assert_eq!(
        found,
        [
            (1, "ConfigMap", "settings", false),
            (6, "Namespace", "team-*", false),
            (10, "CustomResourceDefinition", "", false),
        ]
    );
}

#[test]
fn lists_and_documents() {
    let pod = wrapped("v1", "Pod", "spec");
    let bare = json!({"spec": {"containers": [{"image": "b"}]}});
    let list = |kind: &str, items: Value| {
        json!({"apiVersion": "v1", "kind": kind, "items": items}).to_string()
    };
    let objects = parse(&list("List", json!([pod, pod]))).unwrap();
    assert_eq!(
        images(&objects),
        [("items[0].spec.containers[0].image", "i"), ("items[1].spec.containers[0].image", "i")]
    );
    let typed = parse(&list("PodList", json!([bare, pod]))).unwrap();
    assert_eq!(images(&typed).len(), 2);
    assert_eq!(typed.workloads[0].kind, "Pod");
    let nested: Value = serde_json::from_str(&list("List", json!([pod]))).unwrap();
    let twice = list("List", json!([nested, pod]));
    let found = parse(&twice).unwrap();
    assert_eq!(images(&found)[0].0, "items[0].items[0].spec.containers[0].image");
    let several = format!("{POD}---\n{POD}");
    let lines: Vec<_> = parse(&several).unwrap().workloads.iter().map(|one| one.line).collect();
    assert_eq!(lines, [1, 24]);
    // A custom list whose items say what they are is unfolded; one whose items do not is seen.
    assert_eq!(images(&parse(&list("ThingList", json!([pod]))).unwrap()).len(), 1);
    let unknown = parse(&list("ThingList", json!([bare, pod]))).unwrap();
    assert!(unknown.workloads.is_empty() && unknown.unjudged[0].carries_pods);
    assert_eq!(parse(&list("List", json!([]))).unwrap(), Objects::default());
    for wrong in [json!({}), json!([1]), json!([bare]), json!([null]), json!("x")] {
        refusal(&list("List", wrong));
    }
    refusal(&list("Pod", json!([pod])));
    let deep =
        (0..9).fold(pod, |inner, _| json!({"apiVersion": "v1", "kind": "List", "items": [inner]}));
    assert!(refusal(&deep.to_string()).detail.contains("lists nested"));
}
