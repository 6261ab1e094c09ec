//! The images that an `ImageValidatingPolicy` is about.

use serde_json::{Map, Value};

use crate::import::kyverno::{pod_path, wildcard_match};

/// Where pods name images.
const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Whether one of the policy's references matches the image.
pub(super) fn is_matched(image: &str, spec: &Value) -> bool {
    let references = spec.get("matchImageReferences").and_then(Value::as_array);
    let globs = references.into_iter().flatten();
    let mut globs = globs.filter_map(|one| one.get("glob").and_then(Value::as_str));
    globs.any(|glob| wildcard_match(glob, image))
}

/// The variable `images`, and how many there are; those that no reference matches are left out.
pub(super) fn images(object: &Value, spec: &Value) -> (Value, usize) {
    // By kind: an author may write a second pod where another kind has its own.
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let path = pod_path(kind).unwrap_or(&["spec"]);
    let pod = path.iter().try_fold(object, |value, key| value.get(key)).unwrap_or(&Value::Null);
    let mut found = Map::new();
    let mut count: usize = 0;
    for list in LISTS {
        let containers = pod.get(list).and_then(Value::as_array).into_iter().flatten();
        let images: Vec<Value> = containers
            .filter_map(|container| container.get("image").and_then(Value::as_str))
            .filter(|image| is_matched(image, spec))
            .map(Value::from)
            .collect();
        count = count.saturating_add(images.len());
        found.insert(list.to_owned(), Value::Array(images));
    }
    (Value::Object(found), count)
}

/// The attestors or attestations of a policy, by name.
pub(super) fn by_name(spec: &Value, key: &str) -> Value {
    let entries = spec.get(key).and_then(Value::as_array).into_iter().flatten();
    let named = entries.filter_map(|one| {
        let name = one.get("name").and_then(Value::as_str)?;
        Some((name.to_owned(), one.clone()))
    });
    Value::Object(named.collect())
}
