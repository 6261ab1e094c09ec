//! Kubernetes objects: which images a text would run, and what is refused or passed over.

#![cfg(test)]

use std::path::{Path, PathBuf};

use cocket::kubernetes::{ContainerKind, ObjectError, Objects};
use proptest::prelude::*;
use serde_json::{Value, json};

fn parse(text: &str) -> Result<Objects, ObjectError> {
    Objects::parse("o.yaml", text.as_bytes())
}

fn refusal(text: &str) -> ObjectError {
    let error = parse(text).expect_err(text);
    assert!(error.line >= 1 && error.column >= 1 && !error.detail.is_empty(), "{text}");
    error
}

/// The images of all workloads: path and reference.
fn images(objects: &Objects) -> Vec<(&str, &str)> {
    let images = objects.workloads.iter().flat_map(|workload| &workload.images);
    images.map(|image| (image.path.as_str(), image.image.as_str())).collect()
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  volumes:
  - name: model
    image:
      reference: models/m:1
  - name: tmp
    emptyDir: {}
  initContainers:
  - name: setup
    image: \"setup:1\"
  containers:
  - image: 'nginx:1.27'
    name: nginx
  - name: none
  ephemeralContainers:
  - name: debug
    image: busybox
";

#[test]
fn every_image_of_a_pod_with_its_place() {
    let objects = parse(POD).unwrap();
    let [pod] = objects.workloads.as_slice() else { panic!("{objects:?}") };
    assert_eq!((pod.file.as_str(), pod.line, pod.name.as_str()), ("o.yaml", 1, "web"));
    assert_eq!((pod.api_version.as_str(), pod.kind.as_str()), ("v1", "Pod"));
    assert_eq!(pod.namespace.as_deref(), Some("shop"));
    let found: Vec<_> = pod
        .images
        .iter()
        .map(|one| {
            (one.kind, one.container.as_str(), one.path.as_str(), one.line, one.image.as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            (ContainerKind::Init, "setup", "spec.initContainers[0].image", 15, "setup:1"),
            (ContainerKind::Regular, "nginx", "spec.containers[0].image", 17, "nginx:1.27"),
            (ContainerKind::Regular, "none", "spec.containers[1].image", 19, ""),
            (ContainerKind::Ephemeral, "debug", "spec.ephemeralContainers[0].image", 22, "busybox"),
            (ContainerKind::Volume, "model", "spec.volumes[0].image.reference", 10, "models/m:1"),
        ]
    );
    assert!(objects.unjudged.is_empty());
}

#[test]
fn line_ends_marks_and_json_change_nothing() {
    let plain = parse(POD).unwrap();
    assert_eq!(parse(&POD.replace('\n', "\r\n")).unwrap(), plain);
    assert_eq!(parse(&format!("\u{feff}{POD}")).unwrap(), plain);
    assert_eq!(parse(&format!("{POD}---\n# nothing\n---\n...\n")).unwrap(), plain);
    let value: Value = serde_saphyr::from_str(POD).unwrap();
    for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
        assert_eq!(images(&parse(&text).unwrap()), images(&plain));
    }
    let tabs = "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"spec\": {\"containers\":\n\t\t[{\"image\": \"a\\/b\\u003a1\"}]}}";
    assert_eq!(images(&parse(tabs).unwrap()), [("spec.containers[0].image", "a/b:1")]);
    for nothing in ["", "\n", "# only a comment\n", "---\n", "null\n", "---\n---\n"] {
        assert_eq!(parse(nothing).unwrap(), Objects::default(), "{nothing:?}");
    }
}

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

#[test]
fn wrong_types_are_named_with_their_place() {
    for (right, wrong, path, line) in [
        ("  - name: setup\n    image: \"setup:1\"\n", "    a: b\n", "spec.initContainers", 14),
        ("\"setup:1\"", "1.27", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "[a]", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "true", "spec.initContainers[0].image", 15),
        ("\"setup:1\"", "0x10", "spec.initContainers[0].image", 15),
        ("'nginx:1.27'", "yes", "spec.containers[0].image", 17),
        ("name: nginx", "name: 1_000", "spec.containers[0].name", 18),
        ("models/m:1", "{}", "spec.volumes[0].image.reference", 10),
        ("      reference: models/m:1\n", "      - x\n", "spec.volumes[0].image", 10),
        ("namespace: shop", "namespace: [shop]", "metadata.namespace", 5),
        ("name: web", "name: 2026-11-01", "metadata.name", 4),
        ("kind: Pod", "kind: {}", "kind", 2),
    ] {
        assert!(POD.contains(right), "{right}");
        let error = refusal(&POD.replace(right, wrong));
        assert_eq!((error.path.as_str(), error.line), (path, line), "{wrong}: {error}");
    }
    for whole in ["a", "[]", "- a", "1", "apiVersion: v1", "kind: Pod", "apiVersion: v1\nkind: ''"]
    {
        refusal(whole);
    }
    let spec = "apiVersion: v1\nkind: Pod\nspec: []\n";
    assert_eq!(refusal(spec).path, "spec");
}

#[test]
fn what_other_readers_would_read_differently_is_refused() {
    for (right, wrong, path) in [
        ("    name: nginx\n", "    name: nginx\n    name: x\n", "spec.containers[0].name"),
        ("    emptyDir: {}", "    emptyDir: {a: 1, \"a\": 1}", "spec.volumes[1].emptyDir.a"),
        ("kind: Pod\n", "kind: Pod\nkind: ConfigMap\n", "kind"),
        ("kind: Pod\n", "kind: Pod\nKind: ConfigMap\n", "Kind"),
        ("kind: Pod\n", "kind: Pod\nSpec: {}\n", "Spec"),
        ("  name: web\n", "  name: web\n  nameSpace: x\n", "metadata.nameSpace"),
        ("  containers:\n", "  Containers: []\n  containers:\n", "spec.Containers"),
        ("    name: nginx\n", "    name: nginx\n    Image: x\n", "spec.containers[0].Image"),
        (
            "      reference:",
            "      Reference: x\n      reference:",
            "spec.volumes[0].image.Reference",
        ),
    ] {
        assert!(POD.contains(right), "{right}");
        let error = refusal(&POD.replacen(right, wrong, 1));
        assert_eq!(error.path, path, "{wrong}: {error}");
    }
    let merge = "apiVersion: v1\nkind: ConfigMap\na: &a {b: c}\nd:\n  <<: *a\n";
    assert!(refusal(merge).detail.contains("merge"));
    for text in [
        "apiVersion: v1\nkind: ConfigMap\ndata: !!binary aGk=\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: !secret x\n",
        "apiVersion: v1\nkind: ConfigMap\n? [a]\n: b\n",
        "%YAML 1.1\n---\napiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {x: \"\n---y\n\"}\n",
        "apiVersion: v1\nkind: ConfigMap\n{}\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}{}",
        "apiVersion: v1\nkind: ConfigMap\ndata: *unknown\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: &a [*a]\n",
        "apiVersion: v1\nkind: Config\u{0}Map\n",
    ] {
        refusal(text);
    }
    assert!(Objects::parse("o", b"apiVersion: v1\nkind: \xff\n").is_err_and(|e| e.line == 2));
    let quoted = "apiVersion: v1\nkind: ConfigMap\ndata: {\"<<\": x, y: !!str 1}\n";
    assert_eq!(parse(quoted).unwrap().unjudged.len(), 1);
}

#[test]
fn aliases_stand_for_what_they_name() {
    let text = "\
apiVersion: v1
kind: Pod
spec:
  containers:
  - &c
    name: a
    image: &i nginx:1
  - name: b
    image: *i
  initContainers: [*c]
";
    let objects = parse(text).unwrap();
    let found: Vec<_> =
        objects.workloads[0].images.iter().map(|one| (one.line, &*one.image)).collect();
    assert_eq!(found, [(7, "nginx:1"), (7, "nginx:1"), (7, "nginx:1")]);
}

#[test]
fn work_is_bounded() {
    let head = "apiVersion: v1\nkind: ConfigMap\n";
    let bomb = (1..30).fold(format!("{head}a0: &a0 [x]\n"), |text, level| {
        let last = level - 1;
        text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{last}"); 9].join(","))
    });
    assert!(refusal(&bomb).detail.starts_with("more than"), "{}", refusal(&bomb));
    let chain = (1..200).fold(format!("{head}a0: &a0 [x]\n"), |text, level| {
        text + &format!("a{level}: &a{level} [*a{}]\n", level - 1)
    });
    assert!(refusal(&chain).detail.contains("nested"));
    let many = format!("{head}a: &a x\nb: [{}]\n", "*a,".repeat(1_001));
    assert!(refusal(&many).detail.contains("aliases"));
    refusal(&format!("{head}a: {}{}\n", "[".repeat(500), "]".repeat(500)));
    refusal(
        &(0..500).fold(head.to_owned(), |text, level| text + &format!("{}a:\n", " ".repeat(level))),
    );
    assert!(refusal(&" ".repeat(16 * 1024 * 1024 + 1)).detail.contains("bytes"));
    assert!(refusal(&"---\n".repeat(20_001)).detail.contains("documents"));
    let objects = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}{{}}]}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\"},".repeat(50_001)
    );
    assert!(refusal(&objects).detail.contains("objects"));
}

/// Every text under `image` keys of container lists, by another reader and a naive walk.
fn naive(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| naive(item, found)),
        Value::Object(members) => {
            for (key, inner) in members {
                if matches!(&**key, "containers" | "initContainers" | "ephemeralContainers") {
                    let containers = inner.as_array().into_iter().flatten();
                    let images = containers.filter_map(|container| container.get("image"));
                    found.extend(images.filter_map(Value::as_str).map(str::to_owned));
                }
                naive(inner, found);
            }
        }
        _ => {}
    }
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "json") {
            found.push(path);
        }
    }
}

#[test]
fn real_objects_hold_the_images_that_another_reader_finds() {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
        println!("skipped: no corpus");
        return;
    }
    let mut paths = Vec::new();
    for part in ["evidence/k8s", "kyverno"].map(|part| root.join(part)) {
        match part.is_dir() {
            true => files(&part, &mut paths),
            false => println!("skipped: {}: not there", part.display()),
        }
    }
    let (mut compared, mut refused) = (0_usize, 0_usize);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let objects = match Objects::parse("o", &bytes) {
            Ok(objects) => objects,
            Err(error) => {
                println!("refused: {}: {error}", path.display());
                refused = refused.saturating_add(1);
                continue;
            }
        };
        let text = std::str::from_utf8(&bytes).unwrap();
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        let mut expected = Vec::new();
        documents.iter().for_each(|document| naive(document, &mut expected));
        if objects.unjudged.iter().any(|passed| passed.carries_pods) {
            continue;
        }
        let workloads = objects.workloads.iter().flat_map(|workload| &workload.images);
        let containers = workloads.filter(|image| image.kind != ContainerKind::Volume);
        let mut found: Vec<_> = containers.map(|image| image.image.clone()).collect();
        found.retain(|image| !image.is_empty());
        found.sort();
        expected.retain(|image| !image.is_empty());
        expected.sort();
        assert_eq!(found, expected, "{}", path.display());
        compared = compared.saturating_add(found.len());
    }
    println!("{compared} images compared, {refused} files refused");
    assert!(compared > 0);
}

#[test]
fn pods_of_a_table_are_all_read() {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    let Ok(bytes) = std::fs::read(root.join("evidence/k8s/pss/pods.json")) else {
        println!("skipped: no table of pods");
        return;
    };
    let pods: Value = serde_json::from_slice(&bytes).unwrap();
    for (id, pod) in pods.as_object().unwrap() {
        let mut expected = Vec::new();
        naive(pod, &mut expected);
        let objects = parse(&pod.to_string()).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(images(&objects).len(), expected.len(), "{id}");
    }
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics(at in 0_usize..2_000, byte: u8) {
        let mut bytes = POD.as_bytes().to_vec();
        let at = at.checked_rem(bytes.len()).unwrap();
        bytes[at] = byte;
        let Ok(objects) = Objects::parse("o", &bytes) else { return Ok(()) };
        // Whatever it is read as, what another reader takes for a pod does not go unseen.
        let text = std::str::from_utf8(&bytes).unwrap();
        let others: Vec<Value> = serde_saphyr::from_multiple(text).unwrap_or_default();
        let mut found = Vec::new();
        others.iter().for_each(|document| naive(document, &mut found));
        let seen = !objects.workloads.is_empty()
            || objects.unjudged.iter().any(|passed| passed.carries_pods);
        prop_assert!(seen || found.is_empty());
    }

    #[test]
    fn a_cut_text_never_panics(end in 0_usize..2_000) {
        let end = end.min(POD.len());
        let _ = Objects::parse("o", &POD.as_bytes()[..end]);
    }

    #[test]
    fn images_of_generated_pods_are_found(
        containers in proptest::collection::vec("[a-z]{1,8}(/[a-z]{1,8})?(:[a-z0-9]{1,5})?", 1..6),
        init in proptest::collection::vec("[a-z]{1,8}", 0..3),
    ) {
        let list = |images: &[String]| -> Vec<Value> {
            images.iter().map(|image| json!({"name": "c", "image": image})).collect()
        };
        let pod = json!({"apiVersion": "v1", "kind": "Pod",
            "spec": {"containers": list(&containers), "initContainers": list(&init)}});
        let objects = parse(&pod.to_string()).unwrap();
        let found: Vec<_> = images(&objects).into_iter().map(|(_, image)| image).collect();
        let expected: Vec<_> = init.iter().chain(&containers).map(String::as_str).collect();
        prop_assert_eq!(found, expected);
    }
}
