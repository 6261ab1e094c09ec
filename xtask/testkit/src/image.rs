use serde_json::{Value, json};

use crate::digest;

/// The media type of an image's manifest.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of an index.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of a configuration.
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// An image as bytes: the OCI image specification's manifest and configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The configuration.
    pub config: Vec<u8>,
    /// The manifest.
    pub manifest: Vec<u8>,
}

/// An index as bytes, with its images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index.
    pub index: Vec<u8>,
    /// Its images, in order.
    pub images: Vec<Image>,
}

impl Image {
    /// An image with these layers (each a text that stands for the layer's content) and this
    /// configuration: `config` is the configuration document's `config` member, `extra` what
    /// else the document holds.
    #[must_use]
    pub fn new(layers: &[&str], config: &Value, extra: &Value) -> Self {
        Self::annotated(layers, config, extra, &json!({}))
    }

    /// The same, with annotations of the manifest.
    #[must_use]
    pub fn annotated(layers: &[&str], config: &Value, extra: &Value, annotations: &Value) -> Self {
        let diff_ids: Vec<String> = layers.iter().map(|layer| Self::diff_id(layer)).collect();
        let mut document = json!({
            "architecture": "amd64",
            "os": "linux",
            "created": "2026-11-20T08:00:00Z",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [],
        });
        if let (Value::Object(document), Value::Object(extra)) = (&mut document, extra) {
            document.extend(extra.clone());
        }
        let config = document.to_string().into_bytes();
        let stored: Vec<Value> = layers
            .iter()
            .map(|layer| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar",
                    "digest": Self::layer(layer),
                    "size": layer.len(),
                })
            })
            .collect();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": digest(&config), "size": config.len()},
            "layers": stored,
        });
        if annotations.as_object().is_some_and(|map| !map.is_empty()) {
            manifest["annotations"] = annotations.clone();
        }
        Self { config, manifest: manifest.to_string().into_bytes() }
    }

    /// The digest of an uncompressed layer.
    #[must_use]
    pub fn diff_id(layer: &str) -> String {
        digest(layer.as_bytes())
    }

    /// The digest of a stored layer: stored as it is.
    #[must_use]
    pub fn layer(layer: &str) -> String {
        digest(layer.as_bytes())
    }

    /// The manifest's digest.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.manifest)
    }

    /// The configuration's digest.
    #[must_use]
    pub fn config_digest(&self) -> String {
        digest(&self.config)
    }

    /// Media type and bytes of everything it consists of.
    pub fn blobs(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        [(MANIFEST, &*self.manifest), (CONFIG, &*self.config)].into_iter()
    }
}

impl Index {
    /// An index of images, each with its platform as `os/architecture`.
    #[must_use]
    pub fn new(images: &[(&str, Image)]) -> Self {
        let listed: Vec<Value> = images
            .iter()
            .map(|(platform, image)| {
                let (os, architecture) = platform.split_once('/').unwrap_or((platform, ""));
                json!({
                    "mediaType": MANIFEST,
                    "digest": image.digest(),
                    "size": image.manifest.len(),
                    "platform": {"os": os, "architecture": architecture},
                })
            })
            .collect();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed});
        Self {
            index: index.to_string().into_bytes(),
            images: images.iter().map(|(_, image)| image.clone()).collect(),
        }
    }

    /// The index's digest.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.index)
    }

    /// Media type and bytes of everything it consists of.
    pub fn blobs(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let own = std::iter::once((INDEX, &*self.index));
        own.chain(self.images.iter().flat_map(Image::blobs))
    }
}
