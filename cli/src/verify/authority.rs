//! From flags to the authority and the trust root that a policy would have.

use std::path::Path;

use cocket::evaluate::{Examiner, ExaminerError};
use cocket::import::Options;
use cocket::policy::Policies;
use cocket::source::read_file;
use cocket::verify::{MAX_PEM_BYTES, MAX_TRUSTED_ROOT_BYTES, TrustedKey, TrustedRoot};
use serde_json::{Map, Value, json};

use super::arguments::{Identity, Roots, Verify};
use crate::failure::Failure;
use crate::policies;

/// The name of the authority that flags describe.
const OWN: &str = "signer";
/// The name of the trust root that flags describe.
const ROOT: &str = "roots";

pub(super) fn examiner(arguments: &Verify) -> Result<Examiner, Failure> {
    if let Some(name) = &arguments.authority {
        let policies = policies::load(
            &arguments.policy,
            Options { allow_partial: true, ..Options::default() },
        )?;
        let (policy, name) = match name.split_once('/') {
            Some((policy, name)) => (Some(policy), name),
            None => (None, name.as_str()),
        };
        return Examiner::new(&policies, policy, name).map_err(failure);
    }
    let mut documents = Vec::new();
    let mut authority = Map::new();
    let root = root(arguments)?;
    match &arguments.key {
        Some(file) => {
            authority.insert("key".to_owned(), json!({"pem": key(file)?}));
            if root.is_some() {
                authority.insert("logTrustRoot".to_owned(), json!(ROOT));
            }
        }
        None => {
            let own =
                arguments.roots.ca_roots.is_some() || arguments.roots.certificate_chain.is_some();
            authority.insert("keyless".to_owned(), keyless(&arguments.identity, own)?);
        }
    }
    if arguments.ignore_tlog {
        authority.insert("log".to_owned(), json!("ignore"));
    }
    if arguments.signed_timestamps {
        authority.insert("timestamp".to_owned(), json!("required"));
    }
    documents.push(document(
        "ImagePolicy",
        "flags",
        json!({
            "authorities": {OWN: authority},
            "rules": [{"id": "signed", "signature": {"anyOf": [OWN]}}],
        }),
    ));
    documents.extend(root.map(|spec| document("TrustRoot", ROOT, spec)));
    let policies = Policies::from_text("flags", &documents.join("\n---\n"))
        .map_err(|errors| failure(ExaminerError::Policies(errors)))?;
    Examiner::new(&policies, None, OWN).map_err(failure)
}

fn document(kind: &str, name: &str, spec: Value) -> String {
    let metadata = json!({"name": name});
    let api = "cocket.dev/v1alpha1";
    json!({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}).to_string()
}

/// Faults in what flags say are the command line's, not those of a policy that nobody wrote.
fn failure(error: ExaminerError) -> Failure {
    match error {
        ExaminerError::Policies(errors) => {
            let details = errors.as_slice().iter().map(|fault| match fault.file.as_str() {
                "flags" => fault.detail.clone(),
                file => format!("{file}: {}: {}", fault.path, fault.detail),
            });
            Failure::Usage(details.collect::<Vec<_>>().join("; "))
        }
        other => Failure::Usage(other.to_string()),
    }
}

fn keyless(identity: &Identity, own_authorities: bool) -> Result<Value, Failure> {
    let mut keyless = Map::new();
    let regexp = |regex: &Option<_>| regex.as_ref().map(ToString::to_string);
    let repository = identity.source_repository.clone().or_else(|| {
        identity.workflow_repository.as_ref().map(|name| format!("https://github.com/{name}"))
    });
    if repository.is_none() {
        keyless.insert("anyRepository".to_owned(), json!(true));
    }
    for (member, value) in [
        ("subject", identity.exact.clone()),
        ("subjectRegex", regexp(&identity.regexp)),
        ("issuer", identity.issuer.clone()),
        ("issuerRegex", regexp(&identity.issuer_regexp)),
        ("repository", repository),
        ("ref", identity.workflow_ref.clone()),
        ("sourceRepositoryDigest", identity.workflow_sha.clone()),
        ("trigger", identity.workflow_trigger.clone()),
        ("trustRoot", Some(ROOT.to_owned())),
    ] {
        keyless.extend(value.map(|value| (member.to_owned(), json!(value))));
    }
    let has_issuer = keyless.contains_key("issuer") || keyless.contains_key("issuerRegex");
    if !has_issuer && !own_authorities {
        let text = "a name counts only beside who vouches for it: give `--certificate-oidc-issuer`";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(Value::Object(keyless))
}

/// What the flags trust for certificates, logs and timestamps; nothing for a key by itself.
fn root(arguments: &Verify) -> Result<Option<Value>, Failure> {
    let Roots {
        trusted_root,
        ca_roots,
        ca_intermediates,
        certificate_chain,
        timestamp_certificate_chain,
    } = &arguments.roots;
    let mut spec = Map::new();
    let (roots, intermediates) = match (ca_roots, certificate_chain) {
        (Some(roots), _) => (Some(pem(roots)?), ca_intermediates.as_deref().map(pem).transpose()?),
        (None, Some(chain)) => split(&pem(chain)?),
        (None, None) => (None, None),
    };
    if let Some(roots) = &roots {
        let mut pki = json!({"roots": roots});
        if let (Some(pki), Some(intermediates)) = (pki.as_object_mut(), intermediates) {
            pki.insert("intermediates".to_owned(), json!(intermediates));
        }
        if let (Some(pki), Some(chain)) = (pki.as_object_mut(), timestamp_certificate_chain) {
            pki.insert("timestampAuthority".to_owned(), json!(pem(chain)?));
        }
        spec.insert("pki".to_owned(), pki);
    } else if timestamp_certificate_chain.is_some() {
        let text = "`--timestamp-certificate-chain` stands beside `--ca-roots` or \
                    `--certificate-chain`; a `--trusted-root` has its own timestamp authorities";
        return Err(Failure::Usage(text.to_owned()));
    }
    match trusted_root {
        Some(file) => {
            spec.insert("sigstore".to_owned(), json!({"trustedRoot": trusted(file)?}));
        }
        None if roots.is_none() && arguments.key.is_none() => {
            spec.insert("sigstore".to_owned(), json!({"instance": "public-good"}));
        }
        None => {}
    }
    Ok(if spec.is_empty() { None } else { Some(Value::Object(spec)) })
}

/// The root, which stands last, and what is before it.
fn split(chain: &str) -> (Option<String>, Option<String>) {
    const BEGIN: &str = "-----BEGIN ";
    match chain.rfind(BEGIN).and_then(|start| chain.split_at_checked(start)) {
        Some((before, root)) if before.contains(BEGIN) => {
            (Some(root.to_owned()), Some(before.to_owned()))
        }
        _ => (Some(chain.to_owned()), None),
    }
}

fn key(file: &str) -> Result<String, Failure> {
    const ELSEWHERE: [&str; 9] = [
        "awskms://",
        "gcpkms://",
        "azurekms://",
        "hashivault://",
        "k8s://",
        "gitlab://",
        "env://",
        "https://",
        "http://",
    ];
    if ELSEWHERE.iter().any(|scheme| file.starts_with(scheme)) {
        let text = format!(
            "`--key {file}`: keys are read from files alone; `cosign public-key --key {file}` writes one"
        );
        return Err(Failure::Usage(text));
    }
    let text = pem(Path::new(file))?;
    match TrustedKey::from_pem(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Usage(format!("`--key {file}`: {error}"))),
    }
}

fn trusted(file: &Path) -> Result<String, Failure> {
    let text = text(file, MAX_TRUSTED_ROOT_BYTES)?;
    match TrustedRoot::parse(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Usage(format!("`--trusted-root {}`: {error}", file.display()))),
    }
}

fn pem(file: &Path) -> Result<String, Failure> {
    /// A few certificates.
    const MOST: usize = 16 * MAX_PEM_BYTES;
    text(file, MOST)
}

fn text(file: &Path, most: usize) -> Result<String, Failure> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let bytes = read_file(file, most).map_err(|error| Failure::Unreadable(error.to_string()))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::Usage(format!("{}: it is not text", file.display())))
}
