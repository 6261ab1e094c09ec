//! `signed/MANIFEST.json`: images really signed with cosign, and the answer for each.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::signing::{Artifact, SignedDocument};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::policy::model::{LogUse, TimestampUse};
use cocket::reference::Digest;
use cocket::verify::{Pattern, PublicKey, attests, verify};
use serde_json::{Value, json};

use super::bundles::{self, Asked};
use super::index::read_json;
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
        let outcome = Case::read(&folder, case, now)?.outcome()?;
        tally.row(KIND, text(case, "id"), outcome);
    }
    Ok(())
}

struct Case<'a> {
    case: &'a Value,
    digest: Digest,
    evidence: Evidence,
    /// Who is trusted: a key, else an identity under the root.
    key: Option<String>,
    root: Option<String>,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn read(folder: &Path, case: &'a Value, now: Timestamp) -> Result<Self, String> {
        let digest: Digest =
            text(case, "digest").parse().map_err(|_| "a case without a digest".to_owned())?;
        let mut evidence = Evidence::new();
        for file in case.get("files").and_then(Value::as_array).into_iter().flatten() {
            let file = read_json(&folder.join(file.as_str().unwrap_or_default()))?;
            attach(&file, digest, &mut evidence)?;
        }
        let (key, root) = bundles::trust(folder, case)?;
        Ok(Self { case, digest, evidence, key, root, now })
    }

    fn outcome(&self) -> Result<Outcome, String> {
        let command: Vec<&str> = list(self.case, "command").collect();
        // No policy can name such a key, so nobody is trusted.
        if self.key.as_deref().is_some_and(|pem| PublicKey::from_pem(pem).is_err()) {
            return Ok(Outcome::equal(&text(self.case, "cocket"), &"reject"));
        }
        let found = match command.get(1) {
            Some(&"verify") => self.approved(&command)?,
            Some(&"verify-attestation") => self.attested(&command)?,
            other => return Ok(Outcome::Skipped(format!("the command {other:?}"))),
        };
        let found = if found { "accept" } else { "reject" };
        Ok(Outcome::equal(&text(self.case, "cocket"), &found))
    }

    /// Through the engine, with one rule that trusts the one authority.
    fn approved(&self, command: &[&str]) -> Result<bool, String> {
        let annotations: BTreeMap<&str, &str> =
            options(command, "-a").filter_map(|pair| pair.split_once('=')).collect();
        let policy = json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
            "metadata": {"name": "case"},
            "spec": {
                "authorities": {"one": self.authority(command)},
                "rules": [{"id": "signed", "signature": {
                    "anyOf": ["one"], "annotations": annotations,
                }}],
            },
        });
        let mut documents = vec![policy];
        documents.extend(self.root.as_ref().filter(|_| self.key.is_none()).map(|root| {
            json!({
                "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
                "metadata": {"name": "root"}, "spec": {"sigstore": {"trustedRoot": root}},
            })
        }));
        let documents: Vec<String> = documents.iter().map(Value::to_string).collect();
        let policies = match Policies::from_text("case.yaml", &documents.join("\n---\n")) {
            Ok(policies) => policies,
            // Nothing is trusted, which no policy can say: whoever asks hears that.
            Err(errors)
                if self.key.is_none()
                    && self.root.is_none()
                    && errors.to_string().contains("there is no `TrustRoot` `root`") =>
            {
                return Ok(false);
            }
            Err(errors) => return Err(errors.to_string()),
        };
        let engine = Engine::new(&policies).map_err(|errors| errors.to_string())?;
        let request = ImageRequest {
            image: text(self.case, "reference").to_owned(),
            digest: Some(self.digest),
            ..Default::default()
        };
        let decision = engine.check(&request, &self.evidence, &History::default(), self.now);
        Ok(decision.verdict == Verdict::Allow)
    }

    fn authority(&self, command: &[&str]) -> Value {
        let ignores = command.contains(&"--insecure-ignore-tlog");
        match &self.key {
            Some(pem) => {
                let log = if ignores { "ignore" } else { "optional" };
                json!({"key": {"pem": pem}, "log": log})
            }
            None => {
                let log = if ignores { "ignore" } else { "required" };
                let option =
                    |name| options(command, name).next().map(str::to_owned).unwrap_or_default();
                json!({"log": log, "keyless": {
                    "issuer": option("--certificate-oidc-issuer"),
                    "subject": option("--certificate-identity"),
                    "anyRepository": true, "trustRoot": "root",
                }})
            }
        }
    }

    /// Through the verifier: some envelope of the type asked for, about the digest.
    fn attested(&self, command: &[&str]) -> Result<bool, String> {
        let kind = options(command, "--type").next().unwrap_or_default();
        let exact =
            |name: &str| options(command, name).next().map(|text| Pattern::Exact(text.to_owned()));
        let ignores = command.contains(&"--insecure-ignore-tlog");
        let verifier = Asked {
            root: self.root.clone(),
            key: self.key.clone(),
            identity: exact("--certificate-identity"),
            issuer: exact("--certificate-oidc-issuer"),
            log: ignores.then_some(LogUse::Ignore),
            timestamp: TimestampUse::Auto,
            now: self.now,
            artifact: Artifact::from_digest(self.digest),
        }
        .verifier()?;
        Ok(self.evidence.attached().iter().any(|attached| {
            SignedDocument::read(attached)
                .ok()
                .and_then(|document| {
                    verify(&document, &*verifier, "one", &self.digest, self.now).ok()
                })
                .is_some_and(|verified| {
                    attests(&verified, &self.digest, predicate_type(kind)).is_ok()
                })
        }))
    }
}

/// What cosign's short names stand for.
pub(super) fn predicate_type(short: &str) -> &str {
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

pub(super) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
