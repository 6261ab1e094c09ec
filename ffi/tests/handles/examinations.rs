//! Examinations by handles.

use std::ptr::{null, null_mut};

use cocket_c::guard::Status;
use cocket_c::text::{Bytes, Text};
use cocket_c::{evidence, examination, policies, time};
use serde_json::{Value, json};

use crate::{
    Case, NO_TEXT, bytes, cases, collected, decoded, items, loaded, optional, pairs, told,
};

fn examined(
    case: &Case,
    with: *const policies::Policies,
    held: *const evidence::Evidence,
) -> Result<Value, Value> {
    let asked = &case.request["verify"];
    let target = &asked["target"];
    let annotations = pairs(&asked["annotations"]);
    let file = target["artifact"].is_string().then(|| decoded(&target["artifact"]));
    let identity = match &asked["signedIdentity"] {
        Value::Object(members) => Some(json!(members).to_string()),
        name => name.as_str().map(str::to_owned),
    };
    let question = examination::Question {
        size: size_of::<examination::Question>(),
        authority: optional(&asked["authority"]),
        policy: optional(&asked["policy"]),
        image: optional(&target["image"]),
        digest: optional(&target["digest"]),
        artifact: file.as_deref().map_or(Bytes { data: null(), len: 0 }, bytes),
        content: optional(&asked["type"]),
        annotations: annotations.as_ptr(),
        annotations_len: annotations.len(),
        signed_identity: identity.as_deref().map_or(NO_TEXT, crate::text),
        signed_hash: optional(&asked["signedHash"]),
    };
    let (mut made, mut error) = (null_mut(), null_mut());
    // SAFETY: handles that are alive, and local variables.
    unsafe {
        let mut now = std::mem::zeroed();
        let at = optional(&case.request["now"]);
        assert_eq!(time::cocket_time_parse(at, &raw mut now, null_mut()), Status::Ok);
        let (out, question) = (&raw mut made, &raw const question);
        let status = examination::cocket_examine(with, question, held, now, out, &raw mut error);
        match status {
            Status::Ok => Ok(read(made)),
            _ => Err(told(error)),
        }
    }
}

/// The answer of the examination, of which each part is read as well.
fn read(mut made: *mut examination::Examination) -> Value {
    // SAFETY: an examination that is alive, and local variables.
    unsafe {
        let answer = examination::cocket_examination_answer(made);
        let answer = std::slice::from_raw_parts(answer.data, answer.len);
        let answer: Value = serde_json::from_slice(answer).unwrap();
        let verified = examination::cocket_examination_verified(made);
        assert_eq!(json!(verified == 1), answer["verified"]);
        let mut heads: examination::ExaminationHeads = std::mem::zeroed();
        let status = examination::cocket_examination_summary(made, &raw mut heads, null_mut());
        assert_eq!(status, Status::Ok);
        assert_eq!(heads.documents, items(&answer, "documents").count());
        assert_eq!(text_of(heads.cause_check), answer["cause"]["check"]);
        assert_eq!(text_of(heads.cause_message), answer["cause"]["message"]);
        for (position, document) in items(&answer, "documents").enumerate() {
            let mut one: examination::ExaminedDocument = std::mem::zeroed();
            let out = &raw mut one;
            let status = examination::cocket_examination_document(made, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            assert_eq!(text_of(one.signer), document["signer"]);
            assert_eq!(one.checks, items(document, "checks").count());
            for at in 0..one.checks {
                let mut check: examination::Check = std::mem::zeroed();
                let out = &raw mut check;
                let status =
                    examination::cocket_examination_check(made, position, at, out, null_mut());
                assert_eq!(status, Status::Ok);
                let written = &document["checks"][at];
                assert_eq!(text_of(check.check), written["check"]);
                assert_eq!(text_of(check.found), written["found"]);
                assert_eq!(json!(check.passed == 1), written["passed"]);
            }
        }
        for at in 0..heads.not_asked {
            let mut told: Text = NO_TEXT;
            let out = &raw mut told;
            examination::cocket_examination_not_asked(made, at, out, null_mut());
            assert_eq!(text_of(told), answer["notAsked"][at]);
        }
        for at in 0..heads.gaps {
            let mut told: Text = NO_TEXT;
            examination::cocket_examination_gap(made, at, &raw mut told, null_mut());
            assert_eq!(text_of(told), answer["gaps"][at]);
        }
        assert_eq!(examination::cocket_examination_free(&raw mut made), Status::Ok);
        answer
    }
}

/// # Safety
/// `text` holds what it says.
unsafe fn text_of(text: Text) -> Value {
    if text.data.is_null() {
        return Value::Null;
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    json!(std::str::from_utf8(bytes).unwrap())
}

#[test]
fn one_authority_is_examined_as_recorded() {
    let (mut found, mut faults) = (0, 0);
    for case in cases().iter().filter(|case| case.is("verify")) {
        // The form of requests is the wire's own.
        let own = items(&case.answer, "errors").any(|fault| {
            let (kind, path) = (fault["kind"].as_str(), fault["path"].as_str());
            kind == Some("evidence")
                || path.is_some_and(|path| {
                    ["/now", "/verify", "/context/images", "/vouched"].contains(&path)
                })
        });
        if own {
            continue;
        }
        let mut with = match loaded(case) {
            Ok(with) => with,
            Err(found) => {
                assert_eq!(found, case.answer, "{}", case.name);
                continue;
            }
        };
        let mut held = collected(case).unwrap();
        match examined(case, with, held) {
            Ok(answer) => {
                assert_eq!(answer, case.answer, "{}", case.name);
                found += 1;
            }
            Err(answer) => {
                assert_eq!(answer, case.answer, "{}", case.name);
                faults += 1;
            }
        }
        // SAFETY: both are alive, and nobody uses them any more.
        unsafe {
            evidence::cocket_evidence_free(&raw mut held);
            policies::cocket_policies_free(&raw mut with);
        }
    }
    assert!(found > 10 && faults > 2, "{found} {faults}");
}
