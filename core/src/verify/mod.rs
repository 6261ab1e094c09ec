//! Verification: from what evidence claims to what is proven, with the proof kept beside it.
//!
//! [`verify`] has a [`SignatureVerifier`] say who signed a document; the [`Verified`] document
//! that it gives is what [`approves`] and [`attests`] read. Whatever does not count comes back as
//! a typed [`Refusal`].

mod approval;
mod artifact;
mod attesting;
mod cache;
mod containers_identity;
mod key;
mod keyless;
mod primitives;
mod public_key;
mod refusal;
mod step;
mod trusted_key;
mod verified;
mod verifier;

pub use approval::{APPROVAL_PREDICATE, Wanted, approves, attests, names};
pub use artifact::{VerifiedArtifact, verify_artifact};
pub use attesting::{AttestationCall, AttestationVerifier, attesting};
pub(crate) use cache::CacheKey;
pub use cache::{CacheStatistics, VerificationCache};
pub use key::KeyVerifier;
pub use keyless::{
    CertificateFault, Claim, Identity, KeylessRefusal, KeylessVerifier, LogFault,
    MAX_TRUSTED_ROOT_BYTES, Pattern, SctFault, TimestampFault, TrustedRoot,
};
pub use public_key::{KeyError, MAX_PEM_BYTES, PublicKey};
pub use refusal::Refusal;
pub use step::Step;
pub use trusted_key::{Revoked, TrustedKey};
pub use verified::{Signer, Verified};
pub use verifier::{Call, SignatureVerifier, verify};
