mod armour;
mod certificate;
mod ecdsa;
mod ed25519;
mod error;
mod info;
mod message;
mod rsa_key;

use p256::pkcs8::SubjectPublicKeyInfoRef;
use p256::pkcs8::der::Decode as _;

pub use armour::MAX_PEM_BYTES;
pub(super) use certificate::Dates;
pub use error::KeyError;
pub(super) use message::Message;

use self::armour::{Block, unarmour};
use self::certificate::Certificate;
use self::ecdsa::EcdsaKey;
use self::ed25519::Ed25519Key;
use self::rsa_key::RsaKey;
use crate::policy::model::Padding;
use crate::reference::Digest;

/// A public key: ECDSA on P-256, P-384 or P-521, RSA of 2048 to 4096 bits, or Ed25519.
///
/// ```
/// use cocket::verify::PublicKey;
/// let key = PublicKey::from_pem(
///     "-----BEGIN PUBLIC KEY-----
/// MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOy3TraKsGtNGhL8g7pBRdOwt4n+y
/// VSG1Z6ZYfMtaddEqzYqVjmLQZSiv4bSGTWYg5bziP6zD5k8FETAQxSrp6g==
/// -----END PUBLIC KEY-----",
/// )?;
/// assert_eq!((key.algorithm(), key.id().len()), ("ECDSA P-256", 71));
/// # Ok::<(), cocket::verify::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    id: String,
}

/// The algorithms, each with its key and whatever is worth keeping beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Ecdsa(EcdsaKey),
    Rsa(RsaKey),
    Ed25519(Ed25519Key),
}

impl PublicKey {
    /// Reads a key in PEM, one block and nothing else: `PUBLIC KEY` (RFC 7468, section 13), which
    /// cosign writes too, or `RSA PUBLIC KEY` (RFC 8017, appendix A.1.1).
    ///
    /// A certificate is refused here, because its dates would be lost:
    /// [`TrustedKey::from_pem`](super::TrustedKey::from_pem) reads both.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead, and names the algorithm where it is one
    /// that is not supported.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        match Self::with_dates(pem)? {
            (_, Some(_)) => Err(KeyError::Certificate),
            (key, None) => Ok(key),
        }
    }

    /// A key, and the dates of the certificate that it comes in.
    pub(super) fn with_dates(pem: &str) -> Result<(Self, Option<Dates>), KeyError> {
        let (kind, der, dates) = match unarmour(pem)? {
            Block::Info(der) => {
                let info = SubjectPublicKeyInfoRef::from_der(&der).map_err(KeyError::broken)?;
                let (kind, der) = info::read(info)?;
                (kind, der, None)
            }
            Block::Rsa(der) => {
                let (key, der) = RsaKey::read_bare(&der)?;
                (Kind::Rsa(key), der, None)
            }
            Block::Certificate(der) => {
                let read = Certificate::read(&der)?;
                (read.kind, read.der, Some(read.dates))
            }
        };
        Ok((Self { kind, id: Digest::sha256(&der).to_string() }, dates))
    }

    /// The same RSA key, whose signatures have this padding. Without it, that is PKCS#1 v1.5.
    ///
    /// # Errors
    /// [`KeyError::NotPadded`] where the key is not RSA.
    pub fn with_padding(self, padding: Padding) -> Result<Self, KeyError> {
        match self.kind {
            Kind::Rsa(key) => Ok(Self { kind: Kind::Rsa(key.with_padding(padding)), id: self.id }),
            _ => Err(KeyError::NotPadded(self.algorithm())),
        }
    }

    /// The key's one spelling: `sha256:` and the digest of its subject public key info in DER.
    #[must_use]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    pub(super) fn id_str(&self) -> &str {
        &self.id
    }

    /// An order in which no two keys are equal.
    pub(super) fn order(&self) -> (&str, &'static str) {
        (&self.id, self.algorithm())
    }

    /// The algorithm's name for people, such as `ECDSA P-256`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match &self.kind {
            Kind::Ecdsa(key) => key.algorithm(),
            Kind::Rsa(RsaKey::Pkcs1v15(_)) => "RSA PKCS#1 v1.5",
            Kind::Rsa(RsaKey::Pss(_)) => "RSA PSS",
            Kind::Ed25519(_) => "Ed25519",
        }
    }

    /// The check that was made if the signature is the key's over the message.
    pub(super) fn verify(&self, message: &Message<'_>, signature: &[u8]) -> Option<&'static str> {
        match &self.kind {
            Kind::Ecdsa(key) => key.verify(message, signature),
            Kind::Rsa(key) => key.verify(message, signature),
            Kind::Ed25519(key) => key.verify(message, signature),
        }
    }
}
