//! What the containers project refuses itself (containers/image, `signature/policy_config*.go`).

use super::model::{ContainersPolicy, Fulcio, Pki, Requirement};
use crate::import::faults::Faults;
use crate::policy::model::ContainersIdentity;
use crate::policy::{PolicyErrorKind as Kind, joined};
use crate::reference::{Reference, RepositoryPrefix};

const KEY_TYPES: [&str; 4] = ["GPGKeys", "signedByGPGKeys", "X509Certificates", "signedByX509CAs"];
const GPG_SOURCES: [&str; 3] = ["keyPath", "keyPaths", "keyData"];
const KEY_SOURCES: [&str; 6] = ["keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki"];
const REKOR_SOURCES: [&str; 4] =
    ["rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas"];

pub(super) fn policy(policy: &ContainersPolicy, faults: &mut Faults) {
    requirements("default", &policy.default, faults);
    for (transport, scopes) in &policy.transports {
        for (scope, list) in scopes {
            requirements(&place(transport, scope), list, faults);
        }
    }
}

/// Where the requirements of a scope stand.
pub(super) fn place(transport: &str, scope: &str) -> String {
    joined(&joined("transports", transport), scope)
}

fn requirements(path: &str, list: &[Requirement], faults: &mut Faults) {
    if list.is_empty() {
        let detail = "at least one requirement is expected".to_owned();
        faults.add(Kind::MissingKey, path, detail);
    }
    for (position, one) in list.iter().enumerate() {
        requirement(&format!("{path}[{position}]"), one, faults);
    }
}

fn requirement(path: &str, one: &Requirement, faults: &mut Faults) {
    let allowed: Vec<&str> = match one.kind.as_str() {
        "insecureAcceptAnything" | "reject" => Vec::new(),
        "signedBy" => [&["keyType", "signedIdentity"], &GPG_SOURCES[..]].concat(),
        "signedBaseLayer" => vec!["baseLayerIdentity"],
        "sigstoreSigned" => [&["signedIdentity"], &KEY_SOURCES[..], &REKOR_SOURCES[..]].concat(),
        "" => return faults.missing(path, &["type"]),
        other => {
            let known = "`insecureAcceptAnything`, `reject`, `signedBy`, `signedBaseLayer` or \
                         `sigstoreSigned`";
            return faults.word(&format!("{path}.type"), other, known);
        }
    };
    for key in one.keys().into_iter().filter(|key| !allowed.contains(key)) {
        let detail = format!("the key `{key}` is not known in a requirement `{}`", one.kind);
        faults.add(Kind::UnknownKey, &format!("{path}.{key}"), detail);
    }
    match one.kind.as_str() {
        "signedBy" => signed_by(path, one, faults),
        "signedBaseLayer" if one.base_layer_identity.is_none() => {
            faults.missing(path, &["baseLayerIdentity"]);
        }
        "sigstoreSigned" => sigstore(path, one, faults),
        _ => {}
    }
    for (key, identity) in
        [("signedIdentity", &one.signed_identity), ("baseLayerIdentity", &one.base_layer_identity)]
    {
        if let Some(identity) = identity {
            self::identity(&format!("{path}.{key}"), identity, faults);
        }
    }
}

fn signed_by(path: &str, one: &Requirement, faults: &mut Faults) {
    match one.key_type.as_deref() {
        None => faults.missing(path, &["keyType"]),
        Some(kind) if KEY_TYPES.contains(&kind) => {}
        Some(kind) => {
            let known = format!("one of `{}`", KEY_TYPES.join("`, `"));
            faults.word(&format!("{path}.keyType"), kind, &known);
        }
    }
    exactly_one(path, one, &GPG_SOURCES, faults);
}

fn sigstore(path: &str, one: &Requirement, faults: &mut Faults) {
    exactly_one(path, one, &KEY_SOURCES, faults);
    let logs = present(one, &REKOR_SOURCES);
    if logs > 1 {
        faults.one_of(path, &REKOR_SOURCES, true);
    }
    for (key, list) in [
        ("keyPaths", &one.key_paths),
        ("keyDatas", &one.key_datas),
        ("rekorPublicKeyPaths", &one.rekor_public_key_paths),
        ("rekorPublicKeyDatas", &one.rekor_public_key_datas),
    ] {
        if list.as_ref().is_some_and(Vec::is_empty) {
            faults.value(&format!("{path}.{key}"), "the list is empty".to_owned());
        }
    }
    if let Some(fulcio) = &one.fulcio {
        if logs == 0 {
            faults.missing(path, &REKOR_SOURCES);
        }
        self::fulcio(&format!("{path}.fulcio"), fulcio, faults);
    }
    if let Some(pki) = &one.pki {
        if logs > 0 {
            let detail = "keys of a log are not for `pki`".to_owned();
            faults.add(Kind::Contradiction, path, detail);
        }
        self::pki(&format!("{path}.pki"), pki, faults);
    }
}

fn fulcio(path: &str, fulcio: &Fulcio, faults: &mut Faults) {
    if fulcio.ca_path.is_some() == fulcio.ca_data.is_some() {
        faults.one_of(path, &["caPath", "caData"], fulcio.ca_path.is_some());
    }
    for (key, value) in [("oidcIssuer", &fulcio.issuer), ("subjectEmail", &fulcio.email)] {
        if value.is_empty() {
            faults.missing(path, &[key]);
        }
    }
}

fn pki(path: &str, pki: &Pki, faults: &mut Faults) {
    if pki.roots_path.is_some() == pki.roots_data.is_some() {
        faults.one_of(path, &["caRootsPath", "caRootsData"], pki.roots_path.is_some());
    }
    if pki.intermediates_path.is_some() && pki.intermediates_data.is_some() {
        faults.one_of(path, &["caIntermediatesPath", "caIntermediatesData"], true);
    }
    if pki.hostname.is_empty() && pki.email.is_empty() {
        faults.missing(path, &["subjectHostname", "subjectEmail"]);
    }
}

fn present(one: &Requirement, keys: &[&str]) -> usize {
    one.keys().iter().filter(|key| keys.contains(key)).count()
}

fn exactly_one(path: &str, one: &Requirement, keys: &[&str], faults: &mut Faults) {
    match present(one, keys) {
        1 => {}
        count => faults.one_of(path, keys, count > 1),
    }
}

fn identity(path: &str, identity: &ContainersIdentity, faults: &mut Faults) {
    match identity {
        ContainersIdentity::ExactReference { docker_reference } => {
            let place = format!("{path}.dockerReference");
            match Reference::parse(docker_reference) {
                Err(error) => faults.value(&place, error.to_string()),
                Ok(found) if found.tag().is_none() && found.digest().is_none() => {
                    let detail = format!("`{docker_reference}` has neither a tag nor a digest");
                    faults.value(&place, detail);
                }
                Ok(_) => {}
            }
        }
        ContainersIdentity::ExactRepository { docker_repository } => {
            if let Err(error) = Reference::parse(docker_repository) {
                faults.value(&format!("{path}.dockerRepository"), error.to_string());
            }
        }
        ContainersIdentity::RemapIdentity { prefix, signed_prefix } => {
            for (key, prefix) in [("prefix", prefix), ("signedPrefix", signed_prefix)] {
                if let Err(error) = RepositoryPrefix::parse(prefix) {
                    faults.value(&format!("{path}.{key}"), error.to_string());
                }
            }
        }
        ContainersIdentity::MatchExact {}
        | ContainersIdentity::MatchRepoDigestOrExact {}
        | ContainersIdentity::MatchRepository {} => {}
    }
}
