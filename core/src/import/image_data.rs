//! What Kyverno would ask a registry about an object's images, from the evidence at hand.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::evidence::Evidence;
use crate::policy::ObjectCase;
use crate::reference::{Digest, Reference};

/// By the image as the object names it; those about which nothing is at hand are left out.
#[derive(Debug, Default)]
pub(super) struct ImageData {
    pub(super) by_image: BTreeMap<String, Value>,
    /// What it rests on.
    pub(super) evidence: Vec<Digest>,
}

impl ImageData {
    /// Reads manifests and configurations of the images that the object names.
    pub(super) fn read(case: &ObjectCase<'_>, images: Vec<String>) -> Self {
        let mut data = Self::default();
        for image in images {
            let Ok(reference) = Reference::parse(&image) else { continue };
            let digest = reference.digest().or_else(|| case.digests.get(&image)).copied();
            let Some(digest) = digest else { continue };
            let mut used = Vec::new();
            if let Some(parts) = manifest(case.evidence, digest, &mut used) {
                let value = described(&image, &reference, digest, parts);
                data.by_image.insert(image, value);
                data.evidence.append(&mut used);
            }
        }
        data.evidence.sort();
        data.evidence.dedup();
        data
    }
}

/// `manifest`, its configuration, and the list that named it. Of a list, Kyverno takes the image
/// for `linux/amd64`.
fn manifest(
    evidence: &Evidence,
    digest: Digest,
    used: &mut Vec<Digest>,
) -> Option<Map<String, Value>> {
    let mut parts = Map::new();
    let mut manifest = document(evidence, digest, used)?;
    if let Some(children) = manifest.get("manifests").and_then(Value::as_array) {
        let at = |child: &Value, key: &str| {
            child.pointer(&format!("/platform/{key}")).and_then(Value::as_str).map(str::to_owned)
        };
        let is_meant = |child: &&Value| {
            at(child, "os").as_deref() == Some("linux")
                && at(child, "architecture").as_deref() == Some("amd64")
        };
        let chosen = children.iter().find(is_meant).and_then(named)?;
        let chosen = document(evidence, chosen, used)?;
        parts.insert("manifestList".to_owned(), std::mem::replace(&mut manifest, chosen));
    }
    let config = manifest.get("config").and_then(named);
    if let Some(config) = config.and_then(|config| document(evidence, config, used)) {
        parts.insert("configData".to_owned(), config.clone());
        // Policies in CEL call it so.
        parts.insert("config".to_owned(), config);
    }
    parts.insert("manifest".to_owned(), manifest);
    Some(parts)
}

fn named(descriptor: &Value) -> Option<Digest> {
    descriptor.get("digest")?.as_str()?.parse().ok()
}

fn document(evidence: &Evidence, digest: Digest, used: &mut Vec<Digest>) -> Option<Value> {
    let value = serde_json::from_slice(&evidence.blob(&digest)?.bytes).ok()?;
    used.push(digest);
    Some(value)
}

fn described(
    image: &str,
    reference: &Reference,
    digest: Digest,
    mut parts: Map<String, Value>,
) -> Value {
    // The name under which Kyverno's client knows Docker Hub.
    let registry = match reference.host() {
        "docker.io" => "index.docker.io",
        host => host,
    };
    let path = reference.path();
    let tag = reference.tag();
    let identifier = match (reference.digest(), tag) {
        (Some(digest), _) => digest.to_string(),
        (None, Some(tag)) => tag.to_owned(),
        (None, None) => "latest".to_owned(),
    };
    for (key, value) in [
        ("image", json!(image)),
        ("resolvedImage", json!(format!("{registry}/{path}@{digest}"))),
        ("registry", json!(registry)),
        ("repository", json!(path)),
        ("identifier", json!(identifier)),
        ("digest", json!(digest.to_string())),
    ] {
        parts.insert(key.to_owned(), value);
    }
    if let Some(tag) = tag {
        parts.insert("tag".to_owned(), json!(tag));
    }
    Value::Object(parts)
}
