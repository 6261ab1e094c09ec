//! Real documents: cosign's own against what is to be answered for each, and facts of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evidence::signing::{Bundle, Claim, Envelope, SignedDocument, Subject};
use cocket::evidence::{Attached, AttachedKind};
use cocket::policy::model::SignedIdentity;
use cocket::reference::{Digest, Reference};
use cocket::verify::{
    KeyVerifier, PublicKey, Refusal, TrustedKey, Wanted, approves, attests, verify,
};
use serde_json::{Value, json};

use crate::sample::time;

fn root() -> Option<PathBuf> {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root);
    }
    assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
    println!("skipped: no corpus");
    None
}

fn json_file(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What hangs beside the image of a case, declared as its layers are.
fn attachments(case: &Value) -> Vec<Attached> {
    let attached = |layer: &Value, media_type: &str, content: &str| {
        let bytes = STANDARD.decode(text(layer, content)).unwrap();
        let annotations = layer["annotations"].as_object().into_iter().flatten();
        let annotations = annotations
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let kind = AttachedKind::from_media_type(text(layer, media_type));
        Attached {
            subject: None,
            kind,
            digest: Digest::sha256(&bytes),
            bytes: bytes.into(),
            annotations,
        }
    };
    let layers = list(case, "signatures").iter().chain(list(case, "attestations"));
    let layers = layers.map(|layer| attached(layer, "mediaType", "payload_b64"));
    let bundles = list(case, "bundles").iter();
    layers.chain(bundles.map(|one| attached(one, "layer_mediaType", "bundle_b64"))).collect()
}

/// What a row's command asks.
struct Question {
    predicate_type: Option<String>,
    annotations: BTreeMap<String, String>,
}

impl Question {
    /// The question, or the flag that is not understood.
    fn of(row: &Value) -> Result<Self, String> {
        let command: Vec<&str> =
            list(row, "command").iter().map(|word| word.as_str().unwrap()).collect();
        let ["cosign", verb, flags @ .., _] = &command[..] else { return Err("command".into()) };
        let mut question = Self { predicate_type: None, annotations: BTreeMap::new() };
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            match *flag {
                "--key" => drop(flags.next()),
                "-a" => {
                    let (name, value) = flags.next().unwrap().split_once('=').unwrap();
                    question.annotations.insert(name.into(), value.into());
                }
                "--type" => question.predicate_type = Some(predicate_type(flags.next().unwrap())),
                // Logs are ignored, both layouts are read, and claims are always checked.
                "--insecure-ignore-tlog" | "--new-bundle-format=false" | "--check-claims=false" => {
                }
                other => return Err(format!("the flag {other}")),
            }
        }
        match (*verb, &question.predicate_type) {
            ("verify", None) | ("verify-attestation", Some(_)) => Ok(question),
            _ => Err(format!("the command {verb}")),
        }
    }

    fn ask(&self, attached: &Attached, keys: &KeyVerifier, row: &Value) -> Result<(), Refusal> {
        let digest: Digest = text(row, "digest").parse().unwrap();
        let reference = Reference::parse(text(row, "reference")).unwrap();
        let document = SignedDocument::read(attached)?;
        let now = time("2026-11-23T15:00:00Z");
        let document = verify(&document, keys, "the key", &digest, now)?;
        match &self.predicate_type {
            Some(predicate_type) => attests(&document, &digest, predicate_type),
            None => approves(
                &document,
                &Wanted {
                    digest: &digest,
                    reference: &reference,
                    identity: &SignedIdentity::WhenNamed,
                    annotations: &self.annotations,
                },
            ),
        }
    }
}

/// The URIs of cosign's short names.
fn predicate_type(name: &str) -> String {
    match name {
        "vuln" => "https://cosign.sigstore.dev/attestation/vuln/v1",
        "custom" => "https://cosign.sigstore.dev/attestation/v1",
        "cyclonedx" => "https://cyclonedx.org/bom",
        "spdx" | "spdxjson" => "https://spdx.dev/Document",
        "slsaprovenance" | "slsaprovenance02" => "https://slsa.dev/provenance/v0.2",
        "slsaprovenance1" => "https://slsa.dev/provenance/v1",
        "openvex" => "https://openvex.dev/ns",
        "link" => "https://in-toto.io/Link/v1",
        uri => uri,
    }
    .to_owned()
}

/// The answer for a row and the refusals behind it, or why there is none.
fn answer(row: &Value, signed: &Path) -> Result<(&'static str, BTreeSet<Refusal>), String> {
    let [trust] = list(row, "trust") else { return Err("not one key".into()) };
    let trust = trust.as_str().unwrap();
    if !trust.ends_with(".pub") {
        return Err(format!("trusts {trust}"));
    }
    let pem = std::fs::read_to_string(signed.join(trust)).unwrap();
    let key = PublicKey::from_pem(&pem).map_err(|error| error.to_string())?;
    let mut files = list(row, "files").iter().filter_map(|file| Some(signed.join(file.as_str()?)));
    let case = files.find(|file| file.is_file()).ok_or("no case file")?;
    let question = Question::of(row)?;
    let trusted = TrustedKey { key, not_before: None, not_after: None, compromised_at: None };
    let keys = KeyVerifier::new(vec![trusted]);
    let answers = attachments(&json_file(&case));
    let answers = answers.iter().map(|attached| question.ask(attached, &keys, row));
    let (good, refused): (Vec<_>, Vec<_>) = answers.partition(Result::is_ok);
    let refusals = refused.into_iter().filter_map(Result::err).collect();
    Ok((if good.is_empty() { "reject" } else { "accept" }, refusals))
}

#[test]
fn signatures_and_attestations_of_cosign() {
    let Some(root) = root() else { return };
    let signed = root.join("signed");
    let manifest = json_file(&signed.join("MANIFEST.json"));
    let (mut compared, mut wrong) = (BTreeMap::<&str, u32>::new(), Vec::new());
    let mut skipped = 0;
    for row in list(&manifest, "oci_cases") {
        match answer(row, &signed) {
            Err(reason) => {
                skipped += 1;
                println!("skipped: {}: {reason}", text(row, "id"));
            }
            Ok((answer, refusals)) => {
                *compared.entry(answer).or_default() += 1;
                let why: Vec<_> = refusals.iter().map(ToString::to_string).collect();
                println!("{answer}: {}: {}", text(row, "id"), why.join("; "));
                if answer != text(row, "cocket") {
                    wrong.push(format!("{} expected {}", text(row, "id"), text(row, "cocket")));
                }
            }
        }
    }
    println!("{compared:?}, {skipped} skipped");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared.keys().collect::<Vec<_>>(), [&"accept", &"reject"]);
}

#[test]
fn bundles_that_some_verifier_accepts_are_read() {
    let Some(root) = root() else { return };
    let signed = root.join("signed");
    let manifest = json_file(&signed.join("MANIFEST.json"));
    let mut read = 0;
    for row in list(&manifest, "bundle_cases").iter().filter(|row| row["cocket"] == "accept") {
        let files = list(row, "files").iter().map(|file| file.as_str().unwrap());
        for file in files.filter(|file| file.ends_with(".sigstore.json")) {
            let bundle = Bundle::parse(&std::fs::read(signed.join(file)).unwrap());
            assert!(bundle.is_ok(), "{file}: {bundle:?}");
            read += 1;
        }
    }
    assert!(read > 0);
}

/// Compares the facts of the rows of `evidence/INDEX.json` of one kind.
fn compare(kind: &str, facts: impl Fn(&[u8]) -> Result<Value, String>) {
    let Some(root) = root() else { return };
    let evidence = root.join("evidence");
    let index = json_file(&evidence.join("INDEX.json"));
    let rows = list(&index, "entries").iter();
    let rows = rows.filter(|row| row["kind"] == kind && row["check"]["how"] == "facts");
    let mut compared = 0;
    for row in rows {
        let file = text(row, "file");
        let found = facts(&std::fs::read(evidence.join(file)).unwrap());
        let found = found.unwrap_or_else(|error| panic!("{file}: {error}"));
        for key in list(&row["check"], "keys").iter().map(|key| key.as_str().unwrap()) {
            assert_eq!(found[key], row["expected"][key], "{file} {key}");
        }
        compared += 1;
    }
    assert!(compared > 0, "{kind}");
}

fn claim_facts(claim: &Claim) -> Value {
    let subject = |subject: &Subject| json!({"name": subject.name, "digest": subject.declared});
    json!({
        "statement_type": claim.statement_type,
        "predicate_type": claim.predicate_type,
        "subjects": claim.subjects.iter().map(subject).collect::<Vec<_>>(),
    })
}

#[test]
fn facts_of_bundles() {
    compare("sigstore-bundle", |bytes| {
        let bundle = Bundle::parse(bytes).map_err(|error| error.to_string())?;
        Ok(json!({"media_type": bundle.media_type, "content": bundle.content.name()}))
    });
}

#[test]
fn facts_of_envelopes() {
    compare("dsse", |bytes| {
        let envelope = Envelope::parse(bytes).map_err(|error| error.to_string())?;
        let mut facts = claim_facts(&envelope.statement().map_err(|error| error.to_string())?);
        facts["payload_type"] = json!(envelope.payload_type());
        facts["signatures"] = json!(envelope.signatures().len());
        Ok(facts)
    });
}

#[test]
fn facts_of_statements() {
    compare("intoto-statement", |bytes| {
        let claim = Claim::from_statement(bytes).map_err(|error| error.to_string())?;
        Ok(claim_facts(&claim))
    });
}
