//! The cases that every language is compared on: `tests/vectors/<area>/<case>` holds a policy, a
//! wire request, what must come out of it by its author's word, and the answer byte for byte.
//! With `COCKET_WRITE_VECTORS` set the answers are written instead of compared; what the author
//! expects is compared all the same.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cocket::reasons::Code;
use cocket::wire;
use serde_json::{Value, json};

fn cases() -> Vec<PathBuf> {
    let cases = cases_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"));
    assert!(cases.len() > 50, "{}", cases.len());
    cases
}

/// Signed images of the corpus in the same form, where `cargo xtask` has written them.
fn more_cases() -> Vec<PathBuf> {
    let named = std::env::var_os("COCKET_CASES");
    let cases = named.map(|folder| cases_in(folder.as_ref()));
    assert!(cases.as_ref().is_none_or(|cases| !cases.is_empty()), "COCKET_CASES has no case");
    cases.unwrap_or_default()
}

fn cases_in(root: &Path) -> Vec<PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut cases: Vec<PathBuf> = folders(root).iter().flat_map(|area| folders(area)).collect();
    cases.sort();
    cases
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn request(case: &Path) -> Value {
    let mut request: Value = serde_json::from_slice(&read(&case.join("request.json"))).unwrap();
    let policy = String::from_utf8(read(&case.join("policy.yaml"))).unwrap();
    request["policies"] = json!([{"name": "policy.yaml", "text": policy}]);
    request
}

fn answer(request: &Value) -> Vec<u8> {
    wire::answer(request.to_string().as_bytes())
}

/// The verdict, and the codes of all reasons, sorted, each once.
fn essence(answer: &Value) -> Value {
    if answer["answer"] == "error" {
        let kinds: BTreeSet<_> = answer["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| &error["kind"])
            .map(text)
            .collect();
        return json!({"verdict": "error", "codes": kinds});
    }
    if answer["answer"] == "examined" {
        let documents = answer["documents"].as_array().unwrap().iter();
        let checks = documents.flat_map(|document| document["checks"].as_array().unwrap());
        let failed = checks.filter(|check| check["passed"] == false);
        let codes: BTreeSet<_> = failed.map(|check| text(&check["check"])).collect();
        let verdict = if answer["verified"] == true { "verified" } else { "refused" };
        return json!({"verdict": verdict, "codes": codes});
    }
    if answer["answer"] == "objects" {
        return json!({"verdict": "listed", "codes": answer["images"]});
    }
    if answer["answer"] == "imported" {
        return json!({"verdict": "imported", "codes": answer["left"]});
    }
    if answer["answer"] == "summary" {
        let reports = answer["reports"].as_array().unwrap().iter();
        let names: Vec<_> = reports.map(|report| &report["name"]).collect();
        return json!({"verdict": "summary", "codes": names});
    }
    let mut codes = BTreeSet::new();
    for decision in answer["decisions"].as_array().unwrap() {
        let results = decision["results"].as_array().into_iter().flatten();
        let results = results.flat_map(|result| result["reasons"].as_array().unwrap());
        let general = decision["general"].as_array().into_iter().flatten();
        codes.extend(results.chain(general).map(|reason| text(&reason["code"])));
    }
    let of_reviews = answer["reasons"].as_array().into_iter().flatten();
    codes.extend(of_reviews.map(|reason| text(&reason["code"])));
    json!({"verdict": answer["verdict"], "codes": codes})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn answers_are_as_expected_byte_for_byte() {
    let write = std::env::var_os("COCKET_WRITE_VECTORS").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    let mut identical = 0;
    for case in &cases {
        let answer = answer(&request(case));
        let expected: Value = serde_json::from_slice(&read(&case.join("expected.json"))).unwrap();
        let found = essence(&serde_json::from_slice(&answer).unwrap());
        let name = case.display();
        if found != expected {
            wrong.push(format!("{name}: expected {expected}, found {found}"));
        }
        let file = case.join("answer.json");
        if write {
            std::fs::write(&file, &answer).unwrap();
        } else if read(&file) != answer {
            wrong.push(format!("{name}: other bytes: {}", String::from_utf8_lossy(&answer)));
        } else {
            identical += 1;
        }
    }
    let more = more_cases();
    for case in &more {
        match read(&case.join("answer.json")) == answer(&request(case)) {
            true => identical += 1,
            false => wrong.push(format!("{}: other bytes", case.display())),
        }
    }
    // For `cargo xtask vectors`, which reads it behind whatever the harness has written.
    println!("\ncases {} identical {identical}", cases.len() + more.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn answers_are_the_same_bytes_from_eight_threads() {
    let cases: Vec<PathBuf> = cases().into_iter().chain(more_cases()).collect();
    let asked: Vec<(Value, Vec<u8>)> = cases
        .iter()
        .map(|case| request(case))
        .map(|request| (request.clone(), answer(&request)))
        .collect();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (cases, asked) = (&cases, &asked);
            scope.spawn(move || {
                for at in (0..asked.len()).map(|at| (at + thread * asked.len() / 8) % asked.len()) {
                    let (request, expected) = &asked[at];
                    assert!(answer(request) == *expected, "{}", cases[at].display());
                }
            });
        }
    });
}

#[test]
fn every_code_has_a_case_and_every_failure_a_family_that_passes() {
    let mut seen = BTreeSet::new();
    let mut passing = BTreeSet::new();
    for case in cases() {
        let answer: Value = serde_json::from_slice(&answer(&request(&case))).unwrap();
        let essence = essence(&answer);
        let codes = essence["codes"].as_array().unwrap().iter().map(text);
        if essence["verdict"] == "allow" {
            passing.insert(case.parent().unwrap().file_name().unwrap().to_owned());
        }
        seen.extend(codes);
    }
    // A flood of attachments would be megabytes of a case; `evaluate/attacks.rs` has it.
    seen.insert(Code::EvidenceTooMuch.code().to_owned());
    // Nothing makes the engine panic; `admission.rs` has a verifier of the test's own that does.
    seen.insert(Code::AdmissionFailed.code().to_owned());
    // What judges of objects answer; `objects.rs` hands the engine some.
    let foreign = Code::ALL.iter().filter(|code| code.code().starts_with("foreign."));
    seen.extend(foreign.map(|code| code.code().to_owned()));
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code.code())).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    for area in [
        "registry",
        "reference",
        "signature",
        "attestation",
        "provenance",
        "vulnerabilities",
        "config",
        "baseImage",
        "alternatives",
        "expression",
        "static",
        "podSecurity",
        "container",
        "annotation",
        "admission",
    ] {
        assert!(passing.contains(std::ffi::OsStr::new(area)), "{area}: nothing passes");
    }
}

#[test]
fn the_order_of_evidence_policies_and_rules_changes_no_byte() {
    for case in cases() {
        let request = request(&case);
        let straight = answer(&request);
        let mut turned = request.clone();
        for list in ["evidence", "vouched", "gaps"] {
            if let Some(list) = turned.get_mut(list).and_then(Value::as_array_mut) {
                list.reverse();
            }
        }
        let policy = request["policies"][0]["text"].as_str().unwrap();
        let mut documents: Vec<&str> =
            policy.split("---\n").filter(|text| !text.is_empty()).collect();
        documents.reverse();
        turned["policies"] = documents
            .iter()
            .enumerate()
            .map(|(position, text)| json!({"name": format!("{position}.yaml"), "text": text}))
            .collect();
        let turned = answer(&turned);
        if !straight.starts_with(br#"{"answer":"error""#) {
            let decided = |bytes: &[u8]| {
                let mut answer: Value = serde_json::from_slice(bytes).unwrap();
                // Notes name places in the texts, which are others now.
                let notes = answer["notes"].as_array_mut().into_iter().flatten();
                notes.for_each(|note| {
                    note.as_object_mut()
                        .unwrap()
                        .retain(|key, _| key == "kind" || key == "message");
                });
                answer.to_string()
            };
            assert_eq!(decided(&turned), decided(&straight), "{}", case.display());
        }
    }
}

#[test]
fn a_strangers_junk_changes_no_outcome() {
    for case in cases() {
        let mut request = request(&case);
        let straight: Value = serde_json::from_slice(&answer(&request)).unwrap();
        let image = request["context"]["images"][0]["image"].as_str().unwrap_or_default();
        let subject = image.split_once('@').map(|(_, digest)| digest.to_owned());
        for media_type in [
            "application/vnd.dev.cosign.simplesigning.v1+json",
            "application/vnd.dsse.envelope.v1+json",
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            "application/octet-stream",
        ] {
            let mut junk = json!({"mediaType": media_type, "data": "e30="});
            junk["subject"] = json!(subject);
            if subject.is_none() {
                junk.as_object_mut().unwrap().remove("subject");
            }
            if let Some(evidence) = request["evidence"].as_array_mut() {
                evidence.push(junk);
            }
        }
        let junked: Value = serde_json::from_slice(&answer(&request)).unwrap();
        assert_eq!(junked["verdict"], straight["verdict"], "{}", case.display());
        assert_eq!(junked["verified"], straight["verified"], "{}", case.display());
        let outcomes = |answer: &Value| -> Vec<Value> {
            let decisions = answer["decisions"].as_array().into_iter().flatten();
            let results = decisions.flat_map(|one| one["results"].as_array().unwrap());
            results.map(|result| result["outcome"].clone()).collect()
        };
        assert_eq!(outcomes(&junked), outcomes(&straight), "{}", case.display());
    }
}

/// Reports of decisions that were read again are those of the decisions themselves.
#[test]
fn written_decisions_are_read_again() {
    let mut compared = 0;
    for case in cases() {
        let answer = answer(&request(&case));
        let whole: Value = serde_json::from_slice(&answer).unwrap();
        let decisions = whole["decisions"].as_array().into_iter().flatten();
        for decision in decisions {
            // The answer is canonical, and so is a part of it that is written again.
            let bytes = serde_json_canonicalizer::to_vec(decision).unwrap();
            let read = wire::read_decision(&bytes);
            let read = read.unwrap_or_else(|error| panic!("{}: {error:?}", case.display()));
            let text = cocket::report::Format::Json.render(&[read], false);
            let written = String::from_utf8(bytes).unwrap();
            assert!(text.contains(&written), "{}", case.display());
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}
