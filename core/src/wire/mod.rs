//! The one foreign boundary: request bytes in, answer bytes out. Bindings hand both through
//! unchanged, so that every language has the same answer.
//!
//! A request is a JSON object with `op`, one of
//!
//! - `check`: decide on the images that `context` names or that its Kubernetes objects would run,
//! - `version`: the engine's version, which is in no decision.
//!
//! An answer is canonical JSON (RFC 8785) with a member `answer`: `decided`, `version` or `error`.

mod answer;
mod check;
mod request;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::evaluate::Engine;
use crate::evidence::{Evidence, json};
use answer::{Answer, Fault};
use request::{Op, Request};

/// Largest request that is read, in bytes.
pub const MAX_REQUEST: usize = 256 * 1024 * 1024;

/// Answers one request. Whatever the request holds, there is an answer: a fault in it, and a
/// panic while answering, are answers of kind `error`.
///
/// ```
/// use cocket::wire::answer;
/// let answer = answer(br#"{"op":"version"}"#);
/// assert_eq!(answer, format!(r#"{{"answer":"version","version":"{}"}}"#, env!("CARGO_PKG_VERSION")).into_bytes());
/// ```
#[must_use]
pub fn answer(request: &[u8]) -> Vec<u8> {
    guarded(request, check::check)
}

/// Answers one request with an engine and evidence that were made before: the request is as for
/// [`answer`], without `policies`, `trust`, `evidence`, `vouched` and `gaps`.
///
/// ```
/// use cocket::evaluate::Engine;
/// use cocket::evidence::Evidence;
/// use cocket::policy::Policies;
/// use cocket::wire::answer_with;
///
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec: {rules: [{id: approved, registry: {allow: ['registry.example.com/**']}}]}
/// ")?;
/// let request = br#"{"op":"check","now":"2026-11-23T12:00:00Z",
///     "context":{"images":[{"image":"registry.example.com/app:1.0"}]}}"#;
/// let answer = answer_with(&Engine::new(&policies)?, &Evidence::new(), request);
/// assert!(answer.ends_with(br#""verdict":"allow"}"#));
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[must_use]
pub fn answer_with(engine: &Engine, evidence: &Evidence, request: &[u8]) -> Vec<u8> {
    guarded(request, |request| check::check_with(engine, evidence, request))
}

/// Nothing that was half done outlives the call, so that a panic leaves nothing broken behind.
fn guarded(bytes: &[u8], check: impl FnOnce(Request) -> Result<Answer, Vec<Fault>>) -> Vec<u8> {
    let answered = catch_unwind(AssertUnwindSafe(|| {
        match read(bytes) {
            Err(fault) => Answer::error(fault),
            Ok(request) => match request.op {
                Op::Version => Answer::version(),
                Op::Check => check(request).unwrap_or_else(Answer::errors),
            },
        }
        .to_bytes()
    }));
    answered.unwrap_or_else(|_| Answer::error(Fault::internal()).to_bytes())
}

fn read(bytes: &[u8]) -> Result<Request, Fault> {
    let text = json::check(bytes, MAX_REQUEST)
        .map_err(|error| Fault::request(&error.place, error.detail))?;
    serde_json::from_str(text).map_err(|error| {
        Fault::request(&format!("{}:{}", error.line(), error.column()), error.to_string())
    })
}
