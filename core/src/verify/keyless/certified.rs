//! Signatures of certificates that held: a path is looked for at each proven time, and one
//! intermediate stands in the paths of all signers. Whether a signature holds is the same each time;
//! everything else about a certificate, its dates among them, is asked anew.

use std::sync::LazyLock;

use quick_cache::sync::Cache;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256};

/// Most signatures that are remembered.
const MOST: usize = 256;

/// By a hash of everything that the answer depends on. What does not hold is not kept.
static HELD: LazyLock<Cache<[u8; 32], ()>> = LazyLock::new(|| Cache::new(MOST));

/// The algorithms that certificates may be signed with.
pub(super) fn algorithms() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static REMEMBERING: LazyLock<Vec<Remembering>> = LazyLock::new(|| {
        sigstore_crypto::WEBPKI_VERIFICATION_ALGS.iter().copied().map(Remembering).collect()
    });
    static ALGORITHMS: LazyLock<Vec<&dyn SignatureVerificationAlgorithm>> =
        LazyLock::new(|| REMEMBERING.iter().map(|one| one as _).collect());
    &ALGORITHMS
}

#[derive(Debug)]
struct Remembering(&'static dyn SignatureVerificationAlgorithm);

impl SignatureVerificationAlgorithm for Remembering {
    fn verify_signature(
        &self,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let mut hash = Sha256::new();
        let algorithms = [self.public_key_alg_id(), self.signature_alg_id()];
        let named = algorithms.iter().map(AsRef::as_ref);
        for part in named.chain([key, signature, message]) {
            // Each with its length, so that no other parts read alike.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize().into();
        if HELD.get(&hash).is_some() {
            return Ok(());
        }
        self.0.verify_signature(key, message, signature)?;
        HELD.insert(hash, ());
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Signer as _;

    use super::*;

    #[test]
    fn what_held_holds_again_and_nothing_else_does() {
        super::super::provider::install();
        let secret = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let key = secret.verifying_key().to_sec1_point(false);
        let signature: p256::ecdsa::DerSignature = secret.sign(b"certificate");
        let other = p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap();
        let other = other.verifying_key().to_sec1_point(false);
        let mut asked = 0;
        for algorithm in algorithms() {
            let verify = |key: &[u8], message: &[u8], signature: &[u8]| {
                algorithm.verify_signature(key, message, signature).is_ok()
            };
            if !verify(key.as_bytes(), b"certificate", signature.as_bytes()) {
                continue;
            }
            asked += 1;
            for _ in 0..3 {
                assert!(verify(key.as_bytes(), b"certificate", signature.as_bytes()));
                assert!(!verify(other.as_bytes(), b"certificate", signature.as_bytes()));
                assert!(!verify(key.as_bytes(), b"certificates", signature.as_bytes()));
                assert!(!verify(key.as_bytes(), b"certificat", signature.as_bytes()));
                assert!(!verify(key.as_bytes(), b"certificate", &signature.as_bytes()[1..]));
            }
        }
        // P-256 with SHA-256; nobody else finds it good.
        assert_eq!(asked, 1);
        assert_eq!(algorithms().len(), sigstore_crypto::WEBPKI_VERIFICATION_ALGS.len());
    }
}
