//! The panic guard, and how a function's failure reaches the caller.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cocket::wire::Fault;

use crate::error::Error;
use crate::handle;

/// How a call came out.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It did what it says.
    Ok = 0,
    /// An argument is NULL that must not be, or is out of its range; or a structure's `size` is
    /// not the one of this header.
    InvalidArgument = 1,
    /// A text is not UTF-8.
    InvalidUtf8 = 2,
    /// A handle is of another kind or was freed.
    InvalidHandle = 3,
    /// A handle is in use by another call in a way that keeps this one out.
    Busy = 4,
    /// The policies have faults; the error lists them with file, line and column.
    Policy = 5,
    /// Evidence is not what it is said to be.
    Evidence = 6,
    /// Files could not be read.
    Source = 7,
    /// A fault in the library itself; nothing was decided.
    Internal = 8,
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) faults: Vec<Fault>,
}

impl Failure {
    pub(crate) fn new(status: Status, faults: Vec<Fault>) -> Self {
        Self { status, faults }
    }

    /// A fault in an argument; `name` is the parameter, or `parameter.member`.
    pub(crate) fn argument(status: Status, name: &str, message: impl Into<String>) -> Self {
        Self::new(status, vec![Fault::new("argument", name, message.into())])
    }

    pub(crate) fn null(name: &str) -> Self {
        Self::argument(Status::InvalidArgument, name, "is NULL")
    }
}

/// Runs `work`; its failure, and a panic in it, become a status and an error object in `error`
/// where the caller gives a place for one.
///
/// # Safety
/// `error` is NULL or may be written to.
pub(crate) unsafe fn call(
    error: *mut *mut Error,
    work: impl FnOnce() -> Result<(), Failure>,
) -> Status {
    if !error.is_null() {
        // SAFETY: not NULL, and by the caller's promise it may be written to.
        unsafe { error.write(std::ptr::null_mut()) };
    }
    let internal = || Failure::new(Status::Internal, vec![Fault::internal()]);
    let Err(failure) = caught(work).unwrap_or_else(|| Err(internal())) else {
        return Status::Ok;
    };
    let status = failure.status;
    if !error.is_null() {
        let made = caught(|| handle::new::<Error>(failure.faults.into()));
        // SAFETY: as above.
        unsafe { error.write(made.unwrap_or(std::ptr::null_mut())) };
    }
    status
}

/// What `work` gives; where it fails or panics, `safe`.
pub(crate) fn or<T>(safe: T, work: impl FnOnce() -> Result<T, Failure>) -> T {
    match caught(work) {
        Some(Ok(value)) => value,
        _ => safe,
    }
}

/// The one place where panics stop: unwinding into C is undefined.
///
/// What a panic leaves half done is either the call's own or behind a lock that is poisoned then,
/// so that later calls with the handle fail too.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // A payload whose drop panics would unwind from here; a panic's few bytes are lost.
            std::mem::forget(payload);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::cocket_error_free;

    #[test]
    fn a_panic_is_a_status_and_an_error() {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a local place.
        let status = unsafe { call(&raw mut error, || panic!("in a test")) };
        assert_eq!(status, Status::Internal);
        assert!(!error.is_null());
        // SAFETY: the error is alive and the place is ours.
        assert_eq!(unsafe { cocket_error_free(&raw mut error) }, Status::Ok);
        assert!(error.is_null());
        assert_eq!(or(7, || panic!("in a test")), 7);
    }

    #[test]
    fn a_panic_whose_payload_panics_stops_here_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert_eq!(or(7, || std::panic::panic_any(Bomb)), 7);
    }
}
