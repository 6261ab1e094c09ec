//! The attestors of an `ImageValidatingPolicy`, as authorities of our own, and its attestations.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::import::kyverno::verify::trust::{self, Made, Root, Untaken};
use crate::import::kyverno::verify_images::{
    Attestor as KyvernoAttestor, Certificates, CtLog, Keyless, Keys, Rekor,
};
use crate::import::supplied::Supplied;
use crate::policy::model::{Authority, Name, PredicateType, SigstoreRoot, TrustRootSpec};

/// What a policy names, by the names that its expressions use.
#[derive(Debug, Clone, Default)]
pub(in crate::import) struct Attestors {
    attestors: BTreeMap<String, Result<Attestor, String>>,
    attestations: BTreeMap<String, Result<PredicateType, String>>,
    authorities: BTreeMap<Name, Authority>,
}

/// One attestor: any of its authorities stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attestor {
    pub(super) authorities: Vec<Name>,
    pub(super) annotations: BTreeMap<String, String>,
}

/// A part that is not taken, or that means something slightly different.
#[derive(Debug)]
pub(in crate::import) struct Remark {
    pub(in crate::import) path: String,
    pub(in crate::import) detail: String,
    pub(in crate::import) help: Option<&'static str>,
    pub(in crate::import) is_taken: bool,
}

/// An entry of `attestors` (policies.kyverno.io `Attestor`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    cosign: Option<Cosign>,
    #[serde(default)]
    notary: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cosign {
    #[serde(default)]
    key: Option<Key>,
    #[serde(default)]
    keyless: Option<Identities>,
    #[serde(default)]
    certificate: Option<Certificate>,
    #[serde(default)]
    source: Option<Value>,
    #[serde(default)]
    ctlog: Option<Log>,
    #[serde(default)]
    tuf: Option<Value>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default)]
    trusted_root: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Key {
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    kms: Option<String>,
    #[serde(default)]
    hash_algorithm: Option<String>,
    #[serde(default)]
    expression: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Identities {
    identities: Vec<Identity>,
    #[serde(default)]
    roots: Option<String>,
    #[serde(default)]
    additional_extensions: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Identity {
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    issuer_reg_exp: Option<String>,
    #[serde(default)]
    subject_reg_exp: Option<String>,
    #[serde(default)]
    subject_expression: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Certificate {
    #[serde(default)]
    cert: Option<Text>,
    #[serde(default)]
    cert_chain: Option<Text>,
}

/// A text, or an expression that makes one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    expression: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    #[serde(default)]
    url: Option<String>,
    #[serde(default, rename = "rekorPubKey")]
    rekor_key: Option<String>,
    #[serde(default, rename = "ctLogPubKey")]
    ct_log_key: Option<String>,
    #[serde(default, rename = "tsaCertChain")]
    tsa_chain: Option<String>,
    #[serde(default, rename = "insecureIgnoreTlog")]
    ignore_tlog: bool,
    #[serde(default, rename = "insecureIgnoreSCT")]
    ignore_sct: bool,
}

impl Attestors {
    /// Reads `attestors` and `attestations` of `spec`. What is not taken is remarked on, and is an
    /// error where an expression asks for it; `install` gives a root of trust its name.
    pub(in crate::import) fn read(
        spec: &Value,
        supplied: &Supplied<'_>,
        install: &mut dyn FnMut(Root) -> Name,
    ) -> (Self, Vec<Remark>) {
        let (mut read, mut remarks) = (Self::default(), Vec::new());
        let listed = |key| spec.get(key).and_then(Value::as_array).into_iter().flatten();
        for (position, one) in listed("attestors").enumerate() {
            let path = format!("spec.attestors[{position}]");
            let made = read.entry(one, &path, supplied, install, &mut remarks);
            let made = made.map_err(|untaken| noted(&path, untaken, &mut remarks));
            read.attestors.insert(named(one), made);
        }
        for (position, one) in listed("attestations").enumerate() {
            let path = format!("spec.attestations[{position}]");
            let kind = attestation(one).map_err(|untaken| noted(&path, untaken, &mut remarks));
            read.attestations.insert(named(one), kind);
        }
        (read, remarks)
    }

    pub(in crate::import) fn authorities(&self) -> Vec<(&Name, &Authority)> {
        self.authorities.iter().collect()
    }

    pub(super) fn attestor(&self, name: &str) -> Result<&Attestor, String> {
        match self.attestors.get(name) {
            None => Err(format!("attestor not found in policy: {name}")),
            Some(attestor) => attestor.as_ref().map_err(Clone::clone),
        }
    }

    pub(super) fn attestation(&self, name: &str) -> Result<&PredicateType, String> {
        match self.attestations.get(name) {
            None => Err(format!("attestation not found in policy: {name}")),
            Some(kind) => kind.as_ref().map_err(Clone::clone),
        }
    }

    fn entry(
        &mut self,
        entry: &Value,
        path: &str,
        supplied: &Supplied<'_>,
        install: &mut dyn FnMut(Root) -> Name,
        remarks: &mut Vec<Remark>,
    ) -> Result<Attestor, Untaken> {
        let entry = Entry::deserialize(entry).map_err(|error| untaken("", error.to_string()))?;
        if entry.name.is_empty() || self.attestors.contains_key(&entry.name) {
            return Err(untaken("name", format!("`{}` is no name of its own", entry.name)));
        }
        let cosign = match (entry.cosign, entry.notary) {
            (Some(cosign), None) => cosign,
            (None, Some(_)) => {
                return Err(untaken("notary", "signatures of Notary are not verified".to_owned()));
            }
            _ => return Err(untaken("", "one of `cosign` and `notary` is expected".to_owned())),
        };
        if cosign.tuf.is_some() {
            let detail = "a repository of trust roots would have to be asked over the network";
            let help = Some("write its `trusted_root.json` as `trustedRoot`");
            return Err(Untaken { path: "cosign.tuf", detail: detail.to_owned(), help });
        }
        if cosign.source.is_some() {
            remarks.push(Remark {
                path: format!("{path}.cosign.source"),
                detail: "signatures count wherever they were found; gather them from there"
                    .to_owned(),
                help: None,
                is_taken: true,
            });
        }
        let root = own_root(cosign.trusted_root.as_ref())?;
        let log = cosign.ctlog.unwrap_or_default();
        let annotations = cosign.annotations;
        let mut authorities = Vec::new();
        for one in each(cosign.key, cosign.keyless, cosign.certificate, &log)? {
            for made in trust::authorities(&one, supplied).map_err(placed)? {
                let Made { authority, root: needed } = made;
                let root = needed.map(|needed| root.clone().map_or(needed, Root::Own));
                let authority = trust::with_root(authority, root.map(&mut *install));
                let name = Name::numbered("attestor", self.authorities.len());
                self.authorities.insert(name.clone(), authority);
                authorities.push(name);
            }
        }
        Ok(Attestor { authorities, annotations })
    }
}

/// What is not taken, by the names that it has here.
fn placed(untaken: Untaken) -> Untaken {
    let path = match untaken.path {
        "keys.signatureAlgorithm" => "cosign.key.hashAlgorithm",
        path if path.starts_with("keys") => "cosign.key",
        path if path.starts_with("keyless") => "cosign.keyless",
        path if path.starts_with("certificates") => "cosign.certificate",
        _ => "cosign",
    };
    Untaken { path, ..untaken }
}

/// The trust root that stands in the policy.
fn own_root(text: Option<&Text>) -> Result<Option<Box<TrustRootSpec>>, Untaken> {
    let Some(text) = text else { return Ok(None) };
    let json = written(text, "cosign.trustedRoot")?;
    Ok(Some(Box::new(TrustRootSpec {
        keys: BTreeMap::new(),
        revoked: Vec::new(),
        sigstore: Some(SigstoreRoot { instance: None, trusted_root: Some(json) }),
        pki: None,
    })))
}

/// What an attestor names, one by one, as `verifyImages` writes it.
fn each(
    key: Option<Key>,
    keyless: Option<Identities>,
    certificate: Option<Certificate>,
    log: &Log,
) -> Result<Vec<KyvernoAttestor>, Untaken> {
    match (key, keyless, certificate) {
        (Some(key), None, None) => Ok(vec![keyed(key, log)?]),
        (None, Some(keyless), None) => identities(keyless, log),
        (None, None, Some(certificate)) => {
            let text = |text: Option<&Text>| text.map(|text| written(text, "cosign.certificate"));
            let certificates = Certificates {
                cert: text(certificate.cert.as_ref()).transpose()?,
                cert_chain: text(certificate.cert_chain.as_ref()).transpose()?,
                rekor: Some(log.rekor()),
                ctlog: Some(log.ct_log()),
            };
            let certificates = Some(certificates);
            Ok(vec![KyvernoAttestor { certificates, ..KyvernoAttestor::NONE }])
        }
        _ => {
            let detail = "one of `key`, `keyless` and `certificate` is expected";
            Err(untaken("cosign", detail.to_owned()))
        }
    }
}

fn keyed(key: Key, log: &Log) -> Result<KyvernoAttestor, Untaken> {
    if key.expression.is_some() {
        let detail = "a key that an expression makes is not taken".to_owned();
        let help = Some("write the public key in its place");
        return Err(Untaken { path: "cosign.key.expression", detail, help });
    }
    let keys = Keys {
        public_keys: key.data,
        kms: key.kms,
        signature_algorithm: key.hash_algorithm,
        secret: None,
        rekor: Some(log.rekor()),
        ctlog: Some(log.ct_log()),
    };
    Ok(KyvernoAttestor { keys: Some(keys), ..KyvernoAttestor::NONE })
}

/// Any of the identities is one of the attestor.
fn identities(keyless: Identities, log: &Log) -> Result<Vec<KyvernoAttestor>, Untaken> {
    if keyless.identities.is_empty() {
        let detail = "no identity is named".to_owned();
        return Err(untaken("cosign.keyless.identities", detail));
    }
    let mut each = Vec::new();
    for identity in keyless.identities {
        if identity.subject_expression.is_some() {
            let detail = "a subject that an expression makes is not taken".to_owned();
            return Err(untaken("cosign.keyless.identities", detail));
        }
        let (issuer, issuer_reg_exp) = exactly(identity.issuer, identity.issuer_reg_exp);
        let (subject, subject_reg_exp) = exactly(identity.subject, identity.subject_reg_exp);
        let keyless = Keyless {
            issuer,
            issuer_reg_exp,
            subject,
            subject_reg_exp,
            roots: keyless.roots.clone(),
            additional_extensions: keyless.additional_extensions.clone(),
            rekor: Some(log.rekor()),
            ctlog: Some(log.ct_log()),
        };
        each.push(KyvernoAttestor { keyless: Some(keyless), ..KyvernoAttestor::NONE });
    }
    Ok(each)
}

/// A text here means itself, where `verifyImages` knows wildcards. An expression beside it holds
/// alone there as well.
fn exactly(text: Option<String>, regex: Option<String>) -> (Option<String>, Option<String>) {
    match (text, regex) {
        (Some(text), None) if text.contains(['*', '?']) => {
            (None, Some(format!("^{}$", regex::escape(&text))))
        }
        both => both,
    }
}

impl Log {
    fn rekor(&self) -> Rekor {
        Rekor {
            url: self.url.clone(),
            pubkey: self.rekor_key.clone(),
            ignore_tlog: self.ignore_tlog,
        }
    }

    fn ct_log(&self) -> CtLog {
        CtLog {
            ignore_sct: self.ignore_sct,
            pubkey: self.ct_log_key.clone(),
            tsa_cert_chain: self.tsa_chain.clone(),
        }
    }
}

fn attestation(entry: &Value) -> Result<PredicateType, Untaken> {
    if entry.get("referrer").is_some() {
        let detail = "artifacts that only refer to the image, and are signed by Notary, are not \
                      verified";
        return Err(untaken("referrer", detail.to_owned()));
    }
    let kind = entry.pointer("/intoto/type").and_then(Value::as_str).unwrap_or_default();
    PredicateType::try_from(kind.to_owned()).map_err(|detail| untaken("intoto.type", detail))
}

fn named(entry: &Value) -> String {
    entry.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn written(text: &Text, path: &'static str) -> Result<String, Untaken> {
    match (&text.value, &text.expression) {
        (Some(value), None) => Ok(value.clone()),
        _ => Err(untaken(path, "only a `value` is taken, no expression".to_owned())),
    }
}

fn untaken(path: &'static str, detail: String) -> Untaken {
    Untaken { path, detail, help: None }
}

/// The remark about a part that is not taken; what its use is told.
fn noted(path: &str, untaken: Untaken, remarks: &mut Vec<Remark>) -> String {
    let Untaken { path: place, detail, help } = untaken;
    let path = match place {
        "" => path.to_owned(),
        place => format!("{path}.{place}"),
    };
    remarks.push(Remark { path, detail: detail.clone(), help, is_taken: false });
    detail
}
