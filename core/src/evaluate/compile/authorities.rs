//! Authorities: who may vouch, with the keys and verifiers that prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Fault, Place};
use crate::evaluate::Verifiers;
use crate::facts::Authority;
use crate::policy::model::{self, ImagePolicy, Key, LogUse, Name, Requirement};
use crate::policy::{DocumentKind, Policies};
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
            let place = Place::Family(format!(".{list}[{position}]"));
            let model = policy
                .spec
                .authorities
                .get(name)
                .ok_or_else(|| Fault::new(place, format!("there is no authority `{name}`")))?;
            let party = model.party.as_ref().unwrap_or(name).to_string();
            named.push((self.compiled(name, model)?, party));
        }
        one_party_a_key(&named)
            .map_err(|detail| Fault::new(Place::Family(format!(".{list}")), detail))?;
        Ok(named)
    }

    fn compiled(&mut self, name: &Name, model: &model::Authority) -> Result<Arc<Authority>, Fault> {
        let known = |one: &&Arc<Authority>| one.name == name.as_str() && one.model == *model;
        if let Some(one) = self.found.iter().find(known) {
            return Ok(Arc::clone(one));
        }
        let (verifier, keys) = self.verifier(name, model)?;
        let one = Authority { name: name.to_string(), model: model.clone(), verifier, keys };
        let one = Arc::new(one);
        self.found.push(Arc::clone(&one));
        Ok(one)
    }

    fn verifier(
        &self,
        name: &Name,
        model: &model::Authority,
    ) -> Result<(Arc<dyn SignatureVerifier>, BTreeSet<String>), Fault> {
        let path = format!("spec.authorities.{name}");
        let listed: Vec<(String, &Key)> = match (&model.key, &model.keys, &model.verifier) {
            (Some(key), None, None) => vec![(format!("{path}.key"), key)],
            (None, Some(keys), None) => {
                let keys = keys.0.iter().enumerate();
                keys.map(|(position, key)| (format!("{path}.keys[{position}]"), key)).collect()
            }
            (None, None, Some(call)) => {
                let verifier = self.verifiers.get(call.name.as_str()).ok_or_else(|| {
                    let detail =
                        format!("the verifier `{}` is supplied by no program here", call.name);
                    Fault::new(Place::Policy(format!("{path}.verifier.name")), detail)
                })?;
                return Ok((Arc::clone(verifier), BTreeSet::new()));
            }
            _ => Vec::new(),
        };
        if listed.is_empty() {
            let detail = "exactly one of `key`, `keys` and `verifier` is expected".to_owned();
            return Err(Fault::new(Place::Policy(path), detail));
        }
        let keys = listed.into_iter().map(|(path, key)| self.key(path, key));
        let mut verifier = KeyVerifier::new(keys.collect::<Result<_, _>>()?);
        if model.log == Some(LogUse::Ignore) {
            verifier = verifier.ignoring_logs();
        }
        let ids = verifier.key_ids().collect();
        Ok((Arc::new(verifier), ids))
    }

    fn key(&self, path: String, key: &Key) -> Result<TrustedKey, Fault> {
        let here = |detail: String| Fault::new(Place::Policy(path.clone()), detail);
        let (pem, root, place) = match (&key.pem, &key.trust_root, &key.name) {
            (Some(pem), None, None) => (pem, None, Place::Policy(format!("{path}.pem"))),
            (None, Some(root), Some(name)) => {
                let found = self
                    .policies
                    .trust_roots()
                    .iter()
                    .find(|one| one.metadata.name == *root)
                    .and_then(|one| one.spec.keys.get(name))
                    .ok_or_else(|| here(format!("trust root `{root}` has no key `{name}`")))?;
                let path = format!("spec.keys.{name}.pem");
                let kind = DocumentKind::TrustRoot;
                (&found.pem, Some(found), Place::Document(kind, root.to_string(), path))
            }
            _ => return Err(here("a key is `pem`, or `trustRoot` with `name`".to_owned())),
        };
        let mut trusted =
            TrustedKey::from_pem(pem).map_err(|error| Fault::new(place, error.to_string()))?;
        if let Some(padding) = key.padding {
            trusted.key =
                trusted.key.with_padding(padding).map_err(|error| here(error.to_string()))?;
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
            (Some(start), Some(end)) if end <= start => Err(here(format!(
                "the key {} counts from {start} until {end}, so it never does",
                trusted.key.id()
            ))),
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
