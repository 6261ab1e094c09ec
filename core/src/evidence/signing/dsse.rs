//! DSSE envelopes (secure-systems-lab/dsse, envelope.md and protocol.md).

use super::object::{Object, short};
use super::{Claim, MAX_DOCUMENT_BYTES, base64};
use crate::evidence::{EvidenceError, EvidenceErrorKind, json};

/// The payload type of in-toto statements.
pub const STATEMENT_PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Most signatures of one envelope.
pub const MAX_SIGNATURES: usize = 64;

pub(super) const MEMBERS: [&str; 3] = ["payload", "payloadType", "signatures"];
pub(super) const SIGNATURE_MEMBERS: [&str; 2] = ["sig", "keyid"];

/// A DSSE envelope as claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    encoded: Vec<u8>,
    payload_at: usize,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// The key's id: a hint.
    pub keyid: Option<String>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Envelope {
    /// Reads an envelope. Members that the format does not know are left alone.
    ///
    /// # Errors
    /// `Ambiguous` for duplicate keys and for keys that some readers would take for known ones;
    /// `Invalid` for an envelope without a signature and whatever else breaks the format;
    /// `TooLarge`.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let text = json::check(bytes, MAX_DOCUMENT_BYTES)?;
        Self::read(&Object::read(text, "", &MEMBERS)?, Ok)
    }

    /// Reads the members of an envelope; `limit` may refuse members of its signatures.
    pub(super) fn read<'a>(
        envelope: &Object<'a>,
        limit: impl Fn(Object<'a>) -> Result<Object<'a>, EvidenceError>,
    ) -> Result<Self, EvidenceError> {
        let payload_type = envelope.required("payloadType", envelope.text("payloadType")?)?;
        let payload = envelope.required("payload", envelope.text("payload")?)?;
        let payload = base64::json(&payload, &envelope.at("payload"))?;
        let mut signatures = Vec::new();
        for (place, text) in envelope.list("signatures", MAX_SIGNATURES)? {
            let item = limit(Object::read(text, &place, &SIGNATURE_MEMBERS)?)?;
            let signature = item.required("sig", item.text("sig")?)?;
            signatures.push(EnvelopeSignature {
                keyid: item.text("keyid")?,
                signature: base64::json(&signature, &item.at("sig"))?,
            });
        }
        if signatures.is_empty() {
            let place = envelope.at("signatures");
            let detail = "the envelope has no signature";
            return Err(EvidenceError::new(EvidenceErrorKind::Invalid, place, detail));
        }
        let mut encoded = pre_authentication_header(&payload_type, payload.len()).into_bytes();
        let payload_at = encoded.len();
        encoded.extend_from_slice(&payload);
        Ok(Self { payload_type, encoded, payload_at, signatures })
    }

    /// The type of the payload, which is signed with it.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.encoded.get(self.payload_at..).unwrap_or_default()
    }

    /// The signed bytes: the pre-authentication encoding of type and payload.
    #[must_use]
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The signatures; at least one.
    #[must_use]
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// What the payload says, if it is an in-toto statement.
    ///
    /// # Errors
    /// `Unsupported` for another payload type, else as for [`Claim::from_statement`] with places
    /// inside the payload.
    pub fn statement(&self) -> Result<Claim, EvidenceError> {
        if self.payload_type != STATEMENT_PAYLOAD_TYPE {
            let detail = format!("the payload type `{}` is not read", short(&self.payload_type));
            let place = "/payloadType";
            return Err(EvidenceError::new(EvidenceErrorKind::Unsupported, place, detail));
        }
        Claim::from_statement(self.payload())
    }
}

/// `PAE(type, body)` of protocol.md up to the body. Lengths count bytes.
fn pre_authentication_header(payload_type: &str, payload_bytes: usize) -> String {
    format!("DSSEv1 {} {payload_type} {payload_bytes} ", payload_type.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_protocol() {
        // The example of protocol.md.
        let envelope = Envelope::parse(
            br#"{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld",
                "signatures":[{"sig":"AA=="}]}"#,
        )
        .unwrap();
        let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(envelope.encoded(), expected);
        assert_eq!(envelope.payload(), b"hello world");
        assert_eq!(pre_authentication_header("ä", 0), "DSSEv1 2 ä 0 ");
    }

    #[test]
    fn what_an_envelope_needs() {
        let envelope = |signatures: &str| {
            let text = format!(r#"{{"payload":"","payloadType":"a","signatures":{signatures}}}"#);
            Envelope::parse(text.as_bytes())
        };
        assert!(envelope(r#"[{"sig":"AA==","other":1}]"#).is_ok());
        for signatures in ["[]", "null", "{}", "[{}]", r#"[{"sig":"!"}]"#, r#"[{"Sig":"AA=="}]"#] {
            assert!(envelope(signatures).is_err(), "{signatures}");
        }
        let many = vec![r#"{"sig":"AA=="}"#; MAX_SIGNATURES + 1].join(",");
        let error = envelope(&format!("[{many}]")).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::TooLarge);
        assert!(Envelope::parse(br#"{"payload":"","signatures":[{"sig":"AA=="}]}"#).is_err());
    }
}
