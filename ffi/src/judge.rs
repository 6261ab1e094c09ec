//! Judges of Kubernetes objects of the caller's own.

use std::ffi::c_void;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use cocket::policy::{ObjectJudge, Policies as Loaded};
use cocket::wire::{JudgeHost, judge};

use crate::error::Error;
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::policies::{ImportOptions, Policies, PolicyText, load, read};
use crate::review::of_request;
use crate::text::{Bytes, Text, list, structure};
use crate::verifier::ReleaseFunction;

/// What a judge's function gives back. Any other number is a failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The judge could not say: each of its rules is an error, which denies.
    Failed = 0,
    /// It gave its answer to `cocket_judgement_answer`.
    Yes = 1,
}

/// Where a judge's function writes its answer. It belongs to the library and lives until that
/// function returns.
pub struct Judgement {
    _private: [u8; 0],
}

/// A judge's function: judges one object. `object_case` is a JSON object that lives until the
/// function returns: `object`, `operation` (such as `CREATE`), `subresource`, `images` (references
/// as written), `digests` (by reference), `now` (RFC 3339), `signed` (what came of each question of
/// the declaration about each image), and where they are known `old`, `user`, `namespace`,
/// `namespaceLabels`, `ownerLabels`, and, where the declaration asks for it, `evidence`. It is called
/// from every thread that decides, also at the same time; the same case must give the same answer.
/// It must return: an exception or a jump out of it is undefined.
pub type JudgeFunction = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        object_case: Text,
        judgement: *mut Judgement,
    ) -> i32,
>;

/// Judges whole Kubernetes objects, beside the policies. Set everything to zero, then `size`,
/// `declaration` and `judge`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// `sizeof(cocket_judge)`.
    pub size: usize,
    /// A JSON object: `name`, by which exceptions name it; `id`, its own name and version, which
    /// changes with its answers and is a part of digests; `rules`, the names of all rules that it
    /// answers for. It may have `authorities`, as in an `ImagePolicy`, with `signed`, what is asked
    /// of them about each image (`authority` with `annotations`, or with `predicateType`);
    /// `evidence`, true where it wants to see everything at hand; and `equivalent`, the
    /// `ImagePolicy` that decides as it does.
    pub declaration: Bytes,
    /// Judges one object.
    pub judge: JudgeFunction,
    /// Handed to `judge` and `release`; may be NULL.
    pub user_data: *mut c_void,
    /// Called once when the policies and all engines made of them are freed; NULL where there is
    /// nothing to release. It is not called where no policies are made: the user data is still the
    /// caller's then.
    pub release: ReleaseFunction,
}

/// What the function told.
#[derive(Default)]
pub(crate) struct Told {
    answer: Option<Vec<u8>>,
    failure: Option<String>,
}

impl Opaque for Judgement {
    type Value = Mutex<Told>;
    const TAG: [u8; 4] = *b"judg";
    const NAME: &'static str = "judgement";
}

/// Gives a judge's answer, a JSON object: `results`, none where it is not about the object; and
/// where there is one `excludedBy`, what keeps an object away that it would be about, and
/// `validUntil`, the first moment at which the answer could change, after the decision's `now`. A
/// result has `rule` and `outcome` (`pass`, `fail`, `skip`, `excepted` or `error`), and may have
/// `message`, `mode` (`enforce`, else `warn` or `audit`), `severity`, `controls`, `evidence`, `refused`
/// and `notes`. What is anything else is a failure. The text is copied; the last one counts. To be called by the
/// judge's function alone, in the thread that asks it, before it returns.
///
/// # Safety
/// `judgement` is NULL or the one that the function was called with; `answer` holds what it says;
/// `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_judgement_answer(
    judgement: *mut Judgement,
    answer: Bytes,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(judgement, "judgement")? };
        // SAFETY: the caller's promise.
        let answer = unsafe { answer.required("answer")? };
        locked(told)?.answer = Some(answer.to_vec());
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Says why the judge could not say; its first 200 characters become a part of the decision, so
/// that it should be the same each time. It is copied. To be called by the judge's function alone,
/// in the thread that asks it, before it returns.
///
/// # Safety
/// `judgement` is NULL or the one that the function was called with; `detail` holds what it says;
/// `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_judgement_failure(
    judgement: *mut Judgement,
    detail: Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(judgement, "judgement")? };
        // SAFETY: the caller's promise.
        let detail = unsafe { detail.required("detail")? };
        locked(told)?.failure = Some(detail.chars().take(200).collect());
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

fn locked(told: &Mutex<Told>) -> Result<std::sync::MutexGuard<'_, Told>, Failure> {
    told.try_lock()
        .map_err(|_| Failure::argument(Status::Busy, "judgement", "is in use by another call"))
}

/// As `cocket_policies_load_with`, with judges of the caller's own, which belong to the set:
/// exceptions may name their rules, and its digest holds their declarations. A set of nothing but
/// judges is one. What is wrong with a declaration is `COCKET_STATUS_INVALID_ARGUMENT`. May be called
/// from any thread at any time.
///
/// # Safety
/// As for `cocket_policies_load`; `judges` points to `judges_len` judges that hold what they say, as
/// long as the policies and engines made of them live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_load_with_judges(
    texts: *const PolicyText,
    len: usize,
    options: ImportOptions,
    judges: *const Judge,
    judges_len: usize,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let make = |judges: &[_]| unsafe { load(texts, len, options, judges) };
    // SAFETY: the caller's promise.
    let work = || unsafe { judging(judges, judges_len, make) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// As `cocket_policies_read_with`, with judges of the caller's own, as
/// `cocket_policies_load_with_judges` takes them. May be called from any thread at any time.
///
/// # Safety
/// As for `cocket_policies_read` and `cocket_policies_load_with_judges`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_policies_read_with_judges(
    paths: *const Text,
    len: usize,
    options: ImportOptions,
    judges: *const Judge,
    judges_len: usize,
    out: *mut *mut Policies,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller's promise.
    let make = |judges: &[_]| unsafe { read(paths, len, options, judges) };
    // SAFETY: the caller's promise.
    let work = || unsafe { judging(judges, judges_len, make) };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, || handle::give(out, work)) }
}

/// Policies with the caller's judges, whose user data is theirs from then on.
///
/// # Safety
/// As for `cocket_policies_load_with_judges`.
unsafe fn judging(
    judges: *const Judge,
    len: usize,
    make: impl FnOnce(&[Arc<dyn ObjectJudge>]) -> Result<Loaded, Failure>,
) -> Result<Loaded, Failure> {
    // SAFETY: the caller's promise.
    let hosts = unsafe { hosts(judges, len)? };
    let loaded = make(&hosts.judges)?;
    hosts.hosts.iter().for_each(|host| host.is_owner.store(true, Ordering::Release));
    Ok(loaded)
}

/// Judges, and what stands behind each.
struct Hosts {
    judges: Vec<Arc<dyn ObjectJudge>>,
    hosts: Vec<Arc<Host>>,
}

/// # Safety
/// As for `cocket_policies_load_with_judges`.
unsafe fn hosts(judges: *const Judge, len: usize) -> Result<Hosts, Failure> {
    let mut made = Hosts { judges: Vec::new(), hosts: Vec::new() };
    // SAFETY: the caller's promise.
    let listed = unsafe { list(judges, len, "judges")? };
    for (position, one) in listed.unwrap_or_default().iter().enumerate() {
        let place = format!("judges[{position}]");
        // SAFETY: the caller's promise.
        let one = unsafe { structure(one, &place)? };
        // SAFETY: the caller's promise.
        let declaration = unsafe { one.declaration.required(&format!("{place}.declaration"))? };
        let host = Arc::new(Host {
            judge: one.judge.ok_or_else(|| Failure::null(&format!("{place}.judge")))?,
            user_data: one.user_data,
            release: one.release,
            is_owner: AtomicBool::new(false),
        });
        made.judges.push(judge(declaration, Arc::clone(&host) as _).map_err(of_request)?);
        made.hosts.push(host);
    }
    Ok(made)
}

/// A caller's judge.
struct Host {
    judge: unsafe extern "C" fn(*mut c_void, Text, *mut Judgement) -> i32,
    user_data: *mut c_void,
    release: ReleaseFunction,
    /// Whether the user data is to be released with this.
    is_owner: AtomicBool,
}

// SAFETY: the only thing that is not `Send` is the user data, which is never read here. The
// header asks for a function that can be called with it from every thread.
unsafe impl Send for Host {}
// SAFETY: as for `Send`; the header says that the function is called at the same time.
unsafe impl Sync for Host {}

impl Host {
    fn ask(&self, case: &str) -> Result<(i32, Told), Failure> {
        let mut judgement = handle::new::<Judgement>(Mutex::default());
        // SAFETY: the function and its user data belong together and can be called from here, as
        // the header asks; case and judgement live until it returns.
        let word = unsafe { (self.judge)(self.user_data, Text::of(case), judgement) };
        // SAFETY: `new` made it, and it is alive until `free` below. Where the function left a
        // thread behind that still writes to it, it stays so for good.
        let told =
            std::mem::take(&mut *locked(unsafe { handle::borrow(judgement, "judgement")? })?);
        // SAFETY: a local variable; the function has returned, and may not use it any longer.
        unsafe { handle::free(&raw mut judgement)? };
        Ok((word, told))
    }
}

impl JudgeHost for Host {
    fn judge(&self, case: &str) -> Result<Vec<u8>, String> {
        let none = || "it gave no answer".to_owned();
        let (word, told) = self.ask(case).map_err(|_| "it was used after its call".to_owned())?;
        match word == Judged::Yes as i32 {
            true => told.answer.ok_or_else(none),
            false => Err(told.failure.unwrap_or_else(none)),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let (true, Some(release)) = (self.is_owner.load(Ordering::Acquire), self.release) {
            // SAFETY: the header asks for a function that can be called with the user data once,
            // and this is dropped once.
            unsafe { release(self.user_data) };
        }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}
