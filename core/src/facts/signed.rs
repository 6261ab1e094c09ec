//! What is attached to an image, verified.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::evidence::signing::SignedDocument;
use crate::evidence::{Attached, Evidence, EvidenceError};
use crate::policy::model;
use crate::reference::Digest;
use crate::verify::{self, Refusal, SignatureVerifier, Verified};

/// Most verifications for one image, so that what strangers attach costs a bounded time: one
/// document for one authority is one verification.
const MAX_VERIFICATIONS: usize = 4_096;

/// Who may vouch, ready to verify.
#[derive(Debug)]
pub struct Authority {
    /// Its name in the policy.
    pub name: String,
    /// What the policy says of it.
    pub model: model::Authority,
    /// What verifies for it.
    pub verifier: Arc<dyn SignatureVerifier>,
    /// The ids of its keys; empty where a supplied verifier knows them.
    pub keys: BTreeSet<String>,
}

/// What is attached to an image.
#[derive(Debug, Clone, Default)]
pub struct SignedFacts {
    /// One a document, by digest, sorted.
    pub documents: Vec<SignedFact>,
    /// More was attached than is verified.
    pub cut: bool,
}

/// One attached document.
#[derive(Debug, Clone)]
pub struct SignedFact {
    /// The digest of its bytes.
    pub digest: Digest,
    /// The predicate type that it claims, proven or not; `None` for simple signing and for what
    /// cannot be read.
    pub claimed_type: Option<String>,
    /// What was proven, or why it cannot be read.
    pub proofs: Result<Vec<Proof>, EvidenceError>,
}

/// What one authority stands for.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The authority.
    pub authority: Arc<Authority>,
    /// The document with its signer, or why the authority does not stand for it.
    pub result: Result<Verified<SignedDocument>, Refusal>,
}

impl SignedFacts {
    pub(super) fn gather(
        judged: &Digest,
        digests: &BTreeSet<Digest>,
        evidence: &Evidence,
        authorities: &[Arc<Authority>],
        now: Timestamp,
    ) -> Self {
        let mut attached: Vec<&Attached> = evidence
            .attached()
            .iter()
            .filter(|one| one.subject.is_none_or(|subject| digests.contains(&subject)))
            .collect();
        let key = |one: &&Attached| (one.digest, one.kind.clone(), one.annotations.clone());
        attached.sort_by_cached_key(key);
        attached.dedup_by_key(|one| key(&&**one));
        let mut left = MAX_VERIFICATIONS;
        let mut facts = Self::default();
        for one in attached {
            let asked = Asked { judged, digests, authorities, now };
            let document = SignedDocument::read(one);
            let claimed_type =
                document.as_ref().ok().and_then(|read| read.claim().predicate_type.clone());
            let Some(proofs) = asked.proofs(document, &mut left) else {
                facts.cut = true;
                break;
            };
            facts.documents.push(SignedFact { digest: one.digest, claimed_type, proofs });
        }
        facts
    }
}

/// What is asked of each document.
struct Asked<'a> {
    judged: &'a Digest,
    /// The judged digest, those of its platforms, and that of the index that lists it.
    digests: &'a BTreeSet<Digest>,
    authorities: &'a [Arc<Authority>],
    now: Timestamp,
}

impl Asked<'_> {
    /// `None` where the verifications are used up.
    fn proofs(
        &self,
        document: Result<SignedDocument, EvidenceError>,
        left: &mut usize,
    ) -> Option<Result<Vec<Proof>, EvidenceError>> {
        let document = match document {
            Ok(document) => document,
            Err(error) => return Some(Err(error)),
        };
        let mut subjects = document.claim().subjects.iter().flat_map(|subject| &subject.digests);
        let subject = subjects.find(|digest| self.digests.contains(digest));
        let mut proofs = Vec::new();
        for authority in self.authorities {
            let result = match subject {
                // Whoever signed it, it is about something else.
                None => Err(self.other_subject(&document)),
                Some(subject) => {
                    *left = left.checked_sub(1)?;
                    let (verifier, name) = (&*authority.verifier, &authority.name);
                    verify::verify(&document, verifier, name, subject, self.now)
                }
            };
            proofs.push(Proof { authority: Arc::clone(authority), result });
        }
        Some(Ok(proofs))
    }

    fn other_subject(&self, document: &SignedDocument) -> Refusal {
        let declared = document.claim().subjects.iter().flat_map(|subject| &subject.declared);
        let found: BTreeSet<String> =
            declared.map(|(algorithm, value)| format!("{algorithm}:{value}")).collect();
        let wanted = *self.judged;
        match found.is_empty() {
            true => Refusal::NoSubject { wanted },
            false => Refusal::WrongSubject { wanted, found: found.into_iter().collect() },
        }
    }
}
