//! Why a call failed.

use std::sync::OnceLock;

use cocket::wire::{Fault as Fact, faults};

use crate::buffer::Buffer;
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::text::Text;

/// Why a call failed: one or more faults. It belongs to the caller who gave a place for it, and
/// to no thread; `cocket_error_free` frees it. Functions that read it may be called from any
/// thread, also at the same time.
pub struct Error {
    _private: [u8; 0],
}

/// One fault of an error. Its texts live as long as the error.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// `argument`, `policy.` and a kind such as `policy.unknownKey`, `evidence`, `source`,
    /// `internal`.
    pub kind: Text,
    /// What is wrong, for people.
    pub message: Text,
    /// The name of the text or file; no text where there is none.
    pub file: Text,
    /// Where in the document, such as `spec.rules[0].registry`, or which argument; may be empty.
    pub path: Text,
    /// What may have been meant; no text where nothing is known.
    pub help: Text,
    /// Line, from 1; 0 where there is none.
    pub line: u32,
    /// Column in characters, from 1; 0 where there is none.
    pub column: u32,
}

/// The faults, and their sentences put together once somebody asks.
pub(crate) struct Faults {
    all: Vec<Fact>,
    message: OnceLock<String>,
}

impl From<Vec<Fact>> for Faults {
    fn from(all: Vec<Fact>) -> Self {
        Self { all, message: OnceLock::new() }
    }
}

impl Opaque for Error {
    type Value = Faults;
    const TAG: [u8; 4] = *b"erro";
    const NAME: &'static str = "error";
}

impl Faults {
    fn message(&self) -> &str {
        self.message.get_or_init(|| self.all.iter().map(line).collect::<Vec<_>>().join("\n"))
    }
}

fn line(fault: &Fact) -> String {
    let place = match (&fault.file, fault.line, fault.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
        (Some(file), _, _) => format!("{file}: "),
        (None, ..) if fault.path.is_empty() => String::new(),
        (None, ..) => format!("{}: ", fault.path),
    };
    format!("{place}{}", fault.message)
}

/// All faults as text, one a line; no text for an error that is NULL or no error. It lives as long
/// as the error. May be called from any thread, also at the same time.
///
/// # Safety
/// `error` is NULL or an error that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_error_message(error: *const Error) -> Text {
    guard::or(Text::NONE, || {
        // SAFETY: the caller's promise.
        let faults = unsafe { handle::borrow(error, "error")? };
        Ok(Text::of(faults.message()))
    })
}

/// How many faults there are; 0 for an error that is NULL or no error. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `error` is NULL or an error that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_error_len(error: *const Error) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(error, "error")? }.all.len()))
}

/// Writes the fault at `index` (from 0) to `out`. May be called from any thread, also at the same
/// time.
///
/// # Safety
/// `error` is NULL or an error that is alive; `out` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_error_fault(
    error: *const Error,
    index: usize,
    out: *mut Fault,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let faults = unsafe { handle::borrow(error, "error")? };
        let fault = at(&faults.all, index)?;
        let written = Fault {
            kind: Text::of(&fault.kind),
            message: Text::of(&fault.message),
            file: Text::of_optional(fault.file.as_deref()),
            path: Text::of(&fault.path),
            help: Text::of_optional(fault.help.as_deref()),
            line: fault.line.unwrap_or(0),
            column: fault.column.unwrap_or(0),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: NULL is a place that nothing is written to.
    unsafe { guard::call(std::ptr::null_mut(), work) }
}

/// The error as `cocket_answer` would write it: canonical JSON with the member `errors`. The caller
/// owns the buffer. May be called from any thread, also at the same time.
///
/// # Safety
/// `error` is NULL or an error that is alive; `out` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_error_json(error: *const Error, out: *mut *mut Buffer) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { handle::give(out, || Ok(faults(handle::borrow(error, "error")?.all.clone()))) }
    };
    // SAFETY: NULL is a place that nothing is written to.
    unsafe { guard::call(std::ptr::null_mut(), work) }
}

/// Frees the error in `*error` and sets it to NULL. NULL there is nothing to free; an error that
/// was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `error` is NULL or a variable; no other call uses the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_error_free(error: *mut *mut Error) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(error)) }
}

/// The item at an index that a caller gave.
pub(crate) fn at<T>(items: &[T], index: usize) -> Result<&T, Failure> {
    items.get(index).ok_or_else(|| {
        let message = format!("is {index} where there are {} items", items.len());
        Failure::argument(Status::InvalidArgument, "index", message)
    })
}

/// Writes a structure out.
///
/// # Safety
/// `out` is NULL or may be written to.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::null("out"));
    }
    // SAFETY: not NULL, and by the caller's promise it may be written to.
    unsafe { out.write(value) };
    Ok(())
}
