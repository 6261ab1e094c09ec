//! Decisions on everything that Kubernetes objects would run, and on the objects themselves.

use std::collections::BTreeMap;

use cocket::evaluate::History as Recorded;
use cocket::evidence::Evidence as Claimed;
use cocket::wire::{self, Fault, Review as Reviewed};
use serde_json::{Value, json};

use crate::buffer::Buffer;
use crate::decision::{Decision, Kept};
use crate::engine::Engine;
use crate::error::{Error, at, put};
use crate::evidence::{Evidence, reading};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::history::{self, History};
use crate::policies::PolicyText;
use crate::results::Verdict;
use crate::text::{Bytes, Pair, Text, list, map, structure};
use crate::time::Time;

/// The decisions on the images of several Kubernetes objects, and on the objects themselves where
/// a rule is about them. The caller owns it; `cocket_review_free` frees it. It never changes:
/// functions that read it may be called from any thread, also at the same time.
pub struct Review {
    _private: [u8; 0],
}

impl Opaque for Review {
    type Value = Reviewed;
    const TAG: [u8; 4] = *b"revi";
    const NAME: &'static str = "review";
}

/// The Kubernetes objects that are asked about. Set everything to zero, then `size`, `texts` and
/// `texts_len`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ObjectsRequest {
    /// `sizeof(cocket_objects_request)`.
    pub size: usize,
    /// Texts in YAML or JSON, each with the name that errors and origins give.
    pub texts: *const PolicyText,
    /// How many texts.
    pub texts_len: usize,
    /// The namespace that the objects would be in, where there is one.
    pub namespace_name: Text,
    /// The namespace's labels; NULL where they are not known.
    pub namespace_labels: *const Pair,
    /// How many labels.
    pub namespace_labels_len: usize,
    /// Whether the caller vouches for the namespaces that objects name themselves: 0 for no.
    pub object_namespaces: i32,
    /// Whether images will be pulled by the names given, as after admission: 0 for no, anything
    /// else for yes, which is the stricter.
    pub admission: i32,
    /// The digests that references stand for: the name is the reference as written.
    pub resolved: *const Pair,
    /// How many of them.
    pub resolved_len: usize,
    /// The labels of the objects' owner, such as the `Deployment` of a pod; NULL where they are not
    /// known.
    pub owner_labels: *const Pair,
    /// How many of them.
    pub owner_labels_len: usize,
}

/// An object that carries no pods, and that no rule is about. Its texts live as long as the review.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct PassedOver {
    /// The name of its text.
    pub file: Text,
    /// Its kind.
    pub kind: Text,
    /// Its name.
    pub name: Text,
    /// Line, from 1.
    pub line: u32,
}

/// Decides on every image that Kubernetes objects would run, and on each object that a rule is
/// about, for the moment `now`; the caller owns the review. `history` may be NULL. A text that
/// cannot be read, an object that seems to carry pods in a kind that is not known, and nothing to
/// decide on at all are `COCKET_STATUS_INVALID_ARGUMENT`, with file and line where there are some.
///
/// May be called from any thread, also at the same time and with the same handles; for functions
/// that add to `evidence` or `history`, see `cocket_engine_check`.
///
/// # Safety
/// All handles are NULL or alive; `request` is NULL or holds what it says; `out` and `error` are
/// NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_check_objects(
    engine: *const Engine,
    request: *const ObjectsRequest,
    evidence: *const Evidence,
    history: *const History,
    now: Time,
    out: *mut *mut Review,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        let evidence = reading(unsafe { handle::borrow(evidence, "evidence")? }, "evidence")?;
        // SAFETY: the caller's promise.
        let context = unsafe { context(request)? };
        let now = now.read("now")?.to_string();
        // SAFETY: the caller's promise.
        let recorded = unsafe { history::with(history, recorded)? };
        let request = json!({"op": "check", "now": now, "context": context, "history": recorded});
        reviewed(engine, &evidence, &request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Answers a request in JSON as `cocket_answer` does, with the engine and the evidence at hand: the
/// request has no policies, no trust roots and no evidence of its own. The same bytes in every
/// language; the caller owns the buffer. Faults in the request are an answer of kind `error`, with
/// status `COCKET_STATUS_OK`.
///
/// May be called from any thread, also at the same time and with the same handles; for functions
/// that add to `evidence`, see `cocket_engine_check`.
///
/// # Safety
/// All handles are NULL or alive; `request` holds as many bytes as it says; `out` and `error` are
/// NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_answer(
    engine: *const Engine,
    evidence: *const Evidence,
    request: Bytes,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        let evidence = reading(unsafe { handle::borrow(evidence, "evidence")? }, "evidence")?;
        // SAFETY: the caller's promise.
        let request = unsafe { request.required("request")? };
        Ok(wire::answer_with(engine, &evidence, request))
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// The worst verdict; `COCKET_VERDICT_DENY` for a review that is NULL or none. May be called from
/// any thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_verdict(review: *const Review) -> Verdict {
    guard::or(Verdict::Deny, || {
        // SAFETY: the caller's promise.
        Ok(unsafe { handle::borrow(review, "review")? }.verdict.into())
    })
}

/// How many decisions there are; 0 for a review that is NULL or none. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_len(review: *const Review) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(review, "review")? }.decisions.len()))
}

/// The decision at `index` (from 0, in the order of the texts), with its origin; the caller owns it,
/// and it outlives the review. May be called from any thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_decision(
    review: *const Review,
    index: usize,
    out: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let review = unsafe { handle::borrow(review, "review")? };
        Ok(Kept::new(at(&review.decisions, index)?.clone()))
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// How many objects were passed over; 0 for a review that is NULL or none. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_unjudged_len(review: *const Review) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(review, "review")? }.unjudged.len()))
}

/// Writes the object that was passed over at `index` (from 0) to `out`. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_unjudged(
    review: *const Review,
    index: usize,
    out: *mut PassedOver,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let review = unsafe { handle::borrow(review, "review")? };
        let object = at(&review.unjudged, index)?;
        let written = PassedOver {
            file: Text::of(&object.file),
            kind: Text::of(&object.kind),
            name: Text::of(&object.name),
            line: object.line,
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives; they live as long
/// as the review, and there are none for a review that is NULL or none. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `review` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_answer(review: *const Review) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(&unsafe { handle::borrow(review, "review")? }.answer))
    })
}

/// Frees the review in `*review` and sets it to NULL. NULL there is nothing to free; what was freed
/// before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `review` is NULL or a variable; no other call uses the review.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_review_free(review: *mut *mut Review) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(review)) }
}

fn reviewed(
    engine: &cocket::evaluate::Engine,
    evidence: &Claimed,
    request: &Value,
) -> Result<Reviewed, Failure> {
    wire::review_with(engine, evidence, request.to_string().as_bytes()).map_err(of_request)
}

/// What faults in a request are here.
pub(crate) fn of_request(faults: Vec<Fault>) -> Failure {
    let of = |kind: &str| faults.iter().any(|fault| fault.kind.starts_with(kind));
    let status = match (of(&Fault::internal().kind), of("policy.")) {
        (true, _) => Status::Internal,
        (false, true) => Status::Policy,
        (false, false) => Status::InvalidArgument,
    };
    Failure::new(status, faults)
}

pub(crate) fn recorded(history: &Recorded) -> Value {
    let tags: BTreeMap<&String, String> =
        history.tags.iter().map(|(tag, digest)| (tag, digest.to_string())).collect();
    let seen: BTreeMap<&String, String> =
        history.first_seen.iter().map(|(id, moment)| (id, moment.to_string())).collect();
    let statements = history.statements.iter().map(|(key, at)| {
        json!({
            "subject": key.subject.to_string(), "authority": key.authority,
            "type": key.predicate_type, "at": at.to_string(),
        })
    });
    let statements: Vec<Value> = statements.collect();
    json!({"tags": tags, "firstSeen": seen, "statements": statements})
}

/// # Safety
/// `request` is NULL or points to a request that holds what it says.
unsafe fn context(request: *const ObjectsRequest) -> Result<Value, Failure> {
    // SAFETY: the caller's promise, for this and everything below.
    unsafe {
        let request = structure(request, "request")?;
        let texts = list(request.texts, request.texts_len, "request.texts")?;
        let mut objects = Vec::new();
        for (position, one) in texts.unwrap_or_default().iter().enumerate() {
            let place = format!("request.texts[{position}]");
            let text = Text { data: one.text.data.cast(), len: one.text.len };
            let name = one.name.required(&format!("{place}.name"))?;
            objects.push(json!({"name": name, "text": text.required(&format!("{place}.text"))?}));
        }
        Ok(json!({
            "objects": objects,
            "namespace": request.namespace_name.optional("request.namespace_name")?,
            "namespaceLabels": map(
                request.namespace_labels,
                request.namespace_labels_len,
                "request.namespace_labels",
            )?,
            "ownerLabels": map(
                request.owner_labels,
                request.owner_labels_len,
                "request.owner_labels",
            )?,
            "objectNamespaces": request.object_namespaces != 0,
            "admission": request.admission != 0,
            "resolved": map(request.resolved, request.resolved_len, "request.resolved")?
                .unwrap_or_default(),
        }))
    }
}
