//! The native half of the Python package `cocket`: handles on what the core keeps, and nothing
//! that decides. Everything a Python program sees is in `python/cocket`.
//!
//! Work is done without the interpreter's lock and behind a guard, so that a panic in it is an
//! exception of Python's own kind and not pyo3's, which derives from `BaseException`.

mod convert;
mod decided;
mod engine;
mod evidence;
mod faults;
mod guard;
mod judge;
mod policies;
mod source;
mod verifier;

use std::ffi::OsString;

use cocket::reasons::{Code, ReasonKind};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Answers one request of the wire form.
#[pyfunction]
fn answer<'py>(py: Python<'py>, request: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let answer = faults::released(py, || cocket::wire::answer(request))?;
    Ok(PyBytes::new(py, &answer))
}

type Explanation = (&'static str, &'static str, &'static str);

/// Title, kind and remedy of a reason code.
#[pyfunction]
fn explain(py: Python<'_>, code: &str) -> PyResult<Option<Explanation>> {
    faults::released(py, || {
        let code = Code::from_code(code)?;
        let kind = match code.kind() {
            ReasonKind::Pass => "pass",
            ReasonKind::Fail => "fail",
        };
        Some((code.title(), kind, code.remedy()))
    })
}

/// The JSON schema of policy documents.
#[pyfunction]
fn policy_schema(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    let schema = faults::released(py, cocket::wire::policy_schema)?;
    Ok(PyBytes::new(py, &schema))
}

/// Runs the command line and gives its exit status.
#[pyfunction]
fn command_line(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    faults::released(py, || cocket_cli::run(arguments))
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<policies::Policies>()?;
    module.add_class::<evidence::Evidence>()?;
    module.add_class::<source::EvidenceDirectory>()?;
    module.add_class::<engine::History>()?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<decided::Decided>()?;
    module.add_function(wrap_pyfunction!(answer, module)?)?;
    module.add_function(wrap_pyfunction!(policy_schema, module)?)?;
    module.add_function(wrap_pyfunction!(decided::report, module)?)?;
    module.add_function(wrap_pyfunction!(policies::scan_summary, module)?)?;
    module.add_function(wrap_pyfunction!(explain, module)?)?;
    module.add_function(wrap_pyfunction!(command_line, module)?)
}
