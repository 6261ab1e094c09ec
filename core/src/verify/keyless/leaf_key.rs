//! Signatures by the key of a certificate. The hash is the one that goes with the key, or
//! SHA-256, which signers use as well.

use p256::pkcs8::DecodePublicKey as _;
use p256::pkcs8::der::Decode as _;
use p256::pkcs8::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha512};

use super::CertificateFault;
use super::sealed::Content;
use crate::verify::primitives::{self, Hash};

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
                let good = |hash: &[u8]| primitives::p256(key, hash, &signature);
                prehashed(good, content, &[("sha256", "ecdsa-p256-sha256")])
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
                let good = |hash: &[u8]| primitives::p384(key, hash, &signature);
                let ways = [("sha384", "ecdsa-p384-sha384"), ("sha256", "ecdsa-p384-sha256")];
                prehashed(good, content, &ways)
            }
            Self::P521(key) => {
                let signature = p521::ecdsa::Signature::from_der(signature).ok()?;
                let good = |hash: &[u8]| primitives::p521(key, hash, &signature);
                let ways = [("sha512", "ecdsa-p521-sha512"), ("sha256", "ecdsa-p521-sha256")];
                prehashed(good, content, &ways)
            }
            Self::Ed25519(key) => ed25519(key, content, signature),
            Self::Rsa(key) => {
                let digest = content.hash("sha256")?;
                primitives::rsa_pkcs1v15(key, Hash::Sha256, &digest, signature)
                    .then_some("rsa-pkcs1-sha256")
            }
        }
    }
}

fn prehashed(
    good: impl Fn(&[u8]) -> bool,
    content: &Content<'_>,
    ways: &[(&str, &'static str)],
) -> Option<&'static str> {
    ways.iter()
        .find(|(hash, _)| content.hash(hash).is_some_and(|hash| good(&hash)))
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
    if primitives::ed25519(key, bytes, &signature) {
        return Some("ed25519");
    }
    let hash = Sha512::new_with_prefix(bytes);
    key.verify_prehashed(hash, None, &signature).ok().map(|()| "ed25519ph-sha512")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ed25519_dalek::Signer as _;
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    use p256::pkcs8::EncodePublicKey as _;

    use super::*;
    use crate::evidence::signing::Artifact;

    const MESSAGE: &[u8] = b"message";

    /// RSA, 2048 bits.
    const RSA: &str = "\
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAur+5urKHuYkcxQw/DAe+bW+vrT2iONx2+Cke/mH+\
        hsh7Na2odd4sOfDrvHOU1ZQAgdU7G2AUmydwI6TFZK63o0CiywhUzH14wu4nX0t0eXstEg/FrjRTSKUs4Wl0\
        L4i0B1qlUa6EQRSd3U4McPTIg3iyOCvW0/AOirk1p1mTl/ZNyTmoYRs2sbEl/H/I4jG60i0jpAFppAqEP44D\
        9MHLTwVXD/cK71jt/MAWrPFM+Wv1GCtbydxDH4e1hKdPkdnp+MGBYqfANef92j35bOFz8IyH3KN9kfkAhHQ6\
        7Ut3coYFaVOxDUkFwPv+iRiPrnWwCP4SvX3/uUa8Eg6UEge+XwIDAQAB";
    /// PKCS#1 v1.5 over `message` by that key, with SHA-256.
    const RSA_PKCS1: &str = "\
        lU31EAs+yL23GoHK2Hvc5bfeVml69sgGFpsjbfR8J8tqBKU7B7fTeGyZlHFUhdPl1SCBoKsOR+2mFVeOyiSp\
        Fk0yWYp48pxtia1KPN9KjEsnlXWXbl1t51NcNf4wZrSXgOEjREXHsHvCB+0y4FKEY/i+Qgcquo93ZueIYlvE\
        /i2Vf9Ch7SoIeOxrgQ1Y0Z4yK+YV5WUeA7M5N6WjDR+YOjo8/skdu0IhS8nJ6tPIff4zbeNMNq5FETeJ2qaY\
        ambynHJKNodA6ED5Bvi9ickhTiQMIRgJviShCv9ZL5M0/46UK9NUCiktlQNaDv9sHVPI1MZsCfamt4XckqM0\
        Wh9FTA==";
    /// PSS over `message` by that key, with SHA-256.
    const RSA_PSS: &str = "\
        lzSAwJz4+vnkRnuZPVnVvNT+ERmKe9Gl1sw4A6l3XKDHteYC+ZUu2JZGmlMks60vj9sFaGNAxMkcWgg2rPps\
        cVvTuczSbke5oVCav2qqYtCBnH0EupDKNUitAkbHkWXvjq7GZgXLLvlS2BJYPdqQ2t5UMFwzyFJpm0XruwfL\
        7O97sRUf5/Li4KBHVQqIMj1+9VIVMolEkYtm+k4rQKeybuqetY/51+2Z54sxLEpqDqWhx4tdWUr3dlZwGv1Z\
        kTFrmbKorzH2ZDmz22CprGsy4cNts6v4eUCAvRPYWeCg8Io8ZfGMy96iK5gh+cZtWcIbQ033ws9P0BDzVPJq\
        d7nQwg==";
    /// RSA, 1024 bits.
    const SMALL: &str = "\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFuyIL2MMh5zG2AzwKl0sCKyAeFg71FVW2Zt/HuiCX/ck7\
        POPK4EOfgzywORX4QidTXVBXxD/9G8+3Ej2ay7+xFaBsfTA6t+r2V26eWzPRHZv18q+MlNd3VUW+S7QztAtJ\
        HgYwHt0+lllO+ODZLdGRiTMbTtnmsfRDvZ3gyv8wYwIDAQAB";

    fn bytes(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }

    fn check(key: &LeafKey, message: &'static [u8], signature: &[u8]) -> Option<&'static str> {
        let content = Content::File(Cow::Owned(Artifact::from_bytes(message)));
        key.verify(&content, signature)
    }

    /// The check for the message, which must fail for another one.
    fn of(spki: &[u8], signature: &[u8]) -> Option<&'static str> {
        let key = LeafKey::parse(spki).unwrap();
        assert_eq!(check(&key, b"another message", signature), None);
        check(&key, MESSAGE, signature)
    }

    #[test]
    fn curves_go_with_their_hash_or_with_sha256() {
        let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
        let spki = key.verifying_key().to_public_key_der().unwrap();
        let sign = |hash: &[u8]| -> Vec<u8> {
            let signature: p384::ecdsa::Signature = key.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        };
        let own = sign(&sha2::Sha384::digest(MESSAGE));
        assert_eq!(of(spki.as_bytes(), &own), Some("ecdsa-p384-sha384"));
        let other = sign(&sha2::Sha256::digest(MESSAGE));
        assert_eq!(of(spki.as_bytes(), &other), Some("ecdsa-p384-sha256"));
        assert_eq!(of(spki.as_bytes(), &sign(&sha2::Sha512::digest(MESSAGE))), None);

        let key = p521::ecdsa::SigningKey::from_slice(&[1; 66]).unwrap();
        let spki = key.verifying_key().to_public_key_der().unwrap();
        let hash = sha2::Sha512::digest(MESSAGE);
        let signature: p521::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
        let signature = signature.to_der();
        assert_eq!(of(spki.as_bytes(), signature.as_bytes()), Some("ecdsa-p521-sha512"));
    }

    #[test]
    fn ed25519_signs_whole_or_hashed_content() {
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let spki = [
            &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..],
            key.verifying_key().as_bytes(),
        ]
        .concat();
        assert_eq!(of(&spki, &key.sign(MESSAGE).to_bytes()), Some("ed25519"));
        let hashed = key.sign_prehashed(Sha512::new_with_prefix(MESSAGE), None).unwrap();
        assert_eq!(of(&spki, &hashed.to_bytes()), Some("ed25519ph-sha512"));
        // Only the digest is at hand: a signature over the whole cannot be checked.
        let digest = crate::reference::Digest::sha256(MESSAGE);
        let named = Content::File(Cow::Owned(Artifact::from_digest(digest)));
        let key_read = LeafKey::parse(&spki).unwrap();
        assert_eq!(key_read.verify(&named, &key.sign(MESSAGE).to_bytes()), None);
    }

    #[test]
    fn rsa_is_pkcs1_with_enough_bits() {
        assert_eq!(of(&bytes(RSA), &bytes(RSA_PKCS1)), Some("rsa-pkcs1-sha256"));
        assert_eq!(of(&bytes(RSA), &bytes(RSA_PSS)), None);
        assert!(LeafKey::parse(&bytes(SMALL)).is_err());
    }

    #[test]
    fn the_provider_knows_both_paddings() {
        use sigstore_crypto::{SigningScheme, verify_signature};
        use sigstore_types::{DerPublicKey, SignatureBytes};
        super::super::provider::install();
        let key = DerPublicKey::new(bytes(RSA));
        let good = |signature: &str, scheme, message: &[u8]| {
            let signature = SignatureBytes::new(bytes(signature));
            verify_signature(&key, message, &signature, scheme).is_ok()
        };
        assert!(good(RSA_PKCS1, SigningScheme::RsaPkcs1Sha256, MESSAGE));
        assert!(good(RSA_PSS, SigningScheme::RsaPssSha256, MESSAGE));
        assert!(!good(RSA_PKCS1, SigningScheme::RsaPssSha256, MESSAGE));
        assert!(!good(RSA_PSS, SigningScheme::RsaPkcs1Sha256, MESSAGE));
        assert!(!good(RSA_PSS, SigningScheme::RsaPssSha256, b"another message"));
    }
}
