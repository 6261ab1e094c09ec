use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::der::Decode as _;
use p256::pkcs8::{EncodePublicKey as _, ObjectIdentifier, SubjectPublicKeyInfoRef};
use sha2::Digest as _;

use crate::evidence::signing::Artifact;
use crate::reference::Digest;

/// Largest PEM text that is read; a key of any common algorithm is a tenth of it.
pub const MAX_PEM_BYTES: usize = 16 * 1024;

/// Longest label of a PEM block.
const MAX_LABEL_BYTES: usize = 40;

/// A public key.
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
    algorithm: Algorithm,
    id: String,
}

/// The algorithms, each with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Algorithm {
    EcdsaP256(VerifyingKey),
}

/// Why a text is not a usable public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is not PEM.
    #[error("not a public key in PEM: it starts with `-----BEGIN PUBLIC KEY-----`")]
    NotPem,
    /// It is too long.
    #[error("{0} bytes where a public key in PEM has a few hundred")]
    TooLarge(usize),
    /// There are several PEM blocks.
    #[error("{0} PEM blocks where one public key is expected")]
    Several(usize),
    /// Something stands before or after the PEM block, or its end is missing or another's.
    #[error("the PEM block `{0}` does not end the text as it began it")]
    Frame(String),
    /// It is a private key.
    #[error("a `{0}`, which must be kept secret, where the public key is expected")]
    PrivateKey(String),
    /// It is a certificate.
    #[error("a certificate where a public key is expected")]
    Certificate,
    /// It is a PEM block of another kind.
    #[error("a PEM block `{0}` where `PUBLIC KEY` is expected")]
    Label(String),
    /// The content of the PEM block is broken.
    #[error("the content of the public key is broken: {0}")]
    Broken(String),
    /// The key is of an algorithm that is not supported.
    #[error("{0} is not supported yet; ECDSA P-256 is")]
    Unsupported(String),
}

impl PublicKey {
    /// Reads subject public key info in PEM (RFC 7468, section 13; RFC 5480 for elliptic curves):
    /// one block and nothing else.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead, and names the algorithm where it is one
    /// that is not supported.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = unarmour(pem)?;
        let info = SubjectPublicKeyInfoRef::from_der(&der)
            .map_err(|error| KeyError::Broken(error.to_string()))?;
        match algorithm_name(&info)? {
            Name::EcdsaP256 => {
                let broken = |error: &dyn std::fmt::Display| KeyError::Broken(error.to_string());
                let key = VerifyingKey::try_from(info).map_err(|error| broken(&error))?;
                // Encoded anew, because a point has two encodings and a signer one spelling.
                let der = key.to_public_key_der().map_err(|error| broken(&error))?;
                let id = Digest::sha256(der.as_bytes()).to_string();
                Ok(Self { algorithm: Algorithm::EcdsaP256(key), id })
            }
            Name::Other(name) => Err(KeyError::Unsupported(name)),
        }
    }

    /// The key's one spelling: `sha256:` and the digest of its subject public key info in DER.
    #[must_use]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// [`Self::id`] without a copy.
    pub(super) fn id_str(&self) -> &str {
        &self.id
    }

    /// The algorithm's name for people, such as `ECDSA P-256`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::EcdsaP256(_) => "ECDSA P-256",
        }
    }

    /// The check that was made if the signature is the key's over the message.
    pub(super) fn verify(&self, message: &Message, signature: &[u8]) -> Option<&'static str> {
        match &self.algorithm {
            Algorithm::EcdsaP256(key) => {
                // DER and nothing but (RFC 3279, section 2.2.3). Either of the two values that
                // `s` may have counts: ECDSA knows both, and signers make both.
                let signature = Signature::from_der(signature).ok()?;
                key.verify_prehash(&message.sha256, &signature).ok()?;
                Some("ecdsa-p256-sha256")
            }
        }
    }
}

/// Signed bytes, hashed once for all keys and signatures.
pub(super) struct Message {
    sha256: [u8; 32],
}

impl Message {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { sha256: sha2::Sha256::digest(bytes).into() }
    }

    /// A file, of which the digest may be all there is.
    pub(super) fn of(artifact: &Artifact<'_>) -> Option<Self> {
        let sha256 = artifact.hash("sha256")?.try_into().ok()?;
        Some(Self { sha256 })
    }
}

/// The DER in the one PEM block `PUBLIC KEY`.
fn unarmour(pem: &str) -> Result<Vec<u8>, KeyError> {
    const BEGIN: &str = "-----BEGIN ";
    if pem.len() > MAX_PEM_BYTES {
        return Err(KeyError::TooLarge(pem.len()));
    }
    let blocks = pem.matches(BEGIN).count();
    if blocks > 1 {
        return Err(KeyError::Several(blocks));
    }
    let (before, rest) = pem.split_once(BEGIN).ok_or(KeyError::NotPem)?;
    let (label, rest) = rest.split_once("-----").ok_or(KeyError::NotPem)?;
    // Labels are short and on one line. Without its closing dashes, a label would run on into
    // the key, and errors repeat labels.
    let in_label = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
    if label.len() > MAX_LABEL_BYTES || !label.chars().all(in_label) {
        return Err(KeyError::NotPem);
    }
    let label = label.to_owned();
    match label.as_str() {
        "PUBLIC KEY" => {}
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            return Err(KeyError::Certificate);
        }
        _ if label.contains("PRIVATE KEY") => return Err(KeyError::PrivateKey(label)),
        _ => return Err(KeyError::Label(label)),
    }
    let body = rest.trim_end().strip_suffix("-----END PUBLIC KEY-----");
    let (Some(body), true) = (body, before.trim().is_empty()) else {
        return Err(KeyError::Frame(label));
    };
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(body).map_err(|_| KeyError::Broken("it is not base64".to_owned()))
}

enum Name {
    EcdsaP256,
    Other(String),
}

/// The algorithm by its object identifiers (RFC 3279, 4055, 5480, 8410).
fn algorithm_name(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Name, KeyError> {
    const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    let algorithm = info.algorithm.oid;
    if algorithm == EC {
        let curve = info.algorithm.parameters_oid().map_err(|_| {
            KeyError::Broken("an elliptic curve that is not given by its name".to_owned())
        })?;
        return Ok(match curve.to_string().as_str() {
            "1.2.840.10045.3.1.7" => Name::EcdsaP256,
            "1.3.132.0.34" => Name::Other("ECDSA P-384".to_owned()),
            "1.3.132.0.35" => Name::Other("ECDSA P-521".to_owned()),
            "1.3.132.0.10" => Name::Other("ECDSA secp256k1".to_owned()),
            other => Name::Other(format!("ECDSA on the curve `{other}`")),
        });
    }
    Ok(Name::Other(match algorithm.to_string().as_str() {
        "1.2.840.113549.1.1.1" => "RSA".to_owned(),
        "1.2.840.113549.1.1.10" => "RSA-PSS".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        other => format!("the algorithm `{other}`"),
    }))
}
