//! Authorities: who may vouch, with the keys and verifiers that prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Fault, Place};
use crate::evaluate::Verifiers;
use crate::facts::Authority;
use crate::policy::model::{
    self, ImagePolicy, Key, Keyless, LogUse, Name, RegexText, Requirement, SigstoreRoot,
    TimestampUse, TrustRootSpec,
};
use crate::policy::{DocumentKind, Policies};
use crate::reference::Digest;
use crate::verify::{
    Claim, Identity, KeyVerifier, KeylessVerifier, Pattern, Revoked, SignatureVerifier, TrustedKey,
    TrustedRoot,
};

/// The authorities of all policies; equal ones are verified once.
pub(super) struct Authorities<'a> {
    policies: &'a Policies,
    verifiers: &'a Verifiers,
    found: Vec<Arc<Authority>>,
    roots: BTreeMap<Name, Arc<TrustedRoot>>,
}

impl<'a> Authorities<'a> {
    pub(super) fn new(policies: &'a Policies, verifiers: &'a Verifiers) -> Self {
        Self { policies, verifiers, found: Vec::new(), roots: BTreeMap::new() }
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

    pub(super) fn compiled(
        &mut self,
        name: &Name,
        model: &model::Authority,
    ) -> Result<Arc<Authority>, Fault> {
        let known = |one: &&Arc<Authority>| one.name == name.as_str() && one.model == *model;
        if let Some(one) = self.found.iter().find(known) {
            return Ok(Arc::clone(one));
        }
        let (verifier, keys) = self.verifier(name, model)?;
        let trust = self.trust(name, model, &*verifier);
        let (name, model) = (name.to_string(), model.clone());
        let one = Arc::new(Authority { name, model, verifier, keys, trust });
        self.found.push(Arc::clone(&one));
        Ok(one)
    }

    /// The digest of what a built-in verifier was made of: the authority, all trust roots (one
    /// may take a key of another back), and itself.
    fn trust(
        &self,
        name: &Name,
        model: &model::Authority,
        verifier: &dyn SignatureVerifier,
    ) -> Option<Digest> {
        if model.verifier.is_some() {
            return None;
        }
        let made_of = (name, model, self.policies.trust_roots(), verifier.id());
        serde_json::to_vec(&made_of).ok().map(|text| Digest::sha256(&text))
    }

    fn verifier(
        &mut self,
        name: &Name,
        model: &model::Authority,
    ) -> Result<(Arc<dyn SignatureVerifier>, BTreeSet<String>), Fault> {
        let path = format!("spec.authorities.{name}");
        let model::Authority { key, keys, keyless, verifier, .. } = model;
        let listed: Vec<(String, &Key)> = match (key, keys, keyless, verifier) {
            (Some(key), None, None, None) => vec![(format!("{path}.key"), key)],
            (None, Some(keys), None, None) => {
                let keys = keys.0.iter().enumerate();
                keys.map(|(position, key)| (format!("{path}.keys[{position}]"), key)).collect()
            }
            (None, None, Some(keyless), None) => {
                let verifier = self.keyless(keyless, model).map_err(|detail| {
                    Fault::new(Place::Policy(format!("{path}.keyless")), detail)
                })?;
                return Ok((Arc::new(verifier), BTreeSet::new()));
            }
            (None, None, None, Some(call)) => {
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
            let detail = "exactly one of `key`, `keys`, `keyless` and `verifier` is expected";
            return Err(Fault::new(Place::Policy(path), detail.to_owned()));
        }
        let keys = listed.into_iter().map(|(path, key)| self.key(path, key));
        let mut verifier = KeyVerifier::new(keys.collect::<Result<_, _>>()?)
            .log(model.log.unwrap_or(LogUse::Optional))
            .timestamp(model.timestamp.unwrap_or(TimestampUse::Auto))
            .thresholds(
                model.log_threshold.unwrap_or_default(),
                model.timestamp_threshold.unwrap_or_default(),
            );
        if let Some(root) = &model.log_trust_root {
            let root = self.root(root).map_err(|detail| {
                Fault::new(Place::Policy(format!("{path}.logTrustRoot")), detail)
            })?;
            verifier = verifier.trusting(root);
        }
        let ids = verifier.key_ids().collect();
        Ok((Arc::new(verifier), ids))
    }

    fn keyless(
        &mut self,
        keyless: &Keyless,
        model: &model::Authority,
    ) -> Result<KeylessVerifier, String> {
        let root = self.root(&keyless.trust_root)?;
        let verifier = KeylessVerifier::new(&identity(keyless)?, root)?;
        Ok(verifier
            .log(model.log.unwrap_or(LogUse::Required))
            .timestamp(model.timestamp.unwrap_or(TimestampUse::Auto))
            .thresholds(
                model.log_threshold.unwrap_or_default(),
                model.timestamp_threshold.unwrap_or_default(),
            ))
    }

    /// The trusted root of a document; read once.
    fn root(&mut self, name: &Name) -> Result<Arc<TrustedRoot>, String> {
        if let Some(root) = self.roots.get(name) {
            return Ok(Arc::clone(root));
        }
        let mut documents = self.policies.trust_roots().iter();
        let spec = documents.find(|one| one.metadata.name == *name).map(|one| &one.spec);
        let spec = spec.ok_or_else(|| format!("there is no trust root `{name}`"))?;
        let root =
            Arc::new(trusted_root(spec).map_err(|why| format!("trust root `{name}`: {why}"))?);
        self.roots.insert(name.clone(), Arc::clone(&root));
        Ok(root)
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

fn trusted_root(spec: &TrustRootSpec) -> Result<TrustedRoot, String> {
    let sigstore = spec.sigstore.as_ref().map(instance).transpose()?;
    let Some(pki) = &spec.pki else {
        return sigstore.ok_or_else(|| "it has neither `sigstore` nor `pki`".to_owned());
    };
    let intermediates = pki.intermediates.as_deref();
    let root = match sigstore {
        Some(root) => root.with_certificates(&pki.roots, intermediates)?,
        None => TrustedRoot::of_certificates(&pki.roots, intermediates)?,
    };
    match &pki.timestamp_authority {
        Some(chain) => root.with_timestamp_authority(chain),
        None => Ok(root),
    }
}

fn instance(root: &SigstoreRoot) -> Result<TrustedRoot, String> {
    let text = match (&root.trusted_root, root.instance) {
        (Some(text), None) => text.as_str(),
        (None, Some(instance)) => TrustedRoot::embedded(instance.name())
            .ok_or_else(|| format!("there is no instance `{}`", instance.name()))?,
        _ => return Err("`instance` or `trustedRoot` is expected".to_owned()),
    };
    TrustedRoot::parse(text).map_err(|error| format!("the trusted root is {error}"))
}

/// What a policy says about signers, as the verifier compares it.
fn identity(keyless: &Keyless) -> Result<Identity, String> {
    let one = |name: &str, exact: &Option<String>, regex: &Option<RegexText>| {
        either(exact, regex)?.ok_or_else(|| format!("`{name}` or `{name}Regex` is missing"))
    };
    let mut claims = BTreeMap::new();
    for claim in Claim::ALL {
        let (exact, regex) = stated(keyless, claim);
        if let Some(pattern) = either(exact, regex)? {
            claims.insert(claim, pattern);
        }
    }
    Ok(Identity {
        issuer: either(&keyless.issuer, &keyless.issuer_regex)?,
        subject: one("subject", &keyless.subject, &keyless.subject_regex)?,
        claims,
        any_repository: keyless.any_repository == Some(true),
    })
}

fn either(exact: &Option<String>, regex: &Option<RegexText>) -> Result<Option<Pattern>, String> {
    match (exact, regex) {
        (Some(_), Some(regex)) => Err(format!("a text beside the expression `{regex}`")),
        (Some(exact), None) => Ok(Some(Pattern::Exact(exact.clone()))),
        (None, Some(regex)) => Ok(Some(Pattern::Regex(regex.clone()))),
        (None, None) => Ok(None),
    }
}

/// The members for a claim.
fn stated(keyless: &Keyless, claim: Claim) -> (&Option<String>, &Option<RegexText>) {
    const NONE: &Option<RegexText> = &None;
    match claim {
        Claim::BuildSignerUri => (&keyless.build_signer_uri, &keyless.build_signer_uri_regex),
        Claim::BuildSignerDigest => (&keyless.build_signer_digest, NONE),
        Claim::RunnerEnvironment => (&keyless.runner_environment, NONE),
        Claim::Repository => (&keyless.repository, &keyless.repository_regex),
        Claim::SourceRepositoryDigest => (&keyless.source_repository_digest, NONE),
        Claim::Ref => (&keyless.r#ref, &keyless.ref_regex),
        Claim::SourceRepositoryIdentifier => (&keyless.source_repository_identifier, NONE),
        Claim::SourceRepositoryOwnerUri => (&keyless.source_repository_owner_uri, NONE),
        Claim::SourceRepositoryOwnerIdentifier => {
            (&keyless.source_repository_owner_identifier, NONE)
        }
        Claim::Workflow => (&keyless.workflow, &keyless.workflow_regex),
        Claim::WorkflowDigest => (&keyless.workflow_digest, NONE),
        Claim::Trigger => (&keyless.trigger, NONE),
        Claim::RunInvocationUri => (&keyless.run_invocation_uri, NONE),
        _ => (&keyless.source_repository_visibility, NONE),
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
