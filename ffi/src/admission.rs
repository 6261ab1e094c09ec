//! Decisions on admission reviews of Kubernetes.

use cocket::wire::{self, Admitted};
use serde_json::{Value, json};

use crate::decision::{Decision, Kept, Written};
use crate::engine::Engine;
use crate::error::{Error, at, put};
use crate::evidence::{Evidence, reading};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::history::{self, History};
use crate::results::{Digest, Reason, Verdict};
use crate::review::{of_request, recorded};
use crate::text::{Bytes, Pair, Text, list, map, structure};
use crate::time::Time;

/// What came of an admission review. The caller owns it; `cocket_admission_free` frees it. It never
/// changes: functions that read it may be called from any thread, also at the same time.
pub struct Admission {
    _private: [u8; 0],
}

/// What came of a review, with the texts of its reasons.
pub(crate) struct Told {
    admitted: Admitted,
    reasons: Vec<Written>,
    coverage: Vec<Digest>,
}

impl From<Admitted> for Told {
    fn from(admitted: Admitted) -> Self {
        let reasons = admitted.reasons.iter().map(Written::of).collect();
        let coverage = admitted.coverage.iter().map(Digest::of).collect();
        Self { admitted, reasons, coverage }
    }
}

impl Opaque for Admission {
    type Value = Told;
    const TAG: [u8; 4] = *b"admi";
    const NAME: &'static str = "admission";
}

/// What a review is decided with that does not stand in it. Set everything to zero, then `size`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct AdmissionOptions {
    /// `sizeof(cocket_admission_options)`.
    pub size: usize,
    /// The labels of the request's namespace; NULL where they are not known.
    pub namespace_labels: *const Pair,
    /// How many labels.
    pub namespace_labels_len: usize,
    /// The digests that references stand for: the name is the reference as written.
    pub resolved: *const Pair,
    /// How many of them.
    pub resolved_len: usize,
    /// What earlier admissions proved, as `cocket_admission_coverage` gave it.
    pub covered: *const Text,
    /// How many proofs.
    pub covered_len: usize,
    /// Whether names by tag are completed with the digests that are judged, as only a mutating
    /// webhook may answer: 0 for no.
    pub pin: i32,
    /// The labels of the object's owner, such as the `Deployment` of a pod; NULL where they are not
    /// known.
    pub owner_labels: *const Pair,
    /// How many of them.
    pub owner_labels_len: usize,
}

/// Decides on an `AdmissionReview`, given as the bytes that the API server sent, for the moment
/// `now`; the caller owns the admission. A malformed review is no error: it is denied, with the
/// reason. `options` and `history` may be NULL.
///
/// May be called from any thread, also at the same time and with the same handles; for functions
/// that add to `evidence` or `history`, see `cocket_engine_check`.
///
/// # Safety
/// All handles are NULL or alive; `review` holds as many bytes as it says; `options` is NULL or
/// holds what it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_admit(
    engine: *const Engine,
    review: Bytes,
    options: *const AdmissionOptions,
    evidence: *const Evidence,
    history: *const History,
    now: Time,
    out: *mut *mut Admission,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        let evidence = reading(unsafe { handle::borrow(evidence, "evidence")? }, "evidence")?;
        // SAFETY: the caller's promise.
        let review = unsafe { review.required("review")? };
        // SAFETY: the caller's promise.
        let (context, covered) = unsafe { chosen(options)? };
        let now = now.read("now")?.to_string();
        // SAFETY: the caller's promise.
        let mut history = unsafe { history::with(history, recorded)? };
        if let Some(members) = history.as_object_mut() {
            members.insert("covered".to_owned(), covered);
        }
        let request = json!({"op": "admit", "now": now, "context": context, "history": history});
        let request = request.to_string();
        let admitted = wire::admit_with(engine, &evidence, request.as_bytes(), review);
        admitted.map(Told::from).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// # Safety
/// As for `cocket_engine_admit`.
unsafe fn chosen(options: *const AdmissionOptions) -> Result<(Value, Value), Failure> {
    if options.is_null() {
        return Ok((json!({}), json!([])));
    }
    // SAFETY: the caller's promise, for this and everything below.
    unsafe {
        let options = structure(options, "options")?;
        let (labels, many) = (options.namespace_labels, options.namespace_labels_len);
        let resolved = map(options.resolved, options.resolved_len, "options.resolved")?;
        let mut covered = Vec::new();
        let proofs = list(options.covered, options.covered_len, "options.covered")?;
        for (position, proof) in proofs.unwrap_or_default().iter().enumerate() {
            covered.push(proof.required(&format!("options.covered[{position}]"))?);
        }
        let context = json!({
            "namespaceLabels": map(labels, many, "options.namespace_labels")?,
            "ownerLabels": map(
                options.owner_labels,
                options.owner_labels_len,
                "options.owner_labels",
            )?,
            "resolved": resolved.unwrap_or_default(),
            "pin": options.pin != 0,
        });
        Ok((context, json!(covered)))
    }
}

/// The worst verdict; `COCKET_VERDICT_DENY` for an admission that is NULL or none. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_verdict(admission: *const Admission) -> Verdict {
    guard::or(Verdict::Deny, || {
        // SAFETY: the caller's promise.
        Ok(unsafe { handle::borrow(admission, "admission")? }.admitted.verdict.into())
    })
}

/// The `AdmissionReview` to send back, in JSON; the bytes live as long as the admission, and there
/// are none for one that is NULL or none. May be called from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_response(admission: *const Admission) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(&unsafe { handle::borrow(admission, "admission")? }.admitted.response))
    })
}

/// The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives for `op: admit`;
/// they live as long as the admission, and there are none for one that is NULL or none. May be
/// called from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_answer(admission: *const Admission) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(&unsafe { handle::borrow(admission, "admission")? }.admitted.answer))
    })
}

/// How many decisions there are; 0 for an admission that is NULL or none. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_len(admission: *const Admission) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(admission, "admission")? }.admitted.decisions.len()))
}

/// The decision at `index` (from 0: the images in the order of the pod's fields, then the object),
/// with its origin; the caller owns it, and it outlives the admission. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_decision(
    admission: *const Admission,
    index: usize,
    out: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let admission = unsafe { handle::borrow(admission, "admission")? };
        Ok(Kept::new(at(&admission.admitted.decisions, index)?.clone()))
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// How many reasons belong to no decision; 0 for an admission that is NULL or none. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_reasons_len(admission: *const Admission) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(admission, "admission")? }.reasons.len()))
}

/// Writes the reason at `index` (from 0, sorted by code) that belongs to no decision to `out`; its
/// texts live as long as the admission. May be called from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_reason(
    admission: *const Admission,
    index: usize,
    out: *mut Reason,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(admission, "admission")? };
        let reason = at(&told.admitted.reasons, index)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, at(&told.reasons, index)?.of_reason(reason)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// How many proofs there are for later; 0 for an admission that is NULL or none. May be called from
/// any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_coverage_len(admission: *const Admission) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(admission, "admission")? }.coverage.len()))
}

/// Writes the proof at `index` (from 0, sorted) to `out`: hand it back in `covered` of
/// `cocket_admission_options`. May be called from any thread, also at the same time.
///
/// # Safety
/// `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_coverage(
    admission: *const Admission,
    index: usize,
    out: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(admission, "admission")? };
        // SAFETY: the caller's promise.
        unsafe { put(out, *at(&told.coverage, index)?) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Frees the admission in `*admission` and sets it to NULL. NULL there is nothing to free; what was
/// freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `admission` is NULL or a variable; no other call uses the admission.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_admission_free(admission: *mut *mut Admission) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(admission)) }
}
