//! Ed25519, pure and prehashed (RFC 8032, sections 5.1 and 5.1.7; keys in RFC 8410).
//!
//! Checked strictly: neither the key nor the signature's point may be of low order, and `s` must
//! be below the group's order, so that one signature has one spelling and is over one message.
//! A prehashed signature never passes as a pure one or the other way round: their first block
//! differs.

use ed25519_dalek::{Signature, VerifyingKey};
use p256::pkcs8::SubjectPublicKeyInfoRef;

use super::{KeyError, Message};
use crate::verify::primitives;

/// Subject public key info up to the key's 32 bytes (RFC 8410, section 10.1).
const INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// An Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// The key, with its subject public key info in DER.
    pub(super) fn read(info: &SubjectPublicKeyInfoRef<'_>) -> Result<(Self, Vec<u8>), KeyError> {
        if info.algorithm.parameters.is_some() {
            return Err(KeyError::broken("Ed25519 has no parameters, and some are given"));
        }
        let bytes = info.subject_public_key.as_bytes().unwrap_or_default();
        let bytes: &[u8; 32] =
            bytes.try_into().map_err(|_| KeyError::broken("an Ed25519 key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(bytes)
            .map_err(|_| KeyError::broken("it is not a point of the curve"))?;
        if key.is_weak() {
            return Err(KeyError::LowOrder);
        }
        // A number above the field's would be a second spelling of the same signer.
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::broken("the point is not in its shortest form"));
        }
        Ok((Self(key), [&INFO[..], bytes].concat()))
    }

    /// cosign signs prehashed and verifies pure; both are the key's own signatures.
    pub(super) fn verify(&self, message: &Message<'_>, signature: &[u8]) -> Option<&'static str> {
        let signature = Signature::from_slice(signature).ok()?;
        if primitives::ed25519_strict(&self.0, message.bytes()?, &signature) {
            return Some("ed25519");
        }
        let prehashed = message.sha512_state()?;
        self.0.verify_prehashed_strict(prehashed, None, &signature).ok()?;
        Some("ed25519ph-sha512")
    }
}
