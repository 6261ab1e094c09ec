//! The evidence of a decision, piece by piece: what the decision's JSON says of it.

use std::ptr::null_mut;

use cocket_c::guard::Status;
use cocket_c::text::Text;
use cocket_c::{decision, details, time};
use serde_json::{Value, json};

use crate::{items, taken};

/// # Safety
/// `made` is alive.
pub(crate) unsafe fn are_as_written(made: *const decision::Decision) {
    let mut written = null_mut();
    // SAFETY: the caller's promise, and local variables.
    unsafe { decision::cocket_decision_json(made, &raw mut written, null_mut()) };
    let written: Value = serde_json::from_slice(&taken(written)).unwrap();
    for (position, expected) in items(&written, "evidence").enumerate() {
        // SAFETY: plain values, and the caller's promise.
        let record = unsafe {
            let mut record: details::EvidenceRecord = std::mem::zeroed();
            let out = &raw mut record;
            let status = details::cocket_decision_evidence(made, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            record
        };
        // SAFETY: the texts live as long as the decision.
        unsafe {
            assert_eq!(read(record.kind), expected["kind"]);
            assert_eq!(read(record.authority), expected["authority"]);
            assert_eq!(read(record.signer), expected["signer"]);
            assert_eq!(read(record.refused), expected["refused"]);
            assert_eq!(read(record.predicate_type), expected["predicateType"]);
        }
        assert!(is_moment(record.proven_at, &expected["provenAt"]), "{expected}");
        assert!(is_moment(record.stated_at, &expected["statedAt"]), "{expected}");
        assert_eq!(record.checks, items(expected, "checks").count());
    }
}

/// # Safety
/// `text` holds what it says.
unsafe fn read(text: Text) -> Value {
    if text.data.is_null() {
        return Value::Null;
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    json!(std::str::from_utf8(bytes).unwrap())
}

fn is_moment(found: time::Time, expected: &Value) -> bool {
    let mut moment = time::Time { seconds: 0, nanoseconds: 0 };
    if let Some(text) = expected.as_str() {
        // SAFETY: a text that lives for the call, and a local variable.
        unsafe { time::cocket_time_parse(crate::text(text), &raw mut moment, null_mut()) };
    }
    (found.seconds, found.nanoseconds) == (moment.seconds, moment.nanoseconds)
}
