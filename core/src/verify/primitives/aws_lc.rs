//! AWS-LC's answers; `None` where its rule could be another than RustCrypto's.

use aws_lc_rs::digest::{Digest, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sha2::Sha256;

use super::Hash;

/// One algorithm for each of the three hashes, shortest first.
type Three = [&'static dyn VerificationAlgorithm; 3];

const P256: Three = [&ECDSA_P256_SHA256_ASN1, &ECDSA_P256_SHA384_ASN1, &ECDSA_P256_SHA512_ASN1];
const P384: Three = [&ECDSA_P384_SHA256_ASN1, &ECDSA_P384_SHA384_ASN1, &ECDSA_P384_SHA512_ASN1];
const P521: Three = [&ECDSA_P521_SHA256_ASN1, &ECDSA_P521_SHA384_ASN1, &ECDSA_P521_SHA512_ASN1];
const PKCS1: Three =
    [&RSA_PKCS1_2048_8192_SHA256, &RSA_PKCS1_2048_8192_SHA384, &RSA_PKCS1_2048_8192_SHA512];
const PSS: Three =
    [&RSA_PSS_2048_8192_SHA256, &RSA_PSS_2048_8192_SHA384, &RSA_PSS_2048_8192_SHA512];

fn check(three: Three, by: Hash, key: &[u8], hash: &[u8], signature: &[u8]) -> Option<bool> {
    let [sha256, sha384, sha512] = three;
    let (algorithm, function) = match by {
        Hash::Sha256 => (sha256, &SHA256),
        Hash::Sha384 => (sha384, &SHA384),
        Hash::Sha512 => (sha512, &SHA512),
    };
    let digest = Digest::import_less_safe(hash, function).ok()?;
    Some(UnparsedPublicKey::new(algorithm, key).verify_digest(&digest, signature).is_ok())
}

/// ECDSA looks at nothing of a hash but its bits.
fn of_length(hash: &[u8]) -> Option<Hash> {
    match hash.len() {
        32 => Some(Hash::Sha256),
        48 => Some(Hash::Sha384),
        64 => Some(Hash::Sha512),
        _ => None,
    }
}

pub(super) fn p256(
    key: &p256::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p256::ecdsa::Signature,
) -> Option<bool> {
    let (key, signature) = (key.to_sec1_point(false), signature.to_der());
    check(P256, of_length(hash)?, key.as_bytes(), hash, signature.as_bytes())
}

pub(super) fn p384(
    key: &p384::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p384::ecdsa::Signature,
) -> Option<bool> {
    let (key, signature) = (key.to_sec1_point(false), signature.to_der());
    check(P384, of_length(hash)?, key.as_bytes(), hash, signature.as_bytes())
}

pub(super) fn p521(
    key: &p521::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p521::ecdsa::Signature,
) -> Option<bool> {
    let (key, signature) = (key.to_sec1_point(false), signature.to_der());
    check(P521, of_length(hash)?, key.as_bytes(), hash, signature.as_bytes())
}

/// The key as AWS-LC reads it. The two libraries draw the bounds of sizes and exponents
/// differently; far inside of them, where the keys in use are, they agree.
fn common(key: &rsa::PublicKey) -> Option<Vec<u8>> {
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let (modulus, exponent) = (key.n().to_be_bytes(), key.e().to_be_bytes());
    // From 65536 on, below 2³².
    let bytes = exponent.iter().skip_while(|byte| **byte == 0).count();
    let known = (2048..=4096).contains(&key.n().bit_width()) && (3..=4).contains(&bytes);
    if !known || !odd(&modulus) || !odd(&exponent) {
        return None;
    }
    Some(key.to_pkcs1_der().ok()?.as_bytes().to_vec())
}

pub(super) fn rsa_pkcs1v15(
    key: &rsa::PublicKey,
    by: Hash,
    hash: &[u8],
    signature: &[u8],
) -> Option<bool> {
    check(PKCS1, by, &common(key)?, hash, signature)
}

pub(super) fn rsa_pss(
    key: &rsa::PublicKey,
    by: Hash,
    hash: &[u8],
    signature: &[u8],
) -> Option<bool> {
    check(PSS, by, &common(key)?, hash, signature)
}

/// Only salts as long as the hash are known to AWS-LC, so that its refusal says nothing.
pub(super) fn rsa_pss_any_salt(
    key: &rsa::pss::VerifyingKey<Sha256>,
    hash: &[u8],
    signature: &[u8],
) -> Option<bool> {
    rsa_pss(key.as_ref(), Hash::Sha256, hash, signature).filter(|good| *good)
}

/// Keys of low order, and points with more than one spelling, are matters of taste.
pub(super) fn ed25519(
    key: &Ed25519Key,
    message: &[u8],
    signature: &Ed25519Signature,
) -> Option<bool> {
    if key.is_weak() || key.to_edwards().compress().as_bytes() != key.as_bytes() {
        return None;
    }
    let known = UnparsedPublicKey::new(&ED25519, key.as_bytes());
    Some(known.verify(message, &signature.to_bytes()).is_ok())
}

pub(super) fn ed25519_strict(
    key: &Ed25519Key,
    message: &[u8],
    signature: &Ed25519Signature,
) -> Option<bool> {
    let good = ed25519(key, message, signature)?;
    // A point is read as keys are.
    let strong = || Ed25519Key::from_bytes(signature.r_bytes()).is_ok_and(|point| !point.is_weak());
    Some(good && strong())
}
