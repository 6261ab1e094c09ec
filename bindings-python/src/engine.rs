//! The engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::evaluate::{
    Engine as Compiled, History as Recorded, ImageRequest, StatementKey, Verifiers,
};
use cocket::report::Judged;
use cocket::wire;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::decided::Decided;
use crate::evidence::Evidence;
use crate::policies::Policies;
use crate::verifier::PythonVerifier;
use crate::{convert, faults};

/// What was recorded before.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct History(Recorded);

#[pymethods]
impl History {
    #[new]
    fn new(
        py: Python<'_>,
        tags: BTreeMap<String, String>,
        first_seen: BTreeMap<String, String>,
        statements: Vec<(String, String, String, String)>,
    ) -> PyResult<Self> {
        let mut recorded = Recorded::default();
        for (tag, digest) in tags {
            let digest = convert::digest(py, "history/tags", &digest)?;
            recorded.tags.insert(tag, digest);
        }
        for (id, moment) in first_seen {
            let moment = convert::moment(py, "history/firstSeen", &moment)?;
            recorded.first_seen.insert(id, moment);
        }
        for (subject, authority, predicate_type, at) in statements {
            let subject = convert::digest(py, "history/statements/subject", &subject)?;
            let at = convert::moment(py, "history/statements/at", &at)?;
            recorded.record_statement(StatementKey { subject, authority, predicate_type }, at);
        }
        Ok(Self(recorded))
    }
}

type CacheStatistics = (u64, u64, usize, usize, Option<String>);

/// Compiled policies.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Engine(Compiled);

#[pymethods]
impl Engine {
    /// `verifiers` gives for each name an id, the object that is called, the moments at which its
    /// answers may change, and whether it is one for attestations.
    #[new]
    fn new(
        py: Python<'_>,
        policies: &Policies,
        verifiers: BTreeMap<String, (String, Py<PyAny>, Vec<String>, bool)>,
        listing: Option<usize>,
        cache_of: Option<&Self>,
    ) -> PyResult<Self> {
        let mut named = Verifiers::new();
        for (name, (id, called, dates, attests)) in verifiers {
            let dates = dates.iter().map(|date| convert::moment(py, "verifiers", date));
            let dates = dates.collect::<PyResult<Vec<_>>>()?;
            named.insert(name, PythonVerifier::named(id, called, dates, attests));
        }
        let loaded = policies.loaded();
        let compiled = faults::released(py, || Compiled::with_verifiers(&loaded, &named))?
            .map_err(|errors| faults::policies(py, &errors))?;
        let compiled = match listing {
            None => compiled,
            Some(most) => compiled.listing(most),
        };
        Ok(Self(match cache_of {
            None => compiled,
            Some(other) => compiled.caching(Arc::clone(other.0.cache())),
        }))
    }

    /// One decision, of which nothing is written yet.
    #[expect(clippy::too_many_arguments, reason = "the members of a request, flat, for speed")]
    fn check(
        &self,
        py: Python<'_>,
        image: String,
        digest: Option<&str>,
        parent: Option<&str>,
        kind: Option<String>,
        namespace: Option<String>,
        namespace_labels: Option<BTreeMap<String, String>>,
        owner_labels: Option<BTreeMap<String, String>>,
        admission: bool,
        evidence: &Evidence,
        history: &History,
        now: &str,
    ) -> PyResult<Decided> {
        let request = ImageRequest {
            image,
            digest: convert::some_digest(py, "digest", digest)?,
            parent: convert::some_digest(py, "parent", parent)?,
            kind,
            namespace,
            namespace_labels,
            owner_labels,
            admission,
        };
        let now = convert::moment(py, "now", now)?;
        let decision = faults::released(py, || {
            let held = evidence.snapshot();
            self.0.check(&request, held.claimed(), &history.0, now)
        })?;
        Ok(Decided(Judged { decision, origin: None }))
    }

    /// Answers a wire request that has no policies and no evidence of its own.
    fn answer<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        evidence: &Evidence,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let answer = faults::released(py, || {
            wire::answer_with(&self.0, evidence.snapshot().claimed(), request)
        })?;
        Ok(PyBytes::new(py, &answer))
    }

    /// What the objects of a text would run: the answer of the wire, also where it is an error.
    fn objects<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        text: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let listed = faults::released(py, || wire::objects_with(&self.0, name, text))?;
        let answer = listed.map_or_else(wire::faults, |listed| listed.answer);
        Ok(PyBytes::new(py, &answer))
    }

    /// The same of the object of an admission review: its images.
    fn review_images<'py>(&self, py: Python<'py>, review: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let listed = faults::released(py, || wire::review_images_with(&self.0, review))?;
        let answer = listed.map_or_else(wire::faults, |listed| listed.answer);
        Ok(PyBytes::new(py, &answer))
    }

    /// As `answer`, with the decisions beside it; there are none where the answer is an error.
    fn review<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        evidence: &Evidence,
    ) -> PyResult<(Bound<'py, PyBytes>, Vec<Decided>)> {
        let reviewed = faults::released(py, || {
            wire::review_with(&self.0, evidence.snapshot().claimed(), request)
        })?;
        let (answer, decisions) = match reviewed {
            Ok(review) => (review.answer, review.decisions),
            Err(found) => (wire::faults(found), Vec::new()),
        };
        Ok((PyBytes::new(py, &answer), decisions.into_iter().map(Decided).collect()))
    }

    /// Answers an admission review: the answer, the response to send back, and the decisions.
    fn admit<'py>(
        &self,
        py: Python<'py>,
        request: &[u8],
        review: &[u8],
        evidence: &Evidence,
    ) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyBytes>, Vec<Decided>)> {
        let admitted = faults::released(py, || {
            wire::admit_with(&self.0, evidence.snapshot().claimed(), request, review)
        })?;
        let (answer, response, decisions) = match admitted {
            Ok(admitted) => (admitted.answer, admitted.response, admitted.decisions),
            Err(found) => (wire::faults(found), Vec::new(), Vec::new()),
        };
        let decided = decisions.into_iter().map(Decided).collect();
        Ok((PyBytes::new(py, &answer), PyBytes::new(py, &response), decided))
    }

    fn policies_digest(&self, py: Python<'_>) -> PyResult<String> {
        faults::released(py, || self.0.policies_digest().to_string())
    }

    /// Hits, misses, entries, capacity, and the time of the oldest entry.
    fn cache_statistics(&self, py: Python<'_>) -> PyResult<CacheStatistics> {
        faults::released(py, || {
            let now = self.0.cache().statistics();
            let oldest = now.oldest.map(|oldest| oldest.to_string());
            (now.hits, now.misses, now.entries, now.capacity, oldest)
        })
    }
}
