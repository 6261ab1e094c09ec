//! Loading policies.

use std::sync::Arc;

use cocket::import::{self, Dialect, Options};
use cocket::policy::{ObjectJudge, Policies as Loaded, PolicyErrors, PolicySource};
use cocket::source::read_policies;
use cocket::wire::{self, Fault};

use crate::buffer::Buffer;
use crate::error::{Error, put};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::results::Digest;
use crate::review::of_request;
use crate::source::unreadable;
use crate::text::{Bytes, Text, list};
use crate::time::Time;

/// Loaded policies. The caller owns them; `cocket_policies_free` frees them. They never change:
/// functions that read them may be called from any thread, also at the same time.
pub struct Policies {
    _private: [u8; 0],
}

/// One text with policy documents: YAML (one or more documents) or JSON (one).
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct PolicyText {
    /// The name that errors give, such as a file's.
    pub name: Text,
    /// The text.
    pub text: Bytes,
}

/// How policies of other engines are taken. All zero is the default.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Take policies of which parts are not taken: what rests on such a part fails, and
    /// `cocket_policies_notes` names it.
    pub allow_partial: bool,
    /// How closely Kyverno is followed: `strict`, which an empty text stands for, or `kyverno`.
    pub dialect: Text,
}

impl Opaque for Policies {
    type Value = Loaded;
    const TAG: [u8; 4] = *b"poli";
    const NAME: &'static str = "policies";
}

/// Loads texts with policy documents as one set and writes it to `out`; the caller owns it.
/// Faults in the texts are `COCKET_STATUS_POLICY`, and the error has all of them. May be called
/// from any thread at any time.
///
/// # Safety
/// `texts` points to `len` texts that hold what they say; `out` and `error` are NULL or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_load(
    texts: *const PolicyText,
    len: usize,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || unsafe { self::load(texts, len, DEFAULT, &[]) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// As `cocket_policies_load`, with options for policies of other engines. May be called from any
/// thread at any time.
///
/// # Safety
/// As for `cocket_policies_load`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_load_with(
    texts: *const PolicyText,
    len: usize,
    options: ImportOptions,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || unsafe { self::load(texts, len, options, &[]) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Reads policy files and loads them as one set: each of `paths`, and in directories every
/// `*.yaml`, `*.yml` and `*.json` at any depth. The caller owns the result. May be called from
/// any thread at any time.
///
/// # Safety
/// `paths` points to `len` texts that hold what they say; `out` and `error` are NULL or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_read(
    paths: *const Text,
    len: usize,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || unsafe { self::read(paths, len, DEFAULT, &[]) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// As `cocket_policies_read`, with options for policies of other engines. May be called from any
/// thread at any time.
///
/// # Safety
/// As for `cocket_policies_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_read_with(
    paths: *const Text,
    len: usize,
    options: ImportOptions,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || unsafe { self::read(paths, len, options, &[]) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

const DEFAULT: ImportOptions = ImportOptions { allow_partial: false, dialect: Text::NONE };

impl ImportOptions {
    /// # Safety
    /// `dialect` holds what it says.
    unsafe fn read(self) -> Result<Options, Failure> {
        let place = "options.dialect";
        // SAFETY: the caller's promise.
        let dialect = match unsafe { self.dialect.optional(place)? } {
            None | Some("") => Dialect::default(),
            Some(name) => Dialect::named(name).ok_or_else(|| {
                Failure::argument(
                    Status::InvalidArgument,
                    place,
                    "`strict` or `kyverno` is expected",
                )
            })?,
        };
        Ok(Options { allow_partial: self.allow_partial, dialect })
    }
}

/// # Safety
/// As for `cocket_policies_load`.
pub(crate) unsafe fn load(
    texts: *const PolicyText,
    len: usize,
    options: ImportOptions,
    judges: &[Arc<dyn ObjectJudge>],
) -> Result<Loaded, Failure> {
    // SAFETY: the caller's promise.
    let texts = match unsafe { list(texts, len, "texts")? } {
        None if judges.is_empty() => return Err(Failure::null("texts")),
        texts => texts.unwrap_or_default(),
    };
    let mut sources = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        // SAFETY: the caller's promise.
        let name = unsafe { text.name.required(&format!("texts[{position}].name"))? };
        // SAFETY: the caller's promise.
        let bytes = unsafe { text.text.required(&format!("texts[{position}].text"))? };
        sources.push(PolicySource { name: name.to_owned(), bytes: bytes.to_vec() });
    }
    // SAFETY: the caller's promise.
    let options = unsafe { options.read()? };
    import::load_with_judges(&sources, options, judges).map_err(faulty)
}

/// # Safety
/// As for `cocket_policies_read`.
pub(crate) unsafe fn read(
    paths: *const Text,
    len: usize,
    options: ImportOptions,
    judges: &[Arc<dyn ObjectJudge>],
) -> Result<Loaded, Failure> {
    // SAFETY: the caller's promise.
    let paths = match unsafe { list(paths, len, "paths")? } {
        None if judges.is_empty() => return Err(Failure::null("paths")),
        paths => paths.unwrap_or_default(),
    };
    let mut read = Vec::with_capacity(paths.len());
    for (position, path) in paths.iter().enumerate() {
        // SAFETY: the caller's promise.
        read.push(unsafe { path.required(&format!("paths[{position}]"))? });
    }
    let sources = read_policies(&read).map_err(unreadable)?;
    // SAFETY: the caller's promise.
    let options = unsafe { options.read()? };
    import::load_with_judges(&sources, options, judges).map_err(faulty)
}

/// Writes the digest of everything loaded to `out`; neither layout nor the order of documents,
/// keys and rules change it. May be called from any thread, also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_digest(
    policies: *const Policies,
    out: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || unsafe { put(out, Digest::of(&handle::borrow(policies, "policies")?.digest())) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Everything loaded as canonical JSON (RFC 8785), one document a line. The caller owns the
/// buffer. May be called from any thread, also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_json(
    policies: *const Policies,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let policies = unsafe { handle::borrow(policies, "policies")? };
        let mut lines = Vec::new();
        for document in policies.to_canonical_json() {
            lines.extend(document);
            lines.push(b'\n');
        }
        Ok(lines)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Everything loaded as YAML in cocket's own form, as `cocket import` writes it: policies of other
/// engines as policies of our own, a comment for each that has no equivalent. The caller owns the
/// buffer. May be called from any thread, also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_yaml(
    policies: *const Policies,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let work = || Ok(unsafe { handle::borrow(policies, "policies")? }.to_yaml().into_bytes());
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// The JSON schema (draft 2020-12) of one policy document, as canonical JSON (RFC 8785): for
/// editors, and for programs that write policies. The caller owns the buffer. May be called from any
/// thread at any time.
///
/// # Safety
/// `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policy_schema(
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, || Ok(wire::policy_schema()))) }
}

/// One scan report in numbers, for people, as `cocket scan-summary` prints it: what the scanner
/// says, beside what a `vulnerabilities` rule of `policies` counts. `name` is what the report is
/// called; `policies` NULL counts as where no rule says otherwise; `rule` is `POLICY/RULE` or an
/// end of that, NULL for the only one. The caller owns the buffer. May be called from any thread,
/// also at the same time.
///
/// # Safety
/// Texts and bytes are as long as they say; `policies` is NULL or alive; `out` and `error` are NULL
/// or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_scan_summary(
    name: Text,
    report: Bytes,
    policies: *const Policies,
    rule: Text,
    now: Time,
    out: *mut *mut Buffer,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let (name, report) = unsafe { (name.required("name")?, report.required("report")?) };
        // SAFETY: the caller's promise.
        let rule = unsafe { rule.optional("rule")? };
        let policies = match policies.is_null() {
            true => None,
            // SAFETY: the caller's promise.
            false => Some(unsafe { handle::borrow(policies, "policies")? }),
        };
        let counting = (policies, rule);
        let text = wire::summary_of(name, report.into(), counting, now.read("now")?);
        text.map(String::into_bytes).map_err(of_request)
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// What loads and is probably not meant at the time `now`, such as an expired exception. The
/// result has the form of an error, with no fault where there is no doubt; the caller owns it. May
/// be called from any thread, also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_warnings(
    policies: *const Policies,
    now: Time,
    out: *mut *mut Error,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let policies = unsafe { handle::borrow(policies, "policies")? };
        let doubts = policies.warnings(now.read("now")?);
        Ok(doubts.iter().map(Fault::from).collect::<Vec<_>>().into())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Where what was made of other engines' policies is not just what they say. The result has the
/// form of an error, with no fault where there is nothing to say; the caller owns it. May be called
/// from any thread, also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_notes(
    policies: *const Policies,
    out: *mut *mut Error,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let policies = unsafe { handle::borrow(policies, "policies")? };
        Ok(policies.notes().iter().map(Fault::from).collect::<Vec<_>>().into())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Frees the policies in `*policies` and sets it to NULL; engines made of them live on. NULL there
/// is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from
/// any thread.
///
/// # Safety
/// `policies` is NULL or a variable; no other call uses the policies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_free(policies: *mut *mut Policies) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(policies)) }
}

pub(crate) fn faulty(errors: PolicyErrors) -> Failure {
    Failure::new(Status::Policy, Fault::policies(&errors))
}
