//! cosign's legacy layouts, where certificates, log entries and timestamps stand in annotations
//! (cosign, specs/SIGNATURE_SPEC.md).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::certificate::pem;
use crate::entry::{self, Entry, sealed, statement};
use crate::keyless::{INDEX, hexed, id};
use crate::{Certified, Instance, Signature, Signer};

/// The annotation with the signature of a legacy layout.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

impl Instance {
    /// The annotations of cosign's legacy layout beside a payload that is signed by a certificate.
    #[must_use]
    pub fn annotations(&self, payload: &[u8], who: &Certified, day: u8) -> Vec<(String, String)> {
        let signature = Signer::named("leaf").sign_bytes(payload);
        let leaf = self.leaf(who, day);
        let body = entry::hashed_rekord(payload, &signature, &pem(&leaf));
        let mut annotations = vec![(SIGNATURE.to_owned(), STANDARD.encode(&signature))];
        annotations.extend(self.chain_annotations(&leaf));
        annotations.push(self.log_annotation(&body, day));
        annotations
    }

    /// The same by a key, with a timestamp.
    #[must_use]
    pub fn annotations_by_key(
        &self,
        payload: &[u8],
        key: &Signer,
        day: u8,
    ) -> Vec<(String, String)> {
        let signature = key.sign_bytes(payload);
        let body = entry::hashed_rekord(payload, &signature, &key.pem());
        let signed = (SIGNATURE.to_owned(), STANDARD.encode(&signature));
        vec![signed, self.log_annotation(&body, day), self.stamp_annotation(&signature, day)]
    }

    /// cosign's legacy layout of a statement about `image`, written `sha256:…`: an envelope, and
    /// beside it in annotations certificate, chain, log entry and timestamp.
    #[must_use]
    pub fn attestation(
        &self,
        entry: Entry,
        image: &str,
        predicate_type: &str,
        who: &Certified,
        day: u8,
    ) -> Signature {
        let leaf = self.leaf(who, day);
        let sealed = sealed(&statement(image, predicate_type, &json!({})), &Signer::named("leaf"));
        let body = entry.body(&sealed, &pem(&leaf));
        let mut annotations = vec![
            (SIGNATURE.to_owned(), String::new()),
            ("predicateType".to_owned(), predicate_type.to_owned()),
        ];
        annotations.extend(self.chain_annotations(&leaf));
        annotations.push(self.log_annotation(&body, day));
        annotations.push(self.stamp_annotation(&sealed.signature, day));
        Signature {
            media_type: "application/vnd.dsse.envelope.v1+json",
            bytes: sealed.bytes,
            annotations: annotations.into_iter().collect(),
        }
    }

    fn chain_annotations(&self, leaf: &[u8]) -> [(String, String); 2] {
        [
            ("dev.sigstore.cosign/certificate", pem(leaf)),
            ("dev.sigstore.cosign/chain", pem(&self.middle()) + &pem(&self.root())),
        ]
        .map(|(name, text)| (name.to_owned(), text))
    }

    fn log_annotation(&self, body: &Value, day: u8) -> (String, String) {
        let entry = self.entry(body, day);
        let bundle = json!({
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": entry["canonicalizedBody"], "logIndex": INDEX,
                "integratedTime": self.seconds(day), "logID": hexed(&id(&self.log)),
            },
        });
        ("dev.sigstore.cosign/bundle".to_owned(), bundle.to_string())
    }

    fn stamp_annotation(&self, signature: &[u8], day: u8) -> (String, String) {
        let token = STANDARD.encode(self.timestamp(signature, day));
        let stamp = json!({ "SignedRFC3161Timestamp": token });
        ("dev.sigstore.cosign/rfc3161timestamp".to_owned(), stamp.to_string())
    }
}
