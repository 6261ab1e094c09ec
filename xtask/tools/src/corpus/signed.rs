//! `signed/MANIFEST.json`: images really signed with cosign, and the answer for each.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::signing::{Bundle, SignedDocument};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::verify::{KeyVerifier, PublicKey, TrustedKey, attests, verify};
use serde_json::{Value, json};

use super::index::{read, read_json};
use super::{Outcome, Tally};

const KIND: &str = "signed-oci";

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let now: Timestamp = text(&manifest, "now").parse().map_err(|_| "no `now`")?;
    let cases = manifest.get("oci_cases").and_then(Value::as_array).ok_or("no `oci_cases`")?;
    for case in cases {
        let outcome = match key_of(&folder, case)? {
            Ok((pem, key)) => Case::read(&folder, case, pem, key, now)?.outcome()?,
            Err(why) => Outcome::Skipped(why),
        };
        tally.row(KIND, text(case, "id"), outcome);
    }
    Ok(())
}

/// Bundles of files: certificates and logs are not verified yet, but what somebody accepts must
/// be readable.
pub(super) fn compare_bundles(root: &Path, tally: &mut Tally) -> Result<(), String> {
    const KIND: &str = "signed-bundle";
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let cases = manifest.get("bundle_cases").and_then(Value::as_array);
    for case in cases.into_iter().flatten() {
        let mut outcome = Outcome::Skipped("bundles of files are not verified yet".to_owned());
        let files = list(case, "files").filter(|file| file.ends_with(".sigstore.json"));
        for file in files.filter(|_| text(case, "cocket") == "accept") {
            if let Err(error) = Bundle::parse(&read(&folder.join(file))?) {
                outcome = Outcome::failed("a bundle that is read", error.to_string());
            }
        }
        tally.row(KIND, text(case, "id"), outcome);
    }
    Ok(())
}

/// The one key that a case trusts, or why the case needs more than that.
fn key_of(folder: &Path, case: &Value) -> Result<Result<(String, PublicKey), String>, String> {
    let trust = case.get("trust").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [one] = trust else { return Ok(Err("not one key".to_owned())) };
    let file = one.as_str().unwrap_or_default();
    let pem = String::from_utf8_lossy(&read(&folder.join(file))?).into_owned();
    if !pem.starts_with("-----BEGIN") {
        return Ok(Err("not a key".to_owned()));
    }
    Ok(PublicKey::from_pem(&pem).map(|key| (pem, key)).map_err(|error| error.to_string()))
}

struct Case<'a> {
    case: &'a Value,
    digest: Digest,
    evidence: Evidence,
    pem: String,
    key: PublicKey,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn read(
        folder: &Path,
        case: &'a Value,
        pem: String,
        key: PublicKey,
        now: Timestamp,
    ) -> Result<Self, String> {
        let digest: Digest =
            text(case, "digest").parse().map_err(|_| "a case without a digest".to_owned())?;
        let mut evidence = Evidence::new();
        for file in case.get("files").and_then(Value::as_array).into_iter().flatten() {
            let file = read_json(&folder.join(file.as_str().unwrap_or_default()))?;
            attach(&file, digest, &mut evidence)?;
        }
        Ok(Self { case, digest, evidence, pem, key, now })
    }

    fn outcome(&self) -> Result<Outcome, String> {
        let command: Vec<&str> = list(self.case, "command").collect();
        let found = match command.get(1) {
            Some(&"verify") => self.approved(&command)?,
            Some(&"verify-attestation") => self.attested(&command),
            other => return Ok(Outcome::Skipped(format!("the command {other:?}"))),
        };
        let found = if found { "accept" } else { "reject" };
        Ok(Outcome::equal(&text(self.case, "cocket"), &found))
    }

    /// Through the engine, with one rule that trusts the one key.
    fn approved(&self, command: &[&str]) -> Result<bool, String> {
        let annotations: BTreeMap<&str, &str> =
            options(command, "-a").filter_map(|pair| pair.split_once('=')).collect();
        let ignores = command.contains(&"--insecure-ignore-tlog");
        let log = if ignores { "ignore" } else { "optional" };
        let policy = json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
            "metadata": {"name": "case"},
            "spec": {
                "authorities": {"key": {"key": {"pem": self.pem}, "log": log}},
                "rules": [{"id": "signed", "signature": {
                    "anyOf": ["key"], "annotations": annotations,
                }}],
            },
        });
        let policies = Policies::from_text("case.json", &policy.to_string())
            .map_err(|errors| errors.to_string())?;
        let engine = Engine::new(&policies).map_err(|errors| errors.to_string())?;
        let request = ImageRequest {
            image: text(self.case, "reference").to_owned(),
            digest: Some(self.digest),
            ..Default::default()
        };
        let decision = engine.check(&request, &self.evidence, &History::default(), self.now);
        Ok(decision.verdict == Verdict::Allow)
    }

    /// Through the verifier: some envelope of the type asked for, about the digest.
    fn attested(&self, command: &[&str]) -> bool {
        let kind = options(command, "--type").next().unwrap_or_default();
        let mut verifier = KeyVerifier::new(vec![TrustedKey::new(self.key.clone())]);
        if command.contains(&"--insecure-ignore-tlog") {
            verifier = verifier.ignoring_logs();
        }
        self.evidence.attached().iter().any(|attached| {
            SignedDocument::read(attached)
                .ok()
                .and_then(|document| {
                    verify(&document, &verifier, "key", &self.digest, self.now).ok()
                })
                .is_some_and(|verified| {
                    attests(&verified, &self.digest, predicate_type(kind)).is_ok()
                })
        })
    }
}

/// What cosign's short names stand for.
fn predicate_type(short: &str) -> &str {
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

/// Attaches what a case's file holds, by the media types of its layers.
fn attach(file: &Value, digest: Digest, evidence: &mut Evidence) -> Result<(), String> {
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

fn options<'a>(command: &'a [&'a str], name: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = command.iter().zip(command.iter().skip(1));
    pairs.filter(move |(option, _)| **option == name).map(|(_, value)| *value)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
