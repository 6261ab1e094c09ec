//! `check`: decide on images.

use std::mem::take;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::answer::{Answer, Fault};
use super::request::{Context, GapItemKind, HistoryItem, Image, Item, Request, Text};
use crate::evaluate::{Engine, History, ImageRequest, ObjectRequest};
use crate::evidence::{AttachedKind, Evidence, Gap, GapKind};
use crate::import::{self, Dialect, Options};
use crate::kubernetes::{Object, Operation, Unjudged, Workload};
use crate::policy::{Policies, PolicySource};
use crate::report::{Judged, Origin, verdict};

pub(super) fn check(mut request: Request) -> Result<Answer, Vec<Fault>> {
    let now = now(&request).map_err(one)?;
    only_of_check(&request).map_err(one)?;
    let policies = policies(&mut request)?;
    let engine = Engine::new(&policies).map_err(|errors| Fault::policies(&errors))?;
    let evidence = evidence(&mut request).map_err(one)?;
    let mut answer =
        decided(&engine, &evidence, request.context, request.history, now).map_err(one)?;
    if let Answer::Decided { notes, .. } = &mut answer {
        notes.extend(policies.notes().iter().map(Fault::from));
    }
    Ok(answer)
}

/// The policies and trust roots of a request.
pub(super) fn policies(request: &mut Request) -> Result<Policies, Vec<Fault>> {
    let source = |text: Text| PolicySource { name: text.name, bytes: text.text.into_bytes() };
    let texts = take(&mut request.policies).into_iter().chain(take(&mut request.trust));
    let sources: Vec<PolicySource> = texts.map(source).collect();
    let options = Options { allow_partial: request.allow_partial, dialect: request.dialect };
    import::load(&sources, options).map_err(|errors| Fault::policies(&errors))
}

/// The evidence of a request.
pub(super) fn evidence(request: &mut Request) -> Result<Evidence, Fault> {
    let mut evidence = Evidence::new();
    for (position, item) in take(&mut request.evidence).into_iter().enumerate() {
        add(&mut evidence, item, &format!("/evidence/{position}"))?;
    }
    for (position, item) in take(&mut request.vouched).into_iter().enumerate() {
        let bytes = decoded(&item.data, &format!("/vouched/{position}/data"))?;
        evidence.vouch(item.subject, bytes);
    }
    for item in take(&mut request.gaps) {
        let kind = match item.kind {
            GapItemKind::Unavailable => GapKind::Unavailable,
            GapItemKind::Incomplete => GapKind::Incomplete,
        };
        evidence.add_gap(Gap { subject: item.subject, kind, detail: item.detail });
    }
    Ok(evidence)
}

/// As [`check`], with an engine and evidence that are at hand. A request that has its own would
/// be answered from others than it names, so it is refused.
pub(super) fn check_with(
    engine: &Engine,
    evidence: &Evidence,
    request: Request,
) -> Result<Answer, Vec<Fault>> {
    let now = now(&request).map_err(one)?;
    only_of_check(&request).map_err(one)?;
    refuse_own(&request).map_err(one)?;
    decided(engine, evidence, request.context, request.history, now).map_err(one)
}

/// Refuses what a request would have beside a prepared engine and prepared evidence.
pub(super) fn refuse_own(request: &Request) -> Result<(), Fault> {
    let own = [
        ("/policies", request.policies.is_empty()),
        ("/trust", request.trust.is_empty()),
        ("/allowPartial", !request.allow_partial),
        ("/dialect", request.dialect == Dialect::default()),
        ("/evidence", request.evidence.is_empty()),
        ("/vouched", request.vouched.is_empty()),
        ("/gaps", request.gaps.is_empty()),
    ];
    only(&own, "the engine and the evidence are given beside the request")
}

fn only_of_check(request: &Request) -> Result<(), Fault> {
    only(&[("/verify", request.verify.is_none())], "the operation `verify` has it, not `check`")?;
    let of_reviews = [
        ("/review", request.review.is_none()),
        ("/context/pin", !request.context.pin),
        ("/history/covered", request.history.covered.is_empty()),
    ];
    only(&of_reviews, "the operation `admit` has it, not `check`")
}

/// The fault of the first member that is not absent as it should be.
pub(super) fn only(members: &[(&str, bool)], message: &str) -> Result<(), Fault> {
    match members.iter().find(|(_, is_absent)| !is_absent) {
        None => Ok(()),
        Some((path, _)) => Err(Fault::request(path, message.to_owned())),
    }
}

pub(super) fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}

pub(super) fn now(request: &Request) -> Result<Timestamp, Fault> {
    request.now.ok_or_else(|| Fault::request("/now", "`now` is needed to decide".to_owned()))
}

fn decided(
    engine: &Engine,
    evidence: &Evidence,
    context: Context,
    history: HistoryItem,
    now: Timestamp,
) -> Result<Answer, Fault> {
    let history = History::from(history);
    let Asked { images, objects, mut unjudged, context } = asked(context, engine)?;
    let decide = |(request, origin): (ImageRequest, Option<Origin>)| Judged {
        decision: engine.check(&request, evidence, &history, now),
        origin,
    };
    let mut decisions: Vec<Judged> = images.into_iter().map(decide).collect();
    for object in &objects {
        if let Some(judged) = judged(engine, evidence, object, &context, now) {
            unjudged.retain(|passed| !object.is(passed));
            decisions.push(judged);
        }
    }
    let verdict = verdict(&decisions).ok_or_else(|| {
        Fault::request("/context", "neither an image nor an object with images".to_owned())
    })?;
    let unjudged = unjudged.into_iter().map(Into::into).collect();
    Ok(Answer::Decided { verdict, decisions, unjudged, notes: Vec::new() })
}

/// Adds an item as what its media type says; what is none of the known ones is listed as refused
/// where it is attached to something.
fn add(evidence: &mut Evidence, item: Item, path: &str) -> Result<(), Fault> {
    let bytes = decoded(&item.data, &format!("{path}/data"))?;
    let kind = AttachedKind::from_media_type(&item.media_type);
    let is_attached = item.subject.is_some() || !matches!(kind, AttachedKind::Other(_));
    match item.digest {
        None if is_attached => evidence.attach(item.subject, kind, bytes, item.annotations),
        None => {
            evidence.add_blob(Some(&item.media_type), bytes);
        }
        Some(digest) => {
            if is_attached || !evidence.add_blob_as(digest, Some(&item.media_type), bytes) {
                let message = format!("the data has not the digest `{digest}`");
                return Err(Fault::evidence(&format!("{path}/digest"), message));
            }
        }
    }
    Ok(())
}

pub(super) fn decoded(data: &str, path: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(data).map_err(|error| Fault::evidence(path, format!("not base64: {error}")))
}

/// The decision on an object as a whole, where a rule is about it.
fn judged(
    engine: &Engine,
    evidence: &Evidence,
    object: &Object,
    context: &Context,
    now: Timestamp,
) -> Option<Judged> {
    let claimed = object.namespace.as_deref().filter(|_| context.object_namespaces);
    let request = ObjectRequest {
        object,
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: claimed.or(context.namespace.as_deref()),
        namespace_labels: match claimed {
            Some(_) => None,
            None => context.namespace_labels.as_ref(),
        },
        owner_labels: context.owner_labels.as_ref(),
        digests: &context.resolved,
    };
    let decision = engine.check_object(&request, evidence, now)?;
    Some(Judged { decision, origin: Some(object.into()) })
}

/// What a request asks about.
struct Asked {
    images: Vec<(ImageRequest, Option<Origin>)>,
    objects: Vec<Object>,
    unjudged: Vec<Unjudged>,
    context: Context,
}

fn asked(context: Context, engine: &Engine) -> Result<Asked, Fault> {
    let (mut requests, mut whole, mut unjudged) = (Vec::new(), Vec::new(), Vec::new());
    for image in &context.images {
        requests.push((named(image, &context), None));
    }
    for text in &context.objects {
        let objects = engine.objects(&text.name, text.text.as_bytes())?;
        if let Some(object) = objects.unjudged.iter().find(|object| object.carries_pods) {
            return Err(Fault::unjudged(object));
        }
        unjudged.extend(objects.unjudged);
        whole.extend(objects.all);
        for workload in objects.workloads.iter().filter(|_| engine.judges_images()) {
            requests.extend(run_by(workload, &context));
        }
    }
    Ok(Asked { images: requests, objects: whole, unjudged, context })
}

fn named(image: &Image, context: &Context) -> ImageRequest {
    let own = image.namespace.is_some();
    ImageRequest {
        image: image.image.clone(),
        digest: image.digest.or_else(|| context.resolved.get(&image.image).copied()),
        parent: image.parent,
        kind: image.kind.clone(),
        namespace: image.namespace.clone().or_else(|| context.namespace.clone()),
        namespace_labels: match (&image.namespace_labels, own) {
            (None, false) => context.namespace_labels.clone(),
            (labels, _) => labels.clone(),
        },
        owner_labels: image.owner_labels.clone().or_else(|| context.owner_labels.clone()),
        admission: context.admission,
    }
}

/// The namespace is the request's; the object's own claim counts only where the caller says so.
fn run_by<'a>(
    workload: &'a Workload,
    context: &'a Context,
) -> impl Iterator<Item = (ImageRequest, Option<Origin>)> + 'a {
    let claimed = workload.namespace.as_ref().filter(|_| context.object_namespaces);
    workload.images.iter().map(move |image| {
        let request = ImageRequest {
            image: image.image.clone(),
            digest: context.resolved.get(&image.image).copied(),
            parent: None,
            kind: Some(workload.kind.clone()),
            namespace: claimed.cloned().or_else(|| context.namespace.clone()),
            namespace_labels: match claimed {
                Some(_) => None,
                None => context.namespace_labels.clone(),
            },
            owner_labels: context.owner_labels.clone(),
            admission: context.admission,
        };
        let origin = Origin {
            file: workload.file.clone(),
            line: Some(image.line),
            object: format!("{}/{}", workload.kind, workload.name),
            field: image.path.clone(),
        };
        (request, Some(origin))
    })
}
