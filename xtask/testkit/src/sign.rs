use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use p256::pkcs8::LineEnding;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::digest;

/// A throw-away ECDSA P-256 key. Signatures are deterministic (RFC 6979).
#[derive(Debug, Clone)]
pub struct Signer(SigningKey);

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
    /// The key that a name stands for.
    ///
    /// # Panics
    /// Never in practice: the digest of a short name is not outside the curve's order.
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests and generators call this")]
    pub fn named(name: &str) -> Self {
        let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        Self(SigningKey::from_slice(&seed).expect("a scalar below the order of the curve"))
    }

    /// The public key in PEM.
    ///
    /// # Panics
    /// Never: every key can be written.
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests and generators call this")]
    pub fn pem(&self) -> String {
        self.0.verifying_key().to_public_key_pem(LineEnding::LF).expect("a public key")
    }

    /// base64 of the digest of the subject public key info: the hint of a bundle.
    fn hint(&self) -> String {
        let der = self.0.verifying_key().to_public_key_der();
        der.map(|der| STANDARD.encode(Sha256::digest(der.as_bytes()))).unwrap_or_default()
    }

    /// The ASN.1 signature over `bytes`, in base64.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.sign_der(bytes))
    }

    /// The ASN.1 signature over `bytes`.
    pub(crate) fn sign_der(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::DerSignature = self.0.sign(bytes);
        signature.as_bytes().to_vec()
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.0
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
        let hex = image.strip_prefix("sha256:").unwrap_or(image);
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": hex}, "annotations": {}}],
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
