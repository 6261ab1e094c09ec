//! An OCI image layout, and cosign's entries in it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use cocket::reference::Digest;
use cocket_testkit::Signer;
use serde_json::{Value, json};

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

pub(super) struct Layout {
    root: PathBuf,
    entries: Vec<Value>,
}

/// Content that was stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) media_type: &'static str,
    pub(super) digest: Digest,
    pub(super) size: usize,
}

impl Stored {
    /// The descriptor of `bytes`.
    pub(super) fn of(media_type: &'static str, bytes: &[u8]) -> Self {
        Self { media_type, digest: Digest::sha256(bytes), size: bytes.len() }
    }

    pub(super) fn descriptor(&self) -> Value {
        json!({"mediaType": self.media_type, "digest": self.digest, "size": self.size})
    }

    fn with(&self, key: &str, value: Value) -> Value {
        let mut descriptor = self.descriptor();
        if let Some(members) = descriptor.as_object_mut() {
            members.insert(key.to_owned(), value);
        }
        descriptor
    }
}

impl Layout {
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join("blobs/sha256"))?;
        fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
        Ok(Self { root: root.to_owned(), entries: Vec::new() })
    }

    pub(super) fn store(&self, media_type: &'static str, bytes: &[u8]) -> io::Result<Stored> {
        let stored = Stored::of(media_type, bytes);
        fs::write(self.root.join("blobs/sha256").join(stored.digest.hex()), bytes)?;
        Ok(stored)
    }

    /// Lists `stored` under a name.
    pub(super) fn name(&mut self, stored: &Stored, name: &str) {
        let annotations = json!({"org.opencontainers.image.ref.name": name});
        self.entries.push(stored.with("annotations", annotations));
    }

    /// Signs as `cosign sign --new-bundle-format=false` does: a manifest under a tag that is
    /// made of the image's digest.
    pub(super) fn sign_by_tag(
        &mut self,
        image: &Stored,
        repository: &str,
        key: &Signer,
    ) -> io::Result<()> {
        let digest = image.digest.to_string();
        let signed = key.simple_signing(repository, &digest, &Value::Null);
        let layer = self.store(signed.media_type, &signed.bytes)?;
        let config = json!({
            "architecture": "", "os": "", "created": "0001-01-01T00:00:00Z",
            "config": {}, "history": [{"created": "0001-01-01T00:00:00Z"}],
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
        });
        let config = self.store(CONFIG, config.to_string().as_bytes())?;
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(),
            "layers": [layer.with("annotations", json!(signed.annotations))],
        });
        let manifest = self.store(MANIFEST, manifest.to_string().as_bytes())?;
        let tag = digest.replace(':', "-");
        self.name(&manifest, &format!("{repository}:{tag}.sig"));
        Ok(())
    }

    /// Signs as `cosign sign` does by default: a bundle in a manifest that refers to the image.
    pub(super) fn sign_by_referrer(
        &mut self,
        image: &Stored,
        key: &Signer,
        created: &str,
    ) -> io::Result<()> {
        let bundle = self.store(BUNDLE, &key.bundle(&image.digest.to_string()).bytes)?;
        let empty = self.store(EMPTY, b"{}")?;
        let annotations = json!({
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1",
            "org.opencontainers.image.created": created,
        });
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": BUNDLE,
            "config": empty.with("artifactType", json!(BUNDLE)),
            "layers": [bundle.descriptor()], "subject": image.descriptor(),
            "annotations": annotations,
        });
        let manifest = self.store(MANIFEST, manifest.to_string().as_bytes())?;
        self.entries.push(manifest.with("artifactType", json!(BUNDLE)));
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries});
        fs::write(self.root.join("index.json"), format!("{index:#}\n"))
    }
}
