//! One authority and all that hangs beside one image or file: what was checked of each document,
//! and the first thing that was not as it should be.

mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

pub use report::{Cause, Check, Examination, ExaminedDocument, ExaminedTarget};

use super::{Verifiers, compile};
use crate::evidence::signing::{Artifact, SignedDocument};
use crate::evidence::{Attached, AttachedKind, Evidence, EvidenceError, EvidenceErrorKind};
use crate::facts::{Authority, Proof, SignedFact, SignedFacts};
use crate::policy::model::{PredicateType, SignedIdentity};
use crate::policy::{Policies, PolicyErrors};
use crate::reference::{Digest, Reference};
use crate::verify::{
    APPROVAL_PREDICATE, Refusal, Signer, VerificationCache, Verified, VerifiedArtifact, Wanted,
    approves, attests, verify_artifact,
};

/// Most bundles that are looked at for one file.
const MAX_BUNDLES: usize = 1_000;

/// Verifies what hangs beside one image or file for one authority, as an [`Engine`](super::Engine)
/// does, and tells each check. It decides on nothing: rules are not looked at.
///
/// ```
/// use cocket::evaluate::{Content, Examiner, Question, Target};
/// use cocket::evidence::{Evidence, signing::Artifact};
/// use cocket::policy::Policies;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   authorities:
///     release:
///       key:
///         pem: |
///           -----BEGIN PUBLIC KEY-----
///           MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOy3TraKsGtNGhL8g7pBRdOwt4n+y
///           VSG1Z6ZYfMtaddEqzYqVjmLQZSiv4bSGTWYg5bziP6zD5k8FETAQxSrp6g==
///           -----END PUBLIC KEY-----
///   rules: [{id: signed, signature: {anyOf: [release]}}]
/// ")?;
/// let examiner = Examiner::new(&policies, None, "release")?;
/// let target = Target::Artifact(Artifact::from_bytes(b"hello"));
/// let question = Question::new(target, Content::Approval);
/// let now = "2026-11-23T12:00:00Z".parse()?;
/// let examination = examiner.examine(&question, &Evidence::new(), now);
/// assert!(!examination.is_verified());
/// assert_eq!(examination.cause.unwrap().message, "no signed document stands beside it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Examiner {
    authority: Arc<Authority>,
}

/// What is asked about one image or file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Question<'a> {
    /// What it is about.
    pub target: Target<'a>,
    /// What a document has to say.
    pub content: Content,
    /// Annotations that an approval must have, all with one subject.
    pub annotations: BTreeMap<String, String>,
    /// How the repository that an approval names is compared.
    pub identity: SignedIdentity,
    /// The hash that was signed, where only one kind counts.
    pub hash: Option<SignedHash>,
}

/// The hash of what is signed. Pure Ed25519 signs no hash, so that none is compared there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignedHash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What signed documents have to be about.
#[derive(Debug, Clone)]
pub enum Target<'a> {
    /// An image. A digest in its reference holds, whatever the other one is.
    Image {
        /// Its reference.
        reference: Reference,
        /// Its digest.
        digest: Digest,
    },
    /// A file that bundles are about.
    Artifact(Artifact<'a>),
}

/// What a signed document has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An approval: simple signing, a signed file, or cosign's own statement. No other attestation
    /// is one.
    Approval,
    /// A statement of this type.
    Attestation(PredicateType),
    /// Anything that is signed.
    Any,
}

/// Why there is no [`Examiner`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExaminerError {
    /// There is no such policy.
    #[error("there is no policy `{0}`")]
    Policy(String),
    /// Several policies have an authority of this name.
    #[error("the policies `{}` have an authority `{authority}` each; one has to be named", .policies.join("`, `"))]
    Several {
        /// The authority asked for.
        authority: String,
        /// The policies.
        policies: Vec<String>,
    },
    /// No policy has such an authority.
    #[error("there is no authority `{0}`")]
    Authority(String),
    /// What the policies say of the authority cannot be used.
    #[error(transparent)]
    Policies(#[from] PolicyErrors),
}

impl<'a> Question<'a> {
    /// A question about `target`, whose repository is compared where a document names one.
    #[must_use]
    pub fn new(target: Target<'a>, content: Content) -> Self {
        let identity = SignedIdentity::WhenNamed;
        Self { target, content, annotations: BTreeMap::new(), identity, hash: None }
    }
}

impl SignedHash {
    /// Its name at the end of a verifier's checks.
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Whether this is the hash that the signer's first check was made with.
    fn is_of(self, signer: &Signer) -> Result<(), Refusal> {
        const PURE: &str = "ed25519";
        let found = signer.checks.first().map(String::as_str).unwrap_or_default();
        let hash = found.rsplit('-').next().unwrap_or_default();
        match found == PURE || hash == self.name() {
            true => Ok(()),
            false => {
                let wanted = self.name().to_owned();
                Err(Refusal::OtherHash { wanted, found: found.to_owned() })
            }
        }
    }
}

impl Target<'_> {
    /// The digest that documents have to be about.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Image { reference, digest } => reference.digest().copied().unwrap_or(*digest),
            Self::Artifact(artifact) => *artifact.digest(),
        }
    }
}

impl Examiner {
    /// An examiner for an authority of `policy`, or of the only policy that has it.
    ///
    /// # Errors
    /// An [`ExaminerError`] where it is not there, is there twice, or cannot be used.
    pub fn new(
        policies: &Policies,
        policy: Option<&str>,
        authority: &str,
    ) -> Result<Self, ExaminerError> {
        let named = |name: &str| policy.is_none_or(|wanted| wanted == name);
        let all = policies.image_policies().iter();
        let mut candidates = all.filter(|one| named(one.metadata.name.as_str())).peekable();
        if let (Some(policy), None) = (policy, candidates.peek()) {
            return Err(ExaminerError::Policy(policy.to_owned()));
        }
        let has = |name: &str| name == authority;
        let mut found = candidates.filter_map(|one| {
            Some((one, one.spec.authorities.keys().find(|key| has(key.as_str()))?))
        });
        let first = found.next();
        let (policy, name) = first.ok_or_else(|| ExaminerError::Authority(authority.to_owned()))?;
        let others: Vec<String> = found.map(|(one, _)| one.metadata.name.to_string()).collect();
        if !others.is_empty() {
            let mut policies = vec![policy.metadata.name.to_string()];
            policies.extend(others);
            return Err(ExaminerError::Several { authority: authority.to_owned(), policies });
        }
        let authority = compile::authority(policies, &Verifiers::new(), policy, name)?;
        Ok(Self { authority })
    }

    /// Verifies everything attached in `evidence`. The same arguments give the same answer,
    /// whatever the order of the evidence.
    #[must_use]
    pub fn examine(
        &self,
        question: &Question<'_>,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Examination {
        let mut report = Examination::new(&self.authority, question, now);
        let digest = question.target.digest();
        match &question.target {
            Target::Image { reference, .. } => {
                let digests = BTreeSet::from([digest]);
                let authorities = [Arc::clone(&self.authority)];
                // Each question is asked once, so nothing is kept.
                let cache = VerificationCache::new(0);
                let facts =
                    SignedFacts::gather(&digest, &digests, evidence, &authorities, &cache, now);
                report.cut = facts.cut;
                for fact in facts.documents {
                    let document = self.of_image(&fact, question, reference, (evidence, now));
                    report.documents.push(document);
                }
            }
            Target::Artifact(artifact) => {
                let mut bundles: Vec<&Attached> = evidence.attached().iter().collect();
                bundles.sort_by_key(|one| (one.digest, one.kind.clone()));
                bundles.dedup_by_key(|one| (one.digest, one.kind.clone()));
                report.cut = bundles.len() > MAX_BUNDLES;
                for bundle in bundles.into_iter().take(MAX_BUNDLES) {
                    report.documents.push(self.of_file(bundle, question, artifact, now));
                }
            }
        }
        let about = |subject: &Option<Digest>| subject.is_none_or(|subject| subject == digest);
        let gaps = evidence.gaps().iter().filter(|gap| about(&gap.subject));
        report.gaps = gaps.map(|gap| gap.detail.clone()).collect();
        report.gaps.sort();
        report.gaps.dedup();
        report.conclude()
    }

    fn of_image(
        &self,
        fact: &SignedFact,
        question: &Question<'_>,
        reference: &Reference,
        (evidence, now): (&Evidence, Timestamp),
    ) -> ExaminedDocument {
        let same = evidence.attached().iter().filter(|one| one.digest == fact.digest);
        let form = same.map(|one| one.kind.media_type()).min().unwrap_or_default().to_owned();
        let claimed = fact.claimed_type.clone();
        let document = ExaminedDocument::new(fact.digest, form, claimed, (&self.authority, now));
        let proof = match &fact.proofs {
            Err(error) => return document.refused(Refusal::Malformed(error.clone())),
            Ok(proofs) => proofs.first(),
        };
        match proof {
            Some(Proof { result: Ok(verified), .. }) => {
                if let Some(Err(refusal)) = question.hash.map(|hash| hash.is_of(verified.signer()))
                {
                    return document.refused(refusal);
                }
                let said = says(verified, question, reference);
                document.signed(verified.signer(), question, said)
            }
            Some(Proof { result: Err(refusal), .. }) => document.refused(refusal.clone()),
            None => document.refused(Refusal::Signature),
        }
    }

    fn of_file(
        &self,
        attached: &Attached,
        question: &Question<'_>,
        artifact: &Artifact<'_>,
        now: Timestamp,
    ) -> ExaminedDocument {
        let form = attached.kind.media_type().to_owned();
        let document = ExaminedDocument::new(attached.digest, form, None, (&self.authority, now));
        if attached.kind != AttachedKind::Bundle {
            let detail = "only Sigstore bundles are about files";
            let error = EvidenceError::new(EvidenceErrorKind::Unsupported, "", detail);
            return document.refused(Refusal::Malformed(error));
        }
        let Authority { name, verifier, .. } = &*self.authority;
        match verify_artifact(&attached.bytes, artifact, &**verifier, name, now) {
            Err(refusal) => document.refused(refusal),
            Ok(verified) => {
                if let Some(Err(refusal)) = question.hash.map(|hash| hash.is_of(&verified.signer)) {
                    return document.refused(refusal);
                }
                let found = verified.claim.as_ref().and_then(|claim| claim.predicate_type.clone());
                let document = document.claiming(found);
                document.signed(&verified.signer, question, is_about_file(&verified, question))
            }
        }
    }
}

/// Whether a verified document about an image says what is asked for.
fn says(
    verified: &Verified<SignedDocument>,
    question: &Question<'_>,
    reference: &Reference,
) -> Result<(), Refusal> {
    let digest = &question.target.digest();
    let Question { annotations, identity, .. } = question;
    match &question.content {
        Content::Approval => {
            approves(verified, &Wanted { digest, reference, identity, annotations })
        }
        Content::Attestation(wanted) => attests(verified, digest, wanted.as_str()),
        Content::Any => Ok(()),
    }
}

/// The same of a bundle about a file; that it is about this file is verified.
fn is_about_file(verified: &VerifiedArtifact, question: &Question<'_>) -> Result<(), Refusal> {
    let found = verified.claim.as_ref().and_then(|claim| claim.predicate_type.clone());
    match (&question.content, found) {
        (Content::Any, _) | (Content::Approval, None) => Ok(()),
        (Content::Approval, Some(found)) if found == APPROVAL_PREDICATE => Ok(()),
        (Content::Approval, Some(predicate_type)) => Err(Refusal::NotAnApproval { predicate_type }),
        (Content::Attestation(wanted), found) if found.as_deref() == Some(wanted.as_str()) => {
            Ok(())
        }
        (Content::Attestation(wanted), found) => {
            Err(Refusal::OtherPredicate { wanted: wanted.to_string(), found })
        }
    }
}
