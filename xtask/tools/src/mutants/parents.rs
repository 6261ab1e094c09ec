//! Bundles that are accepted, with what is trusted to accept them.

use std::path::Path;

use cocket::Timestamp;
use cocket::evidence::signing::Artifact;
use cocket::policy::model::{LogUse, TimestampUse};
use cocket::reference::Digest;
use cocket::verify::{Pattern, SignatureVerifier};
use cocket_testkit::{Certified, Instance, San, Signer};
use serde_json::{Value, json};

use crate::corpus::bundles::{self, Asked};
use crate::corpus::index::{read, read_json};
use crate::corpus::signed::text;

/// What a bundle is about.
pub(super) enum About {
    Bytes(Vec<u8>),
    Digest(Digest),
}

/// An accepted bundle.
pub(super) struct Parent {
    pub(super) name: String,
    pub(super) bundle: Value,
    pub(super) root: Option<String>,
    pub(super) key: Option<String>,
    pub(super) identity: String,
    pub(super) issuer: String,
    pub(super) about: About,
    /// Whether a log has to stand for it.
    pub(super) log: bool,
    /// Whether a timestamp authority has to.
    pub(super) tokens: bool,
    pub(super) now: Timestamp,
}

impl Parent {
    pub(super) fn artifact(&self) -> Artifact<'_> {
        match &self.about {
            About::Bytes(bytes) => Artifact::from_bytes(bytes),
            About::Digest(digest) => Artifact::from_digest(*digest),
        }
    }

    pub(super) fn verifier(&self) -> Result<Box<dyn SignatureVerifier>, String> {
        let asked = Asked {
            root: self.root.clone(),
            key: self.key.clone(),
            identity: Some(Pattern::Exact(self.identity.clone())),
            issuer: Some(Pattern::Exact(self.issuer.clone())),
            log: Some(if self.log { LogUse::Required } else { LogUse::Ignore }),
            timestamp: match self.tokens {
                true => TimestampUse::Required,
                false => TimestampUse::Auto,
            },
            now: self.now,
            artifact: self.artifact(),
        };
        asked.verifier()
    }
}

/// Whether anything of a log is in the bundle.
fn is_logged(bundle: &Value) -> bool {
    let entries = bundle.pointer("/verificationMaterial/tlogEntries").and_then(Value::as_array);
    entries.is_some_and(|entries| !entries.is_empty())
}

/// A Sigstore instance in small, and what it signed.
pub(super) fn own() -> Result<Vec<Parent>, String> {
    const ISSUER: &str = "https://accounts.example.com";
    const EMAIL: &str = "dev@acme.example";
    let instance = Instance::of(2026);
    let digest = Digest::sha256(b"the image");
    let key = Signer::named("a key");
    let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let now = "2026-11-23T15:00:00Z".parse().map_err(|_| "no time")?;
    let parent = |name: &str, bundle: Value, key: Option<String>| Parent {
        name: name.to_owned(),
        bundle,
        root: Some(instance.trusted_root().to_string()),
        key,
        identity: EMAIL.to_owned(),
        issuer: ISSUER.to_owned(),
        about: About::Digest(digest),
        log: true,
        tokens: false,
        now,
    };
    let image = digest.to_string();
    Ok(vec![
        parent("own/certificate", instance.approval(&image, &who, 7), None),
        parent("own/key", instance.approval_by_key(&image, &key, 7), Some(key.pem())),
    ])
}

/// The bundles of the index of evidence.
pub(super) fn evidence(root: &Path) -> Result<Vec<Parent>, String> {
    let folder = root.join("evidence");
    let index = read_json(&folder.join("INDEX.json"))?;
    let now: Timestamp = text(&index, "now").parse().map_err(|_| "no `now`")?;
    let entries = index.get("entries").and_then(Value::as_array).ok_or("no `entries`")?;
    let mut parents = Vec::new();
    for entry in entries.iter().filter(|entry| text(entry, "kind") == "sigstore-bundle") {
        let check = entry.get("check").unwrap_or(&json!(null)).clone();
        let with = check.get("with").cloned().unwrap_or_default();
        let hex = text(&with, "artifactSha256");
        if text(&check, "expect") != "pass" || hex.is_empty() {
            continue;
        }
        let file = |key: &str| -> Result<Option<String>, String> {
            let name = with.get(key).and_then(Value::as_str);
            let bytes = name.map(|name| read(&folder.join(name))).transpose()?;
            Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        let digest = format!("sha256:{hex}").parse().map_err(|_| "no digest")?;
        let bundle = read_json(&folder.join(text(entry, "file")))?;
        let root = file("trustRoot")?;
        parents.push(Parent {
            name: text(entry, "file").to_owned(),
            log: root.is_some() && is_logged(&bundle),
            tokens: false,
            bundle,
            root,
            key: file("key")?,
            identity: text(&with, "identity").to_owned(),
            issuer: text(&with, "issuer").to_owned(),
            about: beside(entry, &folder, &digest).map_or(About::Digest(digest), About::Bytes),
            now,
        });
    }
    Ok(parents)
}

/// The file of a digest among those that lie beside a row.
fn beside(entry: &Value, folder: &Path, digest: &Digest) -> Option<Vec<u8>> {
    let companions = entry.get("companions").and_then(Value::as_array)?;
    let mut contents =
        companions.iter().filter_map(|one| read(&folder.join(text(one, "file"))).ok());
    contents.find(|bytes| &Digest::sha256(bytes) == digest)
}

/// The bundles that were made with cosign's libraries.
pub(super) fn signed(root: &Path) -> Result<Vec<Parent>, String> {
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let now: Timestamp = text(&manifest, "now").parse().map_err(|_| "no `now`")?;
    let cases = manifest.get("bundle_cases").and_then(Value::as_array).ok_or("no bundle_cases")?;
    let mut parents = Vec::new();
    for case in cases.iter().filter(|case| text(case, "cocket") == "accept") {
        let Ok((bundle, artifact)) = bundles::files(&folder, case)? else { continue };
        let bundle: Value = serde_json::from_slice(&bundle).map_err(|error| error.to_string())?;
        let asked = bundles::asked(&folder, case, &artifact, now)?;
        let log = asked.log != Some(LogUse::Ignore) && asked.root.is_some() && is_logged(&bundle);
        parents.push(Parent {
            name: text(case, "id").to_owned(),
            bundle,
            log,
            tokens: asked.timestamp == TimestampUse::Required,
            root: asked.root,
            key: asked.key,
            identity: text(case, "identity").to_owned(),
            issuer: text(case, "issuer").to_owned(),
            about: About::Bytes(artifact),
            now,
        });
    }
    Ok(parents)
}
