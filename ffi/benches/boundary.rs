//! What the C interface costs beside the same calls in Rust, as minima of many rounds.

use std::hint::black_box;
use std::ptr::null_mut;
use std::time::Instant;

use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::Evidence;
use cocket::policy::Policies;
use cocket_c::{answer, buffer, decision, engine, evidence, policies, request, text, time};

const POLICY: &str = "apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  rules:
    - id: approved
      registry: {allow: ['registry.example.com/**']}
";
const IMAGE: &str = "registry.example.com/team/app:1.2";
const NOW: &str = "2026-11-23T12:00:00Z";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let loaded = Policies::from_text("p.yaml", POLICY)?;
    let core = Engine::new(&loaded)?;
    let moment: cocket::Timestamp = NOW.parse()?;
    let (none, history) = (Evidence::new(), History::default());
    let in_rust = minimum(|| {
        let request = ImageRequest { image: IMAGE.to_owned(), ..ImageRequest::default() };
        black_box(core.check(&request, &none, &history, moment));
    });
    println!("check in Rust                  {in_rust:>8} ns");
    // SAFETY: every handle is alive where it is used, and every place is a local variable.
    unsafe { through_c(moment) };
    let document = format!(
        r#"{{"op":"check","now":"{NOW}","policies":[{{"name":"p.yaml","text":{}}}],"context":{{"images":[{{"image":"{IMAGE}"}}]}}}}"#,
        serde_json::to_string(POLICY)?
    );
    let in_rust = minimum(|| drop(black_box(cocket::wire::answer(document.as_bytes()))));
    println!("answer in Rust                 {in_rust:>8} ns");
    let lent = text::Bytes { data: document.as_ptr(), len: document.len() };
    let in_c = minimum(|| {
        let mut out = null_mut();
        // SAFETY: as above.
        unsafe {
            answer::cocket_answer(lent, &raw mut out, null_mut());
            buffer::cocket_buffer_free(black_box(&raw mut out));
        }
    });
    println!("cocket_answer, with free       {in_c:>8} ns");
    Ok(())
}

/// # Safety
/// None that a caller could break.
unsafe fn through_c(moment: cocket::Timestamp) {
    let lend = |from: &str| text::Text { data: from.as_ptr().cast(), len: from.len() };
    let no_text = text::Text { data: std::ptr::null(), len: 0 };
    let source = policies::PolicyText {
        name: lend("p.yaml"),
        text: text::Bytes { data: POLICY.as_ptr(), len: POLICY.len() },
    };
    let (mut loaded, mut compiled, mut none) = (null_mut(), null_mut(), null_mut());
    let now = time::Time { seconds: moment.as_second(), nanoseconds: 0 };
    let asked = request::ImageRequest {
        size: size_of::<request::ImageRequest>(),
        image: lend(IMAGE),
        digest: no_text,
        parent: no_text,
        namespace_name: no_text,
        namespace_labels: std::ptr::null(),
        namespace_labels_len: 0,
        admission: 0,
    };
    // SAFETY: as in `main`.
    unsafe {
        policies::cocket_policies_load(&raw const source, 1, &raw mut loaded, null_mut());
        engine::cocket_engine_new(loaded, std::ptr::null(), &raw mut compiled, null_mut());
        evidence::cocket_evidence_new(&raw mut none, null_mut());
        let mut made = null_mut();
        let check = |made: &mut *mut decision::Decision| {
            engine::cocket_engine_check(
                compiled,
                &raw const asked,
                none,
                std::ptr::null(),
                now,
                std::ptr::from_mut(made),
                null_mut(),
            )
        };
        let in_c = minimum(|| {
            check(&mut made);
            decision::cocket_decision_free(black_box(&raw mut made));
        });
        println!("cocket_engine_check, with free {in_c:>8} ns");
        check(&mut made);
        let read = minimum(|| {
            black_box(decision::cocket_decision_verdict(black_box(made)));
        });
        println!("cocket_decision_verdict        {read:>8} ns");
        decision::cocket_decision_free(&raw mut made);
        evidence::cocket_evidence_free(&raw mut none);
        engine::cocket_engine_free(&raw mut compiled);
        policies::cocket_policies_free(&raw mut loaded);
    }
}

/// Nanoseconds of the fastest of many rounds of a thousand calls, by call.
fn minimum(mut work: impl FnMut()) -> u128 {
    let round = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..1000).for_each(|_| work());
        start.elapsed().as_nanos() / 1000
    };
    (0..200).map(|_| round(&mut work)).min().unwrap_or_default()
}
