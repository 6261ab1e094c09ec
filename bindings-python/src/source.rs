//! Directories of image layouts.

use std::path::PathBuf;
use std::sync::Arc;

use cocket::reference::Reference;
use cocket::source::{EvidenceDirectory as Opened, EvidenceSource as _};
use pyo3::prelude::*;

use crate::evidence::Evidence;
use crate::{convert, faults};

#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct EvidenceDirectory(Arc<Opened>);

#[pymethods]
impl EvidenceDirectory {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let opened = faults::released(py, || Opened::open(&path))?;
        opened.map(|one| Self(Arc::new(one))).map_err(|error| faults::source(py, &error))
    }

    /// Name and digest of each image.
    fn images(&self, py: Python<'_>) -> PyResult<Vec<(Option<&str>, String)>> {
        faults::released(py, || {
            let images = self.0.images().iter();
            images.map(|image| (image.name.as_deref(), image.digest.to_string())).collect()
        })
    }

    fn resolve(&self, py: Python<'_>, image: &str) -> PyResult<Option<String>> {
        let resolve = || match Reference::parse(image) {
            Ok(reference) => Ok(self.0.resolve(&reference)),
            Err(error) => Err(error.to_string()),
        };
        let resolved = faults::released(py, resolve)?
            .map_err(|message| faults::request(py, "/image", message))?
            .map_err(|error| faults::source(py, &error))?;
        Ok(resolved.map(|digest| digest.to_string()))
    }

    fn collect(&self, py: Python<'_>, digest: &str) -> PyResult<Evidence> {
        let digest = convert::digest(py, "digest", digest)?;
        let collected = faults::released(py, || self.0.collect(&digest))?;
        collected.map(Evidence::of).map_err(|error| faults::source(py, &error))
    }
}
