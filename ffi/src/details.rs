//! The parts of a decision beside its rules' reasons: policies, findings, evidence, exceptions,
//! platforms and where it was found.

use cocket::decision::{ExceptionEffect, FindingList as Listing};
use cocket::reasons::{Code, ReasonKind};

use crate::decision::{Decision, Kept};
use crate::error::{Error, at, put};
use crate::guard::{self, Failure, Status};
use crate::handle;
use crate::results::{Digest, Mode, Outcome};
use crate::text::Text;
use crate::time::Time;

/// Which of a rule's findings.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingList {
    /// Those that count.
    Counted = 0,
    /// Those that were ignored, waived or otherwise set apart.
    SetApart = 1,
}

/// One finding in one package. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Finding {
    /// Its severity, such as `critical`.
    pub severity: Text,
    /// Its id, such as `CVE-2021-44228`.
    pub id: Text,
    /// The package.
    pub package: Text,
    /// The version that is installed.
    pub installed: Text,
    /// The version that is fixed; no text where none is known.
    pub fixed: Text,
    /// Where to read about it; no text where nothing is known.
    pub link: Text,
    /// Why it does not count; no text where it does.
    pub because: Text,
}

/// A policy that took part, or that was kept out. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct PolicyUse {
    /// The policy's name.
    pub name: Text,
    /// Its version; no text where it has none.
    pub version: Text,
    /// What kept it out; no text where nothing did.
    pub excluded_by: Text,
    /// The digest of its model.
    pub digest: Digest,
    /// The weight it has here.
    pub mode: Mode,
    /// How it came out.
    pub outcome: Outcome,
}

/// A piece of evidence that was looked at. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct EvidenceRecord {
    /// The digest of its bytes.
    pub digest: Digest,
    /// What it is bound to; of length 0 where to nothing.
    pub subject: Digest,
    /// `signature`, `attestation`, `scan`, `vex` or `feed`.
    pub kind: Text,
    /// How it is bound: `manifest`, `config` or `caller`; no text where it is not.
    pub bound_by: Text,
    /// The authority that stands for it; no text where it was refused.
    pub authority: Text,
    /// Who signed it; no text where nobody is known to have.
    pub signer: Text,
    /// The verifier that accepted it; no text where none did.
    pub verifier: Text,
    /// Why it was refused; no text where it was not.
    pub refused: Text,
    /// It existed at this time, provably; all zeros where nothing proves one.
    pub proven_at: Time,
    /// The type of the statement's predicate; no text where it is no attestation.
    pub predicate_type: Text,
    /// The time that the statement gives for itself; all zeros where it gives none.
    pub stated_at: Time,
    /// How many checks the verifier made, for `cocket_decision_evidence_check`.
    pub checks: usize,
}

/// What an exception did. A value that was never set, 0, did nothing.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It applied, and what failed is not (wholly) what it waives.
    NotEnough = 0,
    /// It would have applied, and is over.
    Expired = 1,
    /// It waived something.
    Used = 2,
}

/// An exception that named a failing rule and this image. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ExceptionUse {
    /// Its name.
    pub name: Text,
    /// The rule, as `policy/rule`.
    pub rule: Text,
    /// Why it exists.
    pub reason: Text,
    /// Who approved it.
    pub approved_by: Text,
    /// The ticket.
    pub ticket: Text,
    /// When it ends.
    pub expires: Time,
    /// What it did.
    pub effect: Effect,
}

/// One manifest of an index that was judged. Its text lives as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct JudgedPlatform {
    /// The manifest's digest.
    pub digest: Digest,
    /// `os/architecture[/variant]`; no text where the index does not say.
    pub platform: Text,
}

/// Where an image or an object was found. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The name of its text; no text where it was named by itself.
    pub file: Text,
    /// The object, such as `Deployment/shop`; may be empty.
    pub object: Text,
    /// The field, such as `spec.containers[0].image`; empty for a whole object.
    pub field: Text,
    /// Line, from 1; 0 where there is none.
    pub line: u32,
}

/// What a reason's code means. Its texts live as long as the library.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// What the code means.
    pub title: Text,
    /// What to do; empty for a code that satisfies a rule.
    pub remedy: Text,
    /// 1 for a code that satisfies a rule, 0 for one that fails it.
    pub passes: i32,
}

/// Writes what a reason's code, such as `signature.missing`, means to `out`. May be called from any
/// thread at any time.
///
/// # Safety
/// `code` holds what it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_explain(
    code: Text,
    out: *mut Explanation,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let code = unsafe { code.required("code")? };
        let known = Code::from_code(code).ok_or_else(|| {
            let message = format!("`{code}` is not in the catalogue");
            Failure::argument(Status::InvalidArgument, "code", message)
        })?;
        let written = Explanation {
            title: Text::of(known.title()),
            remedy: Text::of(known.remedy()),
            passes: i32::from(known.kind() == ReasonKind::Pass),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Reads a part of a decision and writes it to `out`.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
unsafe fn part<T>(
    decision: *const Decision,
    out: *mut T,
    error: *mut *mut Error,
    read: impl FnOnce(&Kept) -> Result<T, Failure>,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let written = read(unsafe { handle::borrow(decision, "decision")? })?;
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the policy at `index` (from 0, by name) to `out`. May be called from any thread, also at
/// the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_policy(
    decision: *const Decision,
    index: usize,
    out: *mut PolicyUse,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let policy = at(&kept.decided().policies, index)?;
        Ok(PolicyUse {
            name: Text::of(&policy.name),
            version: Text::of_optional(policy.version.as_deref()),
            excluded_by: Text::of_optional(policy.excluded_by.as_deref()),
            digest: Digest::of(&policy.digest),
            mode: policy.mode.into(),
            outcome: policy.outcome.into(),
        })
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes a control that the rule of the result at `result` serves to `out`. May be called from
/// any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_control(
    decision: *const Decision,
    result: usize,
    index: usize,
    out: *mut Text,
    error: *mut *mut Error,
) -> Status {
    let read =
        |kept: &Kept| Ok(Text::of(at(&at(&kept.decided().results, result)?.controls, index)?));
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes a finding of the result at `result` to `out`: the one at `index` (from 0, worst first) of
/// those that count or of those set apart. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_finding(
    decision: *const Decision,
    result: usize,
    list: i32,
    index: usize,
    out: *mut Finding,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let findings = at(&kept.decided().results, result)?.findings.as_ref();
        let (counted, set_apart) = (FindingList::Counted as i32, FindingList::SetApart as i32);
        let listed: Option<&Listing> = match findings {
            Some(findings) if list == counted => Some(&findings.counted),
            Some(findings) if list == set_apart => Some(&findings.set_apart),
            None if list == counted || list == set_apart => None,
            _ => {
                let message = format!("is {list}, which is no `cocket_finding_list`");
                return Err(Failure::argument(Status::InvalidArgument, "list", message));
            }
        };
        let finding = at(listed.map_or(&[], |listed| listed.items.as_slice()), index)?;
        Ok(Finding {
            severity: Text::of(finding.severity),
            id: Text::of(&finding.id),
            package: Text::of(&finding.package),
            installed: Text::of(&finding.installed),
            fixed: Text::of_optional(finding.fixed.as_deref()),
            link: Text::of_optional(finding.link.as_deref()),
            because: Text::of_optional(finding.because.as_deref()),
        })
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes the piece of evidence at `index` (from 0, by digest) to `out`. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_evidence(
    decision: *const Decision,
    index: usize,
    out: *mut EvidenceRecord,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let record = at(&kept.decided().evidence, index)?;
        Ok(EvidenceRecord {
            digest: Digest::of(&record.digest),
            subject: record.subject.as_ref().map_or(Digest::NONE, Digest::of),
            kind: Text::of(record.kind),
            bound_by: Text::of_optional(record.bound_by),
            authority: Text::of_optional(record.authority.as_deref()),
            signer: Text::of_optional(record.signer.as_deref()),
            verifier: Text::of_optional(record.verifier.as_deref()),
            refused: Text::of_optional(record.refused.as_deref()),
            proven_at: record.proven_at.map_or(Time::NEVER, Time::of),
            predicate_type: Text::of_optional(record.predicate_type.as_deref()),
            stated_at: record.stated_at.map_or(Time::NEVER, Time::of),
            checks: record.checks.len(),
        })
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes a check that was made on the piece of evidence at `evidence` to `out`. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_evidence_check(
    decision: *const Decision,
    evidence: usize,
    index: usize,
    out: *mut Text,
    error: *mut *mut Error,
) -> Status {
    let read =
        |kept: &Kept| Ok(Text::of(at(&at(&kept.decided().evidence, evidence)?.checks, index)?));
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes the exception at `index` (from 0, by name) to `out`. May be called from any thread, also
/// at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_exception(
    decision: *const Decision,
    index: usize,
    out: *mut ExceptionUse,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let exception = at(&kept.decided().exceptions, index)?;
        Ok(ExceptionUse {
            name: Text::of(&exception.name),
            rule: Text::of(&exception.rule),
            reason: Text::of(&exception.reason),
            approved_by: Text::of(&exception.approved_by),
            ticket: Text::of(&exception.ticket),
            expires: Time::of(exception.expires),
            effect: match exception.effect {
                ExceptionEffect::Used => Effect::Used,
                ExceptionEffect::Expired => Effect::Expired,
                ExceptionEffect::NotEnough => Effect::NotEnough,
            },
        })
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes the platform at `index` (from 0) of an image that is an index to `out`. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_platform(
    decision: *const Decision,
    index: usize,
    out: *mut JudgedPlatform,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let platforms = kept.decided().image().map_or(&[][..], |image| &image.platforms);
        let platform = at(platforms, index)?;
        Ok(JudgedPlatform {
            digest: Digest::of(&platform.digest),
            platform: Text::of_optional(kept.platform(index)),
        })
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}

/// Writes where the image or the object was found to `out`: all zeros where it was named by
/// itself. May be called from any thread, also at the same time.
///
/// # Safety
/// `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_decision_origin(
    decision: *const Decision,
    out: *mut Origin,
    error: *mut *mut Error,
) -> Status {
    let read = |kept: &Kept| {
        let none = Origin { file: Text::NONE, object: Text::NONE, field: Text::NONE, line: 0 };
        Ok(kept.origin().map_or(none, |origin| Origin {
            file: Text::of(&origin.file),
            object: Text::of(&origin.object),
            field: Text::of(&origin.field),
            line: origin.line.unwrap_or(0),
        }))
    };
    // SAFETY: the caller's promise.
    unsafe { part(decision, out, error, read) }
}
