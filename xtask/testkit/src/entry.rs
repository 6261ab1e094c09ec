//! Signed statements, and the bodies of log entries about them, as Rekor writes them (rekor, pkg/types).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Signer;

/// The kinds of log entries about a DSSE envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// `dsse` 0.0.1.
    Dsse,
    /// `intoto` 0.0.1, which holds no signature.
    InToto1,
    /// `intoto` 0.0.2, which holds the signature in base64 twice.
    InToto2,
}

impl Entry {
    /// The body of an entry about `sealed`, signed by a certificate or key in PEM.
    pub(crate) fn body(self, sealed: &Sealed, verifier: &str) -> Value {
        let verifier = STANDARD.encode(verifier);
        let signature = STANDARD.encode(&sealed.signature);
        let (payload, envelope) = (hash(sealed.payload.as_bytes()), hash(&sealed.bytes));
        match self {
            Self::Dsse => json!({
                "apiVersion": "0.0.1", "kind": "dsse",
                "spec": {
                    "payloadHash": payload,
                    "signatures": [{"signature": signature, "verifier": verifier}],
                },
            }),
            Self::InToto1 => json!({
                "apiVersion": "0.0.1", "kind": "intoto",
                "spec": {
                    "content": {"hash": envelope, "payloadHash": payload},
                    "publicKey": verifier,
                },
            }),
            Self::InToto2 => json!({
                "apiVersion": "0.0.2", "kind": "intoto",
                "spec": {"content": {
                    "envelope": {
                        "payloadType": STATEMENT,
                        "signatures": [{"publicKey": verifier, "sig": STANDARD.encode(signature)}],
                    },
                    "hash": envelope, "payloadHash": payload,
                }},
            }),
        }
    }
}

/// A signed statement.
pub(crate) struct Sealed {
    pub(crate) payload: String,
    pub(crate) signature: Vec<u8>,
    pub(crate) envelope: Value,
    /// The envelope as it stands alone.
    pub(crate) bytes: Vec<u8>,
}

const STATEMENT: &str = "application/vnd.in-toto+json";

pub(crate) fn statement(image: &str, predicate_type: &str, predicate: &Value) -> String {
    let hex = image.strip_prefix("sha256:").unwrap_or(image);
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": hex}, "annotations": {}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
    .to_string()
}

pub(crate) fn sealed(payload: &str, key: &Signer) -> Sealed {
    let encoded = format!("DSSEv1 {} {STATEMENT} {} {payload}", STATEMENT.len(), payload.len());
    let signature = key.sign_bytes(encoded.as_bytes());
    let envelope = json!({
        "payload": STANDARD.encode(payload), "payloadType": STATEMENT,
        "signatures": [{"sig": STANDARD.encode(&signature)}],
    });
    let bytes = envelope.to_string().into_bytes();
    Sealed { payload: payload.to_owned(), signature, envelope, bytes }
}

/// The body of an entry about a signed file.
pub(crate) fn hashed_rekord(file: &[u8], signature: &[u8], verifier: &str) -> Value {
    json!({
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": {
            "data": {"hash": hash(file)},
            "signature": {
                "content": STANDARD.encode(signature),
                "publicKey": {"content": STANDARD.encode(verifier)},
            },
        },
    })
}

fn hash(bytes: &[u8]) -> Value {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({"algorithm": "sha256", "value": hex})
}
