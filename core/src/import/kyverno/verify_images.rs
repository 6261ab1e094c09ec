//! What a `verifyImages` rule of Kyverno asks, typed. Who has signed what is judged elsewhere.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One entry of `verifyImages` (kyverno.io/v1 `ImageVerification`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyImages {
    /// Which images, with Kyverno's wildcards.
    #[serde(default)]
    pub image_references: Vec<String>,
    /// Which of these not.
    #[serde(default)]
    pub skip_image_references: Vec<String>,
    /// In which form signatures are looked for.
    #[serde(default, rename = "type")]
    pub format: SignatureFormat,
    /// All sets must hold.
    #[serde(default)]
    pub attestors: Vec<AttestorSet>,
    /// Statements that must be there.
    #[serde(default)]
    pub attestations: Vec<Attestation>,
    /// Annotations that each signature must carry.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Where signatures lie, if not beside the image.
    pub repository: Option<String>,
    /// Whether a tag is to be replaced by its digest.
    #[serde(default = "yes")]
    pub mutate_digest: bool,
    /// Whether an image must be named by digest.
    #[serde(default = "yes")]
    pub verify_digest: bool,
    /// Whether an image that was not verified is refused.
    #[serde(default = "yes")]
    pub required: bool,
    /// `cosignOCI11`: signatures are referrers.
    #[serde(default, rename = "cosignOCI11")]
    pub cosign_oci_11: bool,
    /// `Audit` or `Enforce`; else the policy's.
    pub failure_action: Option<String>,
    /// Checks on all images that were verified.
    pub validate: Option<Value>,
    /// Whether an earlier answer may be used; cocket keeps none.
    pub use_cache: Option<bool>,
    /// How to reach the registry; cocket is handed the evidence.
    pub image_registry_credentials: Option<Value>,
    /// The old form of `imageReferences`.
    pub image: Option<String>,
    /// The old form of one attestor with a key.
    pub key: Option<String>,
    /// The old form of one keyless attestor.
    pub issuer: Option<String>,
    /// The old form of one keyless attestor.
    pub subject: Option<String>,
    /// The old form of one keyless attestor.
    pub roots: Option<String>,
    /// The old form of one keyless attestor.
    #[serde(default)]
    pub additional_extensions: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// In which form signatures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum SignatureFormat {
    /// cosign's own layout.
    #[default]
    Cosign,
    /// Sigstore bundles.
    SigstoreBundle,
    /// Notary v2.
    Notary,
}

/// Several attestors, of whom some must have signed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestorSet {
    /// How many; all if it is not said.
    pub count: Option<u32>,
    /// The attestors.
    #[serde(default)]
    pub entries: Vec<Attestor>,
}

impl AttestorSet {
    /// How many entries must hold.
    #[must_use]
    pub fn required(&self) -> usize {
        let all = self.entries.len();
        self.count.map_or(all, |count| usize::try_from(count).unwrap_or(all)).max(1)
    }
}

/// One attestor: exactly one of the four is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attestor {
    /// Keys.
    pub keys: Option<Keys>,
    /// An identity of Fulcio's.
    pub keyless: Option<Keyless>,
    /// A certificate, perhaps with its chain.
    pub certificates: Option<Certificates>,
    /// A set in a set.
    #[serde(rename = "attestor")]
    pub nested: Option<Box<AttestorSet>>,
    /// Annotations that the signature must carry.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Where this attestor's signatures lie.
    pub repository: Option<String>,
}

/// Keys (kyverno.io/v1 `StaticKeyAttestor`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keys {
    /// One or several in PEM, `k8s://namespace/secret`, or a KMS.
    pub public_keys: Option<String>,
    /// `sha256` (the default), `sha224`, `sha384`, `sha512`.
    pub signature_algorithm: Option<String>,
    /// A key in a KMS.
    pub kms: Option<String>,
    /// A secret of the cluster that holds the key.
    pub secret: Option<Secret>,
    /// What is asked of the transparency log.
    pub rekor: Option<Rekor>,
    /// What is asked of certificates' log.
    pub ctlog: Option<CtLog>,
}

/// A secret of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

/// An identity of Fulcio's (kyverno.io/v1 `KeylessAttestor`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keyless {
    /// The issuer, exactly or with wildcards.
    pub issuer: Option<String>,
    /// The issuer as a regular expression.
    pub issuer_reg_exp: Option<String>,
    /// The subject, exactly or with wildcards.
    pub subject: Option<String>,
    /// The subject as a regular expression.
    pub subject_reg_exp: Option<String>,
    /// Root certificates in PEM, else Fulcio's.
    pub roots: Option<String>,
    /// Further extensions of the certificate.
    #[serde(default)]
    pub additional_extensions: BTreeMap<String, String>,
    /// What is asked of the transparency log.
    pub rekor: Option<Rekor>,
    /// What is asked of certificates' log.
    pub ctlog: Option<CtLog>,
}

/// A certificate (kyverno.io/v1 `CertificateAttestor`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificates {
    /// In PEM.
    pub cert: Option<String>,
    /// Its chain, in PEM.
    pub cert_chain: Option<String>,
    /// What is asked of the transparency log.
    pub rekor: Option<Rekor>,
    /// What is asked of certificates' log.
    pub ctlog: Option<CtLog>,
}

/// The transparency log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rekor {
    /// Its address.
    pub url: Option<String>,
    /// Its key, in PEM.
    pub pubkey: Option<String>,
    /// Whether entries are not asked for.
    #[serde(default)]
    pub ignore_tlog: bool,
}

/// The log of certificates, and timestamps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CtLog {
    /// Whether certificates need no proof of their log.
    #[serde(default, rename = "ignoreSCT")]
    pub ignore_sct: bool,
    /// Its key, in PEM.
    pub pubkey: Option<String>,
    /// The chain of a timestamp authority, in PEM.
    pub tsa_cert_chain: Option<String>,
}

/// A statement that must be there (kyverno.io/v1 `Attestation`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attestation {
    /// The name under which `validate` knows it.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The old name of `type`.
    pub predicate_type: Option<String>,
    /// Who must have signed it.
    #[serde(default)]
    pub attestors: Vec<AttestorSet>,
    /// What the predicate must say: groups of `any` and `all`, as in preconditions.
    #[serde(default)]
    pub conditions: Vec<Value>,
}

impl Attestation {
    /// The predicate's type, by either name.
    #[must_use]
    pub fn predicate(&self) -> Option<&str> {
        self.kind.as_deref().or(self.predicate_type.as_deref())
    }
}

impl VerifyImages {
    /// Reads one entry of `verifyImages`.
    ///
    /// ```
    /// use cocket::import::kyverno::VerifyImages;
    /// let entry = serde_json::json!({"imageReferences": ["ghcr.io/acme/*"]});
    /// assert!(VerifyImages::read(&entry).unwrap().required);
    /// ```
    ///
    /// # Errors
    /// The path inside the entry and what is wrong there; a key that is not known is an error,
    /// for it may ask for something.
    pub fn read(entry: &Value) -> Result<Self, (String, String)> {
        let mut read: Self = serde_path_to_error::deserialize(entry)
            .map_err(|error| (error.path().to_string(), error.inner().to_string()))?;
        read.take_old_forms();
        Ok(read)
    }

    /// Moves what Kyverno once called otherwise to its present place.
    fn take_old_forms(&mut self) {
        self.image_references.extend(self.image.take());
        let key = self.key.take().map(|key| Attestor {
            keys: Some(Keys {
                public_keys: Some(key),
                signature_algorithm: None,
                kms: None,
                secret: None,
                rekor: None,
                ctlog: None,
            }),
            ..Attestor::NONE
        });
        let is_keyless = self.issuer.is_some() || self.subject.is_some() || self.roots.is_some();
        let keyless = is_keyless.then(|| Attestor {
            keyless: Some(Keyless {
                issuer: self.issuer.take(),
                issuer_reg_exp: None,
                subject: self.subject.take(),
                subject_reg_exp: None,
                roots: self.roots.take(),
                additional_extensions: std::mem::take(&mut self.additional_extensions),
                rekor: None,
                ctlog: None,
            }),
            ..Attestor::NONE
        });
        for attestor in [key, keyless].into_iter().flatten() {
            self.attestors.push(AttestorSet { count: None, entries: vec![attestor] });
        }
    }
}

impl Attestor {
    pub(in crate::import) const NONE: Self = Self {
        keys: None,
        keyless: None,
        certificates: None,
        nested: None,
        annotations: BTreeMap::new(),
        repository: None,
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SignatureFormat, VerifyImages};

    #[test]
    fn the_old_forms_become_the_new_ones() {
        let entry = json!({"image": "a/*", "key": "PEM", "type": "SigstoreBundle"});
        let read = VerifyImages::read(&entry).unwrap();
        assert_eq!(read.image_references, ["a/*"]);
        assert_eq!(read.format, SignatureFormat::SigstoreBundle);
        let keys = read.attestors[0].entries[0].keys.as_ref().unwrap();
        assert_eq!(keys.public_keys.as_deref(), Some("PEM"));
        assert_eq!(read.attestors[0].required(), 1);
    }

    #[test]
    fn an_unknown_key_names_its_place() {
        let entry = json!({"attestors": [{"entries": [{"keys": {"publicKey": "x"}}]}]});
        let (path, detail) = VerifyImages::read(&entry).unwrap_err();
        assert_eq!(path, "attestors[0].entries[0].keys.publicKey");
        assert!(detail.contains("unknown field"), "{detail}");
    }
}
