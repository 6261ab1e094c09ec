//! One authority of the controller as authorities of our own: one for each identity.

use super::model::{Authority, Identity, KeyRef, Keyless};
use super::roots::{Roots, Trusted};
use super::validate::is_some_key;
use crate::import::go_regex;
use crate::import::supplied::Supplied;
use crate::policy::model::{self, Key, LogUse, SignatureFormat, TimestampUse, vouches_for_builds};
use crate::verify::PublicKey;

/// What is not taken: its place under the authority, why, and what to do.
#[derive(Debug)]
pub(super) struct Untaken {
    pub(super) path: &'static str,
    pub(super) detail: String,
    pub(super) help: Option<&'static str>,
}

impl Untaken {
    fn new(path: &'static str, detail: impl Into<String>) -> Self {
        Self { path, detail: detail.into(), help: None }
    }

    fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// The authorities for `key` and `keyless`.
pub(super) fn authorities(
    position: usize,
    one: &Authority,
    supplied: &Supplied<'_>,
    roots: &mut Roots<'_>,
) -> Result<Vec<model::Authority>, Untaken> {
    let format = match one.signature_format.as_str() {
        "bundle" => Some(SignatureFormat::Bundle),
        "legacy" => Some(SignatureFormat::Legacy),
        // The controller takes this for `legacy`; here both are read.
        _ => None,
    };
    let base = model::Authority {
        key: None,
        keys: None,
        keyless: None,
        verifier: None,
        log: None,
        timestamp: None,
        log_trust_root: None,
        log_threshold: None,
        timestamp_threshold: None,
        format,
        party: None,
    };
    match (&one.key, &one.keyless) {
        (Some(key), _) => Ok(vec![keyed(position, one, key, base, supplied, roots)?]),
        (None, Some(keyless)) => self::keyless(position, one, keyless, &base, roots),
        (None, None) => Ok(Vec::new()),
    }
}

/// The root for timestamps, where they take the log's place.
fn timestamps(one: &Authority) -> Option<&str> {
    let root = one.rfc3161timestamp.as_ref().map(|own| own.trust_root_ref.as_str());
    root.filter(|root| !root.is_empty())
}

/// The root for the log: `None` where none is asked.
fn log(one: &Authority) -> Option<Option<&str>> {
    let log = one.ctlog.as_ref()?;
    match (log.trust_root_ref.as_str(), log.url.as_str()) {
        ("", "") => None,
        ("", _) => Some(None),
        (root, _) => Some(Some(root)),
    }
}

fn keyed(
    position: usize,
    one: &Authority,
    key: &KeyRef,
    base: model::Authority,
    supplied: &Supplied<'_>,
    roots: &mut Roots<'_>,
) -> Result<model::Authority, Untaken> {
    let pem = pem(key, supplied)?;
    let public = PublicKey::from_pem(&pem).map_err(|error| {
        let untaken = Untaken::new("key", error.to_string());
        match is_some_key(&error) {
            true => untaken,
            false => untaken.help("hand in the public key in PEM"),
        }
    })?;
    hashed(key, &public)?;
    let (log, timestamp, root) = match (timestamps(one), log(one)) {
        (Some(root), _) => (LogUse::Ignore, TimestampUse::Required, Some(Some(root))),
        (None, Some(root)) => (LogUse::Required, TimestampUse::Auto, Some(root)),
        (None, None) => (LogUse::Ignore, TimestampUse::Auto, None),
    };
    let root = root.map(|root| roots.named(position, Trusted::all(root))).transpose();
    let place = if timestamp == TimestampUse::Required { "rfc3161timestamp" } else { "ctlog" };
    let root = root.map_err(|detail| Untaken::new(place, detail).help(OWN_ROOT))?;
    let key = Key {
        pem: Some(pem),
        trust_root: None,
        name: None,
        padding: None,
        not_before: None,
        not_after: None,
        compromised_at: None,
    };
    Ok(model::Authority {
        key: Some(key),
        log: Some(log),
        timestamp: (timestamp == TimestampUse::Required).then_some(timestamp),
        log_trust_root: root,
        ..base
    })
}

const OWN_ROOT: &str = "add a `TrustRoot` of `cocket.dev` with this name and `spec.sigstore`";

/// The key's text, wherever it is.
fn pem(key: &KeyRef, supplied: &Supplied<'_>) -> Result<String, Untaken> {
    if !key.data.is_empty() {
        return Ok(key.data.clone());
    }
    if let Some(secret) = &key.secret_ref {
        let text = supplied.secret(&secret.name).map_err(|detail| {
            Untaken::new("key.secretRef", detail).help("hand in the `Secret` beside the policy")
        })?;
        return Ok(text.to_owned());
    }
    let detail = format!("the key `{}` would have to be asked for over the network", key.kms);
    supplied.file(&key.kms).map(str::to_owned).ok_or_else(|| {
        Untaken::new("key.kms", detail).help("write its public key as `data` in its place")
    })
}

/// Signatures are verified with the hash of the curve's size and with SHA-256.
fn hashed(key: &KeyRef, public: &PublicKey) -> Result<(), Untaken> {
    let algorithm = key.hash_algorithm.trim().to_ascii_lowercase();
    let own = match public.algorithm() {
        "ECDSA P-384" => "sha384",
        "ECDSA P-521" => "sha512",
        _ => "sha256",
    };
    if algorithm.is_empty() || algorithm == "sha256" || algorithm == own {
        return Ok(());
    }
    let detail =
        format!("signatures with `{algorithm}` by {} are not verified", public.algorithm());
    Err(Untaken::new("key.hashAlgorithm", detail))
}

fn keyless(
    position: usize,
    one: &Authority,
    keyless: &Keyless,
    base: &model::Authority,
    roots: &mut Roots<'_>,
) -> Result<Vec<model::Authority>, Untaken> {
    if keyless.ca_cert.is_some() {
        let detail = "the controller verifies nothing with `ca-cert`, and neither is it done here";
        return Err(Untaken::new("keyless.ca-cert", detail)
            .help("name a `TrustRoot` with the certificate by `trustRootRef`"));
    }
    let own = Some(keyless.trust_root_ref.as_str()).filter(|root| !root.is_empty());
    let log_root = log(one);
    let (log, timestamp) = match (timestamps(one), log_root, own) {
        (Some(_), ..) => (LogUse::Ignore, TimestampUse::Required),
        // With a root of its own and no log named, the controller asks for none; in bundles the
        // root's own log is asked for.
        (None, None, Some(_)) if one.signature_format != "bundle" => {
            (LogUse::Ignore, TimestampUse::Auto)
        }
        _ => (LogUse::Required, TimestampUse::Auto),
    };
    let trusted = Trusted {
        certificates: own,
        logs: log_root.unwrap_or(own),
        timestamps: timestamps(one).map_or(own, Some),
    };
    let trust_root = roots
        .named(position, trusted)
        .map_err(|detail| Untaken::new("keyless", detail).help(OWN_ROOT))?;
    let mut found = Vec::new();
    for own in &keyless.identities {
        let keyless = identity(own, trust_root.clone())
            .map_err(|detail| Untaken::new("keyless.identities", detail))?;
        found.push(model::Authority {
            keyless: Some(Box::new(keyless)),
            log: (log != LogUse::Required).then_some(log),
            timestamp: (timestamp == TimestampUse::Required).then_some(timestamp),
            ..base.clone()
        });
    }
    Ok(found)
}

fn identity(own: &Identity, trust_root: model::Name) -> Result<model::Keyless, String> {
    let exact = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let regex = |text: &str| match text {
        "" => Ok(None),
        text => go_regex::unanchored(text).map(Some),
    };
    let issuer_regex = regex(&own.issuer_regex)?;
    let builds =
        vouches_for_builds(&own.issuer) || issuer_regex.as_ref().is_some_and(model::matches_builds);
    Ok(model::Keyless {
        issuer: exact(&own.issuer),
        issuer_regex,
        subject: exact(&own.subject),
        subject_regex: regex(&own.subject_regex)?,
        // The controller asks for no source repository.
        any_repository: builds.then_some(true),
        ..model::Keyless::of(trust_root)
    })
}
