//! What goes wrong, handed to JavaScript as data: the wrapper makes a `CocketError` of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cocket::evidence::EvidenceError;
use cocket::policy::{PolicyError, PolicyErrors};
use cocket::source::SourceError;
use serde::Serialize;

/// One fault, in the form that faults have in answers of the wire.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    pub(crate) kind: String,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippet: Option<String>,
}

/// At least one fault.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Faults {
    /// The member by which the wrapper tells these from other errors.
    cocket: Vec<Fault>,
}

impl Fault {
    fn new(kind: &str, path: &str, message: String) -> Self {
        Self { kind: kind.to_owned(), path: path.to_owned(), message, ..Self::default() }
    }

    /// Something that the caller handed in and that is not what its place asks for.
    pub(crate) fn request(path: &str, message: impl Into<String>) -> Self {
        Self::new("request", path, message.into())
    }

    pub(crate) fn evidence(path: &str, message: impl Into<String>) -> Self {
        Self::new("evidence", path, message.into())
    }

    /// The words of the wire's own answer.
    pub(crate) fn internal() -> Self {
        let message = "a fault in the engine itself; nothing was decided";
        Self::new("internal", "", message.to_owned())
    }

    pub(crate) fn aborted() -> Self {
        Self::new("aborted", "", "the caller gave up; nothing was decided".to_owned())
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { cocket: vec![fault] }
    }
}

impl From<Vec<cocket::wire::Fault>> for Faults {
    fn from(faults: Vec<cocket::wire::Fault>) -> Self {
        Self { cocket: faults.into_iter().map(Fault::from).collect() }
    }
}

impl From<cocket::wire::Fault> for Fault {
    fn from(fault: cocket::wire::Fault) -> Self {
        let cocket::wire::Fault { kind, message, file, line, column, path, help, .. } = fault;
        Self { kind, message, file, line, column, path, help, snippet: None }
    }
}

impl From<&PolicyError> for Fault {
    fn from(error: &PolicyError) -> Self {
        Self {
            file: Some(error.file.clone()),
            line: Some(error.line),
            column: Some(error.column),
            help: error.help.clone(),
            snippet: error.snippet.clone(),
            ..Self::new(&format!("policy.{}", error.kind.name()), &error.path, error.detail.clone())
        }
    }
}

impl From<PolicyErrors> for Faults {
    fn from(errors: PolicyErrors) -> Self {
        Self { cocket: errors.as_slice().iter().map(Fault::from).collect() }
    }
}

impl From<SourceError> for Faults {
    fn from(error: SourceError) -> Self {
        let file = Some(error.path.display().to_string());
        Fault { file, ..Fault::new("source", "", error.detail) }.into()
    }
}

impl From<EvidenceError> for Faults {
    fn from(error: EvidenceError) -> Self {
        Fault::evidence(&error.place, error.detail).into()
    }
}

impl From<Faults> for napi::Error {
    fn from(faults: Faults) -> Self {
        // Texts and numbers only: writing them cannot fail.
        Self::from_reason(serde_json::to_string(&faults).unwrap_or_default())
    }
}

/// Runs `work`. A panic in it is a fault like any other: it must neither unwind into Node, which
/// would abort the process, nor be taken for an answer.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Faults>) -> Result<T, Faults> {
    // What a panic leaves half done is dropped with `work`, or behind a lock that is then
    // poisoned, which is a fault in itself.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Fault::internal().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault() {
        let outcome: Result<(), Faults> = guarded(|| panic!("a bug"));
        assert_eq!(outcome, Err(Fault::internal().into()));
    }
}
