//! `signed/MANIFEST.json`: images really signed with cosign, and the answer for each: once with
//! the evidence that `cases/` lists, once as it lies in the layout `oci/`.

mod layout;
mod question;
mod vectors;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::{Attached, AttachedKind, Evidence};
use cocket::reference::Digest;
use cocket::verify::PublicKey;
use serde_json::Value;

use super::index::read_json;
use super::{Outcome, Tally, bundles};
use layout::Registry;
use question::Question;

pub(crate) use question::options;
pub(crate) use vectors::run as write_vectors;

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const CASES: &str = "signed-oci";
const LAYOUT: &str = "signed-layout";

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    let corpus = Corpus::open(root)?;
    for (kind, evidence) in [(CASES, Corpus::listed as Gather), (LAYOUT, Corpus::laid_out)] {
        if !tally.wants(kind) {
            continue;
        }
        for case in corpus.rows("oci_cases")? {
            let outcome = match evidence(&corpus, case)? {
                None => Outcome::Skipped("not in this form".to_owned()),
                Some(evidence) => corpus.outcome(case, &evidence)?,
            };
            tally.row(kind, text(case, "id"), outcome);
        }
    }
    Ok(())
}

/// How the evidence of a row is found; `None` where it is not there in that form.
type Gather = fn(&Corpus, &Value) -> Result<Option<Evidence>, String>;

/// The manifest and what it names.
struct Corpus {
    folder: PathBuf,
    manifest: Value,
    registry: Option<Registry>,
}

impl Corpus {
    fn open(root: &Path) -> Result<Self, String> {
        let folder = root.join("signed");
        let manifest = read_json(&folder.join("MANIFEST.json"))?;
        let registry = Registry::open(&folder)?;
        Ok(Self { folder, manifest, registry })
    }

    fn rows(&self, list: &str) -> Result<&[Value], String> {
        let rows = self.manifest.get(list).and_then(Value::as_array);
        rows.map(Vec::as_slice).ok_or_else(|| format!("no `{list}`"))
    }

    fn now(&self) -> &str {
        text(&self.manifest, "now")
    }

    /// Whether the row trusts nobody, or a key that no policy can name.
    fn trusts_nobody(&self, case: &Value) -> Result<bool, String> {
        Ok(match bundles::trust(&self.folder, case)? {
            (None, root) => root.is_none(),
            (Some(pem), _) => PublicKey::from_pem(&pem).is_err(),
        })
    }

    /// What the files of the row say.
    fn listed(&self, case: &Value) -> Result<Option<Evidence>, String> {
        let digest = digest(case)?;
        let mut evidence = Evidence::new();
        for file in list(case, "files") {
            attach(&read_json(&self.folder.join(file))?, digest, &mut evidence)?;
        }
        Ok(Some(evidence))
    }

    /// What the row's repository holds.
    fn laid_out(&self, case: &Value) -> Result<Option<Evidence>, String> {
        let Some(registry) = &self.registry else { return Ok(None) };
        let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
        registry.collect(text(case, "repository"), &digest(case)?, scratch.path()).map(Some)
    }

    fn question(&self, case: &Value, evidence: &Evidence) -> Result<Question, String> {
        Question::image(&self.folder, case, self.now(), evidence)
    }

    fn outcome(&self, case: &Value, evidence: &Evidence) -> Result<Outcome, String> {
        let answer = self.question(case, evidence)?.answer();
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
        let found = match (text(&answer, "answer"), text(&answer, "verdict")) {
            ("decided", "allow") => "accept",
            ("decided", "deny") => "reject",
            // No policy can say that: whoever asks hears so.
            ("error", _) if self.trusts_nobody(case)? => "reject",
            _ => return Ok(Outcome::failed(text(case, "cocket"), answer.to_string())),
        };
        Ok(Outcome::equal(&text(case, "cocket"), &found))
    }
}

pub(crate) fn digest(case: &Value) -> Result<Digest, String> {
    text(case, "digest").parse().map_err(|_| format!("{}: no digest", text(case, "id")))
}

/// What the files of a row say is attached to its image.
pub(crate) fn attached(folder: &Path, case: &Value) -> Result<Vec<Attached>, String> {
    let digest = digest(case)?;
    let mut evidence = Evidence::new();
    for file in list(case, "files") {
        attach(&read_json(&folder.join(file))?, digest, &mut evidence)?;
    }
    Ok(evidence.attached().to_vec())
}

/// What cosign's short names stand for.
pub(crate) fn predicate_type(short: &str) -> &str {
    match short {
        "vuln" => "https://cosign.sigstore.dev/attestation/vuln/v1",
        "cyclonedx" => "https://cyclonedx.org/bom",
        "spdx" | "spdxjson" => "https://spdx.dev/Document",
        "slsaprovenance1" => "https://slsa.dev/provenance/v1",
        "slsaprovenance" => "https://slsa.dev/provenance/v0.2",
        "link" => "https://in-toto.io/Link/v1",
        "openvex" => "https://openvex.dev/ns",
        "custom" => "https://cosign.sigstore.dev/attestation/v1",
        other => other,
    }
}

/// Adds what a case's file holds: the image, and what is attached, by the media types of its layers.
fn attach(file: &Value, digest: Digest, evidence: &mut Evidence) -> Result<(), String> {
    for (name, media_type) in [("manifest_b64", None), ("config_b64", Some(CONFIG))] {
        let bytes =
            STANDARD.decode(text(file, name)).map_err(|error| format!("{name}: {error}"))?;
        let own: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        evidence.add_blob(Some(media_type.unwrap_or(text(&own, "mediaType"))), bytes);
    }
    for (list, kind, data) in [
        ("signatures", "mediaType", "payload_b64"),
        ("attestations", "mediaType", "payload_b64"),
        ("bundles", "layer_mediaType", "bundle_b64"),
    ] {
        for item in file.get(list).and_then(Value::as_array).into_iter().flatten() {
            let bytes =
                STANDARD.decode(text(item, data)).map_err(|error| format!("{list}: {error}"))?;
            let annotations = item.get("annotations").and_then(Value::as_object);
            let annotations = annotations
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect();
            let kind = AttachedKind::from_media_type(text(item, kind));
            evidence.attach(Some(digest), kind, bytes, annotations);
        }
    }
    Ok(())
}

pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
