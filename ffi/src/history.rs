//! What was recorded before.

use std::sync::RwLock;

use cocket::evaluate::{History as Recorded, StatementKey};

use crate::error::Error;
use crate::evidence::{reading, writing};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::text::Text;
use crate::time::Time;

/// What was recorded before, as far as the caller keeps it. The caller owns it;
/// `cocket_history_free` frees it. A function that adds to it while another call uses it is
/// `COCKET_STATUS_BUSY`; others may use it from any thread, also at the same time.
pub struct History {
    _private: [u8; 0],
}

impl Opaque for History {
    type Value = RwLock<Recorded>;
    const TAG: [u8; 4] = *b"hist";
    const NAME: &'static str = "history";
}

/// A history with nothing in it; the caller owns it. May be called from any thread at any time.
///
/// # Safety
/// `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_history_new(
    out: *mut *mut History,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, || Ok(RwLock::default()))) }
}

/// Records the digest that a tag stood for; `name` is `host/path:tag`. A later call for the same
/// name takes the place of an earlier one. May be called from any thread; keeps others out while it
/// runs, and is kept out by them: `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `history` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_history_add_tag(
    history: *mut History,
    name: Text,
    digest: Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let history = unsafe { handle::borrow(history, "history")? };
        // SAFETY: the caller's promise.
        let name = unsafe { name.required("name")? };
        // SAFETY: the caller's promise.
        let digest = unsafe { digest.digest("digest")? }.ok_or_else(|| Failure::null("digest"))?;
        writing(history, "history")?.tags.insert(name.to_owned(), digest);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Records when a vulnerability was first seen in the judged repository. May be called from any
/// thread; keeps others out while it runs, and is kept out by them: `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `history` is NULL or alive; `id` holds what it says; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_history_add_first_seen(
    history: *mut History,
    id: Text,
    at: Time,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let history = unsafe { handle::borrow(history, "history")? };
        // SAFETY: the caller's promise.
        let id = unsafe { id.required("id")? };
        let at = at.read("at")?;
        writing(history, "history")?.first_seen.insert(id.to_owned(), at);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Records the time of the latest statement that was seen: `subject` is the digest that it is
/// about, `authority` the authority's name in the policy, `predicate_type` the URI of its type. Of
/// several times the latest stands. An older statement, or none, is `evidence.rollback`. May be
/// called from any thread; keeps others out while it runs, and is kept out by them:
/// `COCKET_STATUS_BUSY`.
///
/// # Safety
/// `history` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_history_add_statement(
    history: *mut History,
    subject: Text,
    authority: Text,
    predicate_type: Text,
    at: Time,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise, for this and the texts below.
        let history = unsafe { handle::borrow(history, "history")? };
        // SAFETY: as above.
        let subject = unsafe { subject.digest("subject")? };
        let key = StatementKey {
            subject: subject.ok_or_else(|| Failure::null("subject"))?,
            // SAFETY: as above.
            authority: unsafe { authority.required("authority")? }.to_owned(),
            // SAFETY: as above.
            predicate_type: unsafe { predicate_type.required("predicate_type")? }.to_owned(),
        };
        let at = at.read("at")?;
        writing(history, "history")?.record_statement(key, at);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Frees the history in `*history` and sets it to NULL. NULL there is nothing to free; what was
/// freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `history` is NULL or a variable; no other call uses the history.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_history_free(history: *mut *mut History) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(history)) }
}

/// Runs `work` with what a history holds; NULL is one with nothing in it.
///
/// # Safety
/// `history` is NULL or alive until `work` is done.
pub(crate) unsafe fn with<R>(
    history: *const History,
    work: impl FnOnce(&Recorded) -> R,
) -> Result<R, Failure> {
    if history.is_null() {
        return Ok(work(&Recorded::default()));
    }
    // SAFETY: the caller's promise.
    let recorded = unsafe { handle::borrow(history, "history")? };
    Ok(work(&*reading(recorded, "history")?))
}
