//! Kubernetes objects: which images a text would run, and what is refused or passed over.

#![cfg(test)]

mod kinds;
mod real;
mod refusals;

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
