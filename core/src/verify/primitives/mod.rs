//! The arithmetic of signatures, by RustCrypto or, with the feature `aws-lc`, by AWS-LC.
//!
//! Keys and signatures are read by RustCrypto either way, so what is well-formed cannot depend on
//! the feature. AWS-LC is asked only where it has the same rule for the answer; wherever it has
//! another or none, RustCrypto answers.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod kept;
mod rust_crypto;

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use sha2::Sha256;

/// The hash functions that go with RSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// AWS-LC's answer where it is there and has one, or RustCrypto's.
macro_rules! answer {
    ($name:ident($($argument:expr),+)) => {{
        #[cfg(feature = "aws-lc")]
        if let Some(answer) = aws_lc::$name($($argument),+) {
            return answer;
        }
        rust_crypto::$name($($argument),+)
    }};
}

pub(super) fn p256(
    key: &p256::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p256::ecdsa::Signature,
) -> bool {
    answer!(p256(key, hash, signature))
}

pub(super) fn p384(
    key: &p384::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p384::ecdsa::Signature,
) -> bool {
    answer!(p384(key, hash, signature))
}

pub(super) fn p521(
    key: &p521::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p521::ecdsa::Signature,
) -> bool {
    answer!(p521(key, hash, signature))
}

/// PKCS#1 v1.5.
pub(super) fn rsa_pkcs1v15(key: &rsa::PublicKey, by: Hash, hash: &[u8], signature: &[u8]) -> bool {
    answer!(rsa_pkcs1v15(key, by, hash, signature))
}

/// PSS, whose salt is as long as the hash.
pub(super) fn rsa_pss(key: &rsa::PublicKey, by: Hash, hash: &[u8], signature: &[u8]) -> bool {
    answer!(rsa_pss(key, by, hash, signature))
}

/// PSS with SHA-256 and a salt of any length.
pub(super) fn rsa_pss_any_salt(
    key: &rsa::pss::VerifyingKey<Sha256>,
    hash: &[u8],
    signature: &[u8],
) -> bool {
    answer!(rsa_pss_any_salt(key, hash, signature))
}

/// Pure Ed25519.
pub(super) fn ed25519(key: &Ed25519Key, message: &[u8], signature: &Ed25519Signature) -> bool {
    answer!(ed25519(key, message, signature))
}

/// Pure Ed25519, with neither a key nor a point of a signature of low order.
pub(super) fn ed25519_strict(
    key: &Ed25519Key,
    message: &[u8],
    signature: &Ed25519Signature,
) -> bool {
    answer!(ed25519_strict(key, message, signature))
}

#[cfg(all(test, feature = "aws-lc"))]
mod differential;
