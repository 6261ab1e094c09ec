//! Judges of a program's own, played by the script that each case of `core/tests/judges` holds: they
//! are asked what Rust's are, and the answers have the same bytes.

use std::collections::BTreeSet;
use std::ffi::c_void;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cocket_c::guard::Status;
use cocket_c::judge::{
    Judge, Judged, Judgement, cocket_judgement_answer, cocket_policies_load_with_judges,
};
use cocket_c::policies::{ImportOptions, PolicyText};
use cocket_c::text::Text;
use cocket_c::{engine, evidence, policies};
use serde_json::Value;

use crate::{Case, NO_TEXT, answered, bytes, cases_in, collected, told};

static RELEASED: AtomicUsize = AtomicUsize::new(0);

struct Script {
    answers: Value,
    asked: Mutex<Vec<Value>>,
}

unsafe extern "C" fn play(script: *mut c_void, case: Text, judgement: *mut Judgement) -> i32 {
    // SAFETY: the script outlives its judge, and the case lives until this returns.
    let (script, case) = unsafe {
        let case = std::slice::from_raw_parts(case.data.cast::<u8>(), case.len);
        (&*script.cast::<Script>(), serde_json::from_slice::<Value>(case).unwrap())
    };
    let name = case["object"]["metadata"]["name"].as_str().unwrap().to_owned();
    script.asked.lock().unwrap().push(case);
    let Some(answer) = script.answers[&name].as_str() else { return Judged::Failed as i32 };
    // SAFETY: the judgement that this was called with.
    let status =
        unsafe { cocket_judgement_answer(judgement, bytes(answer.as_bytes()), null_mut()) };
    assert_eq!(status, Status::Ok);
    Judged::Yes as i32
}

unsafe extern "C" fn release(_: *mut c_void) {
    RELEASED.fetch_add(1, Ordering::Relaxed);
}

/// An engine of the case's policy and a judge, or what is wrong with those.
fn judging(case: &Case, declaration: &str, script: &Script) -> Result<*mut engine::Engine, Value> {
    let text = PolicyText { name: crate::text("policy.yaml"), text: bytes(case.policy.as_bytes()) };
    let options = ImportOptions { allow_partial: false, dialect: NO_TEXT };
    let judge = Judge {
        size: size_of::<Judge>(),
        declaration: bytes(declaration.as_bytes()),
        judge: Some(play),
        user_data: (&raw const *script).cast_mut().cast(),
        release: Some(release),
    };
    let (mut loaded, mut made, mut failed) = (null_mut(), null_mut(), null_mut());
    let (out, error) = (&raw mut loaded, &raw mut failed);
    // SAFETY: everything lives as long as the case, and every place is a local variable.
    unsafe {
        match cocket_policies_load_with_judges(
            &raw const text,
            1,
            options,
            &raw const judge,
            1,
            out,
            error,
        ) {
            Status::Ok => {}
            _ => return Err(told(failed)),
        }
        let none = std::ptr::null();
        assert_eq!(engine::cocket_engine_new(loaded, none, &raw mut made, null_mut()), Status::Ok);
        policies::cocket_policies_free(&raw mut loaded);
    }
    Ok(made)
}

/// A case's handles, which threads may share.
struct Playing<'a> {
    case: &'a Case,
    script: Box<Script>,
    asked: Value,
    engine: *mut engine::Engine,
    evidence: *mut evidence::Evidence,
}

// SAFETY: engines and evidence may be used from any thread, also at the same time.
unsafe impl Sync for Playing<'_> {}

impl<'a> Playing<'a> {
    fn new(root: &Path, case: &'a Case) -> Self {
        let read = |file: &str| {
            let text = std::fs::read(root.join(&case.name).join(file)).unwrap();
            serde_json::from_slice::<Value>(&text).unwrap()
        };
        let played = read("judge.json");
        let answers = played["answers"].clone();
        let script = Box::new(Script { answers, asked: Mutex::default() });
        let engine = judging(case, &played["declaration"].to_string(), &script).unwrap();
        let evidence = collected(case).unwrap();
        Self { case, script, asked: read("asked.json"), engine, evidence }
    }

    fn is_identical(&self) -> bool {
        answered(self.case, self.engine, self.evidence) == self.case.bytes
    }
}

#[test]
fn judges_are_asked_and_answer_as_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/judges");
    let cases = cases_in(&root);
    assert!(cases.len() > 25, "{}", cases.len());
    let playing: Vec<Playing<'_>> = cases.iter().map(|case| Playing::new(&root, case)).collect();
    let mut different = BTreeSet::new();
    for one in &playing {
        let same = one.is_identical();
        if !same || Value::Array(one.script.asked.lock().unwrap().clone()) != one.asked {
            different.insert(&one.case.name);
        }
    }
    let all = playing.as_slice();
    let found = std::thread::scope(|scope| {
        let run = move |thread: usize| {
            let turned = (0..all.len()).map(|at| &all[(at + thread * all.len() / 8) % all.len()]);
            turned.filter(|one| !one.is_identical()).map(|one| &one.case.name).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    different.extend(found);
    // For `cargo xtask vectors`, which reads it behind whatever the harness has written.
    println!("\ncases {} identical {}", cases.len(), cases.len() - different.len());
    assert!(different.is_empty(), "{different:?}");

    for one in playing {
        let (mut engine, mut evidence) = (one.engine, one.evidence);
        let before = RELEASED.load(Ordering::Relaxed);
        // SAFETY: both are alive, and nobody uses them any more.
        unsafe {
            evidence::cocket_evidence_free(&raw mut evidence);
            engine::cocket_engine_free(&raw mut engine);
        }
        assert_eq!(RELEASED.load(Ordering::Relaxed), before + 1, "with the last handle, once");
    }
    let script = Script { answers: Value::Null, asked: Mutex::default() };
    let wrong = judging(&cases[0], r#"{"name":"pods","id":"a/1","rules":[]}"#, &script);
    assert_eq!(wrong.unwrap_err()["errors"][0]["path"], "/rules");
}
