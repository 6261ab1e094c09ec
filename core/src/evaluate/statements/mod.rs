//! Signed statements of certain types: who stands for them, which of several count, and whether
//! those say what a rule asks.

mod selection;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::case::{Case, Judgement, reason as problem_reason};
use super::requirement::{Parties, Question, Sorted, by_scope};
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::evidence::predicate::{ValuePath, clip};
use crate::evidence::signing::{Material, SignedDocument};
use crate::facts::{Authority, SignedFact};
use crate::policy::model::{Duration, Requirement, Scope, Select, SignedIdentity};
use crate::reasons::Code;
use crate::reference::Digest;
use crate::verify::{Verified, Wanted, attests, names};

/// What a rule says of the statements that it rests on.
pub(super) struct Terms<'t> {
    pub(super) require: &'t Requirement,
    pub(super) authorities: Vec<(Arc<Authority>, String)>,
    /// Predicate types that count, each with the place of its time where that is known.
    pub(super) types: Vec<(String, Option<ValuePath>)>,
    pub(super) select: Select,
    pub(super) max_age: Option<Duration>,
    /// How the name that the statement gives is compared, if it is.
    pub(super) identity: Option<&'t SignedIdentity>,
    pub(super) scope: Scope,
    pub(super) words: Words,
}

/// The codes and words of a rule family.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) verified: Code,
    pub(super) missing: Code,
    pub(super) untrusted: Code,
    pub(super) too_few: Code,
    pub(super) too_old: Code,
    /// Such as `an attestation`.
    pub(super) one: String,
    /// Such as `attestations`.
    pub(super) several: String,
}

/// Terms, compiled.
#[derive(Debug)]
pub(super) struct Statements {
    parties: Parties,
    types: Vec<(String, Option<ValuePath>)>,
    select: Select,
    max_age: Option<Duration>,
    identity: Option<SignedIdentity>,
    scope: Scope,
    words: Words,
}

/// One statement of one authority, however often it is attached.
pub(super) struct Statement<'a> {
    pub(super) predicate_type: &'a str,
    /// The predicate, as JSON text without duplicate keys.
    pub(super) predicate: &'a str,
    /// The documents that hold it.
    documents: BTreeSet<Digest>,
    signers: BTreeSet<&'a str>,
    /// The earliest time at which it provably existed.
    proven_at: Option<Timestamp>,
    /// No signature around it can be older; `None` where one may be.
    signed_after: Option<Timestamp>,
}

/// What a rule asks of one statement: nothing comes back where it says that, else why not.
pub(super) type Check<'c> = dyn Fn(&mut Case<'_>, &Statement<'_>) -> Vec<Reason> + 'c;

/// The statements of each authority, by the digest of what was signed.
type ByAuthority<'a> = Vec<BTreeMap<Digest, Statement<'a>>>;

impl Statements {
    pub(super) fn new(terms: Terms<'_>) -> Self {
        Self {
            parties: Parties::new(terms.require, terms.authorities),
            types: terms.types,
            select: terms.select,
            max_age: terms.max_age,
            identity: terms.identity.cloned(),
            scope: terms.scope,
            words: terms.words,
        }
    }

    pub(super) fn judge(
        &self,
        platforms: &[Platform],
        case: &mut Case<'_>,
        check: &Check<'_>,
    ) -> Judgement {
        self.parties.horizons(case);
        by_scope(self.scope, platforms, case, |case, digest| self.one(case, digest, check))
    }

    /// Judges one digest.
    fn one(&self, case: &mut Case<'_>, digest: Digest, check: &Check<'_>) -> Vec<Reason> {
        let sorted = self.sort(case, digest);
        let by_authority = self.by_authority(&sorted);
        // What was not read may hold a later statement, or one that does not pass.
        if self.select != Select::Any
            && let Some(reason) = self.unread(case, digest)
        {
            return vec![reason];
        }
        let mut signers = self.parties.none();
        let mut failed = Vec::new();
        for (position, (statements, signers)) in by_authority.iter().zip(&mut signers).enumerate() {
            match self.rolled_back(case, (position, digest), statements) {
                Some(reason) => failed.push(reason),
                None => self.authority(case, statements, check, signers, &mut failed),
            }
        }
        let names = Detail::list(self.parties.names(&signers));
        let counted = by_authority.iter().flat_map(BTreeMap::values);
        let evidence: BTreeSet<Digest> =
            counted.flat_map(|one| one.documents.iter().copied()).collect();
        let reason = |code| {
            let words = &self.words;
            let expected = self.parties.expected(&words.one, &words.several);
            let mut reason = Reason::new(code).expected(expected);
            reason.evidence = evidence.iter().copied().collect();
            reason
        };
        if self.select != Select::Any && !failed.is_empty() {
            return failed;
        }
        if self.parties.enough(&signers) {
            return vec![reason(self.words.verified).found(names)];
        }
        if !failed.is_empty() {
            return failed;
        }
        if let Some(reason) = self.unread(case, digest) {
            return vec![reason];
        }
        if signers.iter().any(|signers| !signers.is_empty()) {
            return vec![reason(self.words.too_few).found(names)];
        }
        let why: BTreeSet<&str> = sorted.refused.values().map(String::as_str).collect();
        let is_there = case.facts.signed.documents.iter().any(|one| self.concerns(one));
        vec![match is_there && !why.is_empty() {
            true => reason(self.words.untrusted).found(Detail::list(why)),
            false => reason(self.words.missing).found(none(case, digest)),
        }]
    }

    /// Whether a document claims one of the types.
    fn concerns(&self, document: &SignedFact) -> bool {
        let claimed = document.claimed_type.as_deref();
        self.types.iter().any(|(wanted, _)| claimed == Some(wanted))
    }

    fn sort<'a>(&self, case: &mut Case<'a>, digest: Digest) -> Sorted<'a> {
        let (reference, annotations) = (case.reference, BTreeMap::new());
        let wanted = self.identity.as_ref().map(|identity| Wanted {
            digest: &digest,
            reference,
            identity,
            annotations: &annotations,
        });
        let accepts = |verified: &Verified<SignedDocument>| {
            let claimed = verified.value().claim().predicate_type.as_deref().unwrap_or_default();
            attests(verified, &digest, claimed)?;
            wanted.as_ref().map_or(Ok(()), |wanted| names(verified, wanted))
        };
        self.parties.sort(
            case,
            &Question {
                digest,
                kind: "attestation",
                concerns: &|one| self.concerns(one) || one.proofs.is_err(),
                accepts: &accepts,
            },
        )
    }

    fn by_authority<'a>(&self, sorted: &Sorted<'a>) -> ByAuthority<'a> {
        let mut found: ByAuthority<'a> =
            self.parties.none().iter().map(|_| BTreeMap::new()).collect();
        for one in &sorted.accepted {
            let Some(own) = found.get_mut(one.position) else { continue };
            let (claim, signer) = (one.verified.value().claim(), one.verified.signer());
            let statement = own.entry(content(one.verified)).or_insert_with(|| Statement {
                predicate_type: claim.predicate_type.as_deref().unwrap_or_default(),
                predicate: claim.predicate.as_deref().unwrap_or("null"),
                documents: BTreeSet::new(),
                signers: BTreeSet::new(),
                proven_at: signer.proven_at,
                signed_after: signer.signed_after,
            });
            statement.documents.insert(one.document);
            statement.signers.insert(&signer.id);
            let known = statement.proven_at;
            statement.proven_at = known.into_iter().chain(signer.proven_at).min();
            // No time is the least of all: it may be of any age.
            statement.signed_after = statement.signed_after.min(signer.signed_after);
        }
        found
    }

    /// Why what is attached was read only in part, if it was.
    fn unread(&self, case: &Case<'_>, digest: Digest) -> Option<Reason> {
        if case.facts.signed.cut {
            let found = format!("attached to {digest}");
            return Some(Reason::new(Code::EvidenceTooMuch).found(found));
        }
        case.facts.gap.as_ref().map(problem_reason)
    }

    /// The signers of one authority whose selected statements pass, or why they do not.
    fn authority<'a>(
        &self,
        case: &mut Case<'_>,
        statements: &BTreeMap<Digest, Statement<'a>>,
        check: &Check<'_>,
        signers: &mut BTreeSet<&'a str>,
        failed: &mut Vec<Reason>,
    ) {
        let selected = match self.selected(case, statements.values()) {
            Ok(selected) => selected,
            Err(reason) => return failed.push(reason),
        };
        for one in selected {
            let mut reasons: Vec<Reason> = self.aged(case, &one).into_iter().collect();
            reasons.extend(check(case, one.statement));
            if reasons.is_empty() {
                signers.extend(one.statement.signers.iter().copied());
            }
            failed.extend(reasons.into_iter().map(|reason| from(reason, one.statement)));
        }
    }
}

/// The reason with the documents that it comes from.
fn from(mut reason: Reason, statement: &Statement<'_>) -> Reason {
    reason.evidence = statement.documents.iter().copied().collect();
    reason
}

/// The digest of what was signed: two envelopes around one payload hold one statement.
fn content(verified: &Verified<SignedDocument>) -> Digest {
    match verified.value().material() {
        Material::Detached { payload, .. } => Digest::sha256(payload),
        Material::Envelope { encoded, .. } | Material::Bundle { encoded, .. } => {
            Digest::sha256(encoded)
        }
        // A statement is never a signature of a file.
        Material::File { artifact, .. } => *artifact.digest(),
    }
}

/// That there is no statement about a digest, and what there is instead.
fn none(case: &Case<'_>, digest: Digest) -> String {
    /// Most types that are named.
    const SHOWN: usize = 5;
    let types = case.facts.signed.documents.iter();
    let types: BTreeSet<_> =
        types.filter_map(|one| one.claimed_type.as_deref()).map(clip).collect();
    let mut text = format!("none for {digest}");
    if !types.is_empty() {
        let first: Vec<&str> = types.iter().take(SHOWN).map(AsRef::as_ref).collect();
        text += &format!("; what is attached is of type `{}`", first.join("`, `"));
    }
    text
}
