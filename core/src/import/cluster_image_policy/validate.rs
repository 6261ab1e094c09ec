//! What policy-controller's own admission refuses (`Validate` of its types, and what the schema of
//! its resource asks), with the places it names.

use super::model::{
    Attestation, Authority, Identity, KeyRef, Keyless, MatchResource, Policy, Source, Spec, Static,
};
use super::{Faults, kms};
use crate::import::go_regex;
use crate::policy::PolicyErrorKind as Kind;
use crate::reference::{Reference, SigstoreGlob};
use crate::verify::{KeyError, PublicKey};

/// Kinds of objects that the controller looks at.
const RESOURCES: [&str; 7] =
    ["cronjobs", "daemonsets", "deployments", "jobs", "pods", "replicasets", "statefulsets"];

/// The namespace that the controller runs in unless it is set up otherwise.
const OWN_NAMESPACE: &str = "cosign-system";

pub(super) fn spec(spec: &Spec, faults: &mut Faults) {
    if spec.images.is_empty() {
        faults.missing("spec", &["images"]);
    }
    for (position, image) in spec.images.iter().enumerate() {
        let path = format!("spec.images[{position}]");
        match image.glob.as_str() {
            "" => faults.missing(&path, &["glob"]),
            glob => {
                if let Err(detail) = SigstoreGlob::try_from(glob.to_owned()) {
                    faults.value(&format!("{path}.glob"), detail);
                }
            }
        }
    }
    if spec.authorities.is_empty() {
        faults.missing("spec", &["authorities"]);
    }
    for (position, one) in spec.authorities.iter().enumerate() {
        authority(&format!("spec.authorities[{position}]"), one, faults);
    }
    if !matches!(spec.mode.as_str(), "" | "enforce" | "warn") {
        faults.word("spec.mode", &spec.mode, "`enforce` or `warn`");
    }
    for (position, one) in spec.matches.iter().enumerate() {
        match_resource(&format!("spec.match[{position}]"), one, faults);
    }
    if let Some(policy) = &spec.policy {
        self::policy("spec.policy", policy, true, faults);
    }
}

fn match_resource(path: &str, one: &MatchResource, faults: &mut Faults) {
    if !one.resource.is_empty() && !RESOURCES.contains(&one.resource.as_str()) {
        let known = format!("one of `{}`", RESOURCES.join("`, `"));
        faults.word(&format!("{path}.resource"), &one.resource, &known);
    }
    if one.selector.is_some()
        && one.resource.is_empty()
        && one.version.is_empty()
        && one.group.is_empty()
    {
        let detail = "a selector of labels needs a resource whose labels they are";
        faults.value(&format!("{path}.selector"), detail.to_owned());
    }
}

fn authority(path: &str, one: &Authority, faults: &mut Faults) {
    let given = [one.key.is_some(), one.keyless.is_some(), one.fixed.is_some()];
    match given.iter().filter(|given| **given).count() {
        0 => return faults.one_of(path, &["key", "keyless", "static"], false),
        1 => {}
        // The schema wants identities of every `keyless`, before anything else is looked at.
        _ if one.keyless.as_ref().is_some_and(|keyless| keyless.identities.is_empty()) => {
            return faults.missing(&format!("{path}.keyless"), &["identities"]);
        }
        _ => return faults.one_of(path, &["key", "keyless", "static"], true),
    }
    if let Some(key) = &one.key {
        self::key(&format!("{path}.key"), key, faults);
    }
    if let Some(keyless) = &one.keyless {
        self::keyless(&format!("{path}.keyless"), keyless, faults);
    }
    if let Some(fixed) = &one.fixed {
        self::fixed(path, fixed, one, faults);
    }
    match one.sources.as_slice() {
        [] => {}
        [source] => self::source(&format!("{path}.source[0]"), source, faults),
        _ => faults.value(&format!("{path}.source"), "one source is the most".to_owned()),
    }
    for (position, attestation) in one.attestations.iter().enumerate() {
        self::attestation(&format!("{path}.attestations[{position}]"), attestation, faults);
    }
    if !matches!(one.signature_format.as_str(), "" | "legacy" | "bundle") {
        let place = format!("{path}.signatureFormat");
        faults.word(&place, &one.signature_format, "`legacy` or `bundle`");
    }
}

fn fixed(path: &str, fixed: &Static, authority: &Authority, faults: &mut Faults) {
    match fixed.action.as_str() {
        "pass" | "fail" => {}
        "" => faults.missing(&format!("{path}.static"), &["action"]),
        other => faults.word(&format!("{path}.static.action"), other, "`pass` or `fail`"),
    }
    for (key, is_there) in [
        ("attestations", !authority.attestations.is_empty()),
        ("source", !authority.sources.is_empty()),
        ("ctlog", authority.ctlog.is_some()),
        ("rfc3161timestamp", authority.rfc3161timestamp.is_some()),
    ] {
        if is_there {
            faults.one_of(path, &["static", key], true);
        }
    }
}

fn key(path: &str, key: &KeyRef, faults: &mut Faults) {
    const SOURCES: [&str; 3] = ["data", "kms", "secretref"];
    let given = [!key.data.is_empty(), !key.kms.is_empty(), key.secret_ref.is_some()];
    match given.iter().filter(|given| **given).count() {
        0 => faults.one_of(path, &SOURCES, false),
        1 => {}
        _ => faults.one_of(path, &SOURCES, true),
    }
    let algorithm = key.hash_algorithm.trim().to_ascii_lowercase();
    if !matches!(algorithm.as_str(), "" | "sha224" | "sha256" | "sha384" | "sha512") {
        let known = "one of `sha224`, `sha256`, `sha384` and `sha512`";
        faults.word(&format!("{path}.hashAlgorithm"), &key.hash_algorithm, known);
    }
    if !key.data.is_empty()
        && let Err(error) = PublicKey::from_pem(&key.data)
        // What is a key and not one of ours is said later, as what is not taken.
        && !is_some_key(&error)
    {
        faults.value(&format!("{path}.data"), error.to_string());
    }
    if !key.kms.is_empty()
        && let Err(detail) = kms::check(&key.kms)
    {
        faults.value(&format!("{path}.kms"), detail);
    }
    if let Some(secret) = &key.secret_ref
        && !secret.namespace.is_empty()
        && secret.namespace != OWN_NAMESPACE
    {
        let known = format!("`{OWN_NAMESPACE}`, the controller's own,");
        faults.word(&format!("{path}.secretref.namespace"), &secret.namespace, &known);
    }
}

/// Whether the text is a public key all the same, of a kind that is not supported.
pub(super) fn is_some_key(error: &KeyError) -> bool {
    matches!(
        error,
        KeyError::Unsupported(_)
            | KeyError::ModulusSize(_)
            | KeyError::EvenModulus
            | KeyError::Exponent
            | KeyError::LowOrder
    )
}

fn keyless(path: &str, keyless: &Keyless, faults: &mut Faults) {
    // Without either, the controller puts in the address of the public instance.
    if keyless.url.is_some() && keyless.ca_cert.is_some() {
        faults.one_of(path, &["ca-cert", "url"], true);
    }
    if let Some(url) = &keyless.url
        && !is_url(url)
    {
        faults.word(&format!("{path}.url"), url, "an address");
    }
    if let Some(certificate) = &keyless.ca_cert {
        key(&format!("{path}.ca-cert"), certificate, faults);
    }
    if keyless.identities.is_empty() {
        faults.missing(path, &["identities"]);
    }
    for (position, one) in keyless.identities.iter().enumerate() {
        identity(&format!("{path}.identities[{position}]"), one, faults);
    }
}

fn is_url(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || c == ' ') && !text.starts_with(':')
}

fn identity(path: &str, one: &Identity, faults: &mut Faults) {
    for (name, regex_name, exact, regex) in [
        ("issuer", "issuerRegExp", &one.issuer, &one.issuer_regex),
        ("subject", "subjectRegExp", &one.subject, &one.subject_regex),
    ] {
        if let Err(detail) = go_regex::check(regex) {
            faults.value(&format!("{path}.{regex_name}"), detail);
        }
        match (exact.is_empty(), regex.is_empty()) {
            (true, true) => faults.missing(path, &[name, regex_name]),
            (false, false) => faults.one_of(path, &[name, regex_name], true),
            _ => {}
        }
    }
}

fn source(path: &str, source: &Source, faults: &mut Faults) {
    if !source.oci.is_empty()
        && let Err(detail) = oci(&source.oci)
    {
        faults.value(&format!("{path}.oci"), detail);
    }
    for (position, secret) in source.signature_pull_secrets.iter().enumerate() {
        if secret.name.is_empty() {
            faults.missing(&format!("{path}.signaturePullSecrets[{position}]"), &["name"]);
        }
    }
}

/// A registry's host, or a repository with its host.
fn oci(text: &str) -> Result<(), String> {
    match text.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) => {
            let parsed = Reference::parse(text).map_err(|error| error.to_string())?;
            match parsed.tag().is_none() && parsed.digest().is_none() {
                true => Ok(()),
                false => Err(format!("`{text}` is a repository with more behind it")),
            }
        }
        None if !text.contains(['@', ' ', '?', '#']) => Ok(()),
        _ => Err(format!("`{text}` is neither a registry nor a repository of one")),
    }
}

fn attestation(path: &str, one: &Attestation, faults: &mut Faults) {
    if one.name.is_empty() {
        faults.missing(path, &["name"]);
    }
    if one.predicate_type.is_empty() {
        faults.missing(path, &["predicateType"]);
    }
    if let Some(policy) = &one.policy {
        self::policy(&format!("{path}.policy"), policy, false, faults);
    }
}

fn policy(path: &str, policy: &Policy, of_the_whole: bool, faults: &mut Faults) {
    const SOURCES: [&str; 3] = ["data", "configMapRef", "remote"];
    if !matches!(policy.language.as_str(), "cue" | "rego") {
        faults.word(&format!("{path}.type"), &policy.language, "`cue` or `rego`");
    }
    let given = [!policy.data.is_empty(), policy.config_map_ref.is_some(), policy.remote.is_some()];
    match given.iter().filter(|given| **given).count() {
        0 => faults.missing(path, &SOURCES),
        1 => {}
        _ => faults.one_of(path, &SOURCES, true),
    }
    if let Some(remote) = &policy.remote {
        let host = remote.url.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.starts_with('/') || !is_url(&remote.url) {
            let known = "an address with a host that starts with `https://`";
            faults.word(&format!("{path}.remote.url"), &remote.url, known);
        }
        if remote.sha256sum.is_empty() {
            faults.missing(&format!("{path}.remote"), &["sha256sum"]);
        }
    }
    if let Some(reference) = &policy.config_map_ref {
        for (key, value) in [("name", &reference.name), ("key", &reference.key)] {
            if value.is_empty() {
                faults.missing(&format!("{path}.configMapRef"), &[key]);
            }
        }
    }
    for (key, is_there) in [
        ("fetchConfigFile", policy.fetch_config_file.is_some()),
        ("includeSpec", policy.include_spec.is_some()),
        ("includeObjectMeta", policy.include_object_meta.is_some()),
        ("includeTypeMeta", policy.include_type_meta.is_some()),
    ] {
        if is_there && !of_the_whole {
            let detail = format!("`{key}` is for the policy of the whole, `spec.policy`");
            faults.add(Kind::UnknownKey, &format!("{path}.{key}"), detail);
        }
    }
}
