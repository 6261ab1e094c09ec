use ed25519_dalek::Verifier as _;
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::SignatureScheme;
use rsa::{Pkcs1v15Sign, Pss, pss};
use sha2::{Sha256, Sha384, Sha512};

use super::{Hash, kept};

pub(super) fn p256(
    key: &p256::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p256::ecdsa::Signature,
) -> bool {
    kept::P256.verify(key, hash, signature)
}

pub(super) fn p384(
    key: &p384::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p384::ecdsa::Signature,
) -> bool {
    kept::P384.verify(key, hash, signature)
}

pub(super) fn p521(
    key: &p521::ecdsa::VerifyingKey,
    hash: &[u8],
    signature: &p521::ecdsa::Signature,
) -> bool {
    key.verify_prehash(hash, signature).is_ok()
}

fn rsa<S: SignatureScheme>(key: &rsa::PublicKey, scheme: S, hash: &[u8], signature: &[u8]) -> bool {
    key.verify(scheme, hash, signature).is_ok()
}

pub(super) fn rsa_pkcs1v15(key: &rsa::PublicKey, by: Hash, hash: &[u8], signature: &[u8]) -> bool {
    match by {
        Hash::Sha256 => rsa(key, Pkcs1v15Sign::new::<Sha256>(), hash, signature),
        Hash::Sha384 => rsa(key, Pkcs1v15Sign::new::<Sha384>(), hash, signature),
        Hash::Sha512 => rsa(key, Pkcs1v15Sign::new::<Sha512>(), hash, signature),
    }
}

pub(super) fn rsa_pss(key: &rsa::PublicKey, by: Hash, hash: &[u8], signature: &[u8]) -> bool {
    match by {
        Hash::Sha256 => rsa(key, Pss::<Sha256>::new(), hash, signature),
        Hash::Sha384 => rsa(key, Pss::<Sha384>::new(), hash, signature),
        Hash::Sha512 => rsa(key, Pss::<Sha512>::new(), hash, signature),
    }
}

pub(super) fn rsa_pss_any_salt(
    key: &pss::VerifyingKey<Sha256>,
    hash: &[u8],
    signature: &[u8],
) -> bool {
    pss::Signature::try_from(signature)
        .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok())
}

pub(super) fn ed25519(key: &Ed25519Key, message: &[u8], signature: &Ed25519Signature) -> bool {
    key.verify(message, signature).is_ok()
}

pub(super) fn ed25519_strict(
    key: &Ed25519Key,
    message: &[u8],
    signature: &Ed25519Signature,
) -> bool {
    key.verify_strict(message, signature).is_ok()
}
