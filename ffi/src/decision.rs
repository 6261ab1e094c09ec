//! What was decided, and why.

use std::sync::OnceLock;

use cocket::decision::{Decision as Decided, JudgedPlatform, Reason as Fact};
use cocket::policy::model::RuleSeverity;
use cocket::report::{Format, Judged, Origin};
use cocket::wire::{self, Fault};

use crate::buffer::Buffer;
use crate::error::{Error, at, put};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::results::{Counts, Digest, Listed, Reason, RuleResult, Summary, Verdict};
use crate::review::of_request;
use crate::text::{Bytes, Text, list};
use crate::time::Time;

/// What was decided about one image, and why. The caller owns it; `cocket_decision_free` frees
/// it. It never changes: functions that read it may be called from any thread, also at the same
/// time.
pub struct Decision {
    _private: [u8; 0],
}

/// The decision, and the texts of its parts put together once somebody asks.
pub(crate) struct Kept {
    judged: Judged,
    texts: OnceLock<Texts>,
}

/// What is written out of a decision's typed parts.
struct Texts {
    /// By result and position there.
    reasons: Vec<Vec<Written>>,
    general: Vec<Written>,
    platforms: Vec<Option<String>>,
}

/// The texts of one reason.
pub(crate) struct Written {
    message: String,
    found: Option<String>,
    expected: Option<String>,
    platform: Option<String>,
}

impl Kept {
    pub(crate) fn new(judged: Judged) -> Self {
        Self { judged, texts: OnceLock::new() }
    }

    pub(crate) fn decided(&self) -> &Decided {
        &self.judged.decision
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.judged.origin.as_ref()
    }

    pub(crate) fn platform(&self, index: usize) -> Option<&str> {
        self.texts().platforms.get(index)?.as_deref()
    }

    fn texts(&self) -> &Texts {
        let write = |reasons: &[Fact]| reasons.iter().map(Written::of).collect();
        self.texts.get_or_init(|| {
            let decided = self.decided();
            let platforms = decided.image().map_or(&[][..], |image| &image.platforms);
            let platform = |one: &JudgedPlatform| one.platform.as_ref().map(ToString::to_string);
            Texts {
                reasons: decided.results.iter().map(|result| write(&result.reasons)).collect(),
                general: write(&decided.general),
                platforms: platforms.iter().map(platform).collect(),
            }
        })
    }
}

impl Written {
    pub(crate) fn of(reason: &Fact) -> Self {
        Self {
            message: reason.to_string(),
            found: reason.found.as_ref().map(ToString::to_string),
            expected: reason.expected.as_ref().map(ToString::to_string),
            platform: reason.platform.as_ref().map(ToString::to_string),
        }
    }

    /// The reason as it is handed out; these texts are its own.
    pub(crate) fn of_reason(&self, reason: &Fact) -> Reason {
        Reason {
            code: Text::of(reason.code.code()),
            message: Text::of(&self.message),
            found: Text::of_optional(self.found.as_deref()),
            expected: Text::of_optional(self.expected.as_deref()),
            platform: Text::of_optional(self.platform.as_deref()),
            remedy: Text::of(reason.code.remedy()),
            retryable: i32::from(reason.retryable),
            evidence: reason.evidence.len(),
        }
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
        Ok(unsafe { handle::borrow(decision, "decision")? }.decided().verdict.into())
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
        let decided = unsafe { handle::borrow(decision, "decision")? }.decided();
        let written = decided.to_canonical_json();
        let text = written.map_err(|_| Failure::new(Status::Internal, vec![Fault::internal()]))?;
        Ok(text.into_bytes())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Reads a decision from its canonical JSON, as `cocket_decision_json` and answers in every language
/// have it, with its origin where it has one; the caller owns the result. Bytes that are not just
/// those that this version writes for a decision are `COCKET_STATUS_INVALID_ARGUMENT`. May be called
/// from any thread at any time.
///
/// # Safety
/// `bytes` holds what it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_read(
    bytes: Bytes,
    out: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.required("bytes")? };
        wire::read_decision(bytes).map(Kept::new).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// One or more decisions as a report, with the origins that they have: `format` is `table`, `json`,
/// `yaml`, `junit`, `sarif`, `github` or `markdown`. The caller owns the buffer. May be called from any thread, also at the
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
            judged.push(kept.judged.clone());
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
        let decided = unsafe { handle::borrow(decision, "decision")? }.decided();
        let image = decided.image();
        let object = decided.object();
        let info = Summary {
            verdict: decided.verdict.into(),
            results: decided.results.len(),
            general: decided.general.len(),
            policies: decided.policies.len(),
            exceptions: decided.exceptions.len(),
            evidence: decided.evidence.len(),
            platforms: image.map_or(0, |image| image.platforms.len()),
            image: Text::of(image.map_or("", |image| &image.given)),
            canonical: Text::of_optional(image.and_then(|image| image.canonical.as_deref())),
            mirror: Text::of_optional(image.and_then(|image| image.mirror.as_deref())),
            namespace_name: Text::of_optional(decided.namespace()),
            api_version: Text::of_optional(object.map(|object| object.api_version.as_str())),
            object_kind: Text::of_optional(object.map(|object| object.kind.as_str())),
            object_name: Text::of_optional(object.map(|object| object.name.as_str())),
            digest: image.and_then(|image| image.digest.as_ref()).map_or(Digest::NONE, Digest::of),
            inputs: Digest::of(&decided.inputs),
            now: Time::of(decided.now),
            valid_until: decided.valid_until.map_or(Time::NEVER, Time::of),
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
        let result = at(&kept.decided().results, index)?;
        let findings = result.findings.as_ref();
        let written = RuleResult {
            policy: Text::of(&result.policy),
            rule: Text::of(&result.rule),
            message: Text::of_optional(result.message.as_deref()),
            severity: Text::of_optional(result.severity.map(severity)),
            counts: result.counts.map_or(Counts::NONE, Counts::of),
            counted: findings.map_or(Listed::NONE, |findings| Listed::of(&findings.counted)),
            set_apart: findings.map_or(Listed::NONE, |findings| Listed::of(&findings.set_apart)),
            controls: result.controls.len(),
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
        let reason = at(&at(&kept.decided().results, result)?.reasons, index)?;
        let texts = at(at(&kept.texts().reasons, result)?, index)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, texts.of_reason(reason)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the digest at `index` (from 0) of the evidence that a reason comes from to `out`: the
/// reason at `reason` of the result at `result`. May be called from any thread, also at the same
/// time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_reason_evidence(
    decision: *const Decision,
    result: usize,
    reason: usize,
    index: usize,
    out: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let kept = unsafe { handle::borrow(decision, "decision")? };
        let reason = at(&at(&kept.decided().results, result)?.reasons, reason)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, Digest::of(at(&reason.evidence, index)?)) }
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
        let reason = at(&kept.decided().general, index)?;
        let texts = at(&kept.texts().general, index)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, texts.of_reason(reason)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

fn severity(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Low => "low",
        RuleSeverity::Medium => "medium",
        RuleSeverity::High => "high",
        RuleSeverity::Critical => "critical",
    }
}

/// Frees the decision in `*decision` and sets it to NULL. NULL there is nothing to free; what was
/// freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `decision` is NULL or a variable; no other call uses the decision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_free(decision: *mut *mut Decision) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(decision)) }
}
