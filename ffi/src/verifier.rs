//! Verifiers of the caller's own.

use std::ffi::c_void;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use cocket::Timestamp;
use cocket::evidence::signing::Material;
use cocket::verify::{
    AttestationCall, AttestationVerifier, Call, Refusal, SignatureVerifier, Signer, attesting,
};

use crate::error::Error;
use crate::guard::{self, Failure, Status};
use crate::handle::{self, Opaque};
use crate::text::{Bytes, Pair, Text, list, structure};
use crate::time::Time;

/// What a verifier's function gives back. Any other number is a failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The verifier could not say; the signature does not count.
    Failed = 0,
    /// It is signed, by whom `cocket_verification_signer` was told.
    Yes = 1,
    /// It is not signed by this authority.
    No = 2,
}

/// What is signed.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedMaterial {
    /// A payload with a detached signature.
    Detached = 1,
    /// A DSSE envelope: what is signed is the pre-authentication encoding.
    Envelope = 2,
    /// A Sigstore bundle around a DSSE envelope.
    Bundle = 3,
}

/// One signature over the signed bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// The signature.
    pub bytes: Bytes,
    /// The key's id, a hint that anyone may have written; no text where there is none.
    pub keyid: Text,
}

/// What a verifier is asked. Everything in it lives until the verifier's function returns.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct SignedCall {
    /// The digest of the image that is judged.
    pub subject: Text,
    /// The authority's name in the policy.
    pub authority: Text,
    /// The moment that the decision is for.
    pub now: Time,
    /// What is signed.
    pub material: SignedMaterial,
    /// The signed bytes.
    pub payload: Bytes,
    /// The signatures over them; one good one is enough.
    pub signatures: *const Signature,
    /// How many signatures.
    pub signatures_len: usize,
    /// The annotations beside them, where cosign keeps certificates and log entries.
    pub annotations: *const Pair,
    /// How many annotations.
    pub annotations_len: usize,
    /// The bundle's own bytes; none for other material.
    pub bundle: Bytes,
    /// The type of the statement's predicate, as claimed; no text for a verifier of signatures.
    pub predicate_type: Text,
    /// The predicate as JSON text, as claimed; no text for a verifier of signatures.
    pub predicate: Text,
}

/// Where a verifier's function writes who signed. It belongs to the library and lives until that
/// function returns.
pub struct Verification {
    _private: [u8; 0],
}

/// A verifier's function: says whether the material is signed by the authority, as a
/// `cocket_signed`. It is called from every thread that decides, also at the same time. It must
/// return: an exception or a jump out of it is undefined.
pub type VerifyFunction = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        call: *const SignedCall,
        verification: *mut Verification,
    ) -> i32,
>;

/// Called once with a verifier's user data, when the engine is freed.
pub type ReleaseFunction = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Verifies signatures for the authorities that name it in a policy. It answers for the signature
/// alone: what the document says, and about which image, is compared by the library. Set
/// everything to zero, then `size`, `name`, `id` and `verify`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Verifier {
    /// `sizeof(cocket_verifier)`.
    pub size: usize,
    /// The name that policies call it by.
    pub name: Text,
    /// Its own name and version, such as `acme-device/2`, recorded in decisions.
    pub id: Text,
    /// Says who signed.
    pub verify: VerifyFunction,
    /// Handed to `verify` and `release`; may be NULL.
    pub user_data: *mut c_void,
    /// Called once when the engine is freed; NULL where there is nothing to release. It is not
    /// called where `cocket_engine_new` fails: the user data is still the caller's then.
    pub release: ReleaseFunction,
    /// Moments at which the answer may change.
    pub dates: *const Time,
    /// How many moments.
    pub dates_len: usize,
    /// 1 for a verifier of attestations: it is asked about statements alone, sees what they state,
    /// and never approves of an image, whatever it answers. 0 for one of signatures.
    pub attests: i32,
}

/// What the function told.
#[derive(Default)]
pub(crate) struct Told {
    signer: Option<Signer>,
    refusal: Option<String>,
}

impl Opaque for Verification {
    type Value = Mutex<Told>;
    const TAG: [u8; 4] = *b"veri";
    const NAME: &'static str = "verification";
}

/// Says who signed, spelled so that one signer has one spelling, and one thing that was checked,
/// such as `ecdsa-p256-sha256`. `proven_at` is a moment at which the signature provably existed;
/// all zeros where nothing proves one. The texts are copied. To be called by the verifier's function
/// alone, in the thread that asks it, before it returns.
///
/// # Safety
/// `verification` is NULL or the one that the function was called with; texts hold what they
/// say; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_verification_signer(
    verification: *mut Verification,
    id: Text,
    checked: Text,
    proven_at: Time,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(verification, "verification")? };
        // SAFETY: the caller's promise.
        let id = unsafe { id.required("id")? }.to_owned();
        // SAFETY: the caller's promise.
        let checks = vec![unsafe { checked.required("checked")? }.to_owned()];
        let proven_at = match proven_at {
            Time { seconds: 0, nanoseconds: 0 } => None,
            moment => Some(moment.read("proven_at")?),
        };
        locked(told)?.signer = Some(Signer { id, proven_at, signed_after: None, checks });
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

/// Says why the verifier could not say; its first 200 characters become a part of the decision, so
/// that it should be the same each time. It is copied. To be called by the verifier's function
/// alone, in the thread that asks it, before it returns.
///
/// # Safety
/// `verification` is NULL or the one that the function was called with; `detail` holds what it
/// says; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_verification_failure(
    verification: *mut Verification,
    detail: Text,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let told = unsafe { handle::borrow(verification, "verification")? };
        // SAFETY: the caller's promise.
        let detail = unsafe { detail.required("detail")? };
        locked(told)?.refusal = Some(detail.chars().take(200).collect());
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

fn locked(told: &Mutex<Told>) -> Result<std::sync::MutexGuard<'_, Told>, Failure> {
    told.try_lock()
        .map_err(|_| Failure::argument(Status::Busy, "verification", "is in use by another call"))
}

/// A caller's verifier.
pub(crate) struct Foreign {
    id: String,
    verify: unsafe extern "C" fn(*mut c_void, *const SignedCall, *mut Verification) -> i32,
    user_data: *mut c_void,
    release: ReleaseFunction,
    /// Whether the user data is to be released with this.
    is_owner: AtomicBool,
    dates: Vec<Timestamp>,
    attests: bool,
}

// SAFETY: the only thing that is not `Send` is the user data, which is never read here. The
// header asks for a function that can be called with it from every thread.
unsafe impl Send for Foreign {}
// SAFETY: as for `Send`; the header says that the function is called at the same time.
unsafe impl Sync for Foreign {}

impl Foreign {
    /// The verifier, and the name that policies call it by.
    ///
    /// # Safety
    /// `verifier` holds what it says; its functions can be called with its user data until the
    /// result is dropped.
    pub(crate) unsafe fn read(verifier: &Verifier, place: &str) -> Result<(String, Self), Failure> {
        // SAFETY: a reference points to what it says.
        let verifier = unsafe { structure(verifier, place)? };
        let member = |name: &str| format!("{place}.{name}");
        // SAFETY: the caller's promise.
        let name = unsafe { verifier.name.required(&member("name"))? };
        // SAFETY: the caller's promise.
        let id = unsafe { verifier.id.required(&member("id"))? };
        // SAFETY: the caller's promise.
        let dates = unsafe { list(verifier.dates, verifier.dates_len, &member("dates"))? };
        let dates = dates.unwrap_or_default().iter().map(|date| date.read(&member("dates")));
        let attests = match verifier.attests {
            0 => false,
            1 => true,
            other => {
                let message = format!("is {other} where 0 or 1 is expected");
                let place = member("attests");
                return Err(Failure::argument(Status::InvalidArgument, &place, message));
            }
        };
        let foreign = Self {
            id: id.to_owned(),
            verify: verifier.verify.ok_or_else(|| Failure::null(&member("verify")))?,
            user_data: verifier.user_data,
            release: verifier.release,
            is_owner: AtomicBool::new(false),
            dates: dates.collect::<Result<_, _>>()?,
            attests,
        };
        Ok((name.to_owned(), foreign))
    }

    /// As the verifier that policies name.
    pub(crate) fn named(self: &Arc<Self>) -> Arc<dyn SignatureVerifier> {
        match self.attests {
            true => attesting(Arc::clone(self) as _),
            false => Arc::clone(self) as _,
        }
    }

    /// From now on the user data is released with this.
    pub(crate) fn owned(&self) {
        self.is_owner.store(true, Ordering::Release);
    }

    fn ask(&self, call: &SignedCall) -> Result<(i32, Told), Failure> {
        let mut verification = handle::new::<Verification>(Mutex::default());
        // SAFETY: the function and its user data belong together and can be called from here, as
        // the header asks; call and verification live until it returns.
        let word = unsafe { (self.verify)(self.user_data, call, verification) };
        // SAFETY: `new` made it, and it is alive until `free` below. Where the function left a
        // thread behind that still writes to it, it stays so for good.
        let told =
            std::mem::take(&mut *locked(unsafe { handle::borrow(verification, "verification")? })?);
        // SAFETY: a local variable; the function has returned, and may not use it any longer.
        unsafe { handle::free(&raw mut verification)? };
        Ok((word, told))
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let (true, Some(release)) = (self.is_owner.load(Ordering::Acquire), self.release) {
            // SAFETY: the header asks for a function that can be called with the user data once,
            // and this is dropped once.
            unsafe { release(self.user_data) };
        }
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Foreign").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Foreign {
    fn answer(&self, call: &Call<'_>, stated: Option<(&str, &str)>) -> Result<Signer, Refusal> {
        let failed = |detail: &str| Refusal::VerifierFailed {
            authority: call.authority.to_owned(),
            detail: detail.to_owned(),
        };
        let parts = Parts::of(&call.material)
            .ok_or_else(|| failed("it is not asked about material of this kind"))?;
        let subject = call.subject.to_string();
        let asked = parts.call(&subject, call, stated);
        let (word, told) = self.ask(&asked).map_err(|_| failed("it was used after its call"))?;
        match (word, told.signer) {
            (word, Some(signer)) if word == Signed::Yes as i32 => Ok(signer),
            (word, None) if word == Signed::Yes as i32 => Err(failed("it named no signer")),
            (word, _) if word == Signed::No as i32 => Err(Refusal::Signature),
            _ => Err(failed(told.refusal.as_deref().unwrap_or("it gave no answer"))),
        }
    }
}

impl SignatureVerifier for Foreign {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        self.answer(call, None)
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

impl AttestationVerifier for Foreign {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, asked: &AttestationCall<'_>) -> Result<Signer, Refusal> {
        self.answer(&asked.call, Some((asked.predicate_type, asked.predicate)))
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

/// The lists of a call, in the form that C reads.
struct Parts<'a> {
    material: SignedMaterial,
    payload: &'a [u8],
    signatures: Vec<Signature>,
    annotations: Vec<Pair>,
    bundle: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn of(material: &Material<'a>) -> Option<Self> {
        let keyed = |signatures: &'a [cocket::evidence::signing::EnvelopeSignature]| {
            let keyed = signatures.iter().map(|one| Signature {
                bytes: Bytes::of(&one.signature),
                keyid: Text::of_optional(one.keyid.as_deref()),
            });
            keyed.collect()
        };
        let pairs = |annotations: &'a std::collections::BTreeMap<String, String>| {
            let pair = |(name, value): (&'a String, &'a String)| Pair {
                name: Text::of(name),
                value: Text::of(value),
            };
            annotations.iter().map(pair).collect()
        };
        Some(match *material {
            Material::Detached { payload, signature, annotations } => Self {
                material: SignedMaterial::Detached,
                payload,
                signatures: vec![Signature { bytes: Bytes::of(signature), keyid: Text::NONE }],
                annotations: pairs(annotations),
                bundle: None,
            },
            Material::Envelope { encoded, signatures, annotations, .. } => Self {
                material: SignedMaterial::Envelope,
                payload: encoded,
                signatures: keyed(signatures),
                annotations: pairs(annotations),
                bundle: None,
            },
            Material::Bundle { encoded, signatures, bytes, .. } => Self {
                material: SignedMaterial::Bundle,
                payload: encoded,
                signatures: keyed(signatures),
                annotations: Vec::new(),
                bundle: Some(bytes),
            },
            _ => return None,
        })
    }

    fn call(&self, subject: &str, call: &Call<'_>, stated: Option<(&str, &str)>) -> SignedCall {
        SignedCall {
            subject: Text::of(subject),
            authority: Text::of(call.authority),
            now: Time::of(call.now),
            material: self.material,
            payload: Bytes::of(self.payload),
            signatures: self.signatures.as_ptr(),
            signatures_len: self.signatures.len(),
            annotations: self.annotations.as_ptr(),
            annotations_len: self.annotations.len(),
            bundle: self.bundle.map_or(Bytes { data: std::ptr::null(), len: 0 }, Bytes::of),
            predicate_type: Text::of_optional(stated.map(|(kind, _)| kind)),
            predicate: Text::of_optional(stated.map(|(_, predicate)| predicate)),
        }
    }
}
