//! What is attached to an image, verified.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Payload;
use crate::evidence::signing::{Material, SignedDocument};
use crate::evidence::{Attached, Evidence, EvidenceError};
use crate::policy::model::{self, SignatureFormat};
use crate::reference::Digest;
use crate::verify::{self, CacheKey, Refusal, SignatureVerifier, VerificationCache, Verified};

/// Most checks for one image, so that what strangers attach costs a bounded time: one signature
/// with one key is one check.
const MAX_CHECKS: usize = 8_192;

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
    /// The digest of everything that its verifier's answers depend on beside what it is asked;
    /// `None` where that is not known, as of a supplied verifier.
    pub trust: Option<Digest>,
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
    /// What it says about findings, where some authority stands for it.
    pub payload: Option<Arc<Payload>>,
}

impl SignedFact {
    fn new(
        digest: Digest,
        claimed_type: Option<String>,
        proofs: Result<Vec<Proof>, EvidenceError>,
    ) -> Self {
        let verified = proofs.iter().flatten().find_map(|proof| proof.result.as_ref().ok());
        let payload = verified.and_then(|verified| Payload::read(verified.value().claim()));
        Self { digest, claimed_type, proofs, payload: payload.map(Arc::new) }
    }
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
    pub(crate) fn gather(
        judged: &Digest,
        digests: &BTreeSet<Digest>,
        evidence: &Evidence,
        authorities: &[Arc<Authority>],
        cache: &VerificationCache,
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
        let read = attached.iter().map(|one| (*one, SignedDocument::read(one)));
        let mut read: Vec<_> = read.enumerate().collect();
        // What signers make has one signature. A stranger's documents with many come last, so
        // that they use up no checks that others need.
        read.sort_by_key(|(_, (_, document))| document.as_ref().map_or(0, signatures));
        let asked = Asked { judged, digests, authorities, cache, now };
        let (mut left, mut cut) = (MAX_CHECKS, false);
        let mut documents = Vec::new();
        for (position, (attached, document)) in read {
            let claimed_type =
                document.as_ref().ok().and_then(|read| read.claim().predicate_type.clone());
            let proofs = match document {
                Err(error) => Err(error),
                Ok(document) => match asked.proofs(attached, &document, &mut left) {
                    Some(proofs) => Ok(proofs),
                    None => {
                        cut = true;
                        break;
                    }
                },
            };
            documents.push((position, SignedFact::new(attached.digest, claimed_type, proofs)));
        }
        documents.sort_by_key(|(position, _)| *position);
        Self { documents: documents.into_iter().map(|(_, fact)| fact).collect(), cut }
    }
}

/// Whether a document is of the form that an authority takes.
fn admits(format: Option<SignatureFormat>, document: &SignedDocument) -> bool {
    match (format, document.material()) {
        (None, _) => true,
        (Some(format), Material::Detached { .. } | Material::Envelope { .. }) => {
            format == SignatureFormat::Legacy
        }
        (Some(format), Material::Bundle { .. } | Material::File { .. }) => {
            format == SignatureFormat::Bundle
        }
    }
}

/// How many signatures a verifier looks at.
fn signatures(document: &SignedDocument) -> usize {
    match document.material() {
        Material::Detached { .. } | Material::File { .. } => 1,
        Material::Envelope { signatures, .. } | Material::Bundle { signatures, .. } => {
            signatures.len()
        }
    }
}

/// The digest of a document with all that reading and verifying it looks at.
fn identity(attached: &Attached) -> Digest {
    let mut text = format!("{}\n{:?}\n", attached.digest, attached.kind);
    for (key, value) in &attached.annotations {
        text += &format!("{} {}\n{key}{value}", key.len(), value.len());
    }
    Digest::sha256(text.as_bytes())
}

/// What is asked of each document.
struct Asked<'a> {
    judged: &'a Digest,
    /// The judged digest, those of its platforms, and that of the index that lists it.
    digests: &'a BTreeSet<Digest>,
    authorities: &'a [Arc<Authority>],
    cache: &'a VerificationCache,
    now: Timestamp,
}

impl Asked<'_> {
    /// `None` where the checks are used up.
    fn proofs(
        &self,
        attached: &Attached,
        document: &SignedDocument,
        left: &mut usize,
    ) -> Option<Vec<Proof>> {
        let identity = identity(attached);
        let mut subjects = document.claim().subjects.iter().flat_map(|subject| &subject.digests);
        let subject = subjects.find(|digest| self.digests.contains(digest));
        let mut proofs = Vec::new();
        for authority in self.authorities {
            let result = match subject {
                // Whoever signed it, it is about something else.
                None => Err(self.other_subject(document)),
                Some(_) if !admits(authority.model.format, document) => {
                    Err(Refusal::OtherFormat { authority: authority.name.clone() })
                }
                Some(subject) => {
                    let keys = authority.keys.len().max(1);
                    *left = left.checked_sub(signatures(document).saturating_mul(keys))?;
                    let (verifier, name) = (&*authority.verifier, &authority.name);
                    match authority.trust {
                        None => verify::verify(document, verifier, name, subject, self.now),
                        Some(trust) => {
                            let key = CacheKey { document: identity, subject: *subject, trust };
                            self.cache.verify(key, document, verifier, name, self.now)
                        }
                    }
                }
            };
            proofs.push(Proof { authority: Arc::clone(authority), result });
        }
        Some(proofs)
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
