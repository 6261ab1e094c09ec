//! Throw-away keys, and the two ways in which cosign stores what they sign.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cocket::reference::Digest;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};

use super::GenerateError;

/// The payload type of an in-toto statement in a DSSE envelope.
const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";

pub(super) struct Keys {
    /// The one that the policy trusts.
    pub(super) release: Key,
    /// One that nobody here knows.
    pub(super) stranger: Key,
}

pub(super) struct Key(SigningKey);

impl Keys {
    pub(super) fn derive() -> Result<Self, GenerateError> {
        let derive = |seed: &str| {
            let secret = Digest::sha256(seed.as_bytes());
            SigningKey::from_slice(secret.bytes()).map(Key).map_err(|error| fault(&error))
        };
        Ok(Self {
            release: derive("cocket example, first look: release")?,
            stranger: derive("cocket example, first look: stranger")?,
        })
    }
}

impl Key {
    pub(super) fn public_pem(&self) -> Result<String, GenerateError> {
        self.0.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|error| fault(&error))
    }

    /// What cosign writes as the hint of a key: the digest of its subject public key info.
    fn hint(&self) -> Result<String, GenerateError> {
        let der = self.0.verifying_key().to_public_key_der().map_err(|error| fault(&error))?;
        Ok(BASE64_STANDARD.encode(Digest::sha256(der.as_bytes()).bytes()))
    }

    /// An ECDSA signature over SHA-256 in DER, in base64; the nonce is that of RFC 6979.
    pub(super) fn sign(&self, message: &[u8]) -> String {
        let signature: Signature = self.0.sign(message);
        BASE64_STANDARD.encode(signature.to_der().as_bytes())
    }

    /// A Sigstore bundle v0.3 as `cosign sign` makes it: a DSSE envelope with a statement that
    /// approves of `digest`.
    pub(super) fn bundle(&self, digest: &Digest) -> Result<Value, GenerateError> {
        let statement = statement(digest);
        let signature = self.sign(&encoding(STATEMENT_TYPE, statement.as_bytes()));
        Ok(json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": self.hint()?}},
            "dsseEnvelope": {
                "payload": BASE64_STANDARD.encode(statement),
                "payloadType": STATEMENT_TYPE,
                "signatures": [{"sig": signature}],
            },
        }))
    }
}

/// The simple signing payload that cosign signs in its legacy layout.
pub(super) fn simple_signing(repository: &str, digest: &Digest) -> String {
    format!(
        concat!(
            r#"{{"critical":{{"identity":{{"docker-reference":"{}"}},"#,
            r#""image":{{"docker-manifest-digest":"{}"}},"#,
            r#""type":"cosign container image signature"}},"optional":null}}"#
        ),
        repository, digest
    )
}

fn statement(digest: &Digest) -> String {
    format!(
        concat!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","#,
            r#""subject":[{{"digest":{{"{}":"{}"}},"annotations":{{}}}}],"#,
            r#""predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{{}}}}"#
        ),
        digest.algorithm(),
        digest.hex()
    )
}

/// The pre-authentication encoding of the DSSE protocol.
fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn fault(error: &dyn std::fmt::Display) -> GenerateError {
    GenerateError::Key(error.to_string())
}
