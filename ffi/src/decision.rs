//! What was decided, and why.

use std::sync::OnceLock;

use cocket::decision::{Decision as Decided, Reason as Fact};
use cocket::report::{Format, Judged};
use cocket::wire::Fault;

use crate::buffer::Buffer;
use crate::error::{Error, at, put};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::results::{Digest, Reason, RuleResult, Summary, Verdict};
use crate::text::{Text, list};
use crate::time::Time;

/// What was decided about one image, and why. The caller owns it; `cocket_decision_free` frees
/// it. It never changes: functions that read it may be called from any thread, also at the same
/// time.
pub struct Decision {
    _private: [u8; 0],
}

/// The decision, and the sentences of its reasons put together once somebody asks.
pub(crate) struct Kept {
    decided: Decided,
    messages: OnceLock<Messages>,
}

/// By result and position there; general ones.
type Messages = (Vec<Vec<String>>, Vec<String>);

impl Kept {
    pub(crate) fn new(decided: Decided) -> Self {
        Self { decided, messages: OnceLock::new() }
    }

    fn messages(&self) -> &Messages {
        let write = |reasons: &[Fact]| reasons.iter().map(ToString::to_string).collect();
        self.messages.get_or_init(|| {
            let results = self.decided.results.iter().map(|result| write(&result.reasons));
            (results.collect(), write(&self.decided.general))
        })
    }
}

impl Opaque for Decision {
    type Value = Kept;
    const TAG: [u8; 4] = *b"deci";
    const NAME: &'static str = "decision";
}

/// What happens to the image; `COCKET_VERDICT_DENY` for a decision that is NULL or none. May be
/// called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_verdict(decision: *const Decision) -> Verdict {
    guard::or(Verdict::Deny, || {
        // SAFETY: the caller's promise.
        Ok(unsafe { handle::borrow(decision, "decision")? }.decided.verdict.into())
    })
}

/// The decision as canonical JSON (RFC 8785), the same bytes in every language. The caller owns
/// the buffer. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_json(
    decision: *const Decision,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let decided = &unsafe { handle::borrow(decision, "decision")? }.decided;
        let written = decided.to_canonical_json();
        let text = written.map_err(|_| Failure::new(Status::Internal, vec![Fault::internal()]))?;
        Ok(text.into_bytes())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// One or more decisions as a report: `format` is `table`, `json`, `yaml`, `junit`, `sarif`,
/// `github` or `markdown`. The caller owns the buffer. May be called from any thread, also at the
/// same time.
///
/// # Safety
/// `decisions` points to `len` pointers that are NULL or alive; `format` holds what it says;
/// `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_report(
    decisions: *const *const Decision,
    len: usize,
    format: Text,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let decisions = unsafe { list(decisions, len, "decisions")? };
        let mut judged = Vec::new();
        for decision in decisions.ok_or_else(|| Failure::null("decisions"))? {
            // SAFETY: the caller's promise.
            let kept = unsafe { handle::borrow(*decision, "decisions")? };
            judged.push(Judged { decision: kept.decided.clone(), origin: None });
        }
        // SAFETY: the caller's promise.
        let format: Format = unsafe { format.required("format")? }.parse().map_err(
            |error: cocket::report::UnknownFormat| {
                Failure::argument(Status::InvalidArgument, "format", error.to_string())
            },
        )?;
        Ok(format.render(&judged, false).into_bytes())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Writes the decision's heads to `out`. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_summary(
    decision: *const Decision,
    out: *mut Summary,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let decided = &unsafe { handle::borrow(decision, "decision")? }.decided;
        let image = decided.image();
        let never = Time { seconds: 0, nanoseconds: 0 };
        let info = Summary {
            verdict: decided.verdict.into(),
            results: decided.results.len(),
            general: decided.general.len(),
            image: Text::of(image.map_or("", |image| &image.given)),
            canonical: Text::of_optional(image.and_then(|image| image.canonical.as_deref())),
            digest: image.and_then(|image| image.digest.as_ref()).map_or(Digest::NONE, Digest::of),
            inputs: Digest::of(&decided.inputs),
            now: Time::of(decided.now),
            valid_until: decided.valid_until.map_or(never, Time::of),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, info) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the result of the rule at `index` (from 0, sorted by policy and rule) to `out`. May be
/// called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_result(
    decision: *const Decision,
    index: usize,
    out: *mut RuleResult,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let kept = unsafe { handle::borrow(decision, "decision")? };
        let result = at(&kept.decided.results, index)?;
        let written = RuleResult {
            policy: Text::of(&result.policy),
            rule: Text::of(&result.rule),
            message: Text::of_optional(result.message.as_deref()),
            outcome: result.outcome.into(),
            mode: result.mode.into(),
            reasons: result.reasons.len(),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes a reason to `out`: the one at `index` (from 0, sorted by code) of the result at
/// `result`. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_reason(
    decision: *const Decision,
    result: usize,
    index: usize,
    out: *mut Reason,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let kept = unsafe { handle::borrow(decision, "decision")? };
        let reason = at(&at(&kept.decided.results, result)?.reasons, index)?;
        let message = at(at(&kept.messages().0, result)?, index)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, written(reason, message)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes a reason that belongs to no rule to `out`: an unreadable name, or nothing that covers
/// the image. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_general(
    decision: *const Decision,
    index: usize,
    out: *mut Reason,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let kept = unsafe { handle::borrow(decision, "decision")? };
        let reason = at(&kept.decided.general, index)?;
        let message = at(&kept.messages().1, index)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, written(reason, message)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

fn written(reason: &Fact, message: &str) -> Reason {
    Reason {
        code: Text::of(reason.code.code()),
        message: Text::of(message),
        remedy: Text::of(reason.code.remedy()),
        retryable: i32::from(reason.retryable),
    }
}

/// Frees the decision in `*decision` and sets it to NULL. NULL there is nothing to free; what was
/// freed before is `COCKET_STATUS_INVALID_HANDLE`.
///
/// # Safety
/// `decision` is NULL or a variable; no other call uses the decision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_free(decision: *mut *mut Decision) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(decision)) }
}
