//! The cases that every language is compared on, through handles instead of requests: the same
//! decisions, and the same faults with the same kind, line, column and path.
#![cfg(test)]

mod admissions;
mod examinations;
mod faults;
mod judges;
mod objects;
mod records;
mod told;

use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_c::guard::Status;
use cocket_c::text::{Bytes, Pair, Text};
use cocket_c::{
    buffer, decision, engine, error, evidence, history, policies, request, review, time,
};
use serde_json::{Value, json};

const NO_TEXT: Text = Text { data: null(), len: 0 };

fn text(from: &str) -> Text {
    Text { data: from.as_ptr().cast(), len: from.len() }
}

fn optional(value: &Value) -> Text {
    value.as_str().map_or(NO_TEXT, text)
}

fn bytes(from: &[u8]) -> Bytes {
    Bytes { data: from.as_ptr(), len: from.len() }
}

fn pairs(value: &Value) -> Vec<Pair> {
    let members = value.as_object().into_iter().flatten();
    let pair = |(name, value): (&String, &Value)| Pair { name: text(name), value: optional(value) };
    members.map(pair).collect()
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn decoded(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

/// One case: its name, its policy, its request and the answer that must come of it.
struct Case {
    name: String,
    policy: String,
    request: Value,
    answer: Value,
    bytes: Vec<u8>,
}

impl Case {
    fn is(&self, operation: &str) -> bool {
        self.request["op"] == json!(operation)
    }
}

fn cases() -> Vec<Case> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/vectors");
    let roots = [Some(vectors), std::env::var_os("COCKET_CASES").map(PathBuf::from)];
    let found: Vec<Case> = roots.into_iter().flatten().flat_map(|root| cases_in(&root)).collect();
    assert!(found.len() > 50);
    found
}

fn cases_in(root: &Path) -> Vec<Case> {
    let case = |folder: PathBuf| {
        let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
        let bytes = read("answer.json");
        Case {
            name: folder.strip_prefix(root).unwrap().display().to_string(),
            policy: String::from_utf8(read("policy.yaml")).unwrap(),
            request: serde_json::from_slice(&read("request.json")).unwrap(),
            answer: serde_json::from_slice(&bytes).unwrap(),
            bytes,
        }
    };
    folders(root).iter().flat_map(|area| folders(area)).map(case).collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// What a call's error says in JSON, as an answer would.
fn told(mut from: *mut error::Error) -> Value {
    let mut written = null_mut();
    // SAFETY: the error was given to us alive, and the buffer is written before it is read.
    unsafe {
        assert_eq!(error::cocket_error_json(from, &raw mut written), Status::Ok);
        let lent = buffer::cocket_buffer_bytes(written);
        let json = serde_json::from_slice(std::slice::from_raw_parts(lent.data, lent.len)).unwrap();
        buffer::cocket_buffer_free(&raw mut written);
        error::cocket_error_free(&raw mut from);
        json
    }
}

fn taken(mut from: *mut buffer::Buffer) -> Vec<u8> {
    // SAFETY: the buffer was given to us alive.
    unsafe {
        let lent = buffer::cocket_buffer_bytes(from);
        let taken = std::slice::from_raw_parts(lent.data, lent.len).to_vec();
        buffer::cocket_buffer_free(&raw mut from);
        taken
    }
}

/// The case's policies, or the faults that they have.
fn loaded(case: &Case) -> Result<*mut policies::Policies, Value> {
    let mut sources = vec![policies::PolicyText {
        name: text("policy.yaml"),
        text: bytes(case.policy.as_bytes()),
    }];
    sources.extend(items(&case.request, "trust").map(|one| policies::PolicyText {
        name: optional(&one["name"]),
        text: bytes(one["text"].as_str().unwrap().as_bytes()),
    }));
    let options = policies::ImportOptions {
        allow_partial: case.request["allowPartial"] == json!(true),
        dialect: optional(&case.request["dialect"]),
    };
    let (mut loaded, mut failed) = (null_mut(), null_mut());
    let (texts, len) = (sources.as_ptr(), sources.len());
    let (out, error) = (&raw mut loaded, &raw mut failed);
    // SAFETY: the texts live as long as the case, and every place is a local variable.
    match unsafe { policies::cocket_policies_load_with(texts, len, options, out, error) } {
        Status::Ok => Ok(loaded),
        _ => Err(told(failed)),
    }
}

/// The same as an engine, or the faults that they have.
fn compiled(case: &Case) -> Result<*mut engine::Engine, Value> {
    let mut loaded = loaded(case)?;
    let (mut made, mut failed) = (null_mut(), null_mut());
    // SAFETY: the policies are alive, and every place is a local variable.
    unsafe {
        let status = engine::cocket_engine_new(loaded, null(), &raw mut made, &raw mut failed);
        policies::cocket_policies_free(&raw mut loaded);
        match status {
            Status::Ok => Ok(made),
            _ => Err(told(failed)),
        }
    }
}

/// The case's evidence, or the fault that it has.
fn collected(case: &Case) -> Result<*mut evidence::Evidence, Value> {
    let (mut held, mut failed) = (null_mut(), null_mut());
    // SAFETY: what is lent lives for the call, and every place is a local variable.
    unsafe {
        assert_eq!(evidence::cocket_evidence_new(&raw mut held, null_mut()), Status::Ok);
        for item in items(&case.request, "evidence") {
            let (data, kind) = (decoded(&item["data"]), item["mediaType"].as_str().unwrap());
            let signed = ["simplesigning", "dsse", "sigstore.bundle"];
            let attached = !item["subject"].is_null() || signed.iter().any(|of| kind.contains(of));
            let annotations = pairs(&item["annotations"]);
            let status = match attached {
                true => evidence::cocket_evidence_attach(
                    held,
                    optional(&item["subject"]),
                    text(kind),
                    bytes(&data),
                    annotations.as_ptr(),
                    annotations.len(),
                    &raw mut failed,
                ),
                false => {
                    let mut digest = std::mem::zeroed();
                    evidence::cocket_evidence_add_blob(
                        held,
                        text(kind),
                        bytes(&data),
                        optional(&item["digest"]),
                        &raw mut digest,
                        &raw mut failed,
                    )
                }
            };
            if status != Status::Ok {
                evidence::cocket_evidence_free(&raw mut held);
                return Err(told(failed));
            }
        }
        for item in items(&case.request, "vouched") {
            let data = decoded(&item["data"]);
            let subject = optional(&item["subject"]);
            let status = evidence::cocket_evidence_vouch(held, subject, bytes(&data), null_mut());
            assert_eq!(status, Status::Ok);
        }
        for gap in items(&case.request, "gaps") {
            let kind = i32::from(gap["kind"] != json!("incomplete"));
            let (subject, detail) = (optional(&gap["subject"]), optional(&gap["detail"]));
            let status = evidence::cocket_evidence_add_gap(held, subject, kind, detail, null_mut());
            assert_eq!(status, Status::Ok);
        }
    }
    Ok(held)
}

fn recorded(case: &Case) -> *mut history::History {
    let mut made = null_mut();
    // SAFETY: as above.
    unsafe {
        history::cocket_history_new(&raw mut made, null_mut());
        for pair in pairs(&case.request["history"]["tags"]) {
            history::cocket_history_add_tag(made, pair.name, pair.value, null_mut());
        }
        for pair in pairs(&case.request["history"]["firstSeen"]) {
            let mut at = std::mem::zeroed();
            time::cocket_time_parse(pair.value, &raw mut at, null_mut());
            history::cocket_history_add_first_seen(made, pair.name, at, null_mut());
        }
        let statements = case.request["history"]["statements"].as_array();
        for one in statements.into_iter().flatten() {
            let mut at = std::mem::zeroed();
            time::cocket_time_parse(optional(&one["at"]), &raw mut at, null_mut());
            let (subject, authority) = (optional(&one["subject"]), optional(&one["authority"]));
            let kind = optional(&one["type"]);
            let status = history::cocket_history_add_statement(
                made,
                subject,
                authority,
                kind,
                at,
                null_mut(),
            );
            assert_eq!(status, Status::Ok);
        }
    }
    made
}

/// The answer to the case's request without what the handles hold.
fn answered(case: &Case, with: *const engine::Engine, held: *const evidence::Evidence) -> Vec<u8> {
    let mut request = case.request.clone();
    for own in ["trust", "allowPartial", "dialect", "evidence", "vouched", "gaps"] {
        request.as_object_mut().unwrap().remove(own);
    }
    let request = request.to_string();
    let mut out = null_mut();
    // SAFETY: handles that are alive, and a local variable.
    let status = unsafe {
        review::cocket_engine_answer(
            with,
            held,
            bytes(request.as_bytes()),
            &raw mut out,
            null_mut(),
        )
    };
    assert_eq!(status, Status::Ok);
    taken(out)
}

/// The canonical JSON of the decision on one image of the case.
fn checked(
    case: &Case,
    image: &Value,
    with: *const engine::Engine,
    held: *const evidence::Evidence,
) -> Vec<u8> {
    let context = &case.request["context"];
    let own = !image["namespace"].is_null();
    let place = if own { image } else { context };
    let labels = match own || image["namespaceLabels"].is_object() {
        true => &image["namespaceLabels"],
        false => &place["namespaceLabels"],
    };
    let lent = pairs(labels);
    let own = &image["ownerLabels"];
    let owner = if own.is_object() { own } else { &context["ownerLabels"] };
    let owned_by = pairs(owner);
    let resolved = &context["resolved"][image["image"].as_str().unwrap_or_default()];
    let asked = request::ImageRequest {
        size: size_of::<request::ImageRequest>(),
        image: optional(&image["image"]),
        digest: optional(if image["digest"].is_null() { resolved } else { &image["digest"] }),
        parent: optional(&image["parent"]),
        namespace_name: optional(&place["namespace"]),
        namespace_labels: if labels.is_object() { lent.as_ptr() } else { null() },
        namespace_labels_len: lent.len(),
        admission: i32::from(context["admission"] == json!(true)),
        kind: optional(&image["kind"]),
        owner_labels: if owner.is_object() { owned_by.as_ptr() } else { null() },
        owner_labels_len: owned_by.len(),
    };
    let mut past = recorded(case);
    let (mut made, mut written) = (null_mut(), null_mut());
    // SAFETY: handles that are alive, and local variables.
    unsafe {
        let mut now = std::mem::zeroed();
        let at = optional(&case.request["now"]);
        assert_eq!(time::cocket_time_parse(at, &raw mut now, null_mut()), Status::Ok);
        let status = engine::cocket_engine_check(
            with,
            &raw const asked,
            held,
            past,
            now,
            &raw mut made,
            null_mut(),
        );
        assert_eq!(status, Status::Ok, "{}", case.name);
        records::are_as_written(made);
        decision::cocket_decision_json(made, &raw mut written, null_mut());
        decision::cocket_decision_free(&raw mut made);
        history::cocket_history_free(&raw mut past);
    }
    taken(written)
}

#[test]
fn handles_give_the_recorded_answers_and_the_recorded_faults() {
    let (mut answers, mut decisions, mut faults, mut reviews) = (0, 0, 0, 0);
    for case in cases() {
        // The form of requests is the wire's own, and one authority is asked about by a policy.
        if case.name.starts_with("requests")
            || ["verify", "import", "summary"].iter().any(|op| case.is(op))
        {
            continue;
        }
        let (mut with, mut held) = match (compiled(&case), collected(&case)) {
            (Ok(with), Ok(held)) => (with, held),
            (Err(found), _) | (_, Err(found)) => {
                assert!(is_same(&found, &case.answer), "{}: {found}", case.name);
                faults += 1;
                continue;
            }
        };
        let answer = answered(&case, with, held);
        // Notes are the policies' own, and the engine was made before the request.
        if case.answer["notes"].is_null() {
            let found = String::from_utf8_lossy(&answer);
            assert_eq!(found, String::from_utf8_lossy(&case.bytes), "{}", case.name);
            answers += 1;
        }
        if case.is("admit") {
            let found = admissions::admitted(&case, with, held);
            let found = String::from_utf8_lossy(&found);
            assert_eq!(found, String::from_utf8_lossy(&case.bytes), "{}", case.name);
            reviews += 1;
        }
        let expected = items(&case.answer, "decisions").filter(|one| one["origin"].is_null());
        for (image, expected) in items(&case.request["context"], "images").zip(expected) {
            let found = checked(&case, image, with, held);
            let text = String::from_utf8_lossy(&case.bytes);
            assert!(text.contains(&*String::from_utf8_lossy(&found)), "{}", case.name);
            assert_eq!(&serde_json::from_slice::<Value>(&found).unwrap(), expected);
            decisions += 1;
        }
        // SAFETY: both are alive, and nobody uses them any more.
        unsafe {
            evidence::cocket_evidence_free(&raw mut held);
            engine::cocket_engine_free(&raw mut with);
        }
    }
    println!("answers {answers}, decisions {decisions}, faults {faults}");
    assert!(answers > 50 && decisions > 50 && faults > 5 && reviews > 40);
}

/// The place in the evidence is named by the argument here, and by JSON pointer on the wire.
fn is_same(found: &Value, expected: &Value) -> bool {
    let without_paths = |answer: &Value| {
        let mut answer = answer.clone();
        for fault in answer["errors"].as_array_mut().into_iter().flatten() {
            if fault["kind"] == json!("evidence") {
                fault.as_object_mut().unwrap().remove("path");
            }
        }
        answer
    };
    without_paths(found) == without_paths(expected)
}
