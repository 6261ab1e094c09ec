//! Who has vouched: authorities, their parties, and the documents that they stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Judgement};
use crate::decision::{EvidenceRecord, Reason};
use crate::evidence::Platform;
use crate::evidence::signing::SignedDocument;
use crate::facts::{Authority, Proof, SignedFact};
use crate::policy::model::{Name, Requirement, Scope};
use crate::reasons::ReasonKind;
use crate::reference::Digest;
use crate::verify::{Refusal, Verified};

/// The authorities that a rule asks, and how many of them must have vouched.
#[derive(Debug)]
pub(super) struct Parties {
    require: Requirement,
    /// In the rule's order, each with its party.
    named: Vec<(Arc<Authority>, String)>,
}

/// The signers who vouch, one set an authority in the rule's order.
pub(super) type Signers<'a> = Vec<BTreeSet<&'a str>>;

/// A document that an authority stands for.
pub(super) struct Accepted<'a> {
    /// The authority's position in the rule.
    pub(super) position: usize,
    /// The digest of the document.
    pub(super) document: Digest,
    pub(super) verified: &'a Verified<SignedDocument>,
}

/// The documents about one digest.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    pub(super) accepted: Vec<Accepted<'a>>,
    /// Why documents do not count, by document; the most telling reason of each.
    pub(super) refused: BTreeMap<Digest, String>,
}

/// What is asked of each document.
pub(super) struct Question<'q> {
    pub(super) digest: Digest,
    /// What the documents are called in records.
    pub(super) kind: &'static str,
    /// Whether a document is one that the rule is about, by what it claims.
    pub(super) concerns: &'q dyn Fn(&SignedFact) -> bool,
    /// Whether a verified document says what is wanted.
    pub(super) accepts: &'q dyn Fn(&Verified<SignedDocument>) -> Result<(), Refusal>,
}

impl Parties {
    pub(super) fn new(require: &Requirement, named: Vec<(Arc<Authority>, String)>) -> Self {
        Self { require: require.clone(), named }
    }

    /// No signer of any authority.
    pub(super) fn none<'a>(&self) -> Signers<'a> {
        vec![BTreeSet::new(); self.named.len()]
    }

    /// Notes the moments at which a verifier may answer otherwise.
    pub(super) fn horizons(&self, case: &mut Case<'_>) {
        for (authority, _) in &self.named {
            for date in authority.verifier.dates() {
                case.horizon(date);
            }
        }
    }

    /// Sorts what is attached into what an authority stands for and what counts for nothing, and
    /// records both.
    pub(super) fn sort<'a>(&self, case: &mut Case<'a>, question: &Question<'_>) -> Sorted<'a> {
        let facts = case.facts;
        let mut sorted = Sorted::default();
        for document in facts.signed.documents.iter().filter(|one| (question.concerns)(one)) {
            self.document(case, question, document, &mut sorted);
        }
        sorted
    }

    fn document<'a>(
        &self,
        case: &mut Case<'a>,
        question: &Question<'_>,
        document: &'a SignedFact,
        sorted: &mut Sorted<'a>,
    ) {
        let mut refuse = |case: &mut Case<'a>, why: String| {
            let record = EvidenceRecord::new(document.digest, question.kind);
            case.record(EvidenceRecord { refused: Some(why.clone()), ..record });
            sorted.refused.insert(document.digest, why);
        };
        let proofs = match &document.proofs {
            Ok(proofs) => proofs,
            Err(error) => return refuse(case, error.to_string()),
        };
        let mut refusal: Option<Refusal> = None;
        let before = sorted.accepted.len();
        for (position, (authority, _)) in self.named.iter().enumerate() {
            let own = proofs.iter().find(|proof| Arc::ptr_eq(&proof.authority, authority));
            match own.map(|proof| accept(case, question, proof)) {
                Some(Ok(verified)) => {
                    case.record(accepted(document.digest, authority, verified, question));
                    let document = document.digest;
                    sorted.accepted.push(Accepted { position, document, verified });
                }
                Some(Err(Some(one)))
                    if refusal.as_ref().is_none_or(|known| *known == Refusal::Signature) =>
                {
                    refusal = Some(one);
                }
                _ => {}
            }
        }
        if let Some(refusal) = refusal
            && sorted.accepted.len() == before
        {
            refuse(case, refusal.to_string());
        }
    }

    /// The name of the authority at a position.
    pub(super) fn name(&self, position: usize) -> &str {
        self.named.get(position).map_or("", |(authority, _)| authority.name.as_str())
    }

    /// The authorities that have a signer, by name.
    pub(super) fn names(&self, signers: &Signers<'_>) -> BTreeSet<&str> {
        let signed = self.named.iter().zip(signers).filter(|(_, signers)| !signers.is_empty());
        signed.map(|((authority, _), _)| authority.name.as_str()).collect()
    }

    /// Whether as many have vouched as the rule asks for.
    pub(super) fn enough(&self, signers: &Signers<'_>) -> bool {
        let parties: BTreeSet<&str> = self.named.iter().map(|(_, party)| party.as_str()).collect();
        match &self.require {
            Requirement::AnyOf(_) => signers.iter().any(|signers| !signers.is_empty()),
            Requirement::AllOf(_) => {
                signers.iter().all(|signers| !signers.is_empty())
                    && self.served(signers) >= parties.len()
            }
            Requirement::AtLeast(count, _) => {
                self.served(signers) >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
        }
    }

    /// How many parties can be served by signers of their own: a maximum matching, found by
    /// augmenting paths.
    fn served(&self, signers: &Signers<'_>) -> usize {
        let mut by_party: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for ((_, party), signers) in self.named.iter().zip(signers) {
            by_party.entry(party).or_default().extend(signers);
        }
        let mut serves: BTreeMap<&str, &str> = BTreeMap::new();
        let augmented = by_party
            .keys()
            .filter(|party| serve(party, &by_party, &mut serves, &mut BTreeSet::new()));
        augmented.count()
    }

    /// What the rule asks for in words; `one` and `several` are such as `a signature` and
    /// `signatures`.
    pub(super) fn expected(&self, one: &str, several: &str) -> String {
        let list = |names: &[Name]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match &self.require {
            Requirement::AnyOf(names) => match names.as_slice() {
                [only] => format!("{one} of `{only}`"),
                names => format!("{one} of one of {}", list(names)),
            },
            Requirement::AllOf(names) => format!("{several} of all of {}", list(names)),
            Requirement::AtLeast(count, names) => {
                format!("{several} of at least {count} of {}", list(names))
            }
        }
    }
}

/// The document, if the authority stands for it and it says what is wanted; no refusal where it
/// is about another manifest of this image, for which it may count.
fn accept<'a>(
    case: &Case<'_>,
    question: &Question<'_>,
    proof: &'a Proof,
) -> Result<&'a Verified<SignedDocument>, Option<Refusal>> {
    let verified = proof.result.as_ref().map_err(|refusal| Some(refusal.clone()))?;
    match (question.accepts)(verified) {
        Err(Refusal::WrongSubject { .. }) => return Err(None),
        answer => answer.map_err(Some)?,
    }
    match verified.signer().proven_at.filter(|at| case.is_future(*at)) {
        Some(at) => Err(Some(Refusal::ProvenInTheFuture { at })),
        None => Ok(verified),
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

fn accepted(
    document: Digest,
    authority: &Authority,
    verified: &Verified<SignedDocument>,
    question: &Question<'_>,
) -> EvidenceRecord {
    let signer = verified.signer();
    EvidenceRecord {
        subject: Some(question.digest),
        bound_by: Some("manifest"),
        authority: Some(authority.name.clone()),
        signer: Some(signer.id.clone()),
        predicate_type: verified.value().claim().predicate_type.clone(),
        proven_at: signer.proven_at,
        verifier: Some(authority.verifier.id().to_owned()),
        checks: signer.checks.clone(),
        ..EvidenceRecord::new(document, question.kind)
    }
}

/// Judges the digests that `scope` names with `one`.
pub(super) fn by_scope<'a>(
    scope: Scope,
    platforms: &[Platform],
    case: &mut Case<'a>,
    mut one: impl FnMut(&mut Case<'a>, Digest) -> Vec<Reason>,
) -> Judgement {
    let Some(image) = &case.facts.image else { return case.unresolved().into() };
    let whole = match scope {
        Scope::Platforms => None,
        Scope::Index => Some(one(case, image.digest)),
        Scope::IndexOrPlatforms => {
            let parent = case.facts.parent.map(|parent| one(case, parent));
            let parent = parent.filter(|reasons| passed(reasons));
            Some(parent.unwrap_or_else(|| one(case, image.digest)))
        }
    };
    match whole {
        Some(whole) if passed(&whole) || scope == Scope::Index || !image.is_index => whole.into(),
        whole => {
            let each = case.each_platform(platforms, |case, facts| one(case, facts.digest));
            let none = || !each.iter().any(|reason| reason.code.kind() == ReasonKind::Pass);
            match whole {
                // The index is what people sign: its failure is the one to explain, unless
                // something is there for some of the platforms.
                Some(whole) if none() => whole.into(),
                _ => each.into(),
            }
        }
    }
}

fn passed(reasons: &[Reason]) -> bool {
    !reasons.is_empty() && reasons.iter().all(|reason| reason.code.kind() == ReasonKind::Pass)
}
