//! Objects that nobody here wrote, against another reader.

use super::*;

/// Every text under `image` keys of container lists, by another reader and a naive walk.
pub(crate) fn naive(value: &Value, found: &mut Vec<String>) {
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
