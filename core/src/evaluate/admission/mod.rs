//! Decisions about admission reviews.

mod images;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;

use super::{Engine, History, ObjectRequest};
use crate::decision::{Decision, Reason, Verdict};
use crate::evidence::Evidence;
use crate::kubernetes::{
    AdmissionRequest, AdmissionReview, ImagePatch, Object, Operation, ReviewVersion,
};
use crate::reasons::{Code, ReasonKind};
use crate::reference::Digest;
use images::Images;

/// What a review is decided with that does not stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdmissionContext {
    /// The labels of the request's namespace, where the caller knows them.
    pub namespace_labels: Option<BTreeMap<String, String>>,
    /// The labels of the object's owner, where the caller knows them.
    pub owner_labels: Option<BTreeMap<String, String>>,
    /// The digests that references stand for, by reference as written.
    pub digests: BTreeMap<String, Digest>,
    /// Whether images that are named by a tag are completed with the digest that they are judged
    /// by. Only a mutating webhook may answer so.
    pub pin: bool,
    /// What earlier admissions proved ([`Admission::coverage`]). On `UPDATE` an image that one of
    /// these covers is not judged again if it stands unchanged in the same container; where there
    /// are none, every image is judged.
    pub covered: BTreeSet<Digest>,
}

/// What was decided about a review. [`admission_response`](crate::report::admission_response)
/// makes the answer to the API server of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The version that is answered in.
    pub version: ReviewVersion,
    /// The request's id, where it could be read.
    pub uid: Option<String>,
    /// The worst verdict of all.
    pub verdict: Verdict,
    /// The digest of the policies that decided.
    pub policies: Digest,
    /// The decisions on its images, in the order of the pod's fields, and on the object itself
    /// where a rule is about it.
    pub decisions: Vec<AdmissionDecision>,
    /// Reasons that belong to no decision, sorted.
    pub reasons: Vec<Reason>,
    /// The images whose names are to be completed, if the verdict lets them run.
    pub pins: Vec<ImagePatch>,
    /// What this admission proves: one digest for each image that an enforced rule allowed, over
    /// its name and digest, the namespace with its labels, and the policies. Keep them where only
    /// you can write, and hand them back in [`AdmissionContext::covered`].
    pub coverage: BTreeSet<Digest>,
}

/// One of the decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionDecision {
    /// The decision.
    pub decision: Decision,
    /// The object, as `Kind/name`.
    pub object: String,
    /// The image's field, such as `spec.containers[0].image`; empty for the object itself.
    pub field: String,
}

impl Engine {
    /// Decides on a review: each image that would run, as [`Engine::check`] does for admission,
    /// and the object, as [`Engine::check_object`] does. The namespace is the request's. A review
    /// that is malformed is denied, and so is one over which the engine fails. The same arguments
    /// give the same answer, byte for byte; `dryRun` changes nothing.
    ///
    /// ```
    /// use cocket::evaluate::{AdmissionContext, Engine, History};
    /// use cocket::evidence::Evidence;
    /// use cocket::kubernetes::AdmissionReview;
    /// use cocket::policy::Policies;
    /// use cocket::report::admission_response;
    ///
    /// let policies = Policies::from_text("policy.yaml", "
    /// apiVersion: cocket.dev/v1alpha1
    /// kind: ImagePolicy
    /// metadata: {name: production}
    /// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
    /// ")?;
    /// let review = AdmissionReview::parse(br#"{
    ///     "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
    ///         "uid": "705ab4f5", "operation": "CREATE", "namespace": "shop",
    ///         "kind": {"group": "", "version": "v1", "kind": "Pod"},
    ///         "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
    ///             "spec": {"containers": [{"name": "a", "image": "nginx:1.27"}]}}}}"#);
    /// let admission = Engine::new(&policies)?.admit(
    ///     &review,
    ///     &AdmissionContext::default(),
    ///     &Evidence::new(),
    ///     &History::default(),
    ///     "2026-11-23T12:00:00Z".parse()?,
    /// );
    /// let response = admission_response(&admission);
    /// assert_eq!((response.uid.as_str(), response.allowed), ("705ab4f5", false));
    /// assert!(response.status.unwrap().message.contains("registry.not_allowed"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn admit(
        &self,
        review: &AdmissionReview,
        context: &AdmissionContext,
        evidence: &Evidence,
        history: &History,
        now: Timestamp,
    ) -> Admission {
        let request = match &review.request {
            Ok(request) => request,
            Err(fault) => {
                let reason = Reason::new(Code::AdmissionMalformed).found(fault.to_string());
                return self.refused_review(review, reason);
            }
        };
        // Nothing that was half done outlives the call, so that a panic leaves nothing broken.
        let decide =
            || Work { engine: self, request, context, evidence, history, now }.admit(review);
        catch_unwind(AssertUnwindSafe(decide))
            .unwrap_or_else(|_| self.refused_review(review, Reason::new(Code::AdmissionFailed)))
    }

    fn refused_review(&self, review: &AdmissionReview, reason: Reason) -> Admission {
        Admission {
            version: review.version,
            uid: review.uid.clone(),
            verdict: Verdict::Deny,
            policies: self.digest,
            decisions: Vec::new(),
            reasons: vec![reason],
            pins: Vec::new(),
            coverage: BTreeSet::new(),
        }
    }
}

struct Work<'a> {
    engine: &'a Engine,
    request: &'a AdmissionRequest,
    context: &'a AdmissionContext,
    evidence: &'a Evidence,
    history: &'a History,
    now: Timestamp,
}

impl Work<'_> {
    fn admit(&self, review: &AdmissionReview) -> Admission {
        let mut reasons = self.about_the_whole();
        let mut images = Images::default();
        if self.request.runs_containers() {
            images = self.images();
        }
        let Images { mut decisions, pins, coverage, reasons: of_images } = images;
        reasons.extend(of_images);
        decisions.extend(self.object(&pins).map(|decision| self.placed(decision, "")));
        let verdict = verdict(&decisions, &reasons);
        let pins: Vec<ImagePatch> = match verdict {
            Verdict::Deny => Vec::new(),
            Verdict::Allow | Verdict::Warn => pins.into_iter().map(|pin| pin.patch).collect(),
        };
        reasons.extend(pins.iter().map(pinned));
        reasons.sort();
        reasons.dedup();
        Admission {
            version: review.version,
            uid: review.uid.clone(),
            verdict,
            policies: self.engine.digest,
            decisions,
            reasons,
            pins,
            coverage,
        }
    }

    /// Why there may be no decision at all.
    fn about_the_whole(&self) -> Vec<Reason> {
        let reviewed = &self.request.object;
        if !self.request.runs_containers() {
            let found = match self.request.operation {
                Operation::Delete => "`DELETE`".to_owned(),
                Operation::Connect => "`CONNECT`".to_owned(),
                _ => format!("a change of `{}`", self.request.subresource),
            };
            return vec![Reason::new(Code::AdmissionNotRun).found(found)];
        }
        if reviewed.seems_to_carry_pods {
            let Object { api_version, kind, .. } = &reviewed.object;
            let found = format!("`{kind}` of `{api_version}`");
            return vec![Reason::new(Code::AdmissionKindUnknown).found(found)];
        }
        if reviewed.images.is_empty() {
            return vec![Reason::new(Code::AdmissionNoImages).found(self.name())];
        }
        Vec::new()
    }

    /// The decision on the object as it will be kept.
    fn object(&self, pins: &[images::Pin]) -> Option<Decision> {
        let (pinned, digests);
        let object = match pins.is_empty() {
            true => {
                digests = &self.context.digests;
                &self.request.object.object
            }
            false => {
                pinned = images::pinned(&self.request.object.object, pins, &self.context.digests);
                digests = &pinned.1;
                &pinned.0
            }
        };
        let request = ObjectRequest {
            object,
            old: self.request.old.as_ref().map(|old| &*old.object.value),
            operation: self.request.operation,
            subresource: &self.request.subresource,
            user: self.request.user.as_ref(),
            namespace: self.request.namespace.as_deref(),
            namespace_labels: self.context.namespace_labels.as_ref(),
            owner_labels: self.context.owner_labels.as_ref(),
            digests,
        };
        self.engine.check_object(&request, self.evidence, self.now)
    }

    fn placed(&self, decision: Decision, field: &str) -> AdmissionDecision {
        AdmissionDecision { decision, object: self.name(), field: field.to_owned() }
    }

    fn name(&self) -> String {
        let Object { kind, name, .. } = &self.request.object.object;
        format!("{kind}/{name}")
    }
}

/// The worst verdict; nothing that was decided lets an object pass of which a reason says that it
/// may not.
fn verdict(decisions: &[AdmissionDecision], reasons: &[Reason]) -> Verdict {
    if reasons.iter().any(|reason| reason.code.kind() == ReasonKind::Fail) {
        return Verdict::Deny;
    }
    let worst = decisions.iter().map(|one| one.decision.verdict).max();
    match (worst, reasons) {
        (Some(worst), _) => worst,
        // A pass rests on something that was found, here on why there is nothing to judge.
        (None, []) => Verdict::Deny,
        (None, _) => Verdict::Allow,
    }
}

fn pinned(pin: &ImagePatch) -> Reason {
    Reason::new(Code::AdmissionPinned).found(format!("`{}` at `{}`", pin.value, pin.path))
}
