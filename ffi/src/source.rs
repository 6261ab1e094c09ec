//! OCI image layouts.

use std::path::Path;
use std::sync::RwLock;

use cocket::reference::Reference;
use cocket::source::{EvidenceDirectory, EvidenceSource as _, SourceError};
use cocket::wire::Fault;

use crate::error::{Error, at, put};
use crate::evidence::Evidence;
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::results::Digest;
use crate::text::Text;

/// A directory that is an OCI image layout, or holds layouts up to four directories deep. The
/// caller owns it; `cocket_source_free` frees it. It never changes: functions that read it may be
/// called from any thread, also at the same time.
pub struct Source {
    _private: [u8; 0],
}

/// An image that a layout's index names.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct LayoutImage {
    /// The name that the index gives, as written; no text where it gives none. It lives as long
    /// as the source.
    pub name: Text,
    /// The digest of its manifest or index.
    pub digest: Digest,
}

impl Opaque for Source {
    type Value = EvidenceDirectory;
    const TAG: [u8; 4] = *b"sour";
    const NAME: &'static str = "source";
}

/// Opens the layout or the layouts in the directory `path`; the caller owns the result. May be
/// called from any thread at any time.
///
/// # Safety
/// `path` holds what it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_open(
    path: Text,
    out: *mut *mut Source,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let path = unsafe { path.required("path")? };
        EvidenceDirectory::open(Path::new(path)).map_err(unreadable)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// How many images there are; 0 for a source that is NULL or no source. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `source` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_len(source: *const Source) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(source, "source")? }.images().len()))
}

/// Writes the image at `index` (from 0, sorted by name and digest) to `out`. May be called from
/// any thread, also at the same time.
///
/// # Safety
/// `source` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_image(
    source: *const Source,
    index: usize,
    out: *mut LayoutImage,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let image = at(unsafe { handle::borrow(source, "source")? }.images(), index)?;
        let name = Text::of_optional(image.name.as_deref());
        // SAFETY: the caller's promise.
        unsafe { put(out, LayoutImage { name, digest: Digest::of(&image.digest) }) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the digest that a reference stands for in this source to `out`; one with length 0
/// where the source does not have it. May be called from any thread, also at the same time.
///
/// # Safety
/// `source` is NULL or alive; `reference` holds what it says; `out` and `error` are NULL or may
/// be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_resolve(
    source: *const Source,
    reference: Text,
    out: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let source = unsafe { handle::borrow(source, "source")? };
        // SAFETY: the caller's promise.
        let text = unsafe { reference.required("reference")? };
        let reference = Reference::parse(text).map_err(|error| {
            Failure::argument(Status::InvalidArgument, "reference", error.to_string())
        })?;
        let found = source.resolve(&reference).map_err(unreadable)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, found.map_or(Digest::NONE, |digest| Digest::of(&digest))) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Everything in the source about the image with this digest; the caller owns it. What the layout
/// promises and does not hold is in it as a gap. May be called from any thread, also at the same
/// time.
///
/// # Safety
/// `source` is NULL or alive; `digest` holds what it says; `out` and `error` are NULL or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_collect(
    source: *const Source,
    digest: Text,
    out: *mut *mut Evidence,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let source = unsafe { handle::borrow(source, "source")? };
        // SAFETY: the caller's promise.
        let digest = unsafe { digest.digest("digest")? }.ok_or_else(|| Failure::null("digest"))?;
        source.collect(&digest).map(RwLock::new).map_err(unreadable)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Frees the source in `*source` and sets it to NULL; evidence collected from it lives on. NULL
/// there is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called
/// from any thread.
///
/// # Safety
/// `source` is NULL or a variable; no other call uses the source.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_source_free(source: *mut *mut Source) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(source)) }
}

pub(crate) fn unreadable(error: SourceError) -> Failure {
    Failure::new(Status::Source, vec![Fault::from(error)])
}
