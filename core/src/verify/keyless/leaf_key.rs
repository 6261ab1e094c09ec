//! Signatures by the key of a certificate. The hash is the one that goes with the key, or
//! SHA-256, which signers use as well.

use ed25519_dalek::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::pkcs8::DecodePublicKey as _;
use p256::pkcs8::der::Decode as _;
use p256::pkcs8::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use rsa::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha512};

use super::CertificateFault;
use super::sealed::Content;

/// The sizes of RSA keys that are accepted, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

pub(super) enum LeafKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(rsa::PublicKey),
}

impl LeafKey {
    /// Reads subject public key info (RFC 3279, 5480, 8410).
    pub(super) fn parse(spki: &[u8]) -> Result<Self, CertificateFault> {
        let fault = |what: &dyn std::fmt::Display| CertificateFault::Key(what.to_string());
        let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(|error| fault(&error))?;
        let algorithm = info.algorithm.oid.to_string();
        let curve = info.algorithm.parameters_oid().ok();
        let curve = curve.as_ref().map(ObjectIdentifier::to_string).unwrap_or_default();
        match (algorithm.as_str(), curve.as_str()) {
            ("1.2.840.10045.2.1", "1.2.840.10045.3.1.7") => {
                p256::ecdsa::VerifyingKey::try_from(info).map(Self::P256).map_err(|e| fault(&e))
            }
            ("1.2.840.10045.2.1", "1.3.132.0.34") => {
                p384::ecdsa::VerifyingKey::try_from(info).map(Self::P384).map_err(|e| fault(&e))
            }
            ("1.2.840.10045.2.1", "1.3.132.0.35") => {
                p521::ecdsa::VerifyingKey::try_from(info).map(Self::P521).map_err(|e| fault(&e))
            }
            ("1.3.101.112", _) => {
                let raw = info.subject_public_key.raw_bytes();
                let raw = raw.try_into().map_err(|e| fault(&e))?;
                ed25519_dalek::VerifyingKey::from_bytes(raw)
                    .map(Self::Ed25519)
                    .map_err(|e| fault(&e))
            }
            ("1.2.840.113549.1.1.1", _) => {
                let key = rsa::PublicKey::from_public_key_der(spki).map_err(|e| fault(&e))?;
                let bits = usize::try_from(key.n().bit_width()).unwrap_or(usize::MAX);
                match RSA_BITS.contains(&bits) {
                    true => Ok(Self::Rsa(key)),
                    false => Err(fault(&format_args!("RSA with {bits} bits"))),
                }
            }
            (other, "") => Err(fault(&format_args!("the algorithm `{other}`"))),
            (_, curve) => Err(fault(&format_args!("the curve `{curve}`"))),
        }
    }

    /// The check that was made if the signature is the key's over the content.
    pub(super) fn verify(&self, content: &Content<'_>, signature: &[u8]) -> Option<&'static str> {
        match self {
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
                prehashed(key, content, &signature, &[("sha256", "ecdsa-p256-sha256")])
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
                let ways = [("sha384", "ecdsa-p384-sha384"), ("sha256", "ecdsa-p384-sha256")];
                prehashed(key, content, &signature, &ways)
            }
            Self::P521(key) => {
                let signature = p521::ecdsa::Signature::from_der(signature).ok()?;
                let ways = [("sha512", "ecdsa-p521-sha512"), ("sha256", "ecdsa-p521-sha256")];
                prehashed(key, content, &signature, &ways)
            }
            Self::Ed25519(key) => ed25519(key, content, signature),
            Self::Rsa(key) => {
                let digest = content.hash("sha256")?;
                key.verify(Pkcs1v15Sign::new::<sha2::Sha256>(), &digest, signature).ok()?;
                Some("rsa-pkcs1-sha256")
            }
        }
    }
}

fn prehashed<K: PrehashVerifier<S>, S>(
    key: &K,
    content: &Content<'_>,
    signature: &S,
    ways: &[(&str, &'static str)],
) -> Option<&'static str> {
    ways.iter()
        .find(|(hash, _)| {
            content.hash(hash).is_some_and(|hash| key.verify_prehash(&hash, signature).is_ok())
        })
        .map(|(_, check)| *check)
}

/// Pure, or with the content hashed beforehand (RFC 8032, section 5.1), as cosign signs with keys.
fn ed25519(
    key: &ed25519_dalek::VerifyingKey,
    content: &Content<'_>,
    signature: &[u8],
) -> Option<&'static str> {
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    let bytes = content.bytes()?;
    if key.verify(bytes, &signature).is_ok() {
        return Some("ed25519");
    }
    let hash = Sha512::new_with_prefix(bytes);
    key.verify_prehashed(hash, None, &signature).ok().map(|()| "ed25519ph-sha512")
}
