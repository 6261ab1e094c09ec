//! `admit`: decide on an admission review.

use jiff::Timestamp;

use super::answer::{Answer, Fault};
use super::check::{evidence, now, one, only, policies, refuse_own};
use super::request::Request;
use crate::evaluate::{AdmissionContext, Engine, History};
use crate::evidence::Evidence;
use crate::report::{Judged, admission_response};

pub(super) fn admit(mut request: Request) -> Result<Answer, Vec<Fault>> {
    let (now, review) = of_text(&mut request).map_err(one)?;
    let policies = policies(&mut request)?;
    let engine = Engine::new(&policies).map_err(|errors| Fault::policies(&errors))?;
    let evidence = evidence(&mut request).map_err(one)?;
    let mut answer = decided(&engine, &evidence, review.as_bytes(), request, now);
    if let Answer::Admitted { notes, .. } = &mut answer {
        notes.extend(policies.notes().iter().map(Fault::from));
    }
    Ok(answer)
}

/// As [`admit`], with an engine and evidence that are at hand.
pub(super) fn admit_with(
    engine: &Engine,
    evidence: &Evidence,
    mut request: Request,
) -> Result<Answer, Vec<Fault>> {
    let (now, review) = of_text(&mut request).map_err(one)?;
    refuse_own(&request).map_err(one)?;
    Ok(decided(engine, evidence, review.as_bytes(), request, now))
}

/// As [`admit_with`], where the review stands beside the request.
pub(super) fn admit_beside(
    engine: &Engine,
    evidence: &Evidence,
    request: Request,
    review: &[u8],
) -> Result<Answer, Fault> {
    let now = asked(&request)?;
    only(&[("/review", request.review.is_none())], "the review is given beside the request")?;
    refuse_own(&request)?;
    Ok(decided(engine, evidence, review, request, now))
}

fn of_text(request: &mut Request) -> Result<(Timestamp, String), Fault> {
    let now = asked(request)?;
    let missing = || Fault::request("/review", "`review` holds what is asked".to_owned());
    Ok((now, request.review.take().ok_or_else(missing)?))
}

fn asked(request: &Request) -> Result<Timestamp, Fault> {
    let now = now(request)?;
    only(&[("/verify", request.verify.is_none())], "the operation `verify` has it, not `admit`")?;
    let context = &request.context;
    let of_check = [
        ("/context/images", context.images.is_empty()),
        ("/context/objects", context.objects.is_empty()),
        ("/context/namespace", context.namespace.is_none()),
        ("/context/objectNamespaces", !context.object_namespaces),
        ("/context/admission", !context.admission),
    ];
    only(&of_check, "the operation `check` has it, not `admit`; the review says it")?;
    Ok(now)
}

fn decided(
    engine: &Engine,
    evidence: &Evidence,
    review: &[u8],
    request: Request,
    now: Timestamp,
) -> Answer {
    let (context, mut history) = (request.context, request.history);
    let context = AdmissionContext {
        namespace_labels: context.namespace_labels,
        owner_labels: context.owner_labels,
        digests: context.resolved,
        pin: context.pin,
        covered: std::mem::take(&mut history.covered),
    };
    let history = History::from(history);
    let review = engine.review(review);
    let admission = engine.admit(&review, &context, evidence, &history, now);
    Answer::Admitted {
        verdict: admission.verdict,
        response: admission_response(&admission),
        decisions: admission.decisions.into_iter().map(Judged::from).collect(),
        reasons: admission.reasons,
        coverage: admission.coverage,
        notes: Vec::new(),
    }
}
