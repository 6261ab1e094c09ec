//! `cocket check`.

use std::collections::{BTreeMap, BTreeSet};

use cocket::Timestamp;
use cocket::decision::{Decision, Outcome, Reason, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest, ObjectRequest};
use cocket::kubernetes::{Object, Operation, Unjudged};
use cocket::policy::model::Mode;
use cocket::reasons::{Code, ReasonKind};
use cocket::reference::{Digest, Reference};
use cocket::report::Judged;

use crate::arguments::{Check, FailOn};
use crate::failure::{Failure, error, note};
use crate::inputs::{self, Asked, Request};
use crate::sources::Sources;
use crate::{output, policies, tags};

pub(crate) fn run(arguments: &Check, now: Timestamp) -> Result<u8, Failure> {
    let outputs = output::plan(&arguments.output)?;
    if arguments.targets.iter().filter(|target| *target == "-").count() > 1 {
        return Err(Failure::Usage("standard input can be read only once".to_owned()));
    }
    let owner_labels = labels("owner", &arguments.owner_label)?;
    let labels = labels("namespace", &arguments.namespace_label)?;
    let policies = policies::load(&arguments.policy, arguments.import.options())?;
    let engine = Engine::new(&policies).map_err(Failure::Policies)?;
    let history = arguments.tags.as_deref().map(tags::read).transpose()?.unwrap_or_default();
    let mut sources = Sources::open(&arguments.evidence, &arguments.vouch);
    // All targets before any verdict: each layout is evidence for every other target.
    let Asked { images, objects, mut passed_over } =
        inputs::collect(&arguments.targets, &engine, &mut sources);
    let context = Context { arguments, labels, owner_labels, engine, history, now };
    let mut judged: Vec<Judged> =
        images.into_iter().map(|request| context.judge(request, &mut sources)).collect();
    for object in objects.iter().filter(|_| context.engine.judges_objects()) {
        if let Some(one) = context.judge_object(object, &mut sources) {
            passed_over.retain(|passed| !object.is(passed));
            judged.push(one);
        }
    }
    for Unjudged { file, line, kind, name, .. } in &passed_over {
        note(format!("{file}:{line}: `{kind}/{name}` runs no image and is passed over"));
    }
    let failures = output::write(&outputs, &judged, arguments.color);
    failures.iter().for_each(Failure::say);
    if judged.is_empty() {
        error("nothing was judged");
    }
    let complete = failures.is_empty() && !judged.is_empty() && !sources.is_unread();
    Ok(status(arguments, &judged, complete))
}

/// The labels of a namespace, or of an owner.
pub(crate) fn labels(
    of: &str,
    given: &[(String, String)],
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let mut labels = BTreeMap::new();
    for (key, value) in given {
        if labels.insert(key.clone(), value.clone()).is_some() {
            return Err(Failure::Usage(format!("the {of} label `{key}` is given twice")));
        }
    }
    Ok(if labels.is_empty() { None } else { Some(labels) })
}

/// What holds for every image of a run.
struct Context<'a> {
    arguments: &'a Check,
    labels: Option<BTreeMap<String, String>>,
    owner_labels: Option<BTreeMap<String, String>>,
    engine: Engine,
    history: History,
    now: Timestamp,
}

impl Context<'_> {
    fn judge(&self, request: Request, sources: &mut Sources) -> Judged {
        let reference = Reference::parse(&request.image).ok();
        let written = reference.as_ref().and_then(Reference::digest).copied();
        let (digest, gaps) = match (request.digest, written, &reference) {
            (Some(digest), ..) => (Some(digest), Vec::new()),
            (None, None, Some(reference)) => sources.resolve(reference),
            // What the name itself pins needs no resolving, and no source may say otherwise.
            (None, ..) => (None, Vec::new()),
        };
        let asked = ImageRequest {
            image: request.image,
            digest,
            kind: request.kind,
            namespace: self.arguments.namespace.clone().or(request.namespace),
            namespace_labels: self.labels.clone(),
            owner_labels: self.owner_labels.clone(),
            ..ImageRequest::default()
        };
        let mut evidence = sources.evidence(digest.or(written));
        gaps.into_iter().for_each(|gap| evidence.add_gap(gap));
        let decision = self.engine.check(&asked, &evidence, &self.history, self.now);
        Judged { decision, origin: request.origin }
    }

    /// The decision on an object as a whole, with the evidence of all its images.
    fn judge_object(&self, object: &Object, sources: &mut Sources) -> Option<Judged> {
        let (mut digests, mut missing) = (BTreeMap::new(), Vec::new());
        for image in &object.images {
            let Ok(reference) = Reference::parse(image) else { continue };
            let (digest, gaps) = match reference.digest() {
                Some(digest) => (Some(*digest), Vec::new()),
                None => sources.resolve(&reference),
            };
            missing.extend(gaps);
            digests.extend(digest.map(|digest| (image.clone(), digest)));
        }
        let several: BTreeSet<Digest> = digests.values().copied().collect();
        let mut evidence = sources.evidence_of(several);
        missing.into_iter().for_each(|gap| evidence.add_gap(gap));
        let request = ObjectRequest {
            object,
            old: None,
            operation: Operation::Create,
            subresource: "",
            user: None,
            namespace: self.arguments.namespace.as_deref().or(object.namespace.as_deref()),
            namespace_labels: self.labels.as_ref(),
            owner_labels: self.owner_labels.as_ref(),
            digests: &digests,
        };
        let decision = self.engine.check_object(&request, &evidence, self.now)?;
        Some(Judged { decision, origin: Some(object.into()) })
    }
}

/// The exit status: a verdict that stands by itself comes before what could not be read.
fn status(arguments: &Check, judged: &[Judged], complete: bool) -> u8 {
    let blocks = |decision: &Decision| match decision.verdict {
        Verdict::Deny => true,
        Verdict::Warn => arguments.fail_on == FailOn::Warn,
        Verdict::Allow => false,
    };
    let blocking = judged.iter().map(|one| &one.decision).filter(|decision| blocks(decision));
    let blocking: Vec<&Decision> = blocking.collect();
    let by_itself = blocking.iter().any(|decision| complete || !only_unavailable(decision));
    match (complete, by_itself && !arguments.audit) {
        (_, true) => 1,
        (true, false) => 0,
        (false, false) => 3,
    }
}

/// Whether a verdict rests on nothing but evidence that could not be read.
fn only_unavailable(decision: &Decision) -> bool {
    let failing = decision
        .results
        .iter()
        .filter(|rule| rule.outcome == Outcome::Fail && rule.mode != Mode::Audit)
        .flat_map(|rule| &rule.reasons)
        .chain(&decision.general)
        .filter(|reason| reason.code.kind() == ReasonKind::Fail);
    let codes: Vec<Code> = failing.map(|reason: &Reason| reason.code).collect();
    !codes.is_empty() && codes.iter().all(|code| *code == Code::EvidenceUnavailable)
}
