//! `kyverno/verify/check.json`: policies of Kyverno that verify images, with real signatures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome as Found};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::oci::Document;
use cocket::evidence::{AttachedKind, Evidence};
use cocket::import::{self, Options};
use cocket::kubernetes::{Objects, Workload};
use cocket::policy::PolicySource;
use cocket::reference::{Digest, Reference};
use serde_json::Value;

use super::index::{read, read_json};
use super::signed::text;
use super::{Outcome, Tally};

const KIND: &str = "kyverno-verify";

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("kyverno/verify");
    let check = read_json(&folder.join("check.json"))?;
    let now: Timestamp = text(&check, "now").parse().map_err(|_| "no `now`")?;
    let registry = Registry::open(&folder.join("registry"))?;
    let pods = read(&folder.join("pods.yaml"))?;
    let pods = Objects::parse("pods.yaml", &pods).map_err(|error| error.to_string())?;
    let mut engines = BTreeMap::new();
    for row in check.get("rows").and_then(Value::as_array).ok_or("no `rows`")? {
        let (file, pod) = (text(row, "policy_file"), text(row, "pod"));
        let engine = match engines.entry(file.to_owned()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(engine(&folder, file)?),
        };
        let pod = pods.workloads.iter().find(|one| one.name == pod).ok_or("an unknown pod")?;
        let found = registry.verdict(engine, pod, now)?;
        let name = format!("{file} {}", pod.name);
        tally.row(KIND, &name, Outcome::equal(&text(row, "cocket"), &found));
    }
    Ok(())
}

fn engine(folder: &Path, file: &str) -> Result<Engine, String> {
    let bytes = read(&folder.join(file))?;
    let source = PolicySource { name: file.to_owned(), bytes };
    let policies =
        import::load(&[source], Options::default()).map_err(|error| error.to_string())?;
    Engine::new(&policies).map_err(|error| error.to_string())
}

/// A registry as a directory of blobs.
struct Registry {
    blobs: PathBuf,
    index: Value,
}

impl Registry {
    fn open(folder: &Path) -> Result<Self, String> {
        Ok(Self { blobs: folder.join("blobs"), index: read_json(&folder.join("index.json"))? })
    }

    /// `pass` where every image that a rule is about passes.
    fn verdict(
        &self,
        engine: &Engine,
        pod: &Workload,
        now: Timestamp,
    ) -> Result<&'static str, String> {
        for image in &pod.images {
            let decision = self.decide(engine, pod, &image.image, now)?;
            let failed = |result: &cocket::decision::RuleResult| result.outcome == Found::Fail;
            if decision.results.iter().any(failed) {
                return Ok("fail");
            }
        }
        Ok("pass")
    }

    fn decide(
        &self,
        engine: &Engine,
        pod: &Workload,
        image: &str,
        now: Timestamp,
    ) -> Result<Decision, String> {
        let reference = Reference::parse(image).map_err(|error| error.to_string())?;
        let tag = reference.tag().and_then(|tag| self.tagged(tag));
        let digest = reference.digest().copied().or(tag);
        let request = ImageRequest {
            image: image.to_owned(),
            digest,
            kind: Some(pod.kind.clone()),
            namespace: pod.namespace.clone(),
            admission: true,
            ..Default::default()
        };
        let evidence = digest.map(|digest| self.evidence(digest)).transpose()?;
        let evidence = evidence.unwrap_or_default();
        Ok(engine.check(&request, &evidence, &History::default(), now))
    }

    fn tagged(&self, tag: &str) -> Option<Digest> {
        self.index.get("tags")?.get(tag)?.as_str()?.parse().ok()
    }

    fn blob(&self, digest: &Digest) -> Result<Vec<u8>, String> {
        read(&self.blobs.join(digest.algorithm()).join(digest.hex()))
    }

    /// The image, and what is attached to it by cosign's tag and as referrers.
    fn evidence(&self, digest: Digest) -> Result<Evidence, String> {
        let mut evidence = Evidence::new();
        let Ok(bytes) = self.blob(&digest) else { return Ok(evidence) };
        if let Ok(Document::Manifest(manifest)) = Document::parse(&bytes, None) {
            evidence.add_blob(None, self.blob(&manifest.config.digest)?);
        }
        evidence.add_blob(None, bytes);
        let tags =
            [".sig", ".att"].map(|end| format!("{}-{}{end}", digest.algorithm(), digest.hex()));
        let mut attached: Vec<Digest> = tags.iter().filter_map(|tag| self.tagged(tag)).collect();
        let referrers = self.index.get("referrers").and_then(|all| all.get(digest.to_string()));
        let listed = referrers.and_then(|index| index.get("manifests")).and_then(Value::as_array);
        attached.extend(
            listed
                .into_iter()
                .flatten()
                .filter_map(|one| text(one, "digest").parse::<Digest>().ok()),
        );
        for manifest in attached {
            if let Ok(Document::Manifest(manifest)) = Document::parse(&self.blob(&manifest)?, None)
            {
                for layer in &manifest.layers {
                    let kind = AttachedKind::from_media_type(&layer.media_type);
                    let bytes = self.blob(&layer.digest)?;
                    evidence.attach(Some(digest), kind, bytes, layer.annotations.clone());
                }
            }
        }
        Ok(evidence)
    }
}
