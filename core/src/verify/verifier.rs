use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;

use super::{Refusal, Signer, Verified};
use crate::evidence::signing::{Material, SignedDocument};
use crate::reference::Digest;

/// What a verifier is asked.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The digest that is judged.
    pub subject: &'a Digest,
    /// What is signed, and the signatures.
    pub material: Material<'a>,
    /// The authority's name in the policy.
    pub authority: &'a str,
    /// The moment that the decision is for.
    pub now: Timestamp,
}

/// Verifies signatures for one authority: built in for keys, or supplied by the embedding program.
///
/// It answers for the signature alone. What the document says, and about which image, is compared
/// by [`approves`](super::approves) and [`attests`](super::attests).
///
/// ```
/// use cocket::verify::{Call, Refusal, SignatureVerifier, Signer};
///
/// /// Asks a device that keeps the authority's keys.
/// #[derive(Debug)]
/// struct Device;
///
/// impl SignatureVerifier for Device {
///     fn id(&self) -> &str {
///         "acme-device/2"
///     }
///
///     fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
///         Err(Refusal::VerifierFailed {
///             authority: call.authority.to_owned(),
///             detail: "the device is switched off".to_owned(),
///         })
///     }
/// }
/// ```
pub trait SignatureVerifier: fmt::Debug + Send + Sync {
    /// Name and version, recorded in decisions.
    fn id(&self) -> &str;

    /// Who signed the material.
    ///
    /// # Errors
    /// A [`Refusal`] where no signature of this authority is on it.
    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal>;

    /// Moments at which the answer may change.
    fn dates(&self) -> Vec<Timestamp> {
        Vec::new()
    }
}

/// Verifies `document` for one authority. A panic in the verifier is a refusal.
///
/// # Errors
/// The verifier's [`Refusal`], or [`Refusal::VerifierFailed`] where it panics or names no signer.
pub fn verify(
    document: &SignedDocument,
    verifier: &dyn SignatureVerifier,
    authority: &str,
    subject: &Digest,
    now: Timestamp,
) -> Result<Verified<SignedDocument>, Refusal> {
    let call = Call { subject, material: document.material(), authority, now };
    answer(verifier, &call).map(|signer| Verified::new(document.clone(), signer))
}

/// The verifier's answer, where a panic in it and a signer without a name are refusals.
pub(super) fn answer(verifier: &dyn SignatureVerifier, call: &Call<'_>) -> Result<Signer, Refusal> {
    let failed = |detail: &str| Refusal::VerifierFailed {
        authority: call.authority.to_owned(),
        detail: detail.to_owned(),
    };
    // What a panic leaves half done is the verifier's own state, which nothing here reads, so
    // the assertion holds. Its message goes where the program's panic hook sends it and not into
    // the refusal: a decision has to be the same each time, and such messages hold addresses.
    match catch_unwind(AssertUnwindSafe(|| verifier.verify(call))) {
        Err(_) => Err(failed("it panicked")),
        Ok(Err(refusal)) => Err(refusal),
        Ok(Ok(signer)) if signer.id.is_empty() => Err(failed("it named no signer")),
        Ok(Ok(signer)) => Ok(signer),
    }
}
