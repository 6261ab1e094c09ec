//! What is at hand about images.

use std::path::Path;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use cocket::evidence::{AttachedKind, Evidence as Facts, Gap, GapKind};
use cocket::source::read_reports;
use cocket::wire::Fault;

use crate::error::{Error, put};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::results::Digest;
use crate::source::unreadable;
use crate::text::{Bytes, Pair, Text, map};

/// Everything at hand about one or more images, unverified. The caller owns it;
/// `cocket_evidence_free` frees it. A function that adds to it while another call uses it is
/// `COCKET_STATUS_BUSY`; others may use it from any thread, also at the same time.
pub struct Evidence {
    _private: [u8; 0],
}

/// What kind of thing is missing.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A listing was cut short or partly unread.
    Incomplete = 0,
    /// It could not be fetched or read; trying again may help.
    Unavailable = 1,
}

impl Opaque for Evidence {
    type Value = RwLock<Facts>;
    const TAG: [u8; 4] = *b"evid";
    const NAME: &'static str = "evidence";
}

/// No evidence, to be added to; the caller owns it. May be called from any thread at any time.
///
/// # Safety
/// `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_new(
    out: *mut *mut Evidence,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, || Ok(RwLock::default()))) }
}

/// Adds a manifest, an index or a configuration; the bytes are copied.
///
/// `media_type` is that by which it was served or listed, or no text. `expected` is the digest that
/// it is named by, or no text: then it is SHA-256. Bytes with another digest are
/// `COCKET_STATUS_EVIDENCE`, and nothing is added. The digest is written to `digest` unless that is
/// NULL. May be called from any thread; keeps others out while it runs, and is kept out by them:
/// `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `evidence` is NULL or alive; texts and bytes hold what they say; `digest` and `error` are
/// NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_add_blob(
    evidence: *mut Evidence,
    media_type: Text,
    bytes: Bytes,
    expected: Text,
    digest: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let media_type = unsafe { media_type.optional("media_type")? };
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.required("bytes")? };
        // SAFETY: the caller's promise.
        let expected = unsafe { expected.digest("expected")? };
        let mut evidence = writing(evidence, "evidence")?;
        let found = match expected {
            None => evidence.add_blob(media_type, bytes),
            Some(expected) if evidence.add_blob_as(expected, media_type, bytes) => expected,
            Some(expected) => {
                let message = format!("the data has not the digest `{expected}`");
                let fault = Fault::new("evidence", "expected", message);
                return Err(Failure::new(Status::Evidence, vec![fault]));
            }
        };
        if digest.is_null() {
            return Ok(());
        }
        // SAFETY: the caller's promise.
        unsafe { put(digest, Digest::of(&found)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Adds something that is attached to the image `subject` (or to an unknown one: no text), as what
/// `media_type` says: a cosign simple signing payload, a DSSE envelope, a Sigstore bundle. Anything
/// else is kept to be listed as refused. `annotations` are those of the layer that held it.
/// Everything is copied. May be called from any thread; keeps others out while it runs, and is kept
/// out by them: `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `evidence` is NULL or alive; texts and bytes hold what they say; `annotations` points to as
/// many pairs as `annotations_len` says; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_attach(
    evidence: *mut Evidence,
    subject: Text,
    media_type: Text,
    bytes: Bytes,
    annotations: *const Pair,
    annotations_len: usize,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let subject = unsafe { subject.digest("subject")? };
        // SAFETY: the caller's promise.
        let media_type = unsafe { media_type.required("media_type")? };
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.required("bytes")? };
        // SAFETY: the caller's promise.
        let annotations = unsafe { map(annotations, annotations_len, "annotations")? };
        let kind = AttachedKind::from_media_type(media_type);
        writing(evidence, "evidence")?.attach(
            subject,
            kind,
            bytes,
            annotations.unwrap_or_default(),
        );
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Adds a scan report that the caller vouches for; it counts only where a policy says
/// `trust: caller`. `subject` is the digest that it is about; no text where the report names it
/// itself. May be called from any thread; keeps others out while it runs, and is kept out by them:
/// `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `evidence` is NULL or alive; text and bytes hold what they say; `error` is NULL or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_vouch(
    evidence: *mut Evidence,
    subject: Text,
    bytes: Bytes,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let subject = unsafe { subject.digest("subject")? };
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.required("bytes")? };
        writing(evidence, "evidence")?.vouch(subject, bytes);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Reads scan reports that the caller vouches for, as `cocket_evidence_vouch` adds them: the file
/// `path`, or every `*.json` in the directory `path`. May be called from any thread; keeps others
/// out while it adds them, and is kept out by them: `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `evidence` is NULL or alive; `path` holds what it says; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_vouch_files(
    evidence: *mut Evidence,
    path: Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let path = unsafe { path.required("path")? };
        let reports = read_reports(Path::new(path)).map_err(unreadable)?;
        let mut evidence = writing(evidence, "evidence")?;
        for (_, bytes) in reports {
            evidence.vouch(None, bytes);
        }
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Records that something should have been read and was not. `subject` is the digest about which
/// something is missing; no text: about everything. `kind` is a `cocket_missing`, and any other
/// number counts as `COCKET_MISSING_INCOMPLETE`. May be called from any thread; keeps others out
/// while it runs, and is kept out by them: `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `evidence` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_add_gap(
    evidence: *mut Evidence,
    subject: Text,
    kind: i32,
    detail: Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let subject = unsafe { subject.digest("subject")? };
        // SAFETY: the caller's promise.
        let detail = unsafe { detail.required("detail")? }.to_owned();
        let kind = match kind {
            kind if kind == Missing::Unavailable as i32 => GapKind::Unavailable,
            _ => GapKind::Incomplete,
        };
        writing(evidence, "evidence")?.add_gap(Gap { subject, kind, detail });
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Adds everything in `other`, which stays as it is. May be called from any thread; keeps others
/// out of `evidence` while it runs, and is kept out by them: `COCKET_STATUS_BUSY`, which is also
/// the answer where both are the same.
///
/// # Safety
/// `evidence` and `other` are NULL or alive; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_merge(
    evidence: *mut Evidence,
    other: *const Evidence,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let evidence = unsafe { handle::borrow(evidence, "evidence")? };
        // SAFETY: the caller's promise.
        let other = unsafe { handle::borrow(other, "other")? };
        let mut evidence = writing(evidence, "evidence")?;
        let other = reading(other, "other")?.clone();
        evidence.merge(other);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Frees the evidence in `*evidence` and sets it to NULL. NULL there is nothing to free; what was
/// freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `evidence` is NULL or a variable; no other call uses the evidence.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_evidence_free(evidence: *mut *mut Evidence) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(evidence)) }
}

/// Never waits: a verifier that adds to the evidence it is called for would wait for itself.
pub(crate) fn writing<'a, T>(
    lock: &'a RwLock<T>,
    name: &str,
) -> Result<RwLockWriteGuard<'a, T>, Failure> {
    lock.try_write().map_err(|error| kept_out(&error, name))
}

pub(crate) fn reading<'a, T>(
    lock: &'a RwLock<T>,
    name: &str,
) -> Result<RwLockReadGuard<'a, T>, Failure> {
    lock.try_read().map_err(|error| kept_out(&error, name))
}

fn kept_out<T>(error: &TryLockError<T>, name: &str) -> Failure {
    match error {
        TryLockError::WouldBlock => {
            Failure::argument(Status::Busy, name, "is in use by another call")
        }
        TryLockError::Poisoned(_) => Failure::new(Status::Internal, vec![Fault::internal()]),
    }
}
