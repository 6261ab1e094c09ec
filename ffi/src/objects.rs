//! What Kubernetes objects would run, listed before anything is decided.

use cocket::kubernetes;
use cocket::wire::{self, Listed as Told};

use crate::engine::Engine;
use crate::error::{Error, at, put};
use crate::guard::{self, Status};
use crate::handle::{self, Opaque};
use crate::review::of_request;
use crate::text::{Bytes, Text};

/// What Kubernetes objects would run. The caller owns it; `cocket_objects_free` frees it. It never
/// changes: functions that read it may be called from any thread, also at the same time.
pub struct Objects {
    _private: [u8; 0],
}

impl Opaque for Objects {
    type Value = Told;
    const TAG: [u8; 4] = *b"obje";
    const NAME: &'static str = "objects";
}

/// An object that carries pods. Its texts live as long as the list.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// The name of its text.
    pub file: Text,
    /// `apiVersion`.
    pub api_version: Text,
    /// `kind`.
    pub object_kind: Text,
    /// `metadata.name`, or `metadata.generateName` followed by `*`.
    pub name: Text,
    /// `metadata.namespace`, the object's own claim; no text where it makes none.
    pub namespace_name: Text,
    /// Line, from 1.
    pub line: u32,
    /// How many images it has, for `cocket_objects_workload_image`.
    pub images: usize,
}

/// One image of a workload. Its texts live as long as the list.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct WorkloadImage {
    /// What uses it: `init`, `regular`, `ephemeral`, `volume`, or `declared` in a place that the
    /// policy set declares.
    pub used_by: Text,
    /// The container's or volume's name.
    pub container: Text,
    /// Where, such as `spec.template.spec.containers[0].image`.
    pub path: Text,
    /// The reference as written; empty where it is absent.
    pub image: Text,
    /// Line of the image's text, from 1.
    pub line: u32,
}

/// An object that was passed over. Its texts live as long as the list.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Unjudged {
    /// The name of its text.
    pub file: Text,
    /// `kind`.
    pub object_kind: Text,
    /// `metadata.name`.
    pub name: Text,
    /// Line, from 1.
    pub line: u32,
    /// 1 where something in it looks like a pod, so that passing over it would be wrong, else 0.
    pub carries_pods: i32,
}

/// Lists what the objects of one text, YAML or JSON, would run: the kinds that the engine's policy
/// set declares are workloads too. The caller owns the list. `name` is what errors call the text;
/// one that cannot be read is `COCKET_STATUS_INVALID_ARGUMENT`, with line and column.
///
/// May be called from any thread, also at the same time and with the same engine.
///
/// # Safety
/// `engine` is NULL or alive; `name` and `text` hold what they say; `out` and `error` are NULL or
/// may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_objects(
    engine: *const Engine,
    name: Text,
    text: Bytes,
    out: *mut *mut Objects,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        let (name, text) = unsafe { (name.required("name")?, text.required("text")?) };
        wire::objects_with(engine, name, text).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Lists the images that the object of an `AdmissionReview` would run, as its bytes came: what
/// evidence is wanted about before `cocket_engine_admit`. The list has images alone; that of a
/// malformed review is empty. The caller owns it.
///
/// May be called from any thread, also at the same time and with the same engine.
///
/// # Safety
/// `engine` is NULL or alive; `review` holds as many bytes as it says; `out` and `error` are NULL
/// or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_review_images(
    engine: *const Engine,
    review: Bytes,
    out: *mut *mut Objects,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        wire::review_images_with(engine, unsafe { review.required("review")? }).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// How many different images there are in all; 0 for a list that is NULL or none. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_images_len(objects: *const Objects) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(objects, "objects")? }.images.len()))
}

/// Writes the image at `index` (from 0, sorted, each once) to `out`, which lives as long as the
/// list. May be called from any thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_image(
    objects: *const Objects,
    index: usize,
    out: *mut Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let listed = unsafe { handle::borrow(objects, "objects")? };
        // SAFETY: the caller's promise.
        unsafe { put(out, Text::of(at(&listed.images, index)?)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// How many workloads there are; 0 for a list that is NULL or none. May be called from any thread,
/// also at the same time.
///
/// # Safety
/// `objects` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_workloads_len(objects: *const Objects) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(objects, "objects")? }.objects.workloads.len()))
}

/// Writes the workload at `index` (from 0, in the order of the text) to `out`. May be called from
/// any thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_workload(
    objects: *const Objects,
    index: usize,
    out: *mut Workload,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let workload = unsafe { workload(objects, index)? };
        let written = Workload {
            file: Text::of(&workload.file),
            api_version: Text::of(&workload.api_version),
            object_kind: Text::of(&workload.kind),
            name: Text::of(&workload.name),
            namespace_name: Text::of_optional(workload.namespace.as_deref()),
            line: workload.line,
            images: workload.images.len(),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Writes the image at `index` (from 0, in the order of the pod's fields) of the workload at
/// `workload` to `out`. May be called from any thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_workload_image(
    objects: *const Objects,
    workload: usize,
    index: usize,
    out: *mut WorkloadImage,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let image = at(&unsafe { self::workload(objects, workload)? }.images, index)?;
        let written = WorkloadImage {
            used_by: Text::of(image.kind.name()),
            container: Text::of(&image.container),
            path: Text::of(&image.path),
            image: Text::of(&image.image),
            line: image.line,
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// # Safety
/// `objects` is NULL or alive for `'a`.
unsafe fn workload<'a>(
    objects: *const Objects,
    index: usize,
) -> Result<&'a kubernetes::Workload, guard::Failure> {
    // SAFETY: the caller's promise.
    at(&unsafe { handle::borrow(objects, "objects")? }.objects.workloads, index)
}

/// How many objects were passed over; 0 for a list that is NULL or none. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_unjudged_len(objects: *const Objects) -> usize {
    // SAFETY: the caller's promise.
    guard::or(0, || Ok(unsafe { handle::borrow(objects, "objects")? }.objects.unjudged.len()))
}

/// Writes the object that was passed over at `index` (from 0) to `out`. May be called from any
/// thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_unjudged(
    objects: *const Objects,
    index: usize,
    out: *mut Unjudged,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let listed = unsafe { handle::borrow(objects, "objects")? };
        let object = at(&listed.objects.unjudged, index)?;
        let written = Unjudged {
            file: Text::of(&object.file),
            object_kind: Text::of(&object.kind),
            name: Text::of(&object.name),
            line: object.line,
            carries_pods: i32::from(object.carries_pods),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, written) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives for
/// `op: objects`; they live as long as the list, and there are none for one that is NULL or none.
/// May be called from any thread, also at the same time.
///
/// # Safety
/// `objects` is NULL or alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_answer(objects: *const Objects) -> Bytes {
    guard::or(Bytes { data: std::ptr::null(), len: 0 }, || {
        // SAFETY: the caller's promise.
        Ok(Bytes::of(&unsafe { handle::borrow(objects, "objects")? }.answer))
    })
}

/// Frees the list in `*objects` and sets it to NULL. NULL there is nothing to free; what was freed
/// before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
///
/// # Safety
/// `objects` is NULL or a variable; no other call uses the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_objects_free(objects: *mut *mut Objects) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(objects)) }
}
