//! Requests in JSON.

use crate::buffer::Buffer;
use crate::error::Error;
use crate::guard::{self, Status};
use crate::handle;
use crate::text::Bytes;

/// Answers one request in JSON with an answer in canonical JSON (RFC 8785), the same bytes in
/// every language. Faults in the request are an answer of kind `error`, with status
/// `COCKET_STATUS_OK`. The caller owns the buffer.
///
/// May be called from any thread at any time.
///
/// # Safety
/// `request` holds as many bytes as it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_answer(
    request: Bytes,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work =
        || unsafe { handle::give(out, || Ok(cocket::wire::answer(request.required("request")?))) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}
