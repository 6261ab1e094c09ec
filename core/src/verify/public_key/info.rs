//! Subject public key info (RFC 5280, section 4.1.2.7): which algorithm, and its key.

use p256::pkcs8::SubjectPublicKeyInfoRef;

use super::ecdsa::EcdsaKey;
use super::ed25519::Ed25519Key;
use super::rsa_key::RsaKey;
use super::{KeyError, Kind};

/// The key, with its one spelling in DER.
pub(super) fn read(info: SubjectPublicKeyInfoRef<'_>) -> Result<(Kind, Vec<u8>), KeyError> {
    // RFC 3279, 4055, 5480 and 8410.
    let unsupported = match info.algorithm.oid.to_string().as_str() {
        "1.2.840.10045.2.1" => {
            return EcdsaKey::read(info).map(|(key, der)| (Kind::Ecdsa(key), der));
        }
        "1.2.840.113549.1.1.1" => {
            return RsaKey::read(&info).map(|(key, der)| (Kind::Rsa(key), der));
        }
        "1.3.101.112" => {
            return Ed25519Key::read(&info).map(|(key, der)| (Kind::Ed25519(key), der));
        }
        // Such a key brings its own hash and salt; a plain RSA key with `padding: pss` does the same.
        "1.2.840.113549.1.1.10" => "a key for RSA-PSS alone".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        other => format!("the algorithm `{other}`"),
    };
    Err(KeyError::Unsupported(unsupported))
}
