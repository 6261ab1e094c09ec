//! What every policy about objects has, whoever wrote its language.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::policy::model::RuleSeverity;
use crate::reference::Digest;

/// The digest of a policy and of what it is judged with.
pub(super) fn digest_of(document: &Value, around: Digest) -> Digest {
    let mut bytes = canonical(document);
    bytes.extend(around.to_string().into_bytes());
    Digest::sha256(&bytes)
}

/// A document's canonical bytes; a number that they cannot say is written plainly.
pub(super) fn canonical(document: &Value) -> Vec<u8> {
    let bytes =
        serde_json_canonicalizer::to_vec(document).or_else(|_| serde_json::to_vec(document));
    bytes.unwrap_or_default()
}

/// The severity by Kyverno's annotation.
pub(super) fn severity(document: &Value) -> Option<RuleSeverity> {
    let annotations = document.pointer("/metadata/annotations")?;
    let word = annotations.get("policies.kyverno.io/severity")?.as_str()?;
    serde_json::from_value(Value::String(word.to_ascii_lowercase())).ok()
}

/// Whether a policy's text looks at the clock.
pub(super) fn is_about_time(text: &str) -> bool {
    ["time_", "now(", "getDate", "timestamp("].iter().any(|word| text.contains(word))
}

/// Until when an answer that looks at the clock may be taken for good.
pub(crate) fn soon(now: Timestamp) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_secs(1)).ok()
}
