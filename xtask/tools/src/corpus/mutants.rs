//! Bundles that are accepted, changed in one place at a time: whatever is still accepted has to
//! be accepted by the sigstore project's own verifier as well. It takes minutes, so only
//! `--kind mutants` runs it.

use std::path::Path;

use cocket::Timestamp;
use cocket::evidence::signing::Artifact;
use cocket::policy::model::TimestampUse;
use cocket::verify::Pattern;
use cocket_testkit::mutants;
use serde_json::Value;
use sigstore_verify::types::{Artifact as SigstoreArtifact, Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, Verifier, trust_root};

use super::bundles::{self, Asked};
use super::index::{read, read_json};
use super::signed::text;
use super::{Outcome, Tally};

const KIND: &str = "mutants";

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.asks_for(KIND) {
        return Ok(());
    }
    let folder = root.join("evidence");
    let index = read_json(&folder.join("INDEX.json"))?;
    let now: Timestamp = text(&index, "now").parse().map_err(|_| "no `now`")?;
    let entries = index.get("entries").and_then(Value::as_array).ok_or("no `entries`")?;
    for entry in entries.iter().filter(|entry| text(entry, "kind") == "sigstore-bundle") {
        let check = entry.get("check").unwrap_or(&Value::Null);
        let with = check.get("with").unwrap_or(&Value::Null);
        let digest = text(with, "artifactSha256");
        let keyed = with.get("key").is_some_and(|key| !key.is_null());
        if text(check, "expect") != "pass" || keyed || digest.is_empty() {
            continue;
        }
        let file = text(entry, "file");
        let trusted = read(&folder.join(text(with, "trustRoot")))?;
        let trusted = String::from_utf8_lossy(&trusted).into_owned();
        let parent = read_json(&folder.join(file))?;
        let sha256 = format!("sha256:{digest}").parse().map_err(|_| "no digest")?;
        let exact = |key: &str| Some(Pattern::Exact(text(with, key).to_owned()));
        let asked = Asked {
            root: Some(trusted.clone()),
            key: None,
            identity: exact("identity"),
            issuer: exact("issuer"),
            log: None,
            timestamp: TimestampUse::Auto,
            now,
            artifact: Artifact::from_digest(sha256),
        };
        let theirs = Theirs::new(&trusted, text(with, "identity"), text(with, "issuer"))?;
        let hash = Sha256Hash::from_hex(digest).map_err(|error| error.to_string())?;
        let outcome = outcome(&parent, &asked, |bundle| theirs.answer(hash, bundle));
        tally.row(KIND, file, outcome);
    }
    Ok(())
}

/// The bundles of the manifest that are trusted by certificate and log.
pub(super) fn compare_signed(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.asks_for(KIND) {
        return Ok(());
    }
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let now: Timestamp = text(&manifest, "now").parse().map_err(|_| "no `now`")?;
    let cases = manifest.get("bundle_cases").and_then(Value::as_array).ok_or("no bundle_cases")?;
    for case in cases.iter().filter(|case| text(case, "cocket") == "accept") {
        let Ok((bundle, artifact)) = bundles::files(&folder, case)? else { continue };
        let asked = bundles::asked(&folder, case, &artifact, now)?;
        let (Some(root), None, None) = (&asked.root, &asked.key, &asked.log) else { continue };
        let theirs = Theirs::new(root, text(case, "identity"), text(case, "issuer"))?;
        let parent = serde_json::from_slice(&bundle).map_err(|error| error.to_string())?;
        let outcome = outcome(&parent, &asked, |bundle| theirs.answer(&artifact, bundle));
        tally.row(KIND, text(case, "id"), outcome);
    }
    Ok(())
}

/// The sigstore project's verifier.
struct Theirs {
    verifier: Verifier,
    policy: VerificationPolicy,
}

impl Theirs {
    fn new(root: &str, identity: &str, issuer: &str) -> Result<Self, String> {
        // Reading ours installs the cryptography that theirs calls.
        cocket::verify::TrustedRoot::parse(root).map_err(|error| error.to_string())?;
        let root = trust_root::TrustedRoot::from_json(root).map_err(|error| error.to_string())?;
        let verifier = Verifier::new(&root).map_err(|error| error.to_string())?;
        Ok(Self { verifier, policy: VerificationPolicy::new(identity, issuer) })
    }

    fn answer<'a>(
        &self,
        artifact: impl Into<SigstoreArtifact<'a>>,
        json: &str,
    ) -> Result<(), String> {
        let bundle = Bundle::from_json(json).map_err(|error| error.to_string())?;
        let answer = self.verifier.verify(artifact, &bundle, &self.policy);
        answer.map(|_| ()).map_err(|error| error.to_string())
    }
}

fn outcome(
    parent: &Value,
    asked: &Asked<'_>,
    theirs: impl Fn(&str) -> Result<(), String>,
) -> Outcome {
    if let Err(error) = asked.answer(parent.to_string().as_bytes()) {
        return Outcome::failed("a parent that is accepted", error);
    }
    if let Err(error) = theirs(&parent.to_string()) {
        return Outcome::Skipped(format!("their verifier does not take the parent: {error}"));
    }
    let mut differing = Vec::new();
    for (place, mutant) in mutants(parent) {
        let json = mutant.to_string();
        if asked.answer(json.as_bytes()).is_ok()
            && let Err(error) = theirs(&json)
        {
            differing.push(format!("{place}: {error}"));
        }
    }
    match differing.is_empty() {
        true => Outcome::Passed,
        false => Outcome::failed("refused by both", differing.join("; ")),
    }
}
