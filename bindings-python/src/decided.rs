//! Decisions as the core keeps them, for reports.

use cocket::decision::Verdict;
use cocket::report::{Format, Judged};
use cocket::wire;
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::faults;

/// A decision, with its place; what Python shows of it is read from its canonical JSON.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Decided(pub(crate) Judged);

#[pymethods]
impl Decided {
    /// Its canonical JSON, with its place where it has one.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        match faults::released(py, || self.0.to_canonical_json())? {
            Ok(text) => Ok(PyBytes::new(py, text.as_bytes())),
            // The core's word for it: the writer fails only where memory runs out.
            Err(_) => Err(PyMemoryError::new_err("no memory for the decision")),
        }
    }

    /// Its verdict, as the JSON has it.
    #[getter]
    fn verdict(&self) -> &'static str {
        match self.0.decision.verdict {
            Verdict::Allow => "allow",
            Verdict::Warn => "warn",
            Verdict::Deny => "deny",
        }
    }

    /// The decision that these canonical bytes are.
    #[staticmethod]
    fn read(py: Python<'_>, canonical: &[u8]) -> PyResult<Self> {
        faults::released(py, || wire::read_decision(canonical))?.map(Self).map_err(|found| {
            let first = found.into_iter().next().unwrap_or_else(wire::Fault::internal);
            faults::request(py, &first.path, first.message)
        })
    }
}

/// Decisions in a format.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    format: &str,
    decisions: Vec<PyRef<'_, Decided>>,
) -> PyResult<String> {
    let format: Format =
        format.parse().map_err(|error| faults::request(py, "/format", format!("{error}")))?;
    let judged: Vec<Judged> = decisions.iter().map(|one| one.0.clone()).collect();
    faults::released(py, || format.render(&judged, false))
}
