//! Sigstore bundles about files: the rows of the index that say `verify`, and the bundles that
//! were made with cosign's and sigstore-go's own libraries.

use std::path::Path;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::evidence::signing::{Artifact, Bundle, BundleContent};
use cocket::policy::model::{LogUse, RegexText, TimestampUse};
use cocket::reference::Digest;
use cocket::verify::{
    Identity, KeyVerifier, KeylessVerifier, Pattern, PublicKey, SignatureVerifier, TrustedKey,
    TrustedRoot, VerifiedArtifact, verify_artifact,
};
use serde_json::Value;

use super::index::{Row, read, read_json};
use super::signed::{list, predicate_type, text};
use super::{Outcome, Tally};

/// One question: what is trusted, and which file.
pub(crate) struct Asked<'a> {
    pub(crate) root: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) identity: Option<Pattern>,
    pub(crate) issuer: Option<Pattern>,
    pub(crate) log: Option<LogUse>,
    pub(crate) timestamp: TimestampUse,
    pub(crate) now: Timestamp,
    pub(crate) artifact: Artifact<'a>,
}

impl Asked<'_> {
    pub(crate) fn verifier(&self) -> Result<Box<dyn SignatureVerifier>, String> {
        let root = self.root.as_ref().map(|text| TrustedRoot::parse(text).map(Arc::new));
        let root = root.transpose().map_err(|error| error.to_string())?;
        if let Some(pem) = &self.key {
            let key = PublicKey::from_pem(pem).map_err(|error| error.to_string())?;
            let key = TrustedKey::new(key);
            let verifier = KeyVerifier::new(vec![key])
                .log(self.log.unwrap_or(LogUse::Optional))
                .timestamp(self.timestamp);
            return Ok(Box::new(match root {
                Some(root) => verifier.trusting(root),
                None => verifier,
            }));
        }
        let any = || RegexText::try_from(".+".to_owned()).map(Pattern::Regex);
        let identity = Identity {
            issuer: Some(self.issuer.clone().map_or_else(any, Ok)?),
            subject: self.identity.clone().map_or_else(any, Ok)?,
            claims: std::collections::BTreeMap::new(),
            any_repository: true,
        };
        let verifier = KeylessVerifier::new(&identity, root.ok_or("no trusted root")?)?;
        let log = self.log.unwrap_or(LogUse::Required);
        Ok(Box::new(verifier.log(log).timestamp(self.timestamp)))
    }

    pub(super) fn answer(&self, bundle: &[u8]) -> Result<VerifiedArtifact, String> {
        let verifier = self.verifier()?;
        verify_artifact(bundle, &self.artifact, &*verifier, "row", self.now)
            .map_err(|refusal| refusal.to_string())
    }
}

/// A row of the index: accept or refuse one bundle.
pub(super) fn row(row: &Row<'_>, folder: &Path, now: Timestamp) -> Result<Outcome, String> {
    let with = row.check.get("with").unwrap_or(&Value::Null);
    let file = |key: &str| {
        let name = with.get(key).and_then(Value::as_str);
        name.map(|name| read(&folder.join(name))).transpose()
    };
    let utf8 = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let pattern = |key: &str| match text(with, key) {
        "any" => None,
        exact => Some(Pattern::Exact(exact.to_owned())),
    };
    let beside = artifact_beside(row).map(|name| read(&folder.join(name))).transpose()?;
    let artifact = match (with.get("artifactSha256").and_then(Value::as_str), &beside) {
        (Some(hex), _) => format!("sha256:{hex}").parse().ok().map(Artifact::from_digest),
        (None, Some(bytes)) => Some(Artifact::from_bytes(bytes)),
        (None, None) => own_digest(row.bytes).map(Artifact::from_digest),
    };
    // Without a digest there is nothing that the bundle could be about.
    let found = artifact.ok_or_else(|| "it names no digest".to_owned()).and_then(|artifact| {
        Asked {
            root: file("trustRoot")?.map(utf8),
            key: file("key")?.map(utf8),
            identity: pattern("identity"),
            issuer: pattern("issuer"),
            log: None,
            timestamp: TimestampUse::Auto,
            now,
            artifact,
        }
        .answer(row.bytes)
    });
    Ok(match (text(row.check, "expect"), found) {
        ("pass", Ok(_)) | ("fail", Err(_)) => Outcome::Passed,
        (expect @ ("pass" | "fail"), found) => {
            Outcome::failed(expect, found.map_or_else(|error| error, |_| "accepted".to_owned()))
        }
        (other, _) => Outcome::failed("`pass` or `fail`", other),
    })
}

/// The file that a row is about, where it lies beside the bundle.
fn artifact_beside<'a>(row: &Row<'a>) -> Option<&'a str> {
    let mut names = row.companions.as_array()?.iter().map(|one| text(one, "file"));
    names.find(|name| Path::new(name).file_name().is_some_and(|name| name == "artifact"))
}

/// The digest that a bundle itself names.
fn own_digest(bytes: &[u8]) -> Option<Digest> {
    match Bundle::parse(bytes).ok()?.content {
        BundleContent::MessageSignature(message) => {
            let (_, digest) = message.digest?;
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("sha256:{hex}").parse().ok()
        }
        BundleContent::Envelope(envelope) => {
            let claim = envelope.statement().ok()?;
            claim.subjects.into_iter().flat_map(|subject| subject.digests).next()
        }
        _ => None,
    }
}

/// The bundles of the manifest, each with a file, under the options of its command.
pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    const KIND: &str = "signed-bundle";
    if !tally.wants(KIND) {
        return Ok(());
    }
    let folder = root.join("signed");
    let manifest = read_json(&folder.join("MANIFEST.json"))?;
    let now: Timestamp = text(&manifest, "now").parse().map_err(|_| "no `now`")?;
    let cases = manifest.get("bundle_cases").and_then(Value::as_array).ok_or("no bundle_cases")?;
    for case in cases {
        tally.row(KIND, text(case, "id"), self::case(&folder, case, now)?);
    }
    Ok(())
}

fn case(folder: &Path, case: &Value, now: Timestamp) -> Result<Outcome, String> {
    let (bundle, artifact) = match files(folder, case)? {
        Ok(files) => files,
        Err(why) => return Ok(Outcome::Skipped(why)),
    };
    let asked = asked(folder, case, &artifact, now)?;
    let found = asked.answer(&bundle).and_then(|verified| {
        let wanted = Some(text(case, "type")).filter(|kind| !kind.is_empty()).map(predicate_type);
        let found = verified.claim.and_then(|claim| claim.predicate_type);
        match found.as_deref() == wanted {
            true => Ok(()),
            false => Err(format!("it is of the type {found:?}")),
        }
    });
    Ok(match (text(case, "cocket"), found) {
        ("accept", Ok(())) | ("reject", Err(_)) => Outcome::Passed,
        (wanted, found) => {
            Outcome::failed(wanted, found.map_or_else(|error| error, |()| "accept".to_owned()))
        }
    })
}

/// A bundle and the file that it is about.
pub(crate) type Files = (Vec<u8>, Vec<u8>);

/// The files of a case, or what about the case is not supported.
pub(crate) fn files(folder: &Path, case: &Value) -> Result<Result<Files, String>, String> {
    let files: Vec<&str> = list(case, "files").collect();
    let [bundle, artifact] = files.as_slice() else {
        return Ok(Err("not a bundle and a file".to_owned()));
    };
    let known = ["--insecure-ignore-tlog", "--use-signed-timestamps", "--allow-certificate-chain"];
    if let Some(other) = list(case, "flags").find(|flag| !known.contains(flag)) {
        return Ok(Err(format!("the option `{other}`")));
    }
    Ok(Ok((read(&folder.join(bundle))?, read(&folder.join(artifact))?)))
}

/// What a case asks, with the options of its command.
pub(crate) fn asked<'a>(
    folder: &Path,
    case: &Value,
    artifact: &'a [u8],
    now: Timestamp,
) -> Result<Asked<'a>, String> {
    let flags: Vec<&str> = list(case, "flags").collect();
    let (key, root) = trust(folder, case)?;
    Ok(Asked {
        root,
        key,
        identity: Some(pattern(case, "identity")?),
        issuer: Some(Pattern::Exact(text(case, "issuer").to_owned())),
        log: flags.contains(&"--insecure-ignore-tlog").then_some(LogUse::Ignore),
        timestamp: match flags.contains(&"--use-signed-timestamps") {
            true => TimestampUse::Required,
            false => TimestampUse::Auto,
        },
        now,
        artifact: Artifact::from_bytes(artifact),
    })
}

/// The key and the trusted root that a case trusts.
pub(crate) fn trust(
    folder: &Path,
    case: &Value,
) -> Result<(Option<String>, Option<String>), String> {
    let (mut key, mut root) = (None, None);
    for file in list(case, "trust") {
        let content = String::from_utf8_lossy(&read(&folder.join(file))?).into_owned();
        let place = if content.starts_with("-----BEGIN") { &mut key } else { &mut root };
        if place.replace(content).is_some() {
            return Err(format!("{}: two of one kind in `trust`", text(case, "id")));
        }
    }
    Ok((key, root))
}

fn pattern(case: &Value, name: &str) -> Result<Pattern, String> {
    match text(case, &format!("{name}_regexp")) {
        "" => Ok(Pattern::Exact(text(case, name).to_owned())),
        regex => RegexText::try_from(regex.to_owned()).map(Pattern::Regex),
    }
}
