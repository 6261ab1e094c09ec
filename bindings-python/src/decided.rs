//! Decisions as the core keeps them, for reports.

use cocket::report::{Format, Judged};
use cocket::wire;
use pyo3::prelude::*;

use crate::faults;

/// A decision, with its place; what Python shows of it is read from its canonical JSON.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Decided(pub(crate) Judged);

#[pymethods]
impl Decided {
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
