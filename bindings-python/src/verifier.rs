//! Verifiers of signatures and of attestations that are Python objects.

use std::sync::Arc;

use cocket::Timestamp;
use cocket::evidence::signing::{EnvelopeSignature, Material};
use cocket::verify::{
    AttestationCall, AttestationVerifier, Call, Refusal, SignatureVerifier, Signer, attesting,
};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

/// Most characters of a refusal in a verifier's own words.
const MAX_DETAIL: usize = 200;

/// A verifier behind `cocket._verifiers.Adapter`, which turns whatever the Python object does
/// into an answer, and keeps tracebacks out of decisions.
#[derive(Debug)]
pub(crate) struct PythonVerifier {
    id: String,
    adapter: Py<PyAny>,
    dates: Vec<Timestamp>,
}

/// What the adapter gives: signer, proven time and checks; or a refusal in words; or neither,
/// where no signature is the authority's.
type Answer = (Option<(String, Option<String>, Vec<String>)>, Option<String>);

impl PythonVerifier {
    /// As one that policies can name; with `attests` one for attestations alone.
    pub(crate) fn named(
        id: String,
        adapter: Py<PyAny>,
        dates: Vec<Timestamp>,
        attests: bool,
    ) -> Arc<dyn SignatureVerifier> {
        let own = Arc::new(Self { id, adapter, dates });
        if attests { attesting(own) } else { own }
    }

    fn ask(
        &self,
        py: Python<'_>,
        call: &Call<'_>,
        stated: Option<(&str, &str)>,
    ) -> PyResult<Answer> {
        let arguments = (
            call.subject.to_string(),
            call.authority,
            call.now.to_string(),
            material(py, &call.material)?,
            stated,
        );
        self.adapter.bind(py).call1(arguments)?.extract()
    }
}

impl PythonVerifier {
    fn answer(&self, call: &Call<'_>, stated: Option<(&str, &str)>) -> Result<Signer, Refusal> {
        let failed = |detail: &str| Refusal::VerifierFailed {
            authority: call.authority.to_owned(),
            detail: detail.chars().take(MAX_DETAIL).collect(),
        };
        let asked = Python::try_attach(|py| {
            self.ask(py, call, stated).inspect_err(|error| interrupt_again(py, error))
        });
        let answer = match asked {
            None => return Err(failed("the interpreter has ended")),
            Some(Err(_)) => return Err(failed("it gave no answer")),
            Some(Ok(answer)) => answer,
        };
        match answer {
            (Some((id, proven_at, checks)), None) => {
                let proven_at = proven_at.map(|at| at.parse::<Timestamp>()).transpose();
                let proven_at = proven_at.map_err(|_| failed("the proven time is not a moment"))?;
                Ok(Signer { id, proven_at, signed_after: None, checks })
            }
            (None, None) => Err(Refusal::Signature),
            (_, Some(detail)) => Err(failed(&detail)),
        }
    }
}

impl SignatureVerifier for PythonVerifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, call: &Call<'_>) -> Result<Signer, Refusal> {
        self.answer(call, None)
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

impl AttestationVerifier for PythonVerifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn verify(&self, asked: &AttestationCall<'_>) -> Result<Signer, Refusal> {
        self.answer(&asked.call, Some((asked.predicate_type, asked.predicate)))
    }

    fn dates(&self) -> Vec<Timestamp> {
        self.dates.clone()
    }
}

/// Whoever pressed Ctrl-C while a verifier or judge ran wants the program to stop: the refusal stands,
/// and the interrupt comes again once the main thread is back in Python.
pub(crate) fn interrupt_again(py: Python<'_>, error: &PyErr) {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // Where even that fails, the decision is still a refusal.
        let _ = py.import("_thread").and_then(|module| module.call_method0("interrupt_main"));
    }
}

/// The arguments of `cocket.SignedMaterial`.
fn material<'py>(py: Python<'py>, material: &Material<'_>) -> PyResult<Bound<'py, PyTuple>> {
    match *material {
        Material::Detached { payload, signature, annotations } => {
            let signature = (None::<&str>, PyBytes::new(py, signature));
            let signatures = PyTuple::new(py, [signature])?;
            ("detached", PyBytes::new(py, payload), signatures, annotations.clone(), py.None())
                .into_pyobject(py)
        }
        Material::Envelope { encoded, signatures, annotations, .. } => {
            let signed = PyBytes::new(py, encoded);
            ("envelope", signed, several(py, signatures)?, annotations.clone(), py.None())
                .into_pyobject(py)
        }
        Material::Bundle { encoded, signatures, bytes, .. } => {
            let signed = PyBytes::new(py, encoded);
            let bundle = PyBytes::new(py, bytes);
            ("bundle", signed, several(py, signatures)?, PyDict::new(py), bundle).into_pyobject(py)
        }
        // A form that comes later: no verifier was written for it.
        _ => ("unknown", PyBytes::new(py, b""), PyTuple::empty(py), PyDict::new(py), py.None())
            .into_pyobject(py),
    }
}

fn several<'py>(
    py: Python<'py>,
    signatures: &[EnvelopeSignature],
) -> PyResult<Bound<'py, PyTuple>> {
    let one = |one: &EnvelopeSignature| (one.keyid.clone(), PyBytes::new(py, &one.signature));
    PyTuple::new(py, signatures.iter().map(one))
}
