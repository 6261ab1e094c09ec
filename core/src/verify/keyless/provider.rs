//! The cryptography that the Sigstore crates call: no C, unless the feature `aws-lc` asks for it.

use rsa::pkcs1::DecodeRsaPublicKey as _;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sigstore_crypto::{CryptoProvider, Error, HashContext, SigningScheme};
use sigstore_types::HashAlgorithm;

use crate::verify::primitives::{self, Hash as RsaHash};

#[derive(Debug)]
struct Own;

static OWN: Own = Own;

/// Makes the provider the process's own. Where the embedding program installed another before,
/// that one stays: it answers for its signatures itself.
pub(super) fn install() {
    if sigstore_crypto::try_default_provider().is_none() {
        // Of two threads that come here at once, one is late, and the other's is the same.
        let _ = sigstore_crypto::install_default_provider(&OWN);
    }
}

struct Hash<D>(D);

impl<D: Digest + Send> HashContext for Hash<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

impl CryptoProvider for Own {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>, Error> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Hash(Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Hash(Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Hash(Sha512::new()))),
            other => Err(Error::UnsupportedAlgorithm(format!("{other:?}"))),
        }
    }

    fn verify_raw(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        data: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let digest = match scheme.hash_algorithm() {
            None => return whole(scheme, key, data, signature),
            Some(algorithm) => {
                let mut hash = self.hash(algorithm)?;
                hash.update(data);
                hash.finalize()
            }
        };
        self.verify_prehashed(scheme, key, &digest, signature)
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        use SigningScheme as S;
        use primitives::{rsa_pkcs1v15 as pkcs1, rsa_pss as pss};
        let good = match scheme {
            S::EcdsaP256Sha256 | S::EcdsaP256Sha384 => p256(key, digest, signature),
            S::EcdsaP384Sha256 | S::EcdsaP384Sha384 => p384(key, digest, signature),
            S::RsaPkcs1Sha256 => rsa(key, |key| pkcs1(key, RsaHash::Sha256, digest, signature)),
            S::RsaPkcs1Sha384 => rsa(key, |key| pkcs1(key, RsaHash::Sha384, digest, signature)),
            S::RsaPkcs1Sha512 => rsa(key, |key| pkcs1(key, RsaHash::Sha512, digest, signature)),
            S::RsaPssSha256 => rsa(key, |key| pss(key, RsaHash::Sha256, digest, signature)),
            S::RsaPssSha384 => rsa(key, |key| pss(key, RsaHash::Sha384, digest, signature)),
            S::RsaPssSha512 => rsa(key, |key| pss(key, RsaHash::Sha512, digest, signature)),
            other => return Err(Error::UnsupportedAlgorithm(other.name().to_owned())),
        };
        good.ok_or_else(|| Error::Verification(format!("{} signature invalid", scheme.name())))
    }
}

/// Schemes that sign whole messages.
fn whole(scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8]) -> Result<(), Error> {
    let SigningScheme::Ed25519 = scheme else {
        return Err(Error::UnsupportedAlgorithm(scheme.name().to_owned()));
    };
    let good = || {
        let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        primitives::ed25519(&key, data, &signature).then_some(())
    };
    good().ok_or_else(|| Error::Verification("Ed25519 signature invalid".to_owned()))
}

fn p256(key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
    primitives::p256(&key, digest, &signature).then_some(())
}

fn p384(key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
    primitives::p384(&key, digest, &signature).then_some(())
}

fn rsa(key: &[u8], good: impl Fn(&rsa::PublicKey) -> bool) -> Option<()> {
    good(&rsa::PublicKey::from_pkcs1_der(key).ok()?).then_some(())
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;

    use super::*;

    #[test]
    fn it_can_be_installed_again_and_again() {
        install();
        install();
        assert!(sigstore_crypto::try_default_provider().is_some());
        assert_eq!(sigstore_crypto::sha256(b"").to_hex().get(..8), Some("e3b0c442"));
    }

    #[test]
    fn a_signature_is_good_for_its_own_bytes_alone() {
        let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let digest = Sha256::digest(b"message");
        let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
        let (signature, public) = (signature.to_der(), key.verifying_key().to_sec1_point(false));
        let check = |data: &[u8], signature: &[u8]| {
            let scheme = SigningScheme::EcdsaP256Sha256;
            OWN.verify_raw(scheme, public.as_bytes(), data, signature)
        };
        assert!(check(b"message", signature.as_bytes()).is_ok());
        assert!(check(b"massage", signature.as_bytes()).is_err());
        let longer = [signature.as_bytes(), &[0]].concat();
        assert!(check(b"message", &longer).is_err());
    }
}
