//! `objects`: list what Kubernetes objects, or the object of an admission review, would run.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::answer::{Answer, Fault};
use super::check::{one, only, policies, refuse_own};
use super::request::{HistoryItem, Request};
use crate::evaluate::Engine;
use crate::kubernetes::Objects;

/// What Kubernetes objects would run, and how it is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listed {
    /// The objects; none for a review, whose images are named alone.
    pub objects: Objects,
    /// Every image, each once, sorted: what a caller resolves and collects evidence about.
    pub images: Vec<String>,
    /// What [`answer_with`](super::answer_with) gives for the same request.
    pub answer: Vec<u8>,
}

impl Listed {
    fn of(objects: Objects, images: BTreeSet<String>) -> Self {
        let whole = answer(&objects, images);
        let told = whole.to_bytes();
        let images = match whole {
            Answer::Objects { images, .. } => images.into_iter().collect(),
            _ => Vec::new(),
        };
        Self { objects, images, answer: told }
    }
}

/// As [`answer_with`](super::answer_with) for the operation `objects`, about one text as it came, with what the answer
/// is made of.
///
/// ```
/// use cocket::evaluate::Engine;
/// use cocket::policy::Policies;
/// use cocket::wire::objects_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let pod = b"{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: 'nginx:1'}]}}";
/// let listed = objects_with(&Engine::new(&policies)?, "pod.yaml", pod).unwrap();
/// assert_eq!(listed.images, ["nginx:1"]);
/// assert!(listed.answer.starts_with(br#"{"answer":"objects","images":["nginx:1"]"#));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
///
/// # Errors
/// The one fault of a text that cannot be read.
pub fn objects_with(engine: &Engine, name: &str, text: &[u8]) -> Result<Listed, Vec<Fault>> {
    let listed = catch_unwind(AssertUnwindSafe(|| {
        Ok(Listed::of(of_text(engine, name, text)?, BTreeSet::new()))
    }));
    listed.unwrap_or_else(|_| Err(Fault::internal())).map_err(one)
}

/// The same about the object of an admission review: its images. A malformed review has none; that
/// it is denied is for [`admit_with`](super::admit_with) to say.
///
/// # Errors
/// A fault in the engine itself alone.
pub fn review_images_with(engine: &Engine, review: &[u8]) -> Result<Listed, Vec<Fault>> {
    let listed = catch_unwind(AssertUnwindSafe(|| {
        Listed::of(Objects::default(), of_review(engine, review))
    }));
    listed.map_err(|_| one(Fault::internal()))
}

pub(super) fn asked(mut request: Request) -> Result<Answer, Vec<Fault>> {
    only_of_objects(&request).map_err(one)?;
    let policies = policies(&mut request)?;
    // What beside policies stands in the request belongs to other operations.
    refuse_own(&request).map_err(one)?;
    let engine = Engine::new(&policies).map_err(|errors| Fault::policies(&errors))?;
    listed(&engine, &request).map_err(one)
}

/// As [`asked`], with an engine that is at hand.
pub(super) fn asked_with(engine: &Engine, request: &Request) -> Result<Answer, Vec<Fault>> {
    only_of_objects(request).and_then(|()| refuse_own(request)).map_err(one)?;
    listed(engine, request).map_err(one)
}

/// What stands in one text.
fn of_text(engine: &Engine, name: &str, text: &[u8]) -> Result<Objects, Fault> {
    Ok(engine.objects(name, text)?)
}

/// The images of a review, each once; one that is malformed has none.
fn of_review(engine: &Engine, review: &[u8]) -> BTreeSet<String> {
    engine.review(review).images().into_iter().map(str::to_owned).collect()
}

/// The answer about objects, and about images that come from elsewhere.
fn answer(objects: &Objects, mut images: BTreeSet<String>) -> Answer {
    let run = objects.workloads.iter().flat_map(|workload| &workload.images);
    images.extend(run.map(|image| image.image.clone()));
    Answer::Objects {
        images,
        workloads: objects.workloads.clone(),
        unjudged: objects.unjudged.clone(),
    }
}

fn only_of_objects(request: &Request) -> Result<(), Fault> {
    let context = &request.context;
    let of_deciding = [
        ("/now", request.now.is_none()),
        ("/verify", request.verify.is_none()),
        ("/history", request.history == HistoryItem::default()),
        ("/context/images", context.images.is_empty()),
        ("/context/namespace", context.namespace.is_none()),
        ("/context/namespaceLabels", context.namespace_labels.is_none()),
        ("/context/ownerLabels", context.owner_labels.is_none()),
        ("/context/objectNamespaces", !context.object_namespaces),
        ("/context/admission", !context.admission),
        ("/context/resolved", context.resolved.is_empty()),
        ("/context/pin", !context.pin),
    ];
    only(&of_deciding, "operations that decide have it, not `objects`")?;
    match context.objects.is_empty() && request.review.is_none() {
        true => Err(Fault::request("/context", "neither objects nor a review".to_owned())),
        false => Ok(()),
    }
}

fn listed(engine: &Engine, request: &Request) -> Result<Answer, Fault> {
    let mut all = Objects::default();
    for text in &request.context.objects {
        let Objects { workloads, unjudged, .. } =
            of_text(engine, &text.name, text.text.as_bytes())?;
        all.workloads.extend(workloads);
        all.unjudged.extend(unjudged);
    }
    let review = request.review.iter();
    let images = review.flat_map(|review| of_review(engine, review.as_bytes())).collect();
    Ok(answer(&all, images))
}
