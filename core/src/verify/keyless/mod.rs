//! Signatures with certificates of identity, as Sigstore makes them: certificate, transparency
//! log and timestamp, against a trusted root.
//!
//! The parts that are other people's standards (RFC 3161 tokens, X.509 paths, Merkle proofs,
//! signed notes) are the Sigstore project's own crates; what holds them together is here, because
//! it has to be told what time it is.

mod body;
mod certificate;
mod certified;
mod chain;
mod fault;
mod identity;
mod leaf_key;
mod legacy;
mod log;
mod pem;
mod pki;
mod proven;
mod provider;
mod root;
mod sct;
mod sealed;
mod verifier;

pub(super) use body::By;
pub use fault::{CertificateFault, KeylessRefusal, LogFault, SctFault, TimestampFault};
pub use identity::{Claim, Identity, Pattern};
pub(super) use proven::{Asked, Proven, verify as verify_proven};
pub use root::{MAX_TRUSTED_ROOT_BYTES, TrustedRoot};
pub(super) use sealed::{Sealed, stated};
pub use verifier::KeylessVerifier;
