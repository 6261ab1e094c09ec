//! `sigstoreSigned`: whose signatures, and what their log is verified with.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::failing;
use super::model::{Fulcio, Requirement};
use crate::import::load::Work;
use crate::import::supplied::Supplied;
use crate::import::{pem, trusted_root};
use crate::policy::ForeignDocument;
use crate::policy::model::{
    Authority, ContainersIdentity, Family, Key, KeySet, Keyless, LogUse, Metadata, Name, Pki,
    Requirement as Require, Scope, SignatureRule, SignedIdentity, SigstoreRoot, TrustRoot,
    TrustRootSpec,
};
use crate::verify::PublicKey;

/// The policy of one scope in the making.
pub(super) struct Making<'m, 's> {
    position: usize,
    document: &'m ForeignDocument<'s>,
    name: &'m Name,
    supplied: &'m Supplied<'s>,
    work: &'m mut Work,
    authorities: BTreeMap<Name, Authority>,
}

/// What is not taken, and what to do.
type Untaken = (String, Option<&'static str>);

const HAND_IN: &str = "hand in the file beside the policy, under this path";

impl<'m, 's> Making<'m, 's> {
    pub(super) fn new(
        position: usize,
        document: &'m ForeignDocument<'s>,
        name: &'m Name,
        supplied: &'m Supplied<'s>,
        work: &'m mut Work,
    ) -> Self {
        Self { position, document, name, supplied, work, authorities: BTreeMap::new() }
    }

    pub(super) fn finish(self) -> BTreeMap<Name, Authority> {
        self.authorities
    }

    pub(super) fn inexact(&mut self, path: &str, detail: &str) {
        self.work.inexact(self.document, path, detail);
    }

    /// A check that fails, for something that is not taken.
    pub(super) fn untaken(
        &mut self,
        path: &str,
        detail: String,
        help: Option<&'static str>,
    ) -> Family {
        self.work.not_taken(self.document, path, &detail, help);
        failing(detail)
    }

    pub(super) fn signed(&mut self, path: &str, one: &Requirement) -> Family {
        let name = Name::numbered("signer", self.authorities.len());
        let authority = match self.authority(one) {
            Ok(authority) => authority,
            Err((detail, help)) => return self.untaken(path, detail, help),
        };
        self.authorities.insert(name.clone(), authority);
        let identity = one.signed_identity.clone();
        let identity = identity.unwrap_or(ContainersIdentity::MatchRepoDigestOrExact {});
        Family::Signature(SignatureRule {
            require: Require::AnyOf(vec![name]),
            signed_identity: Some(SignedIdentity::Containers(identity)),
            annotations: BTreeMap::new(),
            scope: Some(Scope::Index),
        })
    }

    fn authority(&mut self, one: &Requirement) -> Result<Authority, Untaken> {
        let logs = self.texts(
            each(&one.rekor_public_key_path, &one.rekor_public_key_paths),
            each(&one.rekor_public_key_data, &one.rekor_public_key_datas),
        )?;
        if one.pki.is_some() {
            let detail = "certificates without a proof of when they were used (`pki`) do not count";
            return Err((detail.to_owned(), None));
        }
        if let Some(fulcio) = &one.fulcio {
            return self.keyless(fulcio, &logs);
        }
        let keys =
            self.texts(each(&one.key_path, &one.key_paths), each(&one.key_data, &one.key_datas))?;
        for key in &keys {
            PublicKey::from_pem(key).map_err(|error| (error.to_string(), None))?;
        }
        let root = match logs.is_empty() {
            true => None,
            false => Some(self.trust_root(&logs, None)?),
        };
        let log = if root.is_some() { LogUse::Required } else { LogUse::Ignore };
        let mut keys: Vec<Key> = keys.into_iter().map(key).collect();
        let several = keys.len() > 1;
        Ok(Authority {
            key: if several { None } else { keys.pop() },
            keys: several.then_some(KeySet(keys)),
            log: Some(log),
            log_trust_root: root,
            ..nobody()
        })
    }

    fn keyless(&mut self, fulcio: &Fulcio, logs: &[String]) -> Result<Authority, Untaken> {
        let roots = self.texts(each(&fulcio.ca_path, &None), each(&fulcio.ca_data, &None))?;
        let pki = Pki { roots: roots.concat(), intermediates: None, timestamp_authority: None };
        let trust_root = self.trust_root(logs, Some(pki))?;
        let keyless = Keyless {
            issuer: Some(fulcio.issuer.clone()),
            subject: Some(fulcio.email.clone()),
            any_repository: crate::policy::model::vouches_for_builds(&fulcio.issuer)
                .then_some(true),
            ..Keyless::of(trust_root)
        };
        Ok(Authority { keyless: Some(Box::new(keyless)), ..nobody() })
    }

    /// A document with the logs of these keys, and maybe certificate authorities.
    fn trust_root(&mut self, logs: &[String], pki: Option<Pki>) -> Result<Name, Untaken> {
        let mut listed: Vec<Value> = Vec::new();
        for log in logs {
            let blocks = pem::blocks(log, "PUBLIC KEY").map_err(|detail| (detail, None))?;
            listed.extend(blocks.iter().map(|key| trusted_root::log("", key)));
        }
        let root = json!({"mediaType": trusted_root::MEDIA_TYPE, "tlogs": listed});
        let sigstore = SigstoreRoot { instance: None, trusted_root: Some(root.to_string()) };
        let spec = TrustRootSpec {
            keys: BTreeMap::new(),
            revoked: Vec::new(),
            sigstore: Some(sigstore),
            pki,
        };
        let name = Name::numbered(self.name.as_str(), self.authorities.len());
        let metadata = Metadata { name: name.clone(), version: None, description: None };
        self.work.made.trust_roots.push((self.position, TrustRoot { metadata, spec }));
        Ok(name)
    }

    /// The texts of files and of Base64.
    fn texts(&self, paths: Vec<&str>, datas: Vec<&str>) -> Result<Vec<String>, Untaken> {
        let mut texts = Vec::new();
        for path in paths {
            let absent = || (format!("the file `{path}` is not at hand"), Some(HAND_IN));
            texts.push(self.supplied.file(path).ok_or_else(absent)?.to_owned());
        }
        for data in datas {
            let broken = |detail: String| (format!("data that is {detail}"), None);
            let bytes =
                STANDARD.decode(data).map_err(|error| broken(format!("not base64: {error}")))?;
            texts.push(String::from_utf8(bytes).map_err(|_| broken("not text".to_owned()))?);
        }
        Ok(texts)
    }
}

/// The values of a key and of its plural.
fn each<'o>(one: &'o Option<String>, several: &'o Option<Vec<String>>) -> Vec<&'o str> {
    one.iter().chain(several.iter().flatten()).map(String::as_str).collect()
}

fn key(pem: String) -> Key {
    Key {
        pem: Some(pem),
        trust_root: None,
        name: None,
        padding: None,
        not_before: None,
        not_after: None,
        compromised_at: None,
    }
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
