//! Judges of Kubernetes objects that are Python objects.

use std::sync::Arc;

use cocket::policy::ObjectJudge;
use cocket::wire::{self, JudgeHost};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::faults;
use crate::verifier::interrupt_again;

/// A judge behind `cocket._judges.Adapter`, which turns whatever the Python object does into an
/// answer, and keeps tracebacks out of decisions.
#[derive(Debug)]
struct PythonJudge {
    adapter: Py<PyAny>,
}

impl JudgeHost for PythonJudge {
    fn judge(&self, case: &str) -> Result<Vec<u8>, String> {
        let asked = Python::try_attach(|py| -> PyResult<(Option<Vec<u8>>, Option<String>)> {
            let answer = self.adapter.bind(py).call1((case,));
            let told = answer.and_then(|told| told.extract::<(Option<PyBackedBytes>, _)>());
            let (answer, detail) = told.inspect_err(|error| interrupt_again(py, error))?;
            Ok((answer.map(|bytes| bytes.to_vec()), detail))
        });
        match asked {
            None => Err("the interpreter has ended".to_owned()),
            Some(Ok((Some(answer), None))) => Ok(answer),
            Some(Ok((_, Some(detail)))) => Err(detail),
            Some(Ok((None, None)) | Err(_)) => Err("it gave no answer".to_owned()),
        }
    }
}

/// Judges by their declarations and adapters.
pub(crate) fn judges(
    py: Python<'_>,
    declared: Vec<(PyBackedBytes, Py<PyAny>)>,
) -> PyResult<Vec<Arc<dyn ObjectJudge>>> {
    let judge = |(declaration, adapter): (PyBackedBytes, Py<PyAny>)| {
        let made =
            faults::released(py, || wire::judge(&declaration, Arc::new(PythonJudge { adapter })))?;
        made.map_err(|errors| faults::wire(py, errors))
    };
    declared.into_iter().map(judge).collect()
}
