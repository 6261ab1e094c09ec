//! `signature`: the image was approved by the named authorities.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Judgement};
use crate::decision::{Detail, EvidenceRecord, Reason};
use crate::evidence::{Attached, Platform};
use crate::policy::model::{
    Authority, ImagePolicy, Key, Name, Requirement, Scope, SignatureRule, SignedIdentity,
};
use crate::policy::Policies;
use crate::reasons::Code;
use crate::reference::Digest;
use crate::verify::{KeyAuthority, PublicKey, Refusal, SignatureWant, TrustedKey, image_signature};

#[derive(Debug)]
pub(super) struct Compiled {
    rule: SignatureRule,
    authorities: Vec<CompiledAuthority>,
}

#[derive(Debug)]
struct CompiledAuthority {
    name: String,
    party: String,
    verifier: KeyAuthority,
}

impl Compiled {
    pub(super) fn new(
        rule: &SignatureRule,
        policy: &ImagePolicy,
        policies: &Policies,
    ) -> Result<Self, String> {
        let mut authorities = Vec::new();
        for name in rule.require.authorities() {
            let authority = policy
                .spec
                .authorities
                .get(name)
                .ok_or_else(|| format!("there is no authority `{name}`"))?;
            authorities.push(compile(name, authority, policies)?);
        }
        Ok(Self { rule: rule.clone(), authorities })
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        let Some(digest) = case.digest else {
            return Reason::new(Code::EvidenceMissing)
                .found("a tag that was not resolved")
                .expected("the digest that the tag stands for")
                .into();
        };
        let scope = self.rule.scope.unwrap_or(Scope::IndexOrPlatforms);
        let whole = (scope != Scope::Platforms).then(|| self.one(case, digest));
        match whole {
            Some(judgement) if judgement.passed() || scope == Scope::Index => return judgement,
            _ => {}
        }
        let is_index = case.facts.is_some_and(|facts| facts.is_index);
        match whole {
            // A plain manifest is its own only platform.
            Some(judgement) if !is_index => judgement,
            whole => {
                let each: Judgement = case
                    .each_platform(platforms, |case, facts| self.one(case, facts.digest).reasons)
                    .into();
                if each.passed() { each } else { whole.unwrap_or(each) }
            }
        }
    }

    /// Judges one digest.
    fn one(&self, case: &mut Case<'_>, digest: Digest) -> Judgement {
        let attached: Vec<&Attached> = case
            .evidence
            .attached()
            .iter()
            .filter(|attached| attached.subject.is_none_or(|subject| subject == digest))
            .collect();
        let mut signed: BTreeMap<&str, (String, Digest)> = BTreeMap::new();
        let mut refused: BTreeMap<Digest, Refusal> = BTreeMap::new();
        for authority in &self.authorities {
            for one in &attached {
                match self.verify(case, authority, one, digest) {
                    Ok(signer) => {
                        signed.entry(&authority.name).or_insert((signer, one.digest));
                    }
                    Err(refusal) => {
                        refused.entry(one.digest).or_insert(refusal);
                    }
                }
            }
        }
        for (digest, refusal) in &refused {
            if !signed.values().any(|(_, accepted)| accepted == digest) {
                case.records.push(record(*digest, None, Some(refusal.to_string())));
            }
        }
        for (name, (_, digest)) in &signed {
            case.records.push(record(*digest, Some((*name).to_owned()), None));
        }
        self.outcome(&signed, &refused, digest)
    }

    fn verify(
        &self,
        case: &mut Case<'_>,
        authority: &CompiledAuthority,
        attached: &Attached,
        digest: Digest,
    ) -> Result<String, Refusal> {
        for date in authority.verifier.dates() {
            case.horizon(date);
        }
        let want = SignatureWant {
            digest,
            repository: Some(case.reference.repository()),
            identity: self.rule.signed_identity.as_ref().unwrap_or(&SignedIdentity::WhenNamed),
            annotations: &self.rule.annotations,
        };
        let verified = image_signature(attached, &authority.verifier, &want, case.now)?;
        Ok(verified.signer().to_owned())
    }

    fn outcome(
        &self,
        signed: &BTreeMap<&str, (String, Digest)>,
        refused: &BTreeMap<Digest, Refusal>,
        digest: Digest,
    ) -> Judgement {
        let enough = match &self.rule.require {
            Requirement::AnyOf(_) => !signed.is_empty(),
            Requirement::AllOf(names) => {
                names.iter().all(|name| signed.contains_key(name.as_str()))
            }
            Requirement::AtLeast(count, _) => {
                self.parties(signed) >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
        };
        let reason = |code| {
            let mut reason = Reason::new(code);
            reason.evidence = signed.values().map(|(_, digest)| *digest).collect();
            reason.evidence.sort();
            reason.evidence.dedup();
            reason.expected(self.expected())
        };
        let names: Vec<String> = signed.keys().map(|name| (*name).to_owned()).collect();
        let found = Detail::List { items: names, more: 0 };
        if enough {
            return reason(Code::SignatureVerified).found(found).into();
        }
        if !signed.is_empty() {
            return reason(Code::SignatureTooFew).found(found).into();
        }
        match refused.values().next() {
            None => reason(Code::SignatureMissing).found(format!("none for {digest}")).into(),
            Some(_) => {
                let items: BTreeSet<String> = refused.values().map(ToString::to_string).collect();
                let items = items.into_iter().collect();
                reason(Code::SignatureUntrusted).found(Detail::List { items, more: 0 }).into()
            }
        }
    }

    /// Distinct parties, each served by a signer of its own.
    fn parties(&self, signed: &BTreeMap<&str, (String, Digest)>) -> usize {
        let mut parties = BTreeSet::new();
        let mut signers = BTreeSet::new();
        for authority in &self.authorities {
            if let Some((signer, _)) = signed.get(authority.name.as_str())
                && !parties.contains(&authority.party)
                && signers.insert(signer)
            {
                parties.insert(&authority.party);
            }
        }
        parties.len()
    }

    fn expected(&self) -> String {
        let list = |names: &[Name]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match &self.rule.require {
            Requirement::AnyOf(names) => format!("a signature of one of {}", list(names)),
            Requirement::AllOf(names) => format!("signatures of all of {}", list(names)),
            Requirement::AtLeast(count, names) => {
                format!("signatures of at least {count} of {}", list(names))
            }
        }
    }
}

fn record(digest: Digest, from: Option<String>, refused: Option<String>) -> EvidenceRecord {
    let bound_by = from.is_some().then_some("manifest");
    EvidenceRecord { digest, kind: "signature", accepted_from: from, bound_by, refused }
}

fn compile(
    name: &Name,
    authority: &Authority,
    policies: &Policies,
) -> Result<CompiledAuthority, String> {
    let listed: Vec<&Key> = match (&authority.key, &authority.keys) {
        (Some(key), None) => vec![key],
        (None, Some(keys)) if !keys.0.is_empty() => keys.0.iter().collect(),
        _ => return Err(format!("authority `{name}` has no key that can be used here")),
    };
    let mut keys = Vec::new();
    for key in listed {
        keys.push(trusted(key, policies).map_err(|error| format!("authority `{name}`: {error}"))?);
    }
    let party = authority.party.as_ref().unwrap_or(name).to_string();
    Ok(CompiledAuthority { name: name.to_string(), party, verifier: KeyAuthority::new(keys) })
}

fn trusted(key: &Key, policies: &Policies) -> Result<TrustedKey, String> {
    let (pem, root) = match (&key.pem, &key.trust_root, &key.name) {
        (Some(pem), None, None) => (pem, None),
        (None, Some(root), Some(name)) => {
            let found = policies
                .trust_roots
                .iter()
                .find(|one| one.metadata.name == *root)
                .and_then(|one| one.spec.keys.get(name))
                .ok_or_else(|| format!("trust root `{root}` has no key `{name}`"))?;
            (&found.pem, Some(found))
        }
        _ => return Err("a key is `pem`, or `trustRoot` with `name`".to_owned()),
    };
    let public = PublicKey::from_pem(pem).map_err(|error| error.to_string())?;
    Ok(TrustedKey {
        key: public,
        not_before: key.not_before.max(root.and_then(|root| root.not_before)),
        not_after: earlier(key.not_after, root.and_then(|root| root.not_after)),
        compromised_at: earlier(key.compromised_at, root.and_then(|root| root.compromised_at)),
    })
}

fn earlier<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
