//! `signature`: the image was approved by the named authorities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Judgement, reason as problem_reason};
use crate::decision::{Detail, EvidenceRecord, Reason};
use crate::evidence::Platform;
use crate::facts::{Authority, Facts, Proof, SignedFact};
use crate::policy::model::{Name, Requirement, Scope, SignatureRule, SignedIdentity};
use crate::reasons::Code;
use crate::reference::Digest;
use crate::verify::{Refusal, Signer, Wanted, approves};

#[derive(Debug)]
pub(super) struct Compiled {
    rule: SignatureRule,
    identity: SignedIdentity,
    /// Each with its party.
    authorities: Vec<(Arc<Authority>, String)>,
}

/// What was found for one digest.
#[derive(Default)]
struct Found<'a> {
    /// Signers by authority, in the rule's order.
    signers: Vec<BTreeSet<&'a str>>,
    accepted: BTreeSet<Digest>,
    /// Why documents do not count, by document; the most telling reason of each.
    refused: BTreeMap<Digest, String>,
}

impl Compiled {
    pub(super) fn new(rule: &SignatureRule, authorities: Vec<(Arc<Authority>, String)>) -> Self {
        let identity = rule.signed_identity.clone().unwrap_or(SignedIdentity::WhenNamed);
        Self { identity, rule: rule.clone(), authorities }
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        let Some(image) = &case.facts.image else { return case.unresolved().into() };
        for (authority, _) in &self.authorities {
            for date in authority.verifier.dates() {
                case.horizon(date);
            }
        }
        let scope = self.rule.scope.unwrap_or(Scope::IndexOrPlatforms);
        let whole = match scope {
            Scope::Platforms => None,
            Scope::Index => Some(self.one(case, image.digest)),
            Scope::IndexOrPlatforms => {
                let parent = case.facts.parent.map(|parent| self.one(case, parent));
                Some(parent.filter(passed).unwrap_or_else(|| self.one(case, image.digest)))
            }
        };
        match whole {
            Some(whole) if passed(&whole) || scope == Scope::Index || !image.is_index => {
                whole.into()
            }
            whole => {
                let each =
                    case.each_platform(platforms, |case, facts| vec![self.one(case, facts.digest)]);
                let each = Judgement::from(each);
                let none = || !each.reasons.iter().any(passed);
                match whole {
                    // The index is what people sign: its failure is the one to explain, unless
                    // some of the platforms are signed.
                    Some(whole) if none() => whole.into(),
                    _ => each,
                }
            }
        }
    }

    /// Judges one digest.
    fn one(&self, case: &mut Case<'_>, digest: Digest) -> Reason {
        let facts = case.facts;
        let mut found =
            Found { signers: vec![BTreeSet::new(); self.authorities.len()], ..Found::default() };
        for document in &facts.signed.documents {
            self.document(case, document, digest, &mut found);
        }
        self.outcome(facts, &found, digest)
    }

    fn document<'a>(
        &self,
        case: &mut Case<'_>,
        document: &'a SignedFact,
        digest: Digest,
        found: &mut Found<'a>,
    ) {
        let proofs = match &document.proofs {
            Ok(proofs) => proofs,
            Err(error) => {
                found.refused.insert(document.digest, error.to_string());
                case.record(refused(document.digest, error.to_string()));
                return;
            }
        };
        let mut refusal: Option<&Refusal> = None;
        let mut refusals = Vec::new();
        for (position, (authority, _)) in self.authorities.iter().enumerate() {
            let own = proofs.iter().find(|proof| Arc::ptr_eq(&proof.authority, authority));
            match own.map(|proof| self.accept(case, proof, digest)) {
                Some(Ok(Some(signer))) => {
                    found.accepted.insert(document.digest);
                    if let Some(signers) = found.signers.get_mut(position) {
                        signers.insert(&signer.id);
                    }
                    case.record(accepted(document.digest, authority, signer, digest));
                }
                Some(Err(refusal)) => refusals.push(refusal),
                None => {}
                // It is about another manifest of this image, for which it may count.
                Some(Ok(None)) => {}
            }
        }
        for one in &refusals {
            if refusal.is_none_or(|known| *known == Refusal::Signature) {
                refusal = Some(one);
            }
        }
        if let Some(refusal) = refusal.filter(|_| !found.accepted.contains(&document.digest)) {
            found.refused.insert(document.digest, refusal.to_string());
            case.record(refused(document.digest, refusal.to_string()));
        }
    }

    fn accept<'a>(
        &self,
        case: &Case<'_>,
        proof: &'a Proof,
        digest: Digest,
    ) -> Result<Option<&'a Signer>, Refusal> {
        let verified = proof.result.as_ref().map_err(Clone::clone)?;
        let wanted = Wanted {
            digest: &digest,
            reference: case.reference,
            identity: &self.identity,
            annotations: &self.rule.annotations,
        };
        match approves(verified, &wanted) {
            Err(Refusal::WrongSubject { .. }) => return Ok(None),
            approved => approved?,
        }
        if let Some(at) = verified.signer().proven_at.filter(|at| case.is_future(*at)) {
            return Err(Refusal::ProvenInTheFuture { at });
        }
        Ok(Some(verified.signer()))
    }

    fn outcome(&self, facts: &Facts, found: &Found<'_>, digest: Digest) -> Reason {
        let reason = |code| {
            let mut reason = Reason::new(code).expected(self.expected());
            reason.evidence = found.accepted.iter().copied().collect();
            reason
        };
        let signed = self.authorities.iter().zip(&found.signers);
        let names: BTreeSet<&str> = signed
            .filter(|(_, signers)| !signers.is_empty())
            .map(|((authority, _), _)| authority.name.as_str())
            .collect();
        let list = Detail::list(names.iter().copied());
        if self.enough(found) {
            return reason(Code::SignatureVerified).found(list);
        }
        if facts.signed.cut {
            return reason(Code::EvidenceTooMuch).found(format!("attached to {digest}"));
        }
        if let Some(gap) = &facts.gap {
            return problem_reason(gap);
        }
        if !names.is_empty() {
            return reason(Code::SignatureTooFew).found(list);
        }
        if found.refused.is_empty() {
            return reason(Code::SignatureMissing).found(format!("none for {digest}"));
        }
        let why: BTreeSet<&str> = found.refused.values().map(String::as_str).collect();
        reason(Code::SignatureUntrusted).found(Detail::list(why))
    }

    fn enough(&self, found: &Found<'_>) -> bool {
        let parties: BTreeSet<&str> =
            self.authorities.iter().map(|(_, party)| party.as_str()).collect();
        match &self.rule.require {
            Requirement::AnyOf(_) => found.signers.iter().any(|signers| !signers.is_empty()),
            Requirement::AllOf(_) => {
                found.signers.iter().all(|signers| !signers.is_empty())
                    && self.parties(found) >= parties.len()
            }
            Requirement::AtLeast(count, _) => {
                self.parties(found) >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
        }
    }

    /// How many parties can be served by signers of their own: a maximum matching, found by
    /// augmenting paths.
    fn parties(&self, found: &Found<'_>) -> usize {
        let mut by_party: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for ((_, party), signers) in self.authorities.iter().zip(&found.signers) {
            by_party.entry(party).or_default().extend(signers);
        }
        let mut serves: BTreeMap<&str, &str> = BTreeMap::new();
        let augmented = by_party
            .keys()
            .filter(|party| serve(party, &by_party, &mut serves, &mut BTreeSet::new()));
        augmented.count()
    }

    fn expected(&self) -> String {
        let list = |names: &[Name]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match &self.rule.require {
            Requirement::AnyOf(names) => match names.as_slice() {
                [only] => format!("a signature of `{only}`"),
                names => format!("a signature of one of {}", list(names)),
            },
            Requirement::AllOf(names) => format!("signatures of all of {}", list(names)),
            Requirement::AtLeast(count, names) => {
                format!("signatures of at least {count} of {}", list(names))
            }
        }
    }
}

/// Gives `party` a signer, moving others to another of theirs where that is needed. The depth
/// is bounded by the number of signers, each of which is tried once.
fn serve<'a>(
    party: &'a str,
    by_party: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    serves: &mut BTreeMap<&'a str, &'a str>,
    tried: &mut BTreeSet<&'a str>,
) -> bool {
    for signer in by_party.get(party).into_iter().flatten() {
        if !tried.insert(signer) {
            continue;
        }
        let free = match serves.get(signer).copied() {
            None => true,
            Some(other) => serve(other, by_party, serves, tried),
        };
        if free {
            serves.insert(signer, party);
            return true;
        }
    }
    false
}

fn passed(reason: &Reason) -> bool {
    reason.code == Code::SignatureVerified
}

fn accepted(
    digest: Digest,
    authority: &Authority,
    signer: &Signer,
    subject: Digest,
) -> EvidenceRecord {
    EvidenceRecord {
        subject: Some(subject),
        bound_by: Some("manifest"),
        authority: Some(authority.name.clone()),
        signer: Some(signer.id.clone()),
        proven_at: signer.proven_at,
        verifier: Some(authority.verifier.id().to_owned()),
        checks: signer.checks.clone(),
        ..EvidenceRecord::new(digest, "signature")
    }
}

fn refused(digest: Digest, why: String) -> EvidenceRecord {
    EvidenceRecord { refused: Some(why), ..EvidenceRecord::new(digest, "signature") }
}
