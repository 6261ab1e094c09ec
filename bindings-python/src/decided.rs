//! Decisions as the core keeps them, for reports.

use cocket::report::{Format, Judged};
use pyo3::prelude::*;

use crate::faults;

/// A decision, with its place; what Python shows of it is read from its canonical JSON.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Decided(pub(crate) Judged);

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
