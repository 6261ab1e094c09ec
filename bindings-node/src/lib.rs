//! The native half of the Node package `cocket`; `index.js` is the other, and the only caller.
//!
//! Nothing is decided here: values are read, the core is asked, and what it says is handed back.
//! `index.js` makes errors, promises and classes of it that look as people expect in JavaScript.

pub mod admission;
mod ask;
pub mod decision;
pub mod engine;
pub mod evaluation;
pub mod evidence;
mod fault;
mod judge;
mod memory;
pub mod policies;
pub mod review;
mod round;
pub mod source;
mod text;
mod verifier;
pub mod work;

use cocket::reasons::{Code, ReasonKind};
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;

use crate::fault::{Fault, guarded};
use crate::work::Work;

/// Answers one request of the wire, off the event loop.
///
/// The request is copied: JavaScript may write to it while it is read.
#[napi]
pub fn answer(request: &[u8]) -> AsyncTask<Work<Buffer>> {
    let request = request.to_vec();
    Work::start(move || Ok(cocket::wire::answer(&request).into()))
}

/// Answers one request of the wire.
#[napi]
pub fn answer_sync(request: &[u8]) -> napi::Result<Buffer> {
    Ok(guarded(|| Ok(cocket::wire::answer(request).into()))?)
}

/// The JSON schema of policy documents.
#[napi]
pub fn policy_schema() -> napi::Result<Buffer> {
    Ok(guarded(|| Ok(cocket::wire::policy_schema().into()))?)
}

/// What a reason's code means, as JSON.
#[napi]
pub fn explain(code: String) -> napi::Result<String> {
    Ok(guarded(|| {
        let known = Code::from_code(&code)
            .ok_or_else(|| Fault::request("/code", format!("`{code}` is not in the catalogue")))?;
        let kind = match known.kind() {
            ReasonKind::Pass => "pass",
            ReasonKind::Fail => "fail",
        };
        let told = serde_json::json!({
            "code": code, "kind": kind, "title": known.title(), "remedy": known.remedy(),
        });
        Ok(told.to_string())
    })?)
}
