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

use crate::evidence::json;
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
    // Nothing that was half done outlives the call, so that a panic leaves nothing broken behind.
    let answered = catch_unwind(AssertUnwindSafe(|| answered(request)));
    answered.unwrap_or_else(|_| Answer::error(Fault::internal()).to_bytes())
}

fn answered(request: &[u8]) -> Vec<u8> {
    match read(request) {
        Err(fault) => Answer::error(fault),
        Ok(request) => match request.op {
            Op::Version => Answer::version(),
            Op::Check => check::check(request).unwrap_or_else(Answer::errors),
        },
    }
    .to_bytes()
}

fn read(bytes: &[u8]) -> Result<Request, Fault> {
    let text = json::check(bytes, MAX_REQUEST)
        .map_err(|error| Fault::request(&error.place, error.detail))?;
    serde_json::from_str(text).map_err(|error| {
        Fault::request(&format!("{}:{}", error.line(), error.column()), error.to_string())
    })
}
