//! Loaded policies.

use std::path::PathBuf;
use std::sync::Arc;

use cocket::import::{self, Dialect, Options};
use cocket::policy::{ObjectJudge, Policies as Loaded, PolicyErrors, PolicySource};
use cocket::source::{SourceError, read_policies};
use cocket::wire;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyTuple};

use crate::evidence::Evidence;
use crate::{convert, faults, judge};

/// Loaded policies, and the texts they came from: those are what is pickled, so that faults have
/// the same places in another process.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Policies {
    sources: Arc<[PolicySource]>,
    loaded: Arc<Loaded>,
}

impl Policies {
    pub(crate) fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded)
    }
}

#[pymethods]
impl Policies {
    #[staticmethod]
    fn load(
        py: Python<'_>,
        texts: Vec<(String, PyBackedBytes)>,
        allow_partial: bool,
        dialect: &str,
        judges: Vec<(PyBackedBytes, Py<PyAny>)>,
    ) -> PyResult<Self> {
        let source =
            |(name, bytes): (String, PyBackedBytes)| PolicySource { name, bytes: bytes.to_vec() };
        let sources: Vec<PolicySource> = texts.into_iter().map(source).collect();
        let options = options(allow_partial, dialect)?;
        let judges = judge::judges(py, judges)?;
        faults::released(py, || loaded(sources, options, &judges))?
            .map_err(|errors| faults::policies(py, &errors))
    }

    #[staticmethod]
    fn read(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        allow_partial: bool,
        dialect: &str,
        judges: Vec<(PyBackedBytes, Py<PyAny>)>,
    ) -> PyResult<Self> {
        let options = options(allow_partial, dialect)?;
        let judges = judge::judges(py, judges)?;
        let read = |paths: &[PathBuf]| -> Result<_, SourceError> {
            Ok(loaded(read_policies(paths)?, options, &judges))
        };
        faults::released(py, || read(&paths))?
            .map_err(|error| faults::source(py, &error))?
            .map_err(|errors| faults::policies(py, &errors))
    }

    fn sources<'py>(&self, py: Python<'py>) -> Vec<(&str, Bound<'py, PyBytes>)> {
        let sources = self.sources.iter();
        sources.map(|one| (one.name.as_str(), PyBytes::new(py, &one.bytes))).collect()
    }

    /// The canonical JSON of each document.
    fn documents<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let documents = faults::released(py, || self.loaded.to_canonical_json())?;
        Ok(documents.iter().map(|one| PyBytes::new(py, one)).collect())
    }

    fn to_yaml(&self, py: Python<'_>) -> PyResult<String> {
        faults::released(py, || self.loaded.to_yaml())
    }

    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        faults::released(py, || self.loaded.digest().to_string())
    }

    /// Name and digest of each `ImagePolicy`.
    fn policy_digests(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        faults::released(py, || {
            let policies = self.loaded.image_policies().iter();
            policies
                .map(|one| (one.metadata.name.to_string(), self.loaded.digest_of(one).to_string()))
                .collect()
        })
    }

    fn warnings(&self, py: Python<'_>, now: &str) -> PyResult<Py<PyTuple>> {
        let now = convert::moment(py, "now", now)?;
        let warnings = faults::released(py, || self.loaded.warnings(now))?;
        faults::listed(py, &warnings)
    }

    /// Answers a wire request of the operation `verify` without policies and evidence of its own.
    fn examine<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        evidence: &Evidence,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let answer = faults::released(py, || {
            wire::examine_with(&self.loaded, evidence.snapshot().claimed(), request)
        })?;
        Ok(PyBytes::new(py, &answer))
    }

    /// Where what was made of other engines' policies is not just what they say.
    fn notes(&self, py: Python<'_>) -> PyResult<Py<PyTuple>> {
        faults::listed(py, self.loaded.notes())
    }
}

fn options(allow_partial: bool, dialect: &str) -> PyResult<Options> {
    let dialect = Dialect::named(dialect)
        .ok_or_else(|| PyValueError::new_err("`dialect` must be `strict` or `kyverno`"))?;
    Ok(Options { allow_partial, dialect })
}

fn loaded(
    sources: Vec<PolicySource>,
    options: Options,
    judges: &[Arc<dyn ObjectJudge>],
) -> Result<Policies, PolicyErrors> {
    let loaded = Arc::new(import::load_with_judges(&sources, options, judges)?);
    Ok(Policies { sources: sources.into(), loaded })
}

/// A scan report in numbers, as text.
#[pyfunction]
pub(crate) fn scan_summary(
    py: Python<'_>,
    name: &str,
    report: &[u8],
    policies: Option<&Policies>,
    rule: Option<&str>,
    now: &str,
) -> PyResult<String> {
    let now = convert::moment(py, "now", now)?;
    let loaded = policies.map(Policies::loaded);
    faults::released(py, || wire::summary_of(name, report.into(), (loaded.as_deref(), rule), now))?
        .map_err(|errors| faults::wire(py, errors))
}
