//! Bytes that the caller owns.

use crate::guard::{self, Status};
use crate::handle::{self, Opaque};
use crate::text::Bytes;

/// Bytes that the caller owns; `cocket_buffer_free` frees them. May be read from any thread, also
/// at the same time.
pub struct Buffer {
    _private: [u8; 0],
}

impl Opaque for Buffer {
    type Value = Vec<u8>;
    const TAG: [u8; 4] = *b"buff";
    const NAME: &'static str = "buffer";
}

/// The bytes, which live as long as the buffer; none for a buffer that is NULL or no buffer. May be
/// called from any thread, also at the same time.
///
/// # Safety
/// `buffer` is NULL or a buffer that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_buffer_bytes(buffer: *const Buffer) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(unsafe { handle::borrow(buffer, "buffer")? }))
    })
}

/// Frees the buffer in `*buffer` and sets it to NULL. NULL there is nothing to free; a buffer that
/// was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `buffer` is NULL or a variable; no other call uses the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_buffer_free(buffer: *mut *mut Buffer) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(buffer)) }
}
