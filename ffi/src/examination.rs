//! One authority, and everything that hangs beside one image or file: each check that was made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::evaluate::ExaminedDocument as Examined;
use cocket::wire;
use serde_json::{Map, Value, json};

use crate::error::{Error, at, put};
use crate::evidence::{Evidence, reading};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::policies::Policies;
use crate::results::Digest;
use crate::review::of_request;
use crate::text::{Bytes, Pair, Text, map, structure};
use crate::time::Time;

/// What an examination found. The caller owns it; `cocket_examination_free` frees it. It never
/// changes: functions that read it may be called from any thread, also at the same time.
pub struct Examination {
    _private: [u8; 0],
}

impl Opaque for Examination {
    type Value = wire::Examined;
    const TAG: [u8; 4] = *b"exam";
    const NAME: &'static str = "examination";
}

/// What is asked about one image or file. Set everything to zero, then `size`, `authority` and the
/// target: an `image` with its `digest` (also inside the reference), or a file, by its content
/// `artifact` or by its `digest` alone.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// `sizeof(cocket_question)`.
    pub size: usize,
    /// The authority's name.
    pub authority: Text,
    /// The policy that has it, where several have one of its name.
    pub policy: Text,
    /// The image's reference; no text for a file.
    pub image: Text,
    /// The digest of the image or the file, where nothing else gives it.
    pub digest: Text,
    /// The content of a file; NULL for an image, and for a file that is given by its digest.
    pub artifact: Bytes,
    /// A predicate type, one of cosign's names for one, or `any`; no text: an approval.
    pub content: Text,
    /// Annotations that an approval must have, all with one subject.
    pub annotations: *const Pair,
    /// How many annotations.
    pub annotations_len: usize,
    /// How the repository that an approval names is compared, as in a policy: a name such as
    /// `sameDigest`, or the JSON of an object. No text: where the approval names one.
    pub signed_identity: Text,
    /// The hash that was signed, where only one kind counts: `sha256`, `sha384` or `sha512`.
    pub signed_hash: Text,
}

/// The heads of an examination, without its documents. Its texts live as long as the examination.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ExaminationHeads {
    /// 1 where a document is verified and says what was asked, else 0.
    pub verified: i32,
    /// 1 where more is attached than is looked at, else 0.
    pub cut: i32,
    /// How many documents there are, for `cocket_examination_document`.
    pub documents: usize,
    /// How many things were not asked for, where a reader might think that they were; for
    /// `cocket_examination_not_asked`.
    pub not_asked: usize,
    /// How many things should have been read and were not, for `cocket_examination_gap`.
    pub gaps: usize,
    /// The authority's name.
    pub authority: Text,
    /// `signature`, a predicate type, or `any`.
    pub content: Text,
    /// The image's reference; no text for a file.
    pub image: Text,
    /// The digest that documents have to be about.
    pub digest: Digest,
    /// The moment that is judged for.
    pub now: Time,
    /// The check that failed where nothing is verified, that of the document that came furthest;
    /// no text where something is.
    pub cause_check: Text,
    /// What was found there.
    pub cause_message: Text,
    /// The digest of that document; of length 0 where there is none.
    pub cause_document: Digest,
}

/// One document that was examined. Its texts live as long as the examination.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ExaminedDocument {
    /// 1 where every check passed, else 0.
    pub verified: i32,
    /// How many checks were made, for `cocket_examination_check`.
    pub checks: usize,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The media type that its form has.
    pub form: Text,
    /// The predicate type that it claims, proven or not; no text for none.
    pub claimed_type: Text,
    /// Who signed it; no text where that is not proven.
    pub signer: Text,
    /// When it provably existed; all zeros where nothing proves a time.
    pub proven_at: Time,
}

/// One check of a document. Its texts live as long as the examination.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Such as `subject`, `identity`, `signature`, `time`, `log` or `content`.
    pub check: Text,
    /// 1 where it is as it should be, which only what is proven is, else 0.
    pub passed: i32,
    /// What was found; no text where that says nothing.
    pub found: Text,
}

/// Verifies everything in `evidence` for one authority of `policies`, as an engine does, for the
/// moment `now`, and tells each check; the caller owns the examination. It decides on nothing:
/// rules are not looked at. What cannot be asked is `COCKET_STATUS_INVALID_ARGUMENT`, an authority
/// that cannot be used `COCKET_STATUS_POLICY`.
///
/// May be called from any thread, also at the same time and with the same handles; for functions
/// that add to `evidence`, see `cocket_engine_check`.
///
/// # Safety
/// All handles are NULL or alive; `question` is NULL or holds what it says; `out` and `error` are
/// NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examine(
    policies: *const Policies,
    question: *const Question,
    evidence: *const Evidence,
    now: Time,
    out: *mut *mut Examination,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let policies = unsafe { handle::borrow(policies, "policies")? };
        // SAFETY: the caller's promise.
        let verify = unsafe { asked(question)? };
        // SAFETY: the caller's promise.
        let evidence = reading(unsafe { handle::borrow(evidence, "evidence")? }, "evidence")?;
        let now = now.read("now")?.to_string();
        let request = format!(r#"{{"op":"verify","now":"{now}","verify":{verify}}}"#);
        wire::examination_with(policies, &evidence, request.as_bytes()).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// # Safety
/// `question` is NULL or holds what it says.
unsafe fn asked(question: *const Question) -> Result<String, Failure> {
    // SAFETY: the caller's promise, for this and everything below.
    unsafe {
        let question = structure(question, "question")?;
        let mut target = Map::new();
        let mut place = |name: &str, text: Option<String>| {
            text.map(|text| target.insert(name.to_owned(), text.into()))
        };
        place("image", question.image.optional("question.image")?.map(str::to_owned));
        place("digest", question.digest.optional("question.digest")?.map(str::to_owned));
        if !(question.artifact.data.is_null() && question.artifact.len == 0) {
            let bytes = question.artifact.required("question.artifact")?;
            place("artifact", Some(STANDARD.encode(bytes)));
        }
        let (annotations, many) = (question.annotations, question.annotations_len);
        let annotations = map(annotations, many, "question.annotations")?;
        let asked = json!({
            "authority": question.authority.required("question.authority")?,
            "policy": question.policy.optional("question.policy")?,
            "target": target,
            "type": question.content.optional("question.content")?,
            "annotations": annotations.unwrap_or_default(),
            "signedHash": question.signed_hash.optional("question.signed_hash")?,
        });
        let asked = asked.to_string();
        let head = asked.strip_suffix('}').unwrap_or_default();
        Ok(format!("{head},\"signedIdentity\":{}}}", identity(question.signed_identity)?))
    }
}

/// A name, or an object in JSON, which stays as it was written: its reader refuses a key twice.
///
/// # Safety
/// `text` holds what it says.
unsafe fn identity(text: Text) -> Result<String, Failure> {
    let name = "question.signed_identity";
    // SAFETY: the caller's promise.
    match unsafe { text.optional(name)? } {
        Some(text) if text.starts_with('{') => match serde_json::from_str::<Value>(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => {
                let message = format!("is not JSON: {error}");
                Err(Failure::argument(Status::InvalidArgument, name, message))
            }
        },
        text => Ok(json!(text).to_string()),
    }
}

/// 1 where a document is verified and says what was asked, else 0; 0 for an examination that is
/// NULL or none. May be called from any thread, also at the same time.
///
/// # Safety
/// `examination` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_verified(examination: *const Examination) -> i32 {
    guard::or(0, || {
        // SAFETY: the caller's promise.
        let examined = unsafe { handle::borrow(examination, "examination")? };
        Ok(i32::from(examined.examination.is_verified()))
    })
}

/// Writes the examination's heads to `out`. May be called from any thread, also at the same time.
///
/// # Safety
/// `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_summary(
    examination: *const Examination,
    out: *mut ExaminationHeads,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let found = &unsafe { handle::borrow(examination, "examination")? }.examination;
        let cause = found.cause.as_ref();
        let document = cause.and_then(|cause| cause.document.as_ref());
        let written = ExaminationHeads {
            verified: i32::from(found.is_verified()),
            cut: i32::from(found.cut),
            documents: found.documents.len(),
            not_asked: found.not_asked.len(),
            gaps: found.gaps.len(),
            authority: Text::of(&found.authority),
            content: Text::of(&found.content),
            image: Text::of_optional(found.target.image.as_deref()),
            digest: Digest::of(&found.target.digest),
            now: Time::of(found.now),
            cause_check: Text::of_optional(cause.map(|cause| cause.check.name())),
            cause_message: Text::of_optional(cause.map(|cause| cause.message.as_str())),
            cause_document: document.map_or(Digest::NONE, Digest::of),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// # Safety
/// `examination` is NULL or alive for `'a`.
unsafe fn document<'a>(
    examination: *const Examination,
    index: usize,
) -> Result<&'a Examined, Failure> {
    // SAFETY: the caller's promise.
    at(&unsafe { handle::borrow(examination, "examination")? }.examination.documents, index)
}

/// Writes the document at `index` (from 0, by digest) to `out`. May be called from any thread,
/// also at the same time.
///
/// # Safety
/// `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_document(
    examination: *const Examination,
    index: usize,
    out: *mut ExaminedDocument,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let document = unsafe { document(examination, index)? };
        let written = ExaminedDocument {
            verified: i32::from(document.is_verified()),
            checks: document.checks.len(),
            digest: Digest::of(&document.digest),
            form: Text::of(&document.form),
            claimed_type: Text::of_optional(document.claimed_type.as_deref()),
            signer: Text::of_optional(document.signer.as_deref()),
            proven_at: document.proven_at.map_or(Time::NEVER, Time::of),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the check at `index` (from 0, in the order in which they are made; one that failed is
/// the last) of the document at `document` to `out`. May be called from any thread, also at the
/// same time.
///
/// # Safety
/// `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_check(
    examination: *const Examination,
    document: usize,
    index: usize,
    out: *mut Check,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let check = at(&unsafe { self::document(examination, document)? }.checks, index)?;
        let written = Check {
            check: Text::of(check.check.name()),
            passed: i32::from(check.passed),
            found: Text::of_optional(check.found.as_deref()),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes what was not asked for at `index` (from 0) to `out`, which lives as long as the
/// examination. May be called from any thread, also at the same time.
///
/// # Safety
/// `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_not_asked(
    examination: *const Examination,
    index: usize,
    out: *mut Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let found = &unsafe { handle::borrow(examination, "examination")? }.examination;
        // SAFETY: the caller's promise.
        unsafe { put(out, Text::of(at(&found.not_asked, index)?)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes what should have been read and was not at `index` (from 0) to `out`, which lives as long
/// as the examination. May be called from any thread, also at the same time.
///
/// # Safety
/// `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_gap(
    examination: *const Examination,
    index: usize,
    out: *mut Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let found = &unsafe { handle::borrow(examination, "examination")? }.examination;
        // SAFETY: the caller's promise.
        unsafe { put(out, Text::of(at(&found.gaps, index)?)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// The whole as an answer in JSON, the same bytes as `cocket_answer` gives for `op: verify`; they
/// live as long as the examination, and there are none for one that is NULL or none. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `examination` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_answer(examination: *const Examination) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(&unsafe { handle::borrow(examination, "examination")? }.answer))
    })
}

/// Frees the examination in `*examination` and sets it to NULL. NULL there is nothing to free; what
/// was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `examination` is NULL or a variable; no other call uses the examination.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_examination_free(examination: *mut *mut Examination) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(examination)) }
}
