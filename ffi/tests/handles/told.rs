//! Policies as our own, and reports in numbers.

use std::ptr::null_mut;

use cocket_c::guard::Status;
use cocket_c::{policies, time};
use serde_json::{Value, json};

use super::{bytes, cases, decoded, items, loaded, optional, taken, text, told};

#[test]
fn what_policies_are_in_our_own_form_is_as_recorded() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.is("import")) {
        if case.answer["answer"] == "error" {
            continue;
        }
        let (mut made, mut written) = (loaded(case).unwrap(), null_mut());
        // SAFETY: policies that are alive, and local variables.
        unsafe {
            let status = policies::cocket_policies_yaml(made, &raw mut written, null_mut());
            assert_eq!(status, Status::Ok);
            policies::cocket_policies_free(&raw mut made);
        }
        let yaml = String::from_utf8(taken(written)).unwrap();
        assert_eq!(json!(yaml), case.answer["yaml"], "{}", case.name);
        compared += 1;
    }
    assert!(compared > 2, "{compared}");
}

#[test]
fn reports_are_summed_up_as_recorded() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.is("summary") && case.request["now"].is_string())
    {
        let mut made = loaded(case).unwrap();
        let mut now = time::Time { seconds: 0, nanoseconds: 0 };
        let moment = text(case.request["now"].as_str().unwrap());
        let asked = &case.request["summary"];
        for (position, report) in items(asked, "reports").enumerate() {
            let (data, mut out, mut error) = (decoded(&report["data"]), null_mut(), null_mut());
            // SAFETY: policies that are alive, and local variables.
            let status = unsafe {
                time::cocket_time_parse(moment, &raw mut now, null_mut());
                policies::cocket_scan_summary(
                    optional(&report["name"]),
                    bytes(&data),
                    made,
                    optional(&asked["rule"]),
                    now,
                    &raw mut out,
                    &raw mut error,
                )
            };
            match status {
                Status::Ok => {
                    let text = String::from_utf8(taken(out)).unwrap();
                    assert_eq!(json!(text), case.answer["reports"][position]["text"]);
                }
                _ => assert_eq!(without_place(told(error)), without_place(case.answer.clone())),
            }
            compared += 1;
        }
        // SAFETY: they are alive, and nobody uses them any more.
        unsafe { policies::cocket_policies_free(&raw mut made) };
    }
    assert!(compared > 4, "{compared}");
}

/// A report that is handed in by itself has no place in a request.
fn without_place(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().unwrap() {
        if error["kind"] == "evidence" {
            error.as_object_mut().unwrap().remove("path");
        }
    }
    answer
}
