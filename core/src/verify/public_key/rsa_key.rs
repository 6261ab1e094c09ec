//! RSA (RFC 8017) with SHA-256: PKCS#1 v1.5, or PSS where that is asked for.
//!
//! Sizes are bounded on both sides. Below 2048 bits a key can be broken; above 4096 bits, or with
//! a long exponent, one check would cost as much as the key's author likes. Exponents below 65537
//! are refused too (FIPS 186-5, section A.1.1; cosign refuses the same), although the padding is
//! compared whole, so that an exponent of 3 would not open it to forgery.

use p256::pkcs8::SubjectPublicKeyInfoRef;
use rsa::pkcs1::RsaPublicKeyRef;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::pkcs8::der::Decode as _;
use rsa::{PublicKey, pkcs1v15, pss};
use sha2::Sha256;

use super::{KeyError, Message};
use crate::policy::model::Padding;
use crate::verify::primitives::{self, Hash};

/// Shortest modulus in bytes.
const MIN_MODULUS_BYTES: usize = 2048 / 8;
/// Longest modulus in bytes.
const MAX_MODULUS_BYTES: usize = 4096 / 8;
/// Smallest exponent.
const MIN_EXPONENT: u32 = 65_537;
/// Largest exponent: what other verifiers hold in a signed number of 32 bits.
const MAX_EXPONENT: u32 = i32::MAX.unsigned_abs();

/// An RSA key, and the one padding that it signs with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RsaKey {
    Pkcs1v15(pkcs1v15::VerifyingKey<Sha256>),
    Pss(pss::VerifyingKey<Sha256>),
}

// Both are numbers, which are equal to themselves.
impl Eq for RsaKey {}

impl RsaKey {
    /// The key in subject public key info (RFC 3279, section 2.3.1), with that in DER.
    pub(super) fn read(info: &SubjectPublicKeyInfoRef<'_>) -> Result<(Self, Vec<u8>), KeyError> {
        let parameters = info.algorithm.parameters;
        if parameters.is_some_and(|parameters| !parameters.is_null()) {
            return Err(KeyError::broken("RSA has no parameters, and some are given"));
        }
        let key = info.subject_public_key.as_bytes();
        Self::read_bare(key.ok_or_else(|| KeyError::broken("it is not whole bytes"))?)
    }

    /// The key alone (RFC 8017, appendix A.1.1), with its subject public key info in DER.
    pub(super) fn read_bare(der: &[u8]) -> Result<(Self, Vec<u8>), KeyError> {
        let numbers = RsaPublicKeyRef::from_der(der).map_err(KeyError::broken)?;
        bounded(&numbers)?;
        let key = PublicKey::try_from(numbers).map_err(KeyError::broken)?;
        let der = key.to_public_key_der().map_err(KeyError::broken)?.into_vec();
        Ok((Self::Pkcs1v15(pkcs1v15::VerifyingKey::new(key)), der))
    }

    /// The same key with another padding. One key should sign with one padding only, so there is
    /// never a second try.
    pub(super) fn with_padding(&self, padding: Padding) -> Self {
        let key = match self {
            Self::Pkcs1v15(key) => key.as_ref(),
            Self::Pss(key) => key.as_ref(),
        };
        let key = key.clone();
        match padding {
            Padding::Pkcs1v15 => Self::Pkcs1v15(pkcs1v15::VerifyingKey::new(key)),
            // Signers differ in the length of their salt, which no property of PSS depends on.
            Padding::Pss => Self::Pss(pss::VerifyingKey::new_with_auto_salt_len(key)),
        }
    }

    /// Signatures are as long as the modulus and below it, so that each has one spelling.
    pub(super) fn verify(&self, message: &Message<'_>, signature: &[u8]) -> Option<&'static str> {
        match self {
            Self::Pkcs1v15(key) => {
                let (key, hash) = (key.as_ref(), message.sha256()?);
                primitives::rsa_pkcs1v15(key, Hash::Sha256, hash, signature)
                    .then_some("rsa-pkcs1v15-sha256")
            }
            Self::Pss(key) => primitives::rsa_pss_any_salt(key, message.sha256()?, signature)
                .then_some("rsa-pss-sha256"),
        }
    }
}

/// Before any arithmetic is done with the numbers.
fn bounded(numbers: &RsaPublicKeyRef<'_>) -> Result<(), KeyError> {
    let modulus = numbers.modulus.as_bytes();
    let leading = modulus.first().map_or(0, |first| first.leading_zeros());
    if !(MIN_MODULUS_BYTES..=MAX_MODULUS_BYTES).contains(&modulus.len()) || leading > 0 {
        let unused = usize::try_from(leading).unwrap_or_default();
        let bits = modulus.len().saturating_mul(8).saturating_sub(unused);
        return Err(KeyError::ModulusSize(bits));
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::EvenModulus);
    }
    let exponent = numbers.public_exponent.as_bytes();
    let exponent = match exponent.len() {
        0..=4 => exponent.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)),
        _ => return Err(KeyError::Exponent),
    };
    match (MIN_EXPONENT..=MAX_EXPONENT).contains(&exponent) && exponent % 2 == 1 {
        true => Ok(()),
        false => Err(KeyError::Exponent),
    }
}
