//! Who has signed what about the images of an object, for judges that ask.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Engine, ObjectRequest};
use crate::evidence::Evidence;
use crate::evidence::signing::{Claim, SignedDocument, Subject};
use crate::facts::{Authority, SignedFacts};
use crate::policy::model::{Name, SignedIdentity};
use crate::policy::{NotSigned, ObjectJudge, SignedImages, SignedStatement};
use crate::reference::{Digest, Reference};
use crate::verify::{Refusal, VerificationCache, Verified, Wanted, approves, attests};

/// A judge with its authorities, ready to verify.
#[derive(Debug)]
pub(super) struct CompiledJudge {
    pub(super) judge: Arc<dyn ObjectJudge>,
    pub(super) authorities: Vec<Arc<Authority>>,
}

impl CompiledJudge {
    /// The moments at which a verifier of it may answer otherwise.
    pub(super) fn dates(&self) -> impl Iterator<Item = Timestamp> {
        self.authorities.iter().flat_map(|authority| authority.verifier.dates())
    }
}

/// What the authorities of one judge stand for; each image is verified once, when it is asked for.
#[derive(Debug)]
pub(super) struct JudgeSignatures<'a> {
    authorities: &'a [Arc<Authority>],
    digests: &'a BTreeMap<String, Digest>,
    evidence: &'a Evidence,
    cache: &'a VerificationCache,
    now: Timestamp,
    /// The latest moment that does not lie in the future.
    latest: Timestamp,
    facts: RefCell<BTreeMap<Digest, Arc<SignedFacts>>>,
}

/// An image that is asked for.
struct Image {
    reference: Reference,
    digest: Digest,
    facts: Arc<SignedFacts>,
}

impl<'a> JudgeSignatures<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        judge: &'a CompiledJudge,
        request: &ObjectRequest<'a>,
        evidence: &'a Evidence,
        now: Timestamp,
    ) -> Self {
        Self {
            authorities: &judge.authorities,
            digests: request.digests,
            evidence,
            cache: &engine.cache,
            now,
            latest: now.saturating_add(engine.set.clock_skew).unwrap_or(now),
            facts: RefCell::default(),
        }
    }

    fn image(&self, image: &str) -> Result<Image, NotSigned> {
        let unknown = |why: String| NotSigned::Unknown(format!("`{image}`: {why}"));
        let reference = Reference::parse(image).map_err(|error| unknown(error.to_string()))?;
        let digest = match (reference.digest(), self.digests.get(image)) {
            (Some(named), Some(other)) if named != other => {
                return Err(unknown(format!("it names one digest and stands for {other}")));
            }
            (named, resolved) => named.or(resolved).copied(),
        };
        let digest = digest.ok_or_else(|| unknown("its digest is not known".to_owned()))?;
        let facts = self.gathered(digest);
        Ok(Image { reference, digest, facts })
    }

    fn gathered(&self, digest: Digest) -> Arc<SignedFacts> {
        let mut known = self.facts.borrow_mut();
        let facts = known.entry(digest).or_insert_with(|| {
            let (subjects, evidence) = (BTreeSet::from([digest]), self.evidence);
            let (authorities, cache) = (self.authorities, self.cache);
            let facts =
                SignedFacts::gather(&digest, &subjects, evidence, authorities, cache, self.now);
            Arc::new(facts)
        });
        Arc::clone(facts)
    }

    /// The documents that the authority stands for and that say what is asked; at least one.
    fn documents<T>(
        &self,
        image: &Image,
        authority: &Name,
        accepts: impl Fn(&Verified<SignedDocument>) -> Result<(), Refusal>,
        taken: impl Fn(Digest, &Verified<SignedDocument>) -> T,
    ) -> Result<Vec<T>, NotSigned> {
        let (mut found, mut refused) = (Vec::new(), BTreeSet::new());
        for document in &image.facts.documents {
            let proofs = match &document.proofs {
                Ok(proofs) => proofs,
                Err(error) => {
                    refused.insert(Refusal::Malformed(error.clone()));
                    continue;
                }
            };
            for proof in proofs.iter().filter(|proof| proof.authority.name == authority.as_str()) {
                let verified = proof.result.as_ref().map_err(Refusal::clone);
                let verified = verified.and_then(|verified| {
                    accepts(verified)?;
                    self.is_in_time(verified)?;
                    Ok(verified)
                });
                match verified {
                    Ok(verified) => found.push(taken(document.digest, verified)),
                    Err(refusal) => _ = refused.insert(refusal),
                }
            }
        }
        match found.is_empty() {
            false => Ok(found),
            true => Err(self.none(image, refused)),
        }
    }

    fn is_in_time(&self, verified: &Verified<SignedDocument>) -> Result<(), Refusal> {
        match verified.signer().proven_at.filter(|at| *at > self.latest) {
            Some(at) => Err(Refusal::ProvenInTheFuture { at }),
            None => Ok(()),
        }
    }

    /// Why nothing counts: what was not looked at, else the refusal that got furthest.
    fn none(&self, image: &Image, refused: BTreeSet<Refusal>) -> NotSigned {
        let name = &image.reference;
        if image.facts.cut {
            return NotSigned::Unknown(format!("too much is attached to `{name}`"));
        }
        let about = |subject: &Option<Digest>| subject.is_none_or(|one| one == image.digest);
        if let Some(gap) = self.evidence.gaps().iter().filter(|gap| about(&gap.subject)).min() {
            return NotSigned::Unknown(format!("`{name}`: {}", gap.detail));
        }
        NotSigned::Refused(match refused.last() {
            Some(refusal) => format!("`{name}`: {refusal}"),
            None => format!("`{name}`: nothing signed is at hand for {}", image.digest),
        })
    }
}

impl SignedImages for JudgeSignatures<'_> {
    fn approvals(
        &self,
        image: &str,
        authority: &Name,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Vec<Digest>, NotSigned> {
        let image = self.image(image)?;
        let wanted = Wanted {
            digest: &image.digest,
            reference: &image.reference,
            // The engines that these judges stand for compare no names.
            identity: &SignedIdentity::SameDigest,
            annotations,
        };
        let accepts = |verified: &Verified<SignedDocument>| approves(verified, &wanted);
        self.documents(&image, authority, accepts, |digest, _| digest)
    }

    fn statements(
        &self,
        image: &str,
        authority: &Name,
        predicate_type: &str,
    ) -> Result<Vec<SignedStatement>, NotSigned> {
        let image = self.image(image)?;
        let accepts =
            |verified: &Verified<SignedDocument>| attests(verified, &image.digest, predicate_type);
        self.documents(&image, authority, accepts, |document, verified| SignedStatement {
            document,
            statement: statement(verified.value().claim()),
        })
    }
}

/// The statement that was signed.
fn statement(claim: &Claim) -> Value {
    // It was read before, so that it is JSON.
    let predicate = claim.predicate.as_deref().map(serde_json::from_str);
    json!({
        "_type": claim.statement_type,
        "predicateType": claim.predicate_type,
        "subject": claim.subjects.iter().map(subject).collect::<Vec<_>>(),
        "predicate": predicate.and_then(Result::ok).unwrap_or(Value::Null),
    })
}

fn subject(subject: &Subject) -> Value {
    let mut members = Map::new();
    members.extend(subject.name.clone().map(|name| ("name".to_owned(), Value::String(name))));
    members.insert("digest".to_owned(), json!(subject.declared));
    Value::Object(members)
}
