//! Parts of a trusted root in sigstore's own form (`trusted_root.json`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::reference::Digest;

pub(super) const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

/// Since when keys count that come without a date: since ever, as other engines have it.
pub(super) const SINCE: &str = "1970-01-01T00:00:00Z";

/// A log by its key (subject public key info in DER): its id is the digest of that.
pub(super) fn log(base_url: &str, key: &[u8]) -> Value {
    json!({
        "baseUrl": base_url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": STANDARD.encode(key),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": SINCE},
        },
        "logId": {"keyId": STANDARD.encode(Digest::sha256(key).bytes())},
    })
}
