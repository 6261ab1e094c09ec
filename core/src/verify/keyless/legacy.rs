//! What cosign's legacy layouts keep in annotations: certificate, chain, log entry and timestamp
//! (cosign, specs/SIGNATURE_SPEC.md). It is a bundle of version 0.1 in other clothes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;

use super::chain::is_self_issued;
use super::sealed::{Content, Form, Sealed};
use super::{KeylessRefusal, pem};
use crate::evidence::json;
use crate::evidence::signing::LogEntry;

const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// Largest annotation that is read.
const MAX_ANNOTATION_BYTES: usize = 16 * 1024 * 1024;

/// What stands beside a signature.
#[derive(Clone, Default)]
pub(super) struct Beside {
    certificates: Vec<Vec<u8>>,
    entries: Vec<LogEntry>,
    timestamps: Vec<Vec<u8>>,
}

impl Beside {
    pub(super) fn sealed<'a>(self, content: Content<'a>, signature: &'a [u8]) -> Sealed<'a> {
        Sealed {
            content,
            signature,
            certificates: Cow::Owned(self.certificates),
            entries: Cow::Owned(self.entries),
            timestamps: Cow::Owned(self.timestamps),
            form: Form::Annotations,
        }
    }
}

pub(super) fn read(annotations: &BTreeMap<String, String>) -> Result<Beside, KeylessRefusal> {
    let mut beside = Beside::default();
    if let Some(text) = filled(annotations, CERTIFICATE) {
        let fault = || wrong(CERTIFICATE, "one certificate in PEM");
        let found = pem::certificates(text).filter(|found| found.len() == 1);
        beside.certificates = found.ok_or_else(fault)?;
        let chain = filled(annotations, CHAIN).unwrap_or_default();
        let chain = pem::certificates(chain).ok_or_else(|| wrong(CHAIN, "certificates in PEM"))?;
        // cosign writes the whole chain there, of which the root counts for nothing.
        beside.certificates.extend(chain.into_iter().filter(|der| !is_self_issued(der)));
    }
    if let Some(text) = filled(annotations, BUNDLE) {
        let entry = entry(text).ok_or_else(|| wrong(BUNDLE, "a log entry in JSON"))?;
        beside.entries.push(entry);
    }
    if let Some(text) = filled(annotations, TIMESTAMP) {
        let stamp = stamp(text).ok_or_else(|| wrong(TIMESTAMP, "a timestamp in JSON"))?;
        beside.timestamps.push(stamp);
    }
    Ok(beside)
}

/// An annotation with something in it: cosign leaves empty ones where it has nothing to say.
fn filled<'a>(annotations: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    annotations.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

fn wrong(name: &'static str, expected: &'static str) -> KeylessRefusal {
    KeylessRefusal::Annotation { name, expected }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct JsonBundle {
    signed_entry_timestamp: String,
    payload: JsonPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonPayload {
    body: String,
    integrated_time: i64,
    log_index: u64,
    #[serde(rename = "logID")]
    log_id: String,
}

fn entry(text: &str) -> Option<LogEntry> {
    json::check(text.as_bytes(), MAX_ANNOTATION_BYTES).ok()?;
    let bundle: JsonBundle = serde_json::from_str(text).ok()?;
    let payload = bundle.payload;
    let seconds = payload.integrated_time;
    let time = match seconds {
        0 => None,
        _ => Some(Timestamp::from_second(seconds).ok().filter(|_| seconds > 0)?),
    };
    Some(LogEntry::promised(
        unhex(&payload.log_id)?,
        payload.log_index,
        time,
        STANDARD.decode(bundle.signed_entry_timestamp).ok()?,
        STANDARD.decode(payload.body).ok()?,
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTimestamp {
    #[serde(rename = "SignedRFC3161Timestamp")]
    signed: String,
}

fn stamp(text: &str) -> Option<Vec<u8>> {
    json::check(text.as_bytes(), MAX_ANNOTATION_BYTES).ok()?;
    let stamp: JsonTimestamp = serde_json::from_str(text).ok()?;
    STANDARD.decode(stamp.signed).ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let digits = pair.len() == 2 && pair.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        let text = std::str::from_utf8(pair).ok().filter(|_| digits)?;
        u8::from_str_radix(text, 16).ok()
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, text: &str) -> Result<Beside, KeylessRefusal> {
        read(&BTreeMap::from([(name.to_owned(), text.to_owned())]))
    }

    #[test]
    fn a_log_entry_is_read_strictly() {
        let good = r#"{"SignedEntryTimestamp":"AA==","Payload":{"body":"e30=",
            "integratedTime":5,"logIndex":7,"logID":"00ff"}}"#;
        let beside = one(BUNDLE, good).unwrap();
        let entry = beside.entries.first().unwrap();
        assert_eq!((entry.log_id.as_slice(), entry.index), (&[0, 255][..], 7));
        assert_eq!(entry.kind, None);
        for (from, to) in [
            ("00ff", "00FF"),
            ("00ff", "00f"),
            (":5", ":-5"),
            (":7", ":-7"),
            (r#""body""#, r#""more":1,"body""#),
            (r#""body""#, r#""body":"","body""#),
            ("AA==", "AA"),
        ] {
            let refused = one(BUNDLE, &good.replacen(from, to, 1)).err();
            assert_eq!(refused, Some(wrong(BUNDLE, "a log entry in JSON")), "{from} {to}");
        }
    }

    #[test]
    fn what_is_empty_is_absent_and_what_is_not_read_is_told() {
        assert!(one(CERTIFICATE, "").unwrap().certificates.is_empty());
        assert!(one(CERTIFICATE, "x").is_err());
        assert!(one(TIMESTAMP, "{}").is_err());
        assert!(one("other", "x").is_ok());
    }
}
