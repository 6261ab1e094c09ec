//! Judges in another language: whatever one says of itself is a judge or a fault, and whatever it
//! answers is a decision; what is no answer denies. The input is a declaration, a line break that is
//! followed by another, and an answer.
#![no_main]

use std::sync::Arc;

use cocket::evaluate::Engine;
use cocket::evidence::Evidence;
use cocket::policy::Policies;
use cocket::wire::{JudgeHost, answer_with, judge};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const REQUEST: &[u8] =
    br#"{"op":"check","now":"2026-11-23T12:00:00Z","context":{"objects":[{"name":
    "pod.json","text":"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"},
    \"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"nginx:1\"}]}}"}]}}"#;

#[derive(Debug)]
struct Says(Vec<u8>);

impl JudgeHost for Says {
    fn judge(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }
}

fuzz_target!(|input: &[u8]| {
    let at = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let (declaration, answer) = input.split_at(at);
    let says = answer.get(2..).unwrap_or_default().to_vec();
    let parsed: Option<Value> = serde_json::from_slice(&says).ok();
    let is_answer = parsed.is_some_and(|answer| answer["results"].is_array());
    let judge = match judge(declaration, Arc::new(Says(says))) {
        Ok(judge) => judge,
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| fault.kind != "internal"));
            return;
        }
    };
    let Ok(policies) = Policies::load_with_judges(&[], vec![judge]) else { return };
    let Ok(engine) = Engine::new(&policies) else { return };
    let told = answer_with(&engine, &Evidence::new(), &one_line(REQUEST));
    assert_eq!(told, answer_with(&engine, &Evidence::new(), &one_line(REQUEST)));
    let told: Value = serde_json::from_slice(&told).expect("an answer is JSON");
    assert_eq!(told["answer"], "decided");
    assert!(is_answer || told["verdict"] == "deny", "{told}");
});

/// The request as it would be written: line breaks cannot stand in a text of JSON.
fn one_line(request: &[u8]) -> Vec<u8> {
    request.iter().copied().filter(|byte| *byte != b'\n').collect()
}
