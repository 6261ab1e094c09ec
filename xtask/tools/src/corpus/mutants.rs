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
use sigstore_verify::types::{Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, Verifier, trust_root};

use super::bundles::Asked;
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
        tally.row(KIND, file, parent_of(&parent, with, &trusted, now)?);
    }
    Ok(())
}

fn parent_of(
    parent: &Value,
    with: &Value,
    trusted: &str,
    now: Timestamp,
) -> Result<Outcome, String> {
    let hex = text(with, "artifactSha256");
    let digest = format!("sha256:{hex}").parse().map_err(|_| "no digest")?;
    let asked = Asked {
        root: Some(trusted.to_owned()),
        key: None,
        identity: Some(Pattern::Exact(text(with, "identity").to_owned())),
        issuer: Some(Pattern::Exact(text(with, "issuer").to_owned())),
        log: None,
        timestamp: TimestampUse::Auto,
        now,
        artifact: Artifact::from_digest(digest),
    };
    if let Err(error) = asked.answer(parent.to_string().as_bytes()) {
        return Ok(Outcome::failed("a parent that is accepted", error));
    }
    let root = trust_root::TrustedRoot::from_json(trusted).map_err(|error| error.to_string())?;
    let theirs = Verifier::new(&root).map_err(|error| error.to_string())?;
    let hash = Sha256Hash::from_hex(hex).map_err(|error| error.to_string())?;
    let policy = VerificationPolicy::new(text(with, "identity"), text(with, "issuer"));
    let mut differing = Vec::new();
    for (place, mutant) in mutants(parent) {
        let json = mutant.to_string();
        if asked.answer(json.as_bytes()).is_err() {
            continue;
        }
        let answer =
            Bundle::from_json(&json).map_err(|error| error.to_string()).and_then(|bundle| {
                theirs.verify(hash, &bundle, &policy).map_err(|error| error.to_string())
            });
        if let Err(error) = answer {
            differing.push(format!("{place}: {error}"));
        }
    }
    Ok(match differing.is_empty() {
        true => Outcome::Passed,
        false => Outcome::failed("refused by both", differing.join("; ")),
    })
}
