//! Admission reviews by handles.

use std::ptr::{null, null_mut};

use cocket_c::guard::Status;
use cocket_c::text::{Bytes, Text};
use cocket_c::{admission, decision, engine, evidence, history, results, time};
use serde_json::{Value, json};

use crate::{Case, bytes, items, optional, pairs, recorded, taken};

/// The answer to the review of the case, by handles and a structure.
pub(crate) fn admitted(
    case: &Case,
    with: *const engine::Engine,
    held: *const evidence::Evidence,
) -> Vec<u8> {
    let context = &case.request["context"];
    let labels = &context["namespaceLabels"];
    let owner = &context["ownerLabels"];
    let owned_by = pairs(owner);
    let (lent, resolved) = (pairs(labels), pairs(&context["resolved"]));
    let covered: Vec<Text> = items(&case.request["history"], "covered").map(optional).collect();
    let options = admission::AdmissionOptions {
        size: size_of::<admission::AdmissionOptions>(),
        namespace_labels: if labels.is_object() { lent.as_ptr() } else { null() },
        namespace_labels_len: lent.len(),
        resolved: resolved.as_ptr(),
        resolved_len: resolved.len(),
        covered: covered.as_ptr(),
        covered_len: covered.len(),
        pin: i32::from(context["pin"] == json!(true)),
        owner_labels: if owner.is_object() { owned_by.as_ptr() } else { null() },
        owner_labels_len: owned_by.len(),
    };
    let review = bytes(case.request["review"].as_str().unwrap().as_bytes());
    let mut past = recorded(case);
    let mut made = null_mut();
    // SAFETY: handles that are alive, and local variables.
    unsafe {
        let mut now = std::mem::zeroed();
        let at = optional(&case.request["now"]);
        assert_eq!(time::cocket_time_parse(at, &raw mut now, null_mut()), Status::Ok);
        let options = &raw const options;
        let (out, error) = (&raw mut made, null_mut());
        let status =
            admission::cocket_engine_admit(with, review, options, held, past, now, out, error);
        assert_eq!(status, Status::Ok, "{}", case.name);
        let owned = |lent: Bytes| std::slice::from_raw_parts(lent.data, lent.len).to_vec();
        let answer = owned(admission::cocket_admission_answer(made));
        let response = owned(admission::cocket_admission_response(made));
        let response: Value = serde_json::from_slice(&response).unwrap();
        assert_eq!(response, case.answer["response"], "{}", case.name);
        let denied = case.answer["verdict"] == json!("deny");
        let verdict = admission::cocket_admission_verdict(made);
        assert_eq!(verdict == results::Verdict::Deny, denied, "{}", case.name);
        let decisions = items(&case.answer, "decisions").count();
        assert_eq!(admission::cocket_admission_len(made), decisions, "{}", case.name);
        for position in 0..decisions {
            let (mut one, mut written) = (null_mut(), null_mut());
            let out = &raw mut one;
            let status = admission::cocket_admission_decision(made, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            decision::cocket_decision_json(one, &raw mut written, null_mut());
            decision::cocket_decision_free(&raw mut one);
            assert!(!taken(written).is_empty());
        }
        let expected: Vec<&Value> = items(&case.answer, "coverage").collect();
        assert_eq!(admission::cocket_admission_coverage_len(made), expected.len());
        for (position, expected) in expected.into_iter().enumerate() {
            let mut proof: results::Digest = std::mem::zeroed();
            let out = &raw mut proof;
            let status = admission::cocket_admission_coverage(made, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            let text: String =
                proof.text[..proof.len].iter().map(|c| char::from(c.cast_unsigned())).collect();
            assert_eq!(&json!(text), expected);
        }
        let expected: Vec<&Value> = items(&case.answer, "reasons").collect();
        assert_eq!(admission::cocket_admission_reasons_len(made), expected.len());
        for (position, expected) in expected.into_iter().enumerate() {
            let mut reason: results::Reason = std::mem::zeroed();
            let out = &raw mut reason;
            let status = admission::cocket_admission_reason(made, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            let message = Bytes { data: reason.message.data.cast(), len: reason.message.len };
            assert_eq!(json!(String::from_utf8(owned(message)).unwrap()), expected["message"]);
        }
        admission::cocket_admission_free(&raw mut made);
        history::cocket_history_free(&raw mut past);
        answer
    }
}
