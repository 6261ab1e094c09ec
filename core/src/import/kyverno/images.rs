//! Images as Kyverno takes them apart, for `images.*` and `image_normalize`.

use std::fmt;

use serde_json::{Map, Value};

/// The parts of an image's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageInfo {
    pub(super) registry: String,
    pub(super) path: String,
    pub(super) tag: String,
    pub(super) digest: String,
    /// As given, with the default registry where none was.
    pub(super) reference: String,
}

/// Where an image without a host comes from; Kyverno does not add `library/`.
const DEFAULT_REGISTRY: &str = "docker.io";

impl ImageInfo {
    /// `None` for what distribution's grammar does not take.
    pub(super) fn parse(image: &str) -> Option<Self> {
        let (host, rest) = match image.split_once('/') {
            Some((host, rest)) if is_host(host) => (Some(host), rest),
            _ => (None, image),
        };
        let (rest, digest) =
            rest.split_once('@').map_or((rest, ""), |(rest, digest)| (rest, digest));
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (rest, ""),
        };
        let has_digest = image.contains('@');
        let is_good = is_path(path)
            && host.is_none_or(is_domain)
            && tag.is_empty() != rest.ends_with(&format!(":{tag}"))
            && (tag.is_empty() || is_tag(tag))
            && (!has_digest || is_digest(digest));
        if !is_good {
            return None;
        }
        let tag = if tag.is_empty() && digest.is_empty() { "latest" } else { tag };
        Some(Self {
            registry: host.unwrap_or(DEFAULT_REGISTRY).to_owned(),
            path: path.to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            reference: match host {
                Some(_) => image.to_owned(),
                None => format!("{DEFAULT_REGISTRY}/{image}"),
            },
        })
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// As it stands in `images.containers.NAME`.
    pub(super) fn value(&self, pointer: &str) -> Value {
        let mut entries = Map::new();
        for (key, part) in [
            ("registry", self.registry.as_str()),
            ("name", self.name()),
            ("path", &self.path),
            ("tag", &self.tag),
            ("digest", &self.digest),
            ("reference", &self.reference),
            ("referenceWithTag", &format!("{}/{}:{}", self.registry, self.path, self.tag)),
            ("jsonPath", pointer),
        ] {
            // Kyverno leaves out a tag or digest that is empty.
            if !part.is_empty() || !matches!(key, "tag" | "digest") {
                entries.insert(key.to_owned(), part.into());
            }
        }
        Value::Object(entries)
    }
}

impl fmt::Display for ImageInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, path, tag, digest, .. } = self;
        match digest.is_empty() {
            true => write!(f, "{registry}/{path}:{tag}"),
            false => write!(f, "{registry}/{path}@{digest}"),
        }
    }
}

/// Whether what precedes the first `/` is a host and no part of the path.
fn is_host(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost" || text.chars().any(char::is_uppercase)
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_good_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let is_label = |label: &str| {
        let is_edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = label.as_bytes();
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    let is_address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inner| inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'));
    port.is_none_or(is_good_port) && (is_address || host.split('.').all(is_label))
}

fn is_path(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    path.split('/').all(|part| {
        let bytes = part.as_bytes();
        let is_edge = |b: Option<&u8>| b.copied().is_some_and(is_plain);
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes.iter().all(|b| is_plain(*b) || b"._-".contains(b))
            && !["..", "___", "._", "_.", "-_", "_-", ".-", "-."]
                .iter()
                .any(|odd| part.contains(odd))
    })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b".-".contains(&b))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Where pods stand in the kinds that carry them.
pub(in crate::import) fn pod_path(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Pod" => Some(&["spec"]),
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job" => Some(&["spec", "template", "spec"]),
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => None,
    }
}

/// The images that an object's containers name, each once, in order.
pub(in crate::import) fn named(object: &Value) -> Vec<String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let pod =
        pod_path(kind).and_then(|path| path.iter().try_fold(object, |value, key| value.get(key)));
    let mut found = Vec::new();
    for group in ["initContainers", "containers", "ephemeralContainers"] {
        let containers = pod.and_then(|pod| pod.get(group)).and_then(Value::as_array);
        for container in containers.into_iter().flatten() {
            let image = container.get("image").and_then(Value::as_str);
            found.extend(
                image.filter(|image| !found.iter().any(|own| own == image)).map(str::to_owned),
            );
        }
    }
    found
}

/// The variable `images` for an object; images that cannot be read are left out.
pub(super) fn variable(object: &Value) -> Option<Value> {
    let kind = object.get("kind")?.as_str()?;
    let path = pod_path(kind)?;
    let pod = path.iter().try_fold(object, |value, key| value.get(key))?;
    let mut images = Map::new();
    for group in ["initContainers", "containers", "ephemeralContainers"] {
        let Some(containers) = pod.get(group).and_then(Value::as_array) else { continue };
        let mut found = Map::new();
        for (position, container) in containers.iter().enumerate() {
            let text = |key: &str| container.get(key).and_then(Value::as_str);
            let (Some(name), Some(image)) = (text("name"), text("image")) else { continue };
            let pointer = format!("/{}/{group}/{position}/image", path.join("/"));
            if let Some(info) = ImageInfo::parse(image) {
                found.insert(name.to_owned(), info.value(&pointer));
            }
        }
        if !found.is_empty() {
            images.insert(group.to_owned(), Value::Object(found));
        }
    }
    (!images.is_empty()).then_some(Value::Object(images))
}

#[cfg(test)]
mod tests {
    use super::ImageInfo;

    #[test]
    fn images_are_taken_apart_as_kyverno_does() {
        for (image, shown) in [
            ("nginx", "docker.io/nginx:latest"),
            ("bitnami/nginx:1.25", "docker.io/bitnami/nginx:1.25"),
            ("localhost/a/b", "localhost/a/b:latest"),
            ("registry:5000/myapp", "registry:5000/myapp:latest"),
        ] {
            assert_eq!(ImageInfo::parse(image).unwrap().to_string(), shown);
        }
        for image in ["", "a:", "A", "quay.io/", "a@sha256:abc", "https://a.io/b", "a b"] {
            assert_eq!(ImageInfo::parse(image), None, "{image}");
        }
    }
}
