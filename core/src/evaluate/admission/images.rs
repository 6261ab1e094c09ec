//! The images of a review: which are judged, under which name, and what an allow is worth later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::{AdmissionDecision, Work};
use crate::decision::{Decision, Outcome, Reason, Verdict};
use crate::evaluate::ImageRequest;
use crate::kubernetes::{ContainerKind, ImagePatch, Object, Operation, WorkloadImage};
use crate::policy::model::Mode;
use crate::reasons::Code;
use crate::reference::{Digest, Reference};

/// What became of the images.
#[derive(Default)]
pub(super) struct Images {
    pub(super) decisions: Vec<AdmissionDecision>,
    pub(super) pins: Vec<Pin>,
    pub(super) coverage: BTreeSet<Digest>,
    pub(super) reasons: Vec<Reason>,
}

/// An image that gets a digest.
pub(super) struct Pin {
    pub(super) patch: ImagePatch,
    written: String,
    digest: Digest,
}

impl Work<'_> {
    pub(super) fn images(&self) -> Images {
        let mut all = Images::default();
        // An image that stands in many containers is judged once.
        let mut judged: BTreeMap<String, Decision> = BTreeMap::new();
        for image in &self.request.object.images {
            let pin = self.pin(image);
            let name = pin.as_ref().map_or(&image.image, |pin| &pin.patch.value).clone();
            if let Some(proof) = self.unchanged(image, &name) {
                all.coverage.insert(proof);
                let found = format!("`{}` at `{}`", image.image, image.path);
                all.reasons.push(Reason::new(Code::AdmissionUnchanged).found(found));
                continue;
            }
            all.pins.extend(pin);
            if !self.engine.judges_images() {
                continue;
            }
            let decision = judged.entry(name).or_insert_with_key(|name| self.check(name, image));
            all.coverage.extend(self.coverage_of(decision));
            all.decisions.push(self.placed(decision.clone(), &image.path));
        }
        all
    }

    fn check(&self, name: &str, image: &WorkloadImage) -> Decision {
        let request = ImageRequest {
            image: name.to_owned(),
            digest: self.context.digests.get(&image.image).copied(),
            parent: None,
            kind: Some(self.request.object.object.kind.clone()),
            namespace: self.request.namespace.clone(),
            namespace_labels: self.context.namespace_labels.clone(),
            owner_labels: self.context.owner_labels.clone(),
            admission: true,
        };
        self.engine.check(&request, self.evidence, self.history, self.now)
    }

    /// The name with its digest, where the response may give it one.
    fn pin(&self, image: &WorkloadImage) -> Option<Pin> {
        let reference = Reference::parse(&image.image).ok()?;
        let digest = *self.context.digests.get(&image.image)?;
        if !self.context.pin || reference.digest().is_some() || !self.is_written_to(image.kind) {
            return None;
        }
        let path = pointer(&image.path);
        // The place must hold just what was judged.
        let object = &self.request.object.object.value;
        let held = object.pointer(&path).and_then(serde_json::Value::as_str);
        if held != Some(image.image.as_str()) {
            return None;
        }
        let patch = ImagePatch { path, value: format!("{}@{digest}", image.image) };
        Some(Pin { patch, written: image.image.clone(), digest })
    }

    /// Whether the API server takes over a change of such an image: of a pod that exists only
    /// its containers' images may change, and under `ephemeralcontainers` nothing else than those.
    fn is_written_to(&self, kind: ContainerKind) -> bool {
        let is_pod = self.request.object.object.kind == "Pod";
        match (self.request.operation, self.request.subresource.as_str()) {
            (Operation::Create, "") => true,
            (_, "ephemeralcontainers") => kind == ContainerKind::Ephemeral,
            (Operation::Update, "") if is_pod => {
                matches!(kind, ContainerKind::Init | ContainerKind::Regular)
            }
            (Operation::Update, "") => true,
            _ => false,
        }
    }

    /// The proof by which an image need not be judged again: it stands in the same container of
    /// the old object under the same name with the same digest, and these policies have enforced
    /// their rules on it in this namespace and allowed it.
    fn unchanged(&self, image: &WorkloadImage, name: &str) -> Option<Digest> {
        let old = self.request.old.as_ref().filter(|_| !self.context.covered.is_empty())?;
        let canonical = with_digest(name)?;
        let same =
            |other: &&WorkloadImage| other.kind == image.kind && other.container == image.container;
        let mut named = old.images.iter().filter(same);
        let (Some(before), None) = (named.next(), named.next()) else { return None };
        if with_digest(&before.image)? != canonical {
            return None;
        }
        let proof = self.proof(&canonical);
        self.context.covered.contains(&proof).then_some(proof)
    }

    /// What an allow proves for later: nothing where no enforced rule was passed, or where one
    /// was waived, which ends.
    fn coverage_of(&self, decision: &Decision) -> Option<Digest> {
        let passed = |outcome, mode| outcome == Outcome::Pass && mode == Mode::Enforce;
        let is_enforced = decision.results.iter().any(|rule| passed(rule.outcome, rule.mode));
        let is_waived = decision.results.iter().any(|rule| rule.outcome == Outcome::Waived);
        if decision.verdict != Verdict::Allow || !is_enforced || is_waived {
            return None;
        }
        with_digest(&decision.image()?.given).map(|canonical| self.proof(&canonical))
    }

    fn proof(&self, image: &str) -> Digest {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Proof<'a> {
            proof: &'static str,
            policies: Digest,
            image: &'a str,
            /// Rules may be about some kinds alone.
            kind: &'a str,
            namespace: Option<&'a str>,
            namespace_labels: Option<&'a BTreeMap<String, String>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            owner_labels: Option<&'a BTreeMap<String, String>>,
        }
        let proof = Proof {
            proof: "cocket.dev/coverage/v1",
            policies: self.engine.digest,
            image,
            kind: &self.request.object.object.kind,
            namespace: self.request.namespace.as_deref(),
            namespace_labels: self.context.namespace_labels.as_ref(),
            owner_labels: self.context.owner_labels.as_ref(),
        };
        // Texts and digests only: writing them cannot fail, and an empty text proves nothing.
        Digest::sha256(&serde_json_canonicalizer::to_vec(&proof).unwrap_or_default())
    }
}

/// What a name means, if it says its digest.
fn with_digest(name: &str) -> Option<String> {
    let reference = Reference::parse(name).ok()?;
    reference.digest().is_some().then(|| reference.to_string())
}

/// `spec.containers[0].image` as JSON pointer. A key with a dot in it leads elsewhere, which is
/// seen where the place is looked at.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"))
}

/// The object with its images pinned, and the digests by the names that it then has.
pub(super) fn pinned(
    object: &Object,
    pins: &[Pin],
    digests: &BTreeMap<String, Digest>,
) -> (Object, BTreeMap<String, Digest>) {
    let (mut object, mut digests) = (object.clone(), digests.clone());
    let mut value = (*object.value).clone();
    for pin in pins {
        if let Some(place) = value.pointer_mut(&pin.patch.path) {
            *place = pin.patch.value.clone().into();
        }
        digests.insert(pin.patch.value.clone(), pin.digest);
    }
    for image in &mut object.images {
        if let Some(pin) = pins.iter().find(|pin| pin.written == *image) {
            image.clone_from(&pin.patch.value);
        }
    }
    object.value = Arc::new(value);
    (object, digests)
}
