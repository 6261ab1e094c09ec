//! The foreign boundary: whatever the request, there is an answer, and it is always the same.
#![no_main]

use cocket::wire::answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &[u8]| {
    let answered = answer(request);
    let value: serde_json::Value = serde_json::from_slice(&answered).expect("an answer is JSON");
    let internal = value.pointer("/errors/0/kind").is_some_and(|kind| kind == "internal");
    assert!(!internal, "a panic was caught");
    assert_eq!(answered, answer(request));
});
