//! Image layouts for tests, written piece by piece.

use std::fs;
use std::path::{Path, PathBuf};

use cocket::reference::Digest;
use serde_json::{Value, json};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub(crate) const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

pub(crate) struct Layout {
    root: PathBuf,
    _directory: Option<tempfile::TempDir>,
    pub(crate) entries: Vec<Value>,
}

/// A manifest or index of a layout.
pub(crate) struct Stored {
    digest: Digest,
    size: usize,
    media_type: &'static str,
    config: Option<Digest>,
}

impl Stored {
    pub(crate) fn manifest(digest: Digest) -> Self {
        Self { digest, size: 2, media_type: MANIFEST, config: None }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn config(&self) -> Digest {
        self.config.unwrap()
    }
}

pub(crate) fn named(name: &str) -> Value {
    json!({"org.opencontainers.image.ref.name": name})
}

/// A descriptor of `stored`, listed as of `media_type`.
pub(crate) fn entry(stored: &Stored, media_type: &str) -> Value {
    json!({"mediaType": media_type, "digest": stored.digest, "size": stored.size})
}

impl Layout {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().to_owned();
        Self { _directory: Some(directory), ..Self::at(&root) }
    }

    pub(crate) fn at(root: &Path) -> Self {
        fs::create_dir_all(root.join("blobs/sha256")).unwrap();
        fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { root: root.to_owned(), _directory: None, entries: Vec::new() }
    }

    /// The directory, with all that was listed so far in its index.
    pub(crate) fn path(&self) -> &Path {
        self.write_index();
        &self.root
    }

    pub(crate) fn write_index(&self) {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries});
        let _ = fs::write(self.root.join("index.json"), index.to_string());
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs/sha256").join(digest.hex())
    }

    pub(crate) fn blob(&self, text: &str) -> Digest {
        let digest = Digest::sha256(text.as_bytes());
        fs::write(self.file(&digest), text).unwrap();
        digest
    }

    pub(crate) fn remove(&self, digest: &Digest) {
        fs::remove_file(self.file(digest)).unwrap();
    }

    pub(crate) fn overwrite(&self, digest: &Digest, text: &str) {
        fs::write(self.file(digest), text).unwrap();
    }

    pub(crate) fn overwrite_bytes(&self, digest: &Digest, bytes: &[u8]) {
        fs::write(self.file(digest), bytes).unwrap();
    }

    /// Every blob, with its digest.
    pub(crate) fn blobs(&self) -> Vec<(Digest, Vec<u8>)> {
        let files = fs::read_dir(self.root.join("blobs/sha256")).unwrap();
        let read = files.map(|file| fs::read(file.unwrap().path()).unwrap());
        read.map(|bytes| (Digest::sha256(&bytes), bytes)).collect()
    }

    pub(crate) fn link_to_itself(&self, digest: &Digest) {
        std::os::unix::fs::symlink(self.file(digest), self.file(digest)).unwrap();
    }

    pub(crate) fn fifo(&self, digest: &Digest) {
        let made = std::process::Command::new("mkfifo").arg(self.file(digest)).status().unwrap();
        assert!(made.success());
    }

    pub(crate) fn config(&self, name: &str) -> String {
        let layer = Digest::sha256(name.as_bytes());
        json!({"architecture": "amd64", "os": "linux", "config": {"User": "1"},
               "rootfs": {"type": "layers", "diff_ids": [layer]}})
        .to_string()
    }

    fn store(&self, document: &Value, media_type: &'static str, config: Option<Digest>) -> Stored {
        let text = document.to_string();
        Stored { digest: self.blob(&text), size: text.len(), media_type, config }
    }

    fn image_manifest(&self, name: &str, subject: Option<&Stored>) -> Stored {
        let text = self.config(name);
        let config = self.blob(&text);
        let layer = Digest::sha256(name.as_bytes());
        let mut document = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": config, "size": text.len()},
            "layers": [{"mediaType": LAYER, "digest": layer, "size": 10}],
        });
        if let Some(subject) = subject {
            document["subject"] = entry(subject, subject.media_type);
        }
        self.store(&document, MANIFEST, Some(config))
    }

    pub(crate) fn image(&mut self, name: &str) -> Stored {
        self.image_manifest(name, None)
    }

    /// Something that runs, and says that it is an attachment.
    pub(crate) fn image_attached_to(&mut self, subject: &Stored) -> Stored {
        self.image_manifest("attached", Some(subject))
    }

    /// A manifest with one layer, with or without a subject.
    pub(crate) fn attach(
        &mut self,
        subject: Option<&Stored>,
        media_type: &str,
        layer: &str,
    ) -> Stored {
        self.artifact(subject, media_type, layer, 1)
    }

    /// A manifest that lists the same layer many times.
    pub(crate) fn attach_often(
        &mut self,
        subject: &Stored,
        media_type: &str,
        layer: &str,
        times: usize,
    ) -> Stored {
        self.artifact(Some(subject), media_type, layer, times)
    }

    fn artifact(
        &self,
        subject: Option<&Stored>,
        media_type: &str,
        layer: &str,
        times: usize,
    ) -> Stored {
        let digest = self.blob(layer);
        let empty = self.blob("{}");
        let layer = json!({"mediaType": media_type, "digest": digest, "size": layer.len(),
                           "annotations": {"of": "the layer"}});
        let mut document = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": empty, "size": 2},
            "layers": vec![layer; times],
        });
        if let Some(subject) = subject {
            document["subject"] = entry(subject, subject.media_type);
            document["artifactType"] = json!("application/x-anything");
        }
        self.store(&document, MANIFEST, Some(empty))
    }

    pub(crate) fn index(&mut self, manifests: &[Value]) -> Stored {
        let document = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.store(&document, INDEX, None)
    }

    /// Lists `stored` in `index.json`.
    pub(crate) fn list(&mut self, stored: &Stored, annotations: &Value) {
        let mut listed = entry(stored, stored.media_type);
        listed["annotations"] = annotations.clone();
        self.entries.push(listed);
    }
}
