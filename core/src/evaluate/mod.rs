//! Evaluation: a pure function from policy, facts, context and time to a decision.

mod admission;
mod alternatives;
mod annotation;
mod attestation;
mod base_image;
mod case;
mod circumstances;
mod compile;
mod condition;
mod config;
mod container;
mod examine;
mod exceptions;
mod expression;
mod history;
mod inputs;
mod judge;
mod objects;
mod pod_security;
mod provenance;
mod reading;
mod reference;
mod registry;
mod requirement;
mod scope;
mod secrets;
mod signature;
mod signed_images;
mod statements;
mod vulnerabilities;
mod workload;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::decision::{Decision, Detail, JudgedImage, Reason};
use crate::evidence::Evidence;
use crate::facts::{Authority, Facts};
use crate::policy::{Policies, PolicyErrors};
use crate::reasons::Code;
use crate::reference::{Digest, Reference};
use crate::verify::{SignatureVerifier, VerificationCache};
use compile::{CompiledPolicy, CompiledSet};
use signed_images::CompiledJudge;

pub use admission::{Admission, AdmissionContext, AdmissionDecision};
pub use examine::{
    Cause, Check, Content, Examination, ExaminedDocument, ExaminedTarget, Examiner, ExaminerError,
    Question, SignedHash, Target,
};
pub use history::{History, StatementKey};
pub use objects::ObjectRequest;
pub use vulnerabilities::{Levels, ScanSummary, counting_rule, summary};

/// Compiled policies: made once, shared between threads.
///
/// ```
/// use cocket::evaluate::{Engine, History, ImageRequest};
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   rules:
///     - id: approved
///       registry: {allow: ['registry.example.com/**']}
/// ")?;
/// let engine = Engine::new(&policies)?;
/// let request = ImageRequest { image: "docker.io/library/nginx:1".into(), ..Default::default() };
/// let now = "2026-11-23T12:00:00Z".parse()?;
/// let decision = engine.check(&request, &Evidence::new(), &History::default(), now);
/// assert_eq!(decision.verdict, cocket::decision::Verdict::Deny);
/// assert_eq!(decision.results[0].reasons[0].code.code(), "registry.not_allowed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    digest: Digest,
    set: CompiledSet,
    policies: Vec<CompiledPolicy>,
    judges: Vec<CompiledJudge>,
    exceptions: Vec<exceptions::CompiledException>,
    authorities: Vec<Arc<Authority>>,
    listed: usize,
    cache: Arc<VerificationCache>,
}

/// How many findings of each kind a decision lists unless the program asks for more or fewer.
pub const LISTED_FINDINGS: usize = 100;

/// Verifiers that the embedding program supplies, by the name that policies call them.
pub type Verifiers = BTreeMap<String, Arc<dyn SignatureVerifier>>;

/// The image that a decision is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageRequest {
    /// The reference as the workload gives it.
    pub image: String,
    /// The digest that the reference resolved to, where it does not name one itself.
    pub digest: Option<Digest>,
    /// The index by which the caller came to the image: its signature covers the manifests that
    /// it lists.
    pub parent: Option<Digest>,
    /// The kind of the object that names the image, such as `Deployment`; where the caller does
    /// not know it, rules about every kind hold.
    pub kind: Option<String>,
    /// The namespace of the request.
    pub namespace: Option<String>,
    /// The namespace's labels, where the caller knows them.
    pub namespace_labels: Option<BTreeMap<String, String>>,
    /// The labels of the object's owner, where the caller knows them.
    pub owner_labels: Option<BTreeMap<String, String>>,
    /// Whether the image will be pulled by the name given, as after admission: then a tag may
    /// stand for another image than the judged one.
    pub admission: bool,
}

impl Engine {
    /// Compiles `policies`.
    ///
    /// # Errors
    /// [`PolicyErrors`] for what the loader cannot see by itself, such as a key of an algorithm
    /// that is not supported, or a verifier that is not built in.
    pub fn new(policies: &Policies) -> Result<Self, PolicyErrors> {
        Self::with_verifiers(policies, &Verifiers::new())
    }

    /// Compiles `policies` with verifiers of the embedding program.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_verifiers(
        policies: &Policies,
        verifiers: &Verifiers,
    ) -> Result<Self, PolicyErrors> {
        compile::compile(policies, verifiers)
    }

    /// The same engine, whose decisions list at most this many findings of each kind; how many
    /// more there are is exact either way, and no outcome depends on it.
    #[must_use]
    pub fn listing(mut self, most: usize) -> Self {
        self.listed = most;
        self
    }

    /// The same engine with another cache of verification results: one that several engines share,
    /// or of another size. No decision depends on it.
    #[must_use]
    pub fn caching(mut self, cache: Arc<VerificationCache>) -> Self {
        self.cache = cache;
        self
    }

    /// What it keeps of verifications.
    #[must_use]
    pub fn cache(&self) -> &Arc<VerificationCache> {
        &self.cache
    }

    /// The digest of the policies' canonical model.
    #[must_use]
    pub fn policies_digest(&self) -> Digest {
        self.digest
    }

    /// Decides on one image. The same arguments give the same decision, byte for byte.
    #[must_use]
    pub fn check(
        &self,
        request: &ImageRequest,
        evidence: &Evidence,
        history: &History,
        now: Timestamp,
    ) -> Decision {
        self.evaluate(request, &self.facts(request, evidence, now), history)
    }

    /// Verifies what `evidence` holds about the image: the slow part of [`Engine::check`].
    #[must_use]
    pub fn facts(&self, request: &ImageRequest, evidence: &Evidence, now: Timestamp) -> Facts {
        let named = Reference::parse(&request.image).ok();
        let named = named.and_then(|reference| reference.digest().copied());
        let digest = named.or(request.digest);
        Facts::gather(digest, request.parent, evidence, &self.authorities, &self.cache, now)
    }

    /// Decides on one image from facts that [`Engine::facts`] of this engine gathered for it.
    #[must_use]
    pub fn evaluate(&self, request: &ImageRequest, facts: &Facts, history: &History) -> Decision {
        let mut image = JudgedImage {
            given: request.image.clone(),
            canonical: None,
            mirror: None,
            digest: request.digest,
            namespace: request.namespace.clone(),
            platforms: Vec::new(),
        };
        match self.named(request, facts, &mut image) {
            Ok((given, mirrored)) => {
                let reference = mirrored.as_ref().unwrap_or(&given);
                self.judge(reference, request, facts, history, image)
            }
            Err(reason) => self.refused(request, facts, history, image, reason),
        }
    }

    /// What the request's name means, and the internal name that takes its place.
    fn named(
        &self,
        request: &ImageRequest,
        facts: &Facts,
        image: &mut JudgedImage,
    ) -> Result<(Reference, Option<Reference>), Reason> {
        let given = Reference::parse(&request.image)
            .map_err(|error| Reason::new(Code::ReferenceInvalid).found(error.to_string()))?;
        image.canonical = Some(given.to_string());
        if self.set.refuse_unqualified && !given.is_qualified() {
            return Err(Reason::new(Code::ReferenceUnqualified).found(request.image.clone()));
        }
        let digest = match (given.digest().copied(), request.digest) {
            (Some(named), Some(resolved)) if named != resolved => {
                return Err(Reason::new(Code::ReferenceDrift)
                    .found(Detail::Digest(resolved))
                    .expected(Detail::Digest(named)));
            }
            (named, resolved) => named.or(resolved),
        };
        image.digest = digest;
        if facts.image.as_ref().map(|image| image.digest) != digest {
            return Err(Reason::new(Code::EvidenceWrongSubject)
                .found("facts that were gathered for another image"));
        }
        let mirrored = self.set.mirrored(&given);
        image.mirror = mirrored.as_ref().map(ToString::to_string);
        Ok((given, mirrored))
    }
}
