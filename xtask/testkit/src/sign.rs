use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use crate::digest;

/// A throw-away key. Signatures are deterministic (RFC 6979, RFC 8032).
#[derive(Debug, Clone)]
pub struct Signer(Key);

/// What a [`Signer`] signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// ECDSA on P-521 with SHA-512.
    P521,
    /// Ed25519 over the bytes themselves.
    Ed25519,
    /// Ed25519 over their SHA-512, as cosign signs.
    Ed25519ph,
}

#[derive(Debug, Clone)]
enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Ed25519ph(ed25519_dalek::SigningKey),
}

/// Something to attach to an image, as a layer of cosign's layouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The layer's media type.
    pub media_type: &'static str,
    /// The layer's content.
    pub bytes: Vec<u8>,
    /// The layer's annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Signer {
    /// The ECDSA P-256 key that a name stands for.
    ///
    /// # Panics
    /// Never in practice: the digest of a short name is not outside the curve's order.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::of(Algorithm::P256, name)
    }

    /// The key of an algorithm that a name stands for.
    ///
    /// # Panics
    /// Never in practice, as for [`Self::named`].
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests and generators call this")]
    pub fn of(algorithm: Algorithm, name: &str) -> Self {
        const BELOW: &str = "a scalar below the order of the curve";
        let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        // A number of the curve's length, small enough for any order.
        let padded =
            |length: usize| [vec![0; length.saturating_sub(seed.len())], seed.into()].concat();
        Self(match algorithm {
            Algorithm::P256 => Key::P256(p256::ecdsa::SigningKey::from_slice(&seed).expect(BELOW)),
            Algorithm::P384 => {
                Key::P384(p384::ecdsa::SigningKey::from_slice(&padded(48)).expect(BELOW))
            }
            Algorithm::P521 => {
                Key::P521(p521::ecdsa::SigningKey::from_slice(&padded(66)).expect(BELOW))
            }
            Algorithm::Ed25519 => Key::Ed25519(seed.into()),
            Algorithm::Ed25519ph => Key::Ed25519ph(seed.into()),
        })
    }

    /// The public key in PEM.
    ///
    /// # Panics
    /// Never: every key can be written.
    #[must_use]
    pub fn pem(&self) -> String {
        let text = STANDARD.encode(self.info());
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n")
    }

    /// The key's id: the digest of its subject public key info, written `sha256:…`.
    ///
    /// # Panics
    /// Never: every key can be written.
    #[must_use]
    pub fn id(&self) -> String {
        digest(&self.info())
    }

    /// Subject public key info in DER.
    #[expect(clippy::expect_used, reason = "only tests and generators call this")]
    pub(crate) fn info(&self) -> Vec<u8> {
        /// The info of an Ed25519 key up to its 32 bytes (RFC 8410, section 10.1).
        const ED25519: [u8; 12] =
            [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        match &self.0 {
            Key::P256(key) => key.verifying_key().to_public_key_der(),
            Key::P384(key) => key.verifying_key().to_public_key_der(),
            Key::P521(key) => key.verifying_key().to_public_key_der(),
            Key::Ed25519(key) | Key::Ed25519ph(key) => {
                return [&ED25519[..], key.verifying_key().as_bytes()].concat();
            }
        }
        .expect("a public key")
        .into_vec()
    }

    /// base64 of the digest of the subject public key info: the hint of a bundle.
    fn hint(&self) -> String {
        STANDARD.encode(Sha256::digest(self.info()))
    }

    /// The signature over `bytes`, in base64; ECDSA in ASN.1.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.sign_bytes(bytes))
    }

    /// The signature over `bytes`; ECDSA in ASN.1.
    #[expect(clippy::expect_used, reason = "only tests and generators call this")]
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.0 {
            Key::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(bytes);
                signature.as_bytes().to_vec()
            }
            Key::P384(key) => {
                let signature: p384::ecdsa::DerSignature = key.sign(bytes);
                signature.as_bytes().to_vec()
            }
            Key::P521(key) => {
                let signature: p521::ecdsa::DerSignature = key.sign(bytes);
                signature.as_bytes().to_vec()
            }
            Key::Ed25519(key) => key.sign(bytes).to_vec(),
            Key::Ed25519ph(key) => {
                let state = Sha512::new_with_prefix(bytes);
                key.sign_prehashed(state, None).expect("no context").to_vec()
            }
        }
    }

    /// cosign's legacy layout: a simple signing payload, its signature in an annotation.
    #[must_use]
    pub fn simple_signing(&self, repository: &str, image: &str, optional: &Value) -> Signature {
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": repository},
                "image": {"docker-manifest-digest": image},
                "type": "cosign container image signature",
            },
            "optional": optional,
        });
        let bytes = payload.to_string().into_bytes();
        let signature = ("dev.cosignproject.cosign/signature".to_owned(), self.sign(&bytes));
        Signature {
            media_type: "application/vnd.dev.cosign.simplesigning.v1+json",
            bytes,
            annotations: BTreeMap::from([signature]),
        }
    }

    /// cosign's present layout: a v0.3 bundle around a statement of type `sign/v1`.
    #[must_use]
    pub fn bundle(&self, image: &str) -> Signature {
        self.statement(image, "https://sigstore.dev/cosign/sign/v1", &json!({}))
    }

    /// A v0.3 bundle around a statement of any type about `image`, written `sha256:…`.
    #[must_use]
    pub fn statement(&self, image: &str, predicate_type: &str, predicate: &Value) -> Signature {
        self.statement_about(&[(None, image)], predicate_type, predicate)
    }

    /// The same about several images, each with the name that the statement gives it.
    #[must_use]
    pub fn statement_about(
        &self,
        images: &[(Option<&str>, &str)],
        predicate_type: &str,
        predicate: &Value,
    ) -> Signature {
        let subject = |(name, image): &(Option<&str>, &str)| {
            let hex = image.strip_prefix("sha256:").unwrap_or(image);
            let mut subject = json!({"digest": {"sha256": hex}, "annotations": {}});
            if let Some(name) = name {
                subject["name"] = json!(name);
            }
            subject
        };
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": images.iter().map(subject).collect::<Vec<_>>(),
            "predicateType": predicate_type,
            "predicate": predicate,
        });
        let payload = statement.to_string();
        let kind = "application/vnd.in-toto+json";
        // DSSE, section "Signature definition": the pre-authentication encoding.
        let encoded = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
        let bundle = json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": self.hint()}},
            "dsseEnvelope": {
                "payload": STANDARD.encode(&payload),
                "payloadType": kind,
                "signatures": [{"sig": self.sign(encoded.as_bytes())}],
            },
        });
        Signature {
            media_type: "application/vnd.dev.sigstore.bundle.v0.3+json",
            bytes: bundle.to_string().into_bytes(),
            annotations: BTreeMap::new(),
        }
    }
}

impl Signature {
    /// The digest of the layer.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.bytes)
    }
}
