//! Signers with certificates: who vouches for them, who they are, and of which source repository.

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::load::suggestion;
use crate::policy::model::{
    Authority, Keyless, LogUse, Name, RegexText, SigstoreRoot, TrustRoot, matches_builds,
    vouches_for_builds,
};

/// Most logs or timestamp authorities that can be asked for.
const MAX_THRESHOLD: u32 = 8;

type Roots<'a> = [(usize, &'a TrustRoot)];

pub(super) fn check(path: &str, authority: &Authority, roots: &Roots<'_>, report: &mut Report<'_>) {
    if let Some(root) = &authority.log_trust_root {
        let path = format!("{path}.logTrustRoot");
        match authority.key.is_some() || authority.keys.is_some() {
            true => reference(&path, root, roots, report),
            false => {
                let detail = "`logTrustRoot` is for the signatures of keys alone";
                report.add(Kind::Contradiction, path, detail);
            }
        }
    }
    thresholds(path, authority, report);
    let Some(keyless) = &authority.keyless else { return };
    let path = format!("{path}.keyless");
    reference(&format!("{path}.trustRoot"), &keyless.trust_root, roots, report);
    let own = roots.iter().find(|(_, other)| other.metadata.name == keyless.trust_root);
    let own = own.is_some_and(|(_, root)| root.spec.pki.is_some());
    for (name, exact, regex, needed) in pairs(keyless) {
        match (exact, regex) {
            (None, None) if needed && !(own && name == "issuer") => {
                let detail = format!("`{name}` or `{name}Regex` is missing");
                report.add(Kind::MissingKey, &path, detail);
            }
            (Some(_), Some(_)) => {
                let detail = format!("it has `{name}` beside `{name}Regex`, and one is expected");
                report.add(Kind::Contradiction, format!("{path}.{name}"), detail);
            }
            _ => {}
        }
    }
    for (name, text) in texts(keyless) {
        if text.as_ref().is_some_and(|text| text.trim() != text || text.is_empty()) {
            let detail = "a text without white space at its ends is expected";
            report.add(Kind::Value, format!("{path}.{name}"), detail);
        }
    }
    repository(&path, keyless, report);
}

/// A number of logs and timestamp authorities that some could be, where they are looked at.
fn thresholds(path: &str, authority: &Authority, report: &mut Report<'_>) {
    let given = [
        ("logThreshold", authority.log_threshold),
        ("timestampThreshold", authority.timestamp_threshold),
    ];
    for (name, threshold) in given {
        let Some(threshold) = threshold else { continue };
        let path = format!("{path}.{name}");
        let keyed = authority.key.is_some() || authority.keys.is_some();
        if !(1..=MAX_THRESHOLD).contains(&threshold) {
            let detail = format!("a number from 1 to {MAX_THRESHOLD} is expected");
            report.add(Kind::Value, path, detail);
        } else if authority.verifier.is_some() {
            let detail = format!("`{name}` says nothing to a verifier of the program");
            report.add(Kind::Contradiction, path, detail);
        } else if keyed && authority.log_trust_root.is_none() {
            let detail = format!("`{name}` needs the `logTrustRoot` that names them");
            report.add(Kind::MissingKey, path, detail);
        } else if name == "logThreshold" && authority.log == Some(LogUse::Ignore) {
            let detail = "`logThreshold` beside `log: ignore`";
            report.add(Kind::Contradiction, path, detail);
        }
    }
}

/// A workflow that many call signs for all of them: without its caller a name says little.
fn repository(path: &str, keyless: &Keyless, report: &mut Report<'_>) {
    let builds = keyless.issuer.as_deref().is_some_and(vouches_for_builds)
        || keyless.issuer_regex.as_ref().is_some_and(matches_builds);
    if builds && !keyless.settles_repository() {
        let detail = "the issuer vouches for builds, and no source repository is named";
        let help = "add `repository` or `repositoryRegex`: a reusable workflow's name is shared \
                    by all who call it; or say `anyRepository: true`";
        report.add_help(Kind::MissingKey, path, detail, Some(help.to_owned()));
    }
    let named = keyless.repository.is_some() || keyless.repository_regex.is_some();
    if keyless.any_repository == Some(true) && named {
        let detail = "`anyRepository` beside a repository that is named";
        report.add(Kind::Contradiction, format!("{path}.anyRepository"), detail);
    }
}

/// The members of which at most one of two is expected, and whether one has to be there.
fn pairs(keyless: &Keyless) -> [(&'static str, &Option<String>, &Option<RegexText>, bool); 6] {
    [
        ("issuer", &keyless.issuer, &keyless.issuer_regex, true),
        ("subject", &keyless.subject, &keyless.subject_regex, true),
        ("repository", &keyless.repository, &keyless.repository_regex, false),
        ("ref", &keyless.r#ref, &keyless.ref_regex, false),
        ("workflow", &keyless.workflow, &keyless.workflow_regex, false),
        ("buildSignerUri", &keyless.build_signer_uri, &keyless.build_signer_uri_regex, false),
    ]
}

/// The members that have to be equal to what the certificate says.
fn texts(keyless: &Keyless) -> [(&'static str, &Option<String>); 16] {
    [
        ("issuer", &keyless.issuer),
        ("subject", &keyless.subject),
        ("repository", &keyless.repository),
        ("ref", &keyless.r#ref),
        ("workflow", &keyless.workflow),
        ("workflowDigest", &keyless.workflow_digest),
        ("buildSignerUri", &keyless.build_signer_uri),
        ("buildSignerDigest", &keyless.build_signer_digest),
        ("runnerEnvironment", &keyless.runner_environment),
        ("trigger", &keyless.trigger),
        ("sourceRepositoryDigest", &keyless.source_repository_digest),
        ("sourceRepositoryIdentifier", &keyless.source_repository_identifier),
        ("sourceRepositoryOwnerUri", &keyless.source_repository_owner_uri),
        ("sourceRepositoryOwnerIdentifier", &keyless.source_repository_owner_identifier),
        ("runInvocationUri", &keyless.run_invocation_uri),
        ("sourceRepositoryVisibility", &keyless.source_repository_visibility),
    ]
}

fn reference(path: &str, root: &Name, roots: &Roots<'_>, report: &mut Report<'_>) {
    match roots.iter().find(|(_, other)| other.metadata.name == *root) {
        None => {
            let names = roots.iter().map(|(_, root)| root.metadata.name.as_str());
            let help = suggestion(root.as_str(), names);
            let detail = format!("there is no `TrustRoot` `{root}`");
            report.add_help(Kind::Reference, path, detail, help);
        }
        Some((_, document)) if document.spec.sigstore.is_none() && document.spec.pki.is_none() => {
            let detail = format!("the trust root `{root}` has neither `sigstore` nor `pki`");
            report.add(Kind::Reference, path, detail);
        }
        Some(_) => {}
    }
}

pub(super) fn check_root(path: &str, root: &SigstoreRoot, report: &mut Report<'_>) {
    match (&root.instance, &root.trusted_root) {
        (Some(_), None) | (None, Some(_)) => {}
        (None, None) => {
            report.add(Kind::MissingKey, path, "`instance` or `trustedRoot` is missing");
        }
        (Some(_), Some(_)) => {
            let detail = "it has `instance` beside `trustedRoot`, and one is expected";
            report.add(Kind::Contradiction, path, detail);
        }
    }
}
