//! Digests and moments, which cross the boundary as text.

use cocket::Timestamp;
use cocket::reference::Digest;
use pyo3::prelude::*;

use crate::faults;

/// Most characters of a wrong value that an error repeats.
const SHOWN: usize = 200;

pub(crate) fn digest(py: Python<'_>, name: &str, text: &str) -> PyResult<Digest> {
    text.parse::<Digest>().map_err(|error| {
        let message = match text.len() > SHOWN {
            true => format!("`{}…` is not a digest", shown(text)),
            // The core's sentence repeats the value.
            false => error.to_string(),
        };
        faults::request(py, &format!("/{name}"), message)
    })
}

pub(crate) fn some_digest(
    py: Python<'_>,
    name: &str,
    text: Option<&str>,
) -> PyResult<Option<Digest>> {
    text.map(|text| digest(py, name, text)).transpose()
}

/// A moment that Python wrote in RFC 3339.
pub(crate) fn moment(py: Python<'_>, name: &str, text: &str) -> PyResult<Timestamp> {
    text.parse().map_err(|error| {
        let message = format!("`{}` is not a moment that can be told: {error}", shown(text));
        faults::request(py, &format!("/{name}"), message)
    })
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
