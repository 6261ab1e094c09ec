//! The images of `oci/` repository by repository: digests are shared between them, so that the
//! layout as a whole would say of one image what was signed about another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cocket::evidence::Evidence;
use cocket::reference::Digest;
use cocket::source::{EvidenceDirectory, EvidenceSource as _};
use serde_json::{Value, json};

use super::super::index::{read, read_json};
use super::question::extend;
use super::text;

/// The layout, and what its `registry.json` says is in each repository.
pub(super) struct Registry {
    blobs: PathBuf,
    index: Value,
}

impl Registry {
    /// `None` where the corpus has no layout.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, String> {
        let layout = folder.join("oci");
        if !layout.join("registry.json").is_file() {
            return Ok(None);
        }
        let index = read_json(&layout.join("registry.json"))?;
        Ok(Some(Self { blobs: layout.join("blobs"), index }))
    }

    /// What a layout of this repository alone holds about the image. It is made in `scratch`.
    pub(super) fn collect(
        &self,
        repository: &str,
        image: &Digest,
        scratch: &Path,
    ) -> Result<Evidence, String> {
        self.write(repository, scratch)?;
        let directory = EvidenceDirectory::open(scratch).map_err(|error| error.to_string())?;
        directory.collect(image).map_err(|error| error.to_string())
    }

    fn write(&self, repository: &str, to: &Path) -> Result<(), String> {
        let mut manifests = Vec::new();
        let mut wanted = Vec::new();
        for (tag, digest) in self.members("tags", repository) {
            let digest = digest.as_str().unwrap_or_default().to_owned();
            let mut descriptor = self.descriptor(&digest)?;
            extend(
                &mut descriptor,
                json!({"annotations": {"org.opencontainers.image.ref.name": format!("{repository}:{tag}")}}),
            );
            manifests.push(descriptor);
            wanted.push(digest);
        }
        for (_, referrers) in self.members("referrers", repository) {
            for referrer in referrers.as_array().into_iter().flatten() {
                manifests.push(referrer.clone());
                wanted.push(text(referrer, "digest").to_owned());
            }
        }
        let index = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": manifests,
        });
        put(&to.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        put(&to.join("index.json"), index.to_string().as_bytes())?;
        self.copy(wanted, to)
    }

    /// Copies the blobs and whatever they name that is there.
    fn copy(&self, mut wanted: Vec<String>, to: &Path) -> Result<(), String> {
        let mut seen = BTreeMap::new();
        while let Some(digest) = wanted.pop() {
            let path = digest.replacen(':', "/", 1);
            if !self.blobs.join(&path).is_file() || seen.insert(digest, ()).is_some() {
                continue;
            }
            let bytes = read(&self.blobs.join(&path))?;
            put(&to.join("blobs").join(&path), &bytes)?;
            let document = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            let lists =
                ["manifests", "layers"].into_iter().filter_map(|key| document.get(key)?.as_array());
            let named = lists.flatten().chain(document.get("config"));
            wanted.extend(named.map(|one| text(one, "digest").to_owned()));
        }
        Ok(())
    }

    fn members<'a>(
        &'a self,
        part: &str,
        repository: &str,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let members = self.index.get(part).and_then(|part| part.get(repository));
        members.and_then(Value::as_object).into_iter().flatten()
    }

    fn descriptor(&self, digest: &str) -> Result<Value, String> {
        let bytes = read(&self.blobs.join(digest.replacen(':', "/", 1)))?;
        let document: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(
            json!({"mediaType": text(&document, "mediaType"), "digest": digest, "size": bytes.len()}),
        )
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let fault = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(fault)?;
    fs::write(path, bytes).map_err(fault)
}
