//! `TrustRoot` of policy-controller, and what of it can be used without a network.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::Faults;
use super::model::ObjectMeta;
use crate::import::{pem, trusted_root};
use crate::policy::PolicyErrorKind as Kind;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TrustRootDocument {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    pub(super) metadata: ObjectMeta,
    #[serde(default)]
    spec: Spec,
    #[serde(default, rename = "status")]
    _status: IgnoredAny,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    remote: Option<Remote>,
    #[serde(default)]
    repository: Option<Repository>,
    #[serde(default)]
    sigstore_keys: Option<SigstoreKeys>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Remote {
    #[serde(default)]
    root: String,
    #[serde(default)]
    mirror: String,
    #[serde(default, rename = "targets")]
    _targets: String,
    #[serde(default, rename = "trustedRootTarget")]
    _trusted_root_target: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Repository {
    #[serde(default)]
    root: String,
    #[serde(default, rename = "mirrorFS")]
    mirror_fs: String,
    #[serde(default)]
    targets: String,
    #[serde(default, rename = "trustedRootTarget")]
    _trusted_root_target: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SigstoreKeys {
    #[serde(default)]
    certificate_authorities: Vec<CertificateAuthority>,
    #[serde(default, rename = "tLogs")]
    logs: Vec<Log>,
    #[serde(default, rename = "ctLogs")]
    certificate_logs: Vec<Log>,
    #[serde(default)]
    timestamp_authorities: Vec<CertificateAuthority>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CertificateAuthority {
    #[serde(default)]
    subject: Subject,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    cert_chain: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Subject {
    #[serde(default)]
    organization: String,
    #[serde(default)]
    common_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Log {
    #[serde(default, rename = "baseURL")]
    base_url: String,
    #[serde(default)]
    hash_algorithm: String,
    #[serde(default)]
    public_key: String,
}

impl TrustRootDocument {
    /// The trusted root in sigstore's own form (`trusted_root.json`); `None` for a TUF repository.
    pub(super) fn trusted_root(&self, faults: &mut Faults) -> Option<Value> {
        const KINDS: [&str; 3] = ["repository", "remote", "sigstoreKeys"];
        match (&self.spec.remote, &self.spec.repository, &self.spec.sigstore_keys) {
            (Some(remote), None, None) => {
                if remote.mirror.is_empty() {
                    faults.missing("spec.remote", &["mirror"]);
                }
                root("spec.remote", &remote.root, faults);
                None
            }
            (None, Some(repository), None) => {
                for (key, value) in
                    [("targets", &repository.targets), ("mirrorFS", &repository.mirror_fs)]
                {
                    if value.is_empty() {
                        faults.missing("spec.repository", &[key]);
                    }
                }
                root("spec.repository", &repository.root, faults);
                None
            }
            (None, None, Some(keys)) => Some(keys.trusted_root("spec.sigstoreKeys", faults)),
            (None, None, None) => {
                faults.one_of("spec", &KINDS, false);
                None
            }
            _ => {
                faults.one_of("spec", &KINDS, true);
                None
            }
        }
    }
}

/// The TUF root that a repository starts from.
fn root(path: &str, text: &str, faults: &mut Faults) {
    if text.is_empty() {
        return faults.missing(path, &["root"]);
    }
    let root = decoded(text).and_then(|bytes| {
        serde_json::from_slice::<Value>(&bytes).map_err(|error| format!("not JSON: {error}"))
    });
    match root {
        Err(detail) => faults.value(&format!("{path}.root"), detail),
        Ok(root) if root.get("signatures").is_none_or(Value::is_null) => {
            faults.add(Kind::MissingKey, &format!("{path}.root"), "it has no `signatures`".into());
        }
        Ok(_) => {}
    }
}

impl SigstoreKeys {
    fn trusted_root(&self, path: &str, faults: &mut Faults) -> Value {
        if self.certificate_authorities.is_empty() && self.timestamp_authorities.is_empty() {
            faults.one_of(path, &["certificateAuthorities", "timestampAuthorities"], false);
        }
        let mut authorities = |name: &str, list: &[CertificateAuthority]| -> Vec<Value> {
            let each = list.iter().enumerate();
            each.map(|(at, one)| one.json(&format!("{path}.{name}[{at}]"), faults)).collect()
        };
        let certificate = authorities("certificateAuthorities", &self.certificate_authorities);
        let timestamp = authorities("timestampAuthorities", &self.timestamp_authorities);
        let mut logs = |name: &str, list: &[Log]| -> Vec<Value> {
            let each = list.iter().enumerate();
            each.map(|(at, one)| one.json(&format!("{path}.{name}[{at}]"), faults)).collect()
        };
        let (certificate_logs, logs) =
            (logs("ctLogs", &self.certificate_logs), logs("tLogs", &self.logs));
        json!({
            "mediaType": trusted_root::MEDIA_TYPE,
            "certificateAuthorities": certificate,
            "timestampAuthorities": timestamp,
            "ctlogs": certificate_logs,
            "tlogs": logs,
        })
    }
}

impl CertificateAuthority {
    fn json(&self, path: &str, faults: &mut Faults) -> Value {
        for (key, value) in [
            ("organization", &self.subject.organization),
            ("commonName", &self.subject.common_name),
        ] {
            if value.is_empty() {
                faults.missing(&format!("{path}.subject"), &[key]);
            }
        }
        for (key, value) in [("uri", &self.uri), ("certChain", &self.cert_chain)] {
            if value.is_empty() {
                faults.missing(path, &[key]);
            }
        }
        let chain = match self.cert_chain.as_str() {
            "" => Ok(Vec::new()),
            chain => text(chain).and_then(|text| pem::blocks(&text, "CERTIFICATE")),
        };
        let chain = chain.unwrap_or_else(|detail| {
            faults.value(&format!("{path}.certChain"), detail);
            Vec::new()
        });
        let certificates: Vec<Value> =
            chain.iter().map(|der| json!({"rawBytes": STANDARD.encode(der)})).collect();
        json!({
            "subject": {
                "organization": self.subject.organization,
                "commonName": self.subject.common_name,
            },
            "uri": self.uri,
            "certChain": {"certificates": certificates},
            "validFor": {"start": trusted_root::SINCE},
        })
    }
}

impl Log {
    fn json(&self, path: &str, faults: &mut Faults) -> Value {
        for (key, value) in [
            ("baseURL", &self.base_url),
            ("hashAlgorithm", &self.hash_algorithm),
            ("publicKey", &self.public_key),
        ] {
            if value.is_empty() {
                faults.missing(path, &[key]);
            }
        }
        let key = match self.public_key.as_str() {
            "" => Ok(Vec::new()),
            key => text(key).and_then(|text| pem::blocks(&text, "PUBLIC KEY")),
        };
        let der = match key.as_deref() {
            Ok([only]) => only.clone(),
            Ok(_) => Vec::new(),
            Err(detail) => {
                faults.value(&format!("{path}.publicKey"), detail.clone());
                Vec::new()
            }
        };
        let mut json = trusted_root::log(&self.base_url, &der);
        // Other algorithms are refused by whoever uses the log.
        if let Some(algorithm) = json.get_mut("hashAlgorithm") {
            *algorithm = algorithm_name(&self.hash_algorithm).into();
        }
        json
    }
}

fn algorithm_name(algorithm: &str) -> &'static str {
    match algorithm {
        "sha-256" | "sha256" => "SHA2_256",
        "sha-384" | "sha384" => "SHA2_384",
        "sha-512" | "sha512" => "SHA2_512",
        _ => "HASH_ALGORITHM_UNSPECIFIED",
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    let base64: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(base64).map_err(|error| format!("not base64: {error}"))
}

fn text(base64: &str) -> Result<String, String> {
    String::from_utf8(decoded(base64)?).map_err(|_| "not text".to_owned())
}
