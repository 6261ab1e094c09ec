//! Compiled policies, and deciding with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::evaluate::{Engine as Compiled, Verifiers};
use cocket::report::Judged;
use cocket::verify::VerificationCache;

use crate::decision::{Decision, Kept};
use crate::error::{Error, put};
use crate::evidence::{Evidence, reading};
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::history::{self, History};
use crate::policies::{Policies, faulty};
use crate::request::{self, ImageRequest};
use crate::results::Digest;
use crate::text::{list, structure};
use crate::time::Time;
use crate::verifier::{Foreign, Verifier};

/// Compiled policies, to decide with. The caller owns it; `cocket_engine_free` frees it. It never
/// changes: functions that use it may be called from any thread, also at the same time.
pub struct Engine {
    _private: [u8; 0],
}

/// What an engine may be made with. Set everything to zero, then `size`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// `sizeof(cocket_engine_options)`.
    pub size: usize,
    /// Verifiers of the caller's own.
    pub verifiers: *const Verifier,
    /// How many verifiers.
    pub verifiers_len: usize,
    /// How many findings of each kind a decision lists; NULL for 100.
    pub listed_findings: *const usize,
    /// An engine whose cache of verification results this one shares, such as the one whose place
    /// it takes after policies have changed; NULL for a cache of its own.
    pub cache_of: *const Engine,
}

impl Opaque for Engine {
    type Value = Compiled;
    const TAG: [u8; 4] = *b"engi";
    const NAME: &'static str = "engine";
}

/// Compiles policies, which are only needed for this call; the caller owns the engine. `options`
/// may be NULL. What the loader cannot see, such as a key of an algorithm that is not supported
/// or a verifier that is not there, is `COCKET_STATUS_POLICY`. May be called from any thread,
/// also at the same time.
///
/// # Safety
/// `policies` is NULL or alive; `options` is NULL or holds what it says, for verifiers as long as
/// the engine lives; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_new(
    policies: *const Policies,
    options: *const EngineOptions,
    out: *mut *mut Engine,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let policies = unsafe { handle::borrow(policies, "policies")? };
        // SAFETY: the caller's promise.
        let Chosen { verifiers, listed, cache } = unsafe { chosen(options)? };
        let named = verifiers.iter().map(|(name, one)| (name.clone(), one.named()));
        let known: Verifiers = named.collect();
        let engine = Compiled::with_verifiers(policies, &known).map_err(faulty)?;
        verifiers.values().for_each(|verifier| verifier.owned());
        let engine = match listed {
            Some(most) => engine.listing(most),
            None => engine,
        };
        Ok(match cache {
            Some(cache) => engine.caching(cache),
            None => engine,
        })
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// What the options say.
#[derive(Default)]
struct Chosen {
    verifiers: BTreeMap<String, Arc<Foreign>>,
    listed: Option<usize>,
    cache: Option<Arc<VerificationCache>>,
}

/// # Safety
/// As for `cocket_engine_new`.
unsafe fn chosen(options: *const EngineOptions) -> Result<Chosen, Failure> {
    let mut chosen = Chosen::default();
    if options.is_null() {
        return Ok(chosen);
    }
    // SAFETY: the caller's promise.
    let options = unsafe { structure(options, "options")? };
    // SAFETY: the caller's promise.
    let listed = unsafe { list(options.verifiers, options.verifiers_len, "options.verifiers")? };
    for (position, verifier) in listed.unwrap_or_default().iter().enumerate() {
        let place = format!("options.verifiers[{position}]");
        // SAFETY: the caller's promise.
        let (name, foreign) = unsafe { Foreign::read(verifier, &place)? };
        if chosen.verifiers.insert(name, Arc::new(foreign)).is_some() {
            let message = "has the name of another one";
            return Err(Failure::argument(Status::InvalidArgument, &place, message));
        }
    }
    // A list of one, or none.
    let len = usize::from(!options.listed_findings.is_null());
    // SAFETY: the caller's promise.
    let most = unsafe { list(options.listed_findings, len, "options.listed_findings")? };
    chosen.listed = most.and_then(|most| most.first()).copied();
    if !options.cache_of.is_null() {
        // SAFETY: the caller's promise.
        let other = unsafe { handle::borrow(options.cache_of, "options.cache_of")? };
        chosen.cache = Some(Arc::clone(other.cache()));
    }
    Ok(chosen)
}

/// Writes the digest of the engine's policies to `out`. May be called from any thread, also at
/// the same time.
///
/// # Safety
/// `engine` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_policies_digest(
    engine: *const Engine,
    out: *mut Digest,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let digest = unsafe { handle::borrow(engine, "engine")? }.policies_digest();
        // SAFETY: the caller's promise.
        unsafe { put(out, Digest::of(&digest)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// What an engine's cache of verification results did so far. No decision depends on it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CacheStatistics {
    /// How many results were found again.
    pub hits: u64,
    /// How many had to be worked out.
    pub misses: u64,
    /// How many results are kept.
    pub entries: usize,
    /// How many are kept at most.
    pub capacity: usize,
    /// The earliest moment for which a kept result was worked out; not set where none is kept.
    pub oldest: Time,
}

/// Writes what the engine keeps of verifications to `out`. May be called from any thread, also at
/// the same time.
///
/// # Safety
/// `engine` is NULL or alive; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_cache_statistics(
    engine: *const Engine,
    out: *mut CacheStatistics,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let now = unsafe { handle::borrow(engine, "engine")? }.cache().statistics();
        let told = CacheStatistics {
            hits: now.hits,
            misses: now.misses,
            entries: now.entries,
            capacity: now.capacity,
            oldest: now.oldest.map_or(Time::NEVER, Time::of),
        };
        // SAFETY: the caller's promise.
        unsafe { put(out, told) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Decides on one image for the moment `now`; the caller owns the decision. A denial is a
/// decision, with `COCKET_STATUS_OK`. `history` may be NULL: nothing was recorded.
///
/// May be called from any thread, also at the same time and with the same handles. While it runs,
/// a function that adds to `evidence` or `history` is `COCKET_STATUS_BUSY`, and so is this one
/// while such a function runs.
///
/// # Safety
/// All handles are NULL or alive; `request` is NULL or holds what it says; `out` and `error` are
/// NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_check(
    engine: *const Engine,
    request: *const ImageRequest,
    evidence: *const Evidence,
    history: *const History,
    now: Time,
    out: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let engine = unsafe { handle::borrow(engine, "engine")? };
        // SAFETY: the caller's promise.
        let request = unsafe { request::read(request)? };
        // SAFETY: the caller's promise.
        let evidence = reading(unsafe { handle::borrow(evidence, "evidence")? }, "evidence")?;
        let now = now.read("now")?;
        // SAFETY: the caller's promise.
        let decided = unsafe {
            history::with(history, |history| engine.check(&request, &evidence, history, now))?
        };
        Ok(Kept::new(Judged { decision: decided, origin: None }))
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Frees the engine in `*engine`, releases its verifiers' user data and sets the variable to NULL.
/// NULL there is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be
/// called from any thread.
///
/// # Safety
/// `engine` is NULL or a variable; no other call uses the engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_engine_free(engine: *mut *mut Engine) -> Status {
    // SAFETY: NULL is a place that nothing is written to; the rest is the caller's promise.
    unsafe { guard::call(std::ptr::null_mut(), || handle::free(engine)) }
}
