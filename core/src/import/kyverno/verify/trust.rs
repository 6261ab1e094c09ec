//! One attestor of Kyverno as authorities of our own, one for each key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::import::kyverno::verify_images::{
    Attestor, Certificates, CtLog, Keyless as Identity, Keys, Rekor,
};
use crate::import::load::Work;
use crate::import::supplied::Supplied;
use crate::import::{go_regex, pem, trusted_root};
use crate::policy::model::{
    Authority, Key, Keyless, LogUse, Metadata, Name, Pki, RegexText, SigstoreInstance,
    SigstoreRoot, TimestampUse, TrustRoot, TrustRootSpec, matches_builds, vouches_for_builds,
};
use crate::verify::TrustedKey;

/// The document for what is trusted where nothing else is named.
pub(in crate::import) const PUBLIC_GOOD: &str = "sigstore-public-good";

/// What is not taken: its place under the attestor, why, and what to do.
pub(in crate::import) struct Untaken {
    pub(in crate::import) path: &'static str,
    pub(in crate::import) detail: String,
    pub(in crate::import) help: Option<&'static str>,
}

/// An authority, and what its log, timestamps and certificates are verified with.
pub(in crate::import) struct Made {
    pub(in crate::import) authority: Authority,
    pub(in crate::import) root: Option<Root>,
}

pub(in crate::import) enum Root {
    Instance(SigstoreInstance),
    Own(Box<TrustRootSpec>),
}

/// The authority with the name of its root.
pub(in crate::import) fn with_root(mut authority: Authority, root: Option<Name>) -> Authority {
    match (&mut authority.keyless, root) {
        (Some(keyless), Some(root)) => keyless.trust_root = root,
        (None, root) => authority.log_trust_root = root,
        (Some(_), None) => {}
    }
    authority
}

/// Puts a root among the documents of the set, once; its name.
pub(in crate::import) fn document(
    root: Root,
    (position, owner): (usize, &Name),
    ours: &BTreeSet<&str>,
    work: &mut Work,
) -> Name {
    let (name, spec) = match root {
        Root::Own(spec) => (None, *spec),
        Root::Instance(instance) => {
            let sigstore = Some(SigstoreRoot { instance: Some(instance), trusted_root: None });
            let spec =
                TrustRootSpec { keys: BTreeMap::new(), revoked: Vec::new(), sigstore, pki: None };
            (Some(Name::of(PUBLIC_GOOD)), spec)
        }
    };
    let made = &work.made.trust_roots;
    // The public instance may be a document of the user's own, such as a newer copy of it.
    if let Some(name) = name.as_ref().filter(|name| ours.contains(name.as_str())) {
        return name.clone();
    }
    if let Some((_, same)) = made.iter().find(|(_, one)| one.spec == spec) {
        return same.metadata.name.clone();
    }
    let is_free = |name: &Name| {
        !ours.contains(name.as_str()) && made.iter().all(|(_, one)| one.metadata.name != *name)
    };
    let mut numbered = (0..=ours.len().saturating_add(made.len()))
        .map(|number| Name::numbered(owner.as_str(), number));
    let name = name.or_else(|| numbered.find(is_free));
    let name = name.unwrap_or_else(|| Name::numbered(owner.as_str(), usize::MAX));
    let metadata = Metadata { name: name.clone(), version: None, description: None };
    work.made.trust_roots.push((position, TrustRoot { metadata, spec }));
    name
}

pub(in crate::import) fn authorities(
    one: &Attestor,
    supplied: &Supplied<'_>,
) -> Result<Vec<Made>, Untaken> {
    let untaken = |detail: &str| Untaken { path: "", detail: detail.to_owned(), help: None };
    match (&one.keys, &one.keyless, &one.certificates) {
        (Some(keys), None, None) => self::keys(keys, supplied),
        (None, Some(identity), None) => keyless(identity).map(|made| vec![made]),
        (None, None, Some(certificates)) => self::certificates(certificates).map(|made| vec![made]),
        _ => Err(untaken("exactly one of `keys`, `keyless` and `certificates` is expected")),
    }
}

fn keys(keys: &Keys, supplied: &Supplied<'_>) -> Result<Vec<Made>, Untaken> {
    let fault = |path, detail: String, help| Untaken { path, detail, help };
    let text = match (&keys.public_keys, &keys.kms, &keys.secret) {
        (Some(text), None, None) => text.trim(),
        (None, Some(kms), None) => kms.trim(),
        (None, None, Some(secret)) => supplied
            .secret(&secret.name)
            .map_err(|detail| fault("keys.secret", detail, Some(SECRET)))?,
        _ => {
            let detail = "one of `publicKeys`, `kms` and `secret` is expected".to_owned();
            return Err(fault("keys", detail, None));
        }
    };
    if let Some(name) = text.strip_prefix("k8s://") {
        let name = name.rsplit('/').next().unwrap_or(name);
        let found = supplied
            .secret(name)
            .map_err(|detail| fault("keys.publicKeys", detail, Some(SECRET)))?;
        return pems(found, keys);
    }
    if let Some((scheme, _)) = text.split_once("://").filter(|_| !text.starts_with("-----")) {
        let detail = format!("the key of `{scheme}` would have to be asked for over the network");
        return Err(fault("keys.publicKeys", detail, Some("write the public key in its place")));
    }
    if text.contains("{{") {
        let detail = "a key that a variable gives is not taken".to_owned();
        return Err(fault("keys.publicKeys", detail, Some("write the public key in its place")));
    }
    pems(text, keys)
}

const SECRET: &str = "hand in the `Secret` beside the policy";

fn pems(text: &str, keys: &Keys) -> Result<Vec<Made>, Untaken> {
    const END: &str = "-----END PUBLIC KEY-----";
    let mut made = Vec::new();
    let parts = text.split_inclusive(END).map(str::trim).filter(|part| !part.is_empty());
    for part in parts {
        let lines: Vec<&str> = part.lines().map(str::trim).collect();
        let key = keyed("keys", &lines.join("\n"), keys.rekor.as_ref(), keys.ctlog.as_ref())?;
        hashed(keys, &key)?;
        made.push(key);
    }
    match made.is_empty() {
        true => Err(Untaken {
            path: "keys.publicKeys",
            detail: "there is no key".to_owned(),
            help: None,
        }),
        false => Ok(made),
    }
}

/// Signatures are verified with the hash of the curve's size and with SHA-256.
fn hashed(keys: &Keys, made: &Made) -> Result<(), Untaken> {
    let algorithm = keys.signature_algorithm.as_deref().unwrap_or("sha256");
    let pem = made.authority.key.as_ref().and_then(|key| key.pem.as_deref()).unwrap_or_default();
    let own = match TrustedKey::from_pem(pem).map(|key| key.key.algorithm()) {
        Ok("ECDSA P-384") => "sha384",
        Ok("ECDSA P-521") => "sha512",
        _ => "sha256",
    };
    match algorithm.is_empty() || algorithm == "sha256" || algorithm == own {
        true => Ok(()),
        false => Err(Untaken {
            path: "keys.signatureAlgorithm",
            detail: format!("signatures with `{algorithm}` by this key are not verified"),
            help: None,
        }),
    }
}

fn certificates(one: &Certificates) -> Result<Made, Untaken> {
    match &one.cert {
        Some(pem) => keyed("certificates", pem, one.rekor.as_ref(), one.ctlog.as_ref()),
        None => Err(Untaken {
            path: "certificates.cert",
            detail: "a chain without the certificate itself names nobody".to_owned(),
            help: None,
        }),
    }
}

fn keyed(
    path: &'static str,
    pem: &str,
    rekor: Option<&Rekor>,
    ctlog: Option<&CtLog>,
) -> Result<Made, Untaken> {
    let fault = |detail: String| Untaken { path, detail, help: None };
    TrustedKey::from_pem(pem).map_err(|error| fault(error.to_string()))?;
    let (log, timestamp) = asked(rekor, ctlog);
    let root = match (log, timestamp) {
        (LogUse::Ignore, None) => None,
        _ => Some(root(rekor, ctlog, None).map_err(fault)?),
    };
    let key = Key {
        pem: Some(pem.to_owned()),
        trust_root: None,
        name: None,
        padding: None,
        not_before: None,
        not_after: None,
        compromised_at: None,
    };
    Ok(Made {
        authority: Authority { key: Some(key), log: Some(log), timestamp, ..nobody() },
        root,
    })
}

fn keyless(one: &Identity) -> Result<Made, Untaken> {
    let fault = |path, detail: String| Untaken { path, detail, help: None };
    if !one.additional_extensions.is_empty() {
        let detail = "further extensions of certificates are not compared".to_owned();
        return Err(fault("keyless.additionalExtensions", detail));
    }
    let (issuer, issuer_regex) = pattern(one.issuer.as_deref(), one.issuer_reg_exp.as_deref())
        .map_err(|detail| fault("keyless.issuer", detail))?;
    let (subject, subject_regex) = pattern(one.subject.as_deref(), one.subject_reg_exp.as_deref())
        .map_err(|detail| fault("keyless.subject", detail))?;
    let (rekor, ctlog) = (one.rekor.as_ref(), one.ctlog.as_ref());
    let root =
        root(rekor, ctlog, one.roots.as_deref()).map_err(|detail| fault("keyless", detail))?;
    let (log, timestamp) = asked(rekor, ctlog);
    let builds = issuer.as_deref().is_some_and(vouches_for_builds)
        || issuer_regex.as_ref().is_some_and(matches_builds);
    let keyless = Keyless {
        issuer,
        issuer_regex,
        subject,
        subject_regex,
        any_repository: builds.then_some(true),
        // Its name is put in once the document has one.
        ..Keyless::of(Name::of(PUBLIC_GOOD))
    };
    let authority =
        Authority { keyless: Some(Box::new(keyless)), log: Some(log), timestamp, ..nobody() };
    Ok(Made { authority, root: Some(root) })
}

/// An exact text, or an expression for wildcards, Go's expression, or anything at all.
type Patterns = (Option<String>, Option<RegexText>);

fn pattern(exact: Option<&str>, regex: Option<&str>) -> Result<Patterns, String> {
    let exact = exact.filter(|text| !text.is_empty());
    match (exact, regex.filter(|text| !text.is_empty())) {
        (_, Some(regex)) => Ok((None, Some(go_regex::unanchored(regex)?))),
        (Some(text), None) if text.contains(['*', '?']) => {
            let escaped = regex::escape(text).replace(r"\*", "(?s:.*)").replace(r"\?", "(?s:.)");
            Ok((None, Some(RegexText::try_from(escaped)?)))
        }
        (Some(text), None) => Ok((Some(text.to_owned()), None)),
        (None, None) => Ok((None, Some(RegexText::try_from("(?s:.*)".to_owned())?))),
    }
}

/// What is asked of the log and of timestamps. Without a word, the log is asked.
fn asked(rekor: Option<&Rekor>, ctlog: Option<&CtLog>) -> (LogUse, Option<TimestampUse>) {
    let log = match rekor.is_some_and(|rekor| rekor.ignore_tlog) {
        true => LogUse::Ignore,
        false => LogUse::Required,
    };
    let stamped = ctlog.is_some_and(|ctlog| filled(ctlog.tsa_cert_chain.as_deref()).is_some());
    (log, stamped.then_some(TimestampUse::Required))
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// What is trusted: the public instance, or what is named in its place.
fn root(rekor: Option<&Rekor>, ctlog: Option<&CtLog>, roots: Option<&str>) -> Result<Root, String> {
    let key = filled(rekor.and_then(|rekor| rekor.pubkey.as_deref()));
    let stamps = filled(ctlog.and_then(|ctlog| ctlog.tsa_cert_chain.as_deref()));
    let certificates = filled(roots);
    if key.is_none() && stamps.is_none() && certificates.is_none() {
        return Ok(Root::Instance(SigstoreInstance::PublicGood));
    }
    let sigstore = match key {
        None => SigstoreRoot { instance: Some(SigstoreInstance::PublicGood), trusted_root: None },
        Some(key) => {
            let logs = pem::blocks(key, "PUBLIC KEY")?;
            let logs: Vec<Value> = logs.iter().map(|der| trusted_root::log("", der)).collect();
            let json = json!({"mediaType": trusted_root::MEDIA_TYPE, "tlogs": logs});
            SigstoreRoot { instance: None, trusted_root: Some(json.to_string()) }
        }
    };
    if stamps.is_some() && certificates.is_none() {
        return Err("a timestamp authority beside the public certificates is not taken".to_owned());
    }
    let pki = certificates.map(|roots| Pki {
        roots: roots.to_owned(),
        intermediates: None,
        timestamp_authority: stamps.map(str::to_owned),
    });
    let spec =
        TrustRootSpec { keys: BTreeMap::new(), revoked: Vec::new(), sigstore: Some(sigstore), pki };
    Ok(Root::Own(Box::new(spec)))
}

fn nobody() -> Authority {
    Authority {
        key: None,
        keys: None,
        keyless: None,
        verifier: None,
        log: None,
        timestamp: None,
        log_trust_root: None,
        log_threshold: None,
        timestamp_threshold: None,
        format: None,
        party: None,
    }
}
