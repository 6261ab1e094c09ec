//! ECDSA (FIPS 186-5, section 6) over the three prime curves of RFC 5480.
//!
//! Signatures are DER and nothing but (RFC 3279, section 2.2.3): cosign's verifier also takes the
//! two numbers side by side, which no signer of images writes. Either of the two values that `s`
//! may have counts, because ECDSA knows both and signers make both; so a signature has a second
//! spelling that anybody can make, and nothing here tells signatures apart by their bytes.

use p256::pkcs8::{EncodePublicKey as _, SubjectPublicKeyInfoRef};

use super::{KeyError, Message};
use crate::verify::primitives;

/// A key on one of the curves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EcdsaKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

/// Reads the key, and writes it anew: a point has two encodings and a signer one spelling.
macro_rules! read {
    ($curve:ident, $variant:ident, $info:expr) => {{
        let key = $curve::ecdsa::VerifyingKey::try_from($info).map_err(KeyError::broken)?;
        let der = key.to_public_key_der().map_err(KeyError::broken)?.into_vec();
        Ok((EcdsaKey::$variant(key), der))
    }};
}

/// The first of these hashes that the signature is over.
macro_rules! check {
    ($curve:ident, $key:expr, $signature:expr, $($hash:expr => $name:literal),+) => {{
        let signature = $curve::ecdsa::Signature::from_der($signature).ok()?;
        $(
            if let Some(hash) = $hash
                && primitives::$curve($key, hash.as_ref(), &signature)
            {
                return Some($name);
            }
        )+
        None
    }};
}

impl EcdsaKey {
    /// The key, with its subject public key info in DER.
    pub(super) fn read(info: SubjectPublicKeyInfoRef<'_>) -> Result<(Self, Vec<u8>), KeyError> {
        let curve = info.algorithm.parameters_oid().map_err(|_| {
            // Parameters written out would let the key choose its own generator (CVE-2020-0601).
            KeyError::broken("an elliptic curve that is not given by its name")
        })?;
        match curve.to_string().as_str() {
            "1.2.840.10045.3.1.7" => read!(p256, P256, info),
            "1.3.132.0.34" => read!(p384, P384, info),
            "1.3.132.0.35" => read!(p521, P521, info),
            "1.3.132.0.10" => Err(KeyError::Unsupported("ECDSA secp256k1".to_owned())),
            other => Err(KeyError::Unsupported(format!("ECDSA on the curve `{other}`"))),
        }
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ECDSA P-256",
            Self::P384(_) => "ECDSA P-384",
            Self::P521(_) => "ECDSA P-521",
        }
    }

    /// The hash of the curve's own size is tried first, then SHA-256, with which some signers
    /// use every curve. FIPS 186-5, section 6.4, leaves the hash open: the weaker of hash and curve
    /// says how strong a signature is, and SHA-256 is as strong as P-256.
    pub(super) fn verify(&self, message: &Message<'_>, signature: &[u8]) -> Option<&'static str> {
        match self {
            Self::P256(key) => {
                check!(p256, key, signature, message.sha256() => "ecdsa-p256-sha256")
            }
            Self::P384(key) => check!(p384, key, signature,
                message.sha384() => "ecdsa-p384-sha384", message.sha256() => "ecdsa-p384-sha256"),
            Self::P521(key) => check!(p521, key, signature,
                message.sha512() => "ecdsa-p521-sha512", message.sha256() => "ecdsa-p521-sha256"),
        }
    }
}
