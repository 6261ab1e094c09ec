//! Authorities: who may vouch, with the keys and verifiers that prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Fault;
use crate::evaluate::Verifiers;
use crate::facts::Authority;
use crate::policy::Policies;
use crate::policy::model::{self, ImagePolicy, Key, LogUse, Name, Requirement};
use crate::verify::{KeyVerifier, Revoked, SignatureVerifier, TrustedKey};

/// The authorities of all policies; equal ones are verified once.
pub(super) struct Authorities<'a> {
    policies: &'a Policies,
    verifiers: &'a Verifiers,
    found: Vec<Arc<Authority>>,
}

impl<'a> Authorities<'a> {
    pub(super) fn new(policies: &'a Policies, verifiers: &'a Verifiers) -> Self {
        Self { policies, verifiers, found: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Arc<Authority>> {
        self.found
    }

    /// The authorities that a requirement names, each with its party.
    pub(super) fn named(
        &mut self,
        require: &Requirement,
        policy: &ImagePolicy,
    ) -> Result<Vec<(Arc<Authority>, String)>, Fault> {
        let list = match require {
            Requirement::AnyOf(_) => "anyOf",
            Requirement::AllOf(_) => "allOf",
            Requirement::AtLeast(..) => "of",
        };
        let mut named = Vec::new();
        for (position, name) in require.authorities().iter().enumerate() {
            let place = |detail: String| (format!(".{list}[{position}]"), detail);
            let model = policy
                .spec
                .authorities
                .get(name)
                .ok_or_else(|| place(format!("there is no authority `{name}`")))?;
            let party = model.party.as_ref().unwrap_or(name).to_string();
            named.push((self.compiled(name, model).map_err(place)?, party));
        }
        one_party_a_key(&named).map_err(|detail| (format!(".{list}"), detail))?;
        Ok(named)
    }

    fn compiled(
        &mut self,
        name: &Name,
        model: &model::Authority,
    ) -> Result<Arc<Authority>, String> {
        let known = |one: &&Arc<Authority>| one.name == name.as_str() && one.model == *model;
        if let Some(one) = self.found.iter().find(known) {
            return Ok(Arc::clone(one));
        }
        let (verifier, keys) =
            self.verifier(model).map_err(|error| format!("authority `{name}`: {error}"))?;
        let one = Authority { name: name.to_string(), model: model.clone(), verifier, keys };
        let one = Arc::new(one);
        self.found.push(Arc::clone(&one));
        Ok(one)
    }

    fn verifier(
        &self,
        model: &model::Authority,
    ) -> Result<(Arc<dyn SignatureVerifier>, BTreeSet<String>), String> {
        let listed: Vec<&Key> = match (&model.key, &model.keys, &model.verifier) {
            (Some(key), None, None) => vec![key],
            (None, Some(keys), None) if !keys.0.is_empty() => keys.0.iter().collect(),
            (None, None, Some(call)) => {
                let verifier = self.verifiers.get(call.name.as_str()).ok_or_else(|| {
                    format!("the verifier `{}` is supplied by no program here", call.name)
                })?;
                return Ok((Arc::clone(verifier), BTreeSet::new()));
            }
            _ => return Err("exactly one of `key`, `keys` and `verifier` is expected".to_owned()),
        };
        let keys: Vec<TrustedKey> =
            listed.into_iter().map(|key| self.key(key)).collect::<Result<_, _>>()?;
        let mut verifier = KeyVerifier::new(keys);
        if model.log == Some(LogUse::Ignore) {
            verifier = verifier.ignoring_logs();
        }
        let ids = verifier.key_ids().collect();
        Ok((Arc::new(verifier), ids))
    }

    fn key(&self, key: &Key) -> Result<TrustedKey, String> {
        let (pem, root) = match (&key.pem, &key.trust_root, &key.name) {
            (Some(pem), None, None) => (pem, None),
            (None, Some(root), Some(name)) => {
                let found = self
                    .policies
                    .trust_roots()
                    .iter()
                    .find(|one| one.metadata.name == *root)
                    .and_then(|one| one.spec.keys.get(name))
                    .ok_or_else(|| format!("trust root `{root}` has no key `{name}`"))?;
                (&found.pem, Some(found))
            }
            _ => return Err("a key is `pem`, or `trustRoot` with `name`".to_owned()),
        };
        let mut trusted = TrustedKey::from_pem(pem).map_err(|error| error.to_string())?;
        if let Some(padding) = key.padding {
            trusted.key = trusted.key.with_padding(padding).map_err(|error| error.to_string())?;
        }
        trusted.not_before =
            [trusted.not_before, root.and_then(|root| root.not_before), key.not_before]
                .into_iter()
                .max()
                .flatten();
        trusted.not_after =
            earliest([trusted.not_after, root.and_then(|root| root.not_after), key.not_after]);
        trusted.compromised_at =
            earliest([root.and_then(|root| root.compromised_at), key.compromised_at]);
        trusted.revoked = self.revoked(&trusted.key.id());
        match (trusted.not_before, trusted.not_after) {
            (Some(start), Some(end)) if end <= start => Err(format!(
                "the key {} counts from {start} until {end}, so it never does",
                trusted.key.id()
            )),
            _ => Ok(trusted),
        }
    }

    /// Whether any trust root takes the key back; the earliest time holds, and no time is the
    /// earliest.
    fn revoked(&self, id: &str) -> Option<Revoked> {
        let lists = self.policies.trust_roots().iter().flat_map(|root| &root.spec.revoked);
        let since = lists.filter(|one| one.key.to_string() == id).map(|one| one.since).min()?;
        Some(Revoked { since })
    }
}

/// A key that serves two parties would let one signer count twice.
fn one_party_a_key(named: &[(Arc<Authority>, String)]) -> Result<(), String> {
    let mut parties: BTreeMap<&str, &str> = BTreeMap::new();
    for (authority, party) in named {
        for key in &authority.keys {
            let first = parties.entry(key).or_insert(party);
            if *first != party {
                return Err(format!(
                    "the key {key} belongs to two parties, `{first}` and `{party}`"
                ));
            }
        }
    }
    Ok(())
}

fn earliest<const N: usize>(times: [Option<Timestamp>; N]) -> Option<Timestamp> {
    times.into_iter().flatten().min()
}
