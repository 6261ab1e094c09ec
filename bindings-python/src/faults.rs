//! From the core's errors to the exceptions of `cocket._errors`.

use cocket::policy::{PolicyError, PolicyErrors};
use cocket::source::SourceError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guard::guarded;

/// The arguments of `cocket._errors.Fault`, in their order.
type Fault = (
    String,
    String,
    Option<String>,
    Option<u32>,
    Option<u32>,
    String,
    Option<String>,
    Option<String>,
);

/// Does `work` without the interpreter's lock; a panic in it is an `InternalError`.
///
/// # Errors
/// `InternalError`.
pub(crate) fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| guarded(work)).map_err(|_| {
        let message = "a fault in the engine itself; nothing was decided".to_owned();
        one(py, "InternalError", plain("internal", "", message))
    })
}

pub(crate) fn policies(py: Python<'_>, errors: &PolicyErrors) -> PyErr {
    raised(py, "PolicyError", errors.as_slice().iter().map(of_policy).collect())
}

pub(crate) fn source(py: Python<'_>, error: &SourceError) -> PyErr {
    let file = Some(error.path.display().to_string());
    let (kind, path) = ("source".to_owned(), String::new());
    let fault = (kind, error.detail.clone(), file, None, None, path, None, None);
    one(py, "SourceError", fault)
}

pub(crate) fn request(py: Python<'_>, path: &str, message: String) -> PyErr {
    one(py, "RequestError", plain("request", path, message))
}

pub(crate) fn evidence(py: Python<'_>, path: &str, message: String) -> PyErr {
    one(py, "EvidenceError", plain("evidence", path, message))
}

/// Faults as the wire tells them, all of one kind.
pub(crate) fn wire(py: Python<'_>, errors: Vec<cocket::wire::Fault>) -> PyErr {
    let class = match errors.first().map(|fault| fault.kind.as_str()) {
        Some("evidence") => "EvidenceError",
        Some("internal") => "InternalError",
        _ => "RequestError",
    };
    let fault = |one: cocket::wire::Fault| {
        (one.kind, one.message, one.file, one.line, one.column, one.path, one.help, None)
    };
    raised(py, class, errors.into_iter().map(fault).collect())
}

/// `cocket.Fault`s of what a policy's reader should know.
///
/// # Errors
/// Only where the package is not whole.
pub(crate) fn listed(py: Python<'_>, errors: &[PolicyError]) -> PyResult<Py<PyTuple>> {
    faults(py, errors.iter().map(of_policy).collect()).map(Bound::unbind)
}

fn of_policy(error: &PolicyError) -> Fault {
    (
        // As on the wire, so that every language has the same words.
        format!("policy.{}", error.kind.name()),
        error.detail.clone(),
        Some(error.file.clone()),
        Some(error.line),
        Some(error.column),
        error.path.clone(),
        error.help.clone(),
        error.snippet.clone(),
    )
}

fn plain(kind: &str, path: &str, message: String) -> Fault {
    (kind.to_owned(), message, None, None, None, path.to_owned(), None, None)
}

fn one(py: Python<'_>, class: &str, fault: Fault) -> PyErr {
    raised(py, class, vec![fault])
}

/// The exception, or the one that says why it could not be made.
fn raised(py: Python<'_>, class: &str, all: Vec<Fault>) -> PyErr {
    let made = || -> PyResult<Bound<'_, PyAny>> {
        let faults = faults(py, all)?;
        py.import("cocket._errors")?.getattr(class)?.call1((faults,))
    };
    made().map_or_else(|failed| failed, PyErr::from_value)
}

fn faults(py: Python<'_>, all: Vec<Fault>) -> PyResult<Bound<'_, PyTuple>> {
    let class = py.import("cocket._errors")?.getattr("Fault")?;
    let faults: PyResult<Vec<_>> = all.into_iter().map(|fault| class.call1(fault)).collect();
    PyTuple::new(py, faults?)
}
