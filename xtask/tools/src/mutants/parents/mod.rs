//! Bundles and layers that are accepted, with what is trusted to accept them.

mod hung;

use std::path::Path;

use cocket::Timestamp;
use cocket::evidence::AttachedKind;
use cocket::evidence::signing::{Artifact, Claim};
use cocket::policy::model::{LogUse, TimestampUse};
use cocket::reference::Digest;
use cocket::verify::{Pattern, SignatureVerifier, VerifiedArtifact, verify_artifact};
use cocket_testkit::{Certified, Entry, Instance, San, Signer};
use serde_json::{Value, json};

use crate::corpus::bundles::{self, Asked};
use crate::corpus::index::{read, read_json};
use crate::corpus::signed::text;

pub(super) use self::hung::{Hung, images};
use super::layers;

/// What a bundle is about.
pub(super) enum About {
    Bytes(Vec<u8>),
    Digest(Digest),
}

/// An accepted document.
pub(super) struct Parent {
    pub(super) name: String,
    /// The bundle, or the layer that [`layers::open`] has opened.
    pub(super) bundle: Value,
    /// What it says about an image, where it hangs beside one.
    pub(super) hung: Option<Hung>,
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

/// What is proven by a document that is taken.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) claim: Option<Claim>,
    pub(super) signer: String,
}

impl Parent {
    /// Whether the document is a layer of a legacy layout, and no bundle.
    pub(super) fn is_layer(&self) -> bool {
        self.hung.as_ref().is_some_and(|hung| hung.kind != AttachedKind::Bundle)
    }

    /// What is proven by `document`, which is the parent's own or a change of it.
    pub(super) fn judge(
        &self,
        verifier: &dyn SignatureVerifier,
        document: &Value,
    ) -> Result<Said, String> {
        let Some(hung) = &self.hung else {
            let (json, artifact) = (document.to_string(), self.artifact());
            let found = verify_artifact(json.as_bytes(), &artifact, verifier, NAME, self.now);
            let VerifiedArtifact { claim, signer, .. } = found.map_err(|why| why.to_string())?;
            return Ok(Said { claim, signer: signer.id });
        };
        hung.judge(document, verifier, self.now)
    }

    /// `document` as others read it; `None` where they cannot be told.
    pub(super) fn for_peers(&self, document: &Value) -> Option<Value> {
        match &self.hung {
            Some(hung) if self.is_layer() => layers::as_bundle(&hung.kind, document),
            _ => Some(document.clone()),
        }
    }

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

/// The authority's name.
const NAME: &str = "mutant";

/// Whether anything of a log is in the bundle.
fn is_logged(bundle: &Value) -> bool {
    let entries = bundle.pointer("/verificationMaterial/tlogEntries").and_then(Value::as_array);
    entries.is_some_and(|entries| !entries.is_empty())
}

/// A Sigstore instance in small, and what it signed.
pub(super) fn own() -> Result<Vec<Parent>, String> {
    let own = Own::new()?;
    let (image, who, key) = (own.image.to_string(), &own.who, &own.key);
    let certified = |entry| own.instance.approval_logged_as(entry, &image, who, 7);
    let mut parents = vec![
        own.parent("own/certificate", certified(Entry::Dsse), None),
        own.parent("own/intoto-0.0.1", certified(Entry::InToto1), None),
        own.parent("own/intoto-0.0.2", certified(Entry::InToto2), None),
        own.parent("own/key", own.instance.approval_by_key(&image, key, 7), Some(key.pem())),
    ];
    parents.extend(hung::own(&own)?);
    Ok(parents)
}

struct Own {
    instance: Instance,
    image: Digest,
    who: Certified,
    key: Signer,
    now: Timestamp,
}

impl Own {
    const ISSUER: &str = "https://accounts.example.com";
    const EMAIL: &str = "dev@acme.example";

    fn new() -> Result<Self, String> {
        Ok(Self {
            instance: Instance::of(2026),
            image: Digest::sha256(b"the image"),
            who: Certified::new(Self::ISSUER, San::Email(Self::EMAIL.to_owned())),
            key: Signer::named("a key"),
            now: "2026-11-23T15:00:00Z".parse().map_err(|_| "no time")?,
        })
    }

    fn parent(&self, name: &str, bundle: Value, key: Option<String>) -> Parent {
        Parent {
            name: name.to_owned(),
            bundle,
            hung: None,
            root: Some(self.instance.trusted_root().to_string()),
            key,
            identity: Self::EMAIL.to_owned(),
            issuer: Self::ISSUER.to_owned(),
            about: About::Digest(self.image),
            log: true,
            tokens: false,
            now: self.now,
        }
    }
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
            hung: None,
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
            hung: None,
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
