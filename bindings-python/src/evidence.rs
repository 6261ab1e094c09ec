//! Evidence as claimed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cocket::evidence::{AttachedKind, Evidence as Claimed, Gap, GapKind};
use cocket::reference::Digest;
use cocket::source::read_reports;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::{convert, faults};

/// Evidence, and the vouched documents as they were handed in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    claimed: Claimed,
    vouched: Vec<(Option<Digest>, Arc<[u8]>)>,
}

impl Held {
    pub(crate) fn claimed(&self) -> &Claimed {
        &self.claimed
    }

    fn vouch(&mut self, subject: Option<Digest>, bytes: Arc<[u8]>) {
        self.claimed.vouch(subject, Arc::clone(&bytes));
        self.vouched.push((subject, bytes));
    }
}

/// A handle on evidence. A decision works on the evidence as it was when it was asked for; what
/// is added meanwhile, by another thread or a verifier, is for later ones.
#[pyclass(frozen, module = "cocket._native")]
pub(crate) struct Evidence(Mutex<Arc<Held>>);

type Bytes<'py> = Bound<'py, PyBytes>;
type BlobState<'py> = (String, Option<String>, Bytes<'py>);
type AttachedState<'py> = (Option<String>, String, Bytes<'py>, BTreeMap<String, String>);
type VouchedState<'py> = (Option<String>, Bytes<'py>);
type GapState = (Option<String>, &'static str, String);
type State<'py> =
    (Vec<BlobState<'py>>, Vec<AttachedState<'py>>, Vec<VouchedState<'py>>, Vec<GapState>);

impl Evidence {
    pub(crate) fn of(claimed: Claimed) -> Self {
        Self(Mutex::new(Arc::new(Held { claimed, vouched: Vec::new() })))
    }

    /// The evidence as it is now. Call it without the interpreter's lock: another thread may hold
    /// this one for as long as it takes to read a report.
    pub(crate) fn snapshot(&self) -> Arc<Held> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the evidence, without the interpreter's lock.
    fn change<T: Send>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut Held) -> T + Send,
    ) -> PyResult<T> {
        faults::released(py, || {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            change(Arc::make_mut(&mut held))
        })
    }
}

#[pymethods]
impl Evidence {
    #[new]
    fn new() -> Self {
        Self::of(Claimed::new())
    }

    fn add_blob(
        &self,
        py: Python<'_>,
        data: &[u8],
        media_type: Option<&str>,
        digest: Option<&str>,
    ) -> PyResult<String> {
        let named = convert::some_digest(py, "digest", digest)?;
        let added = self.change(py, |held| match named {
            None => Ok(held.claimed.add_blob(media_type, data)),
            Some(named) if held.claimed.add_blob_as(named, media_type, data) => Ok(named),
            Some(named) => Err(named),
        })?;
        added.map(|digest| digest.to_string()).map_err(|named| {
            faults::evidence(py, "/digest", format!("the data has not the digest `{named}`"))
        })
    }

    fn attach(
        &self,
        py: Python<'_>,
        data: &[u8],
        media_type: &str,
        subject: Option<&str>,
        annotations: BTreeMap<String, String>,
    ) -> PyResult<()> {
        let subject = convert::some_digest(py, "subject", subject)?;
        let kind = AttachedKind::from_media_type(media_type);
        self.change(py, |held| held.claimed.attach(subject, kind, data, annotations))
    }

    fn vouch(&self, py: Python<'_>, data: &[u8], subject: Option<&str>) -> PyResult<()> {
        let subject = convert::some_digest(py, "subject", subject)?;
        self.change(py, |held| held.vouch(subject, data.into()))
    }

    /// Vouches for the report `path`, or for each report in that directory; gives how many.
    fn vouch_path(&self, py: Python<'_>, path: PathBuf, subject: Option<&str>) -> PyResult<usize> {
        let subject = convert::some_digest(py, "subject", subject)?;
        let reports = faults::released(py, || read_reports(&path))?
            .map_err(|error| faults::source(py, &error))?;
        let count = reports.len();
        self.change(py, |held| {
            reports.into_iter().for_each(|(_, bytes)| held.vouch(subject, bytes.into()));
        })?;
        Ok(count)
    }

    fn gap(
        &self,
        py: Python<'_>,
        detail: String,
        is_incomplete: bool,
        subject: Option<&str>,
    ) -> PyResult<()> {
        let subject = convert::some_digest(py, "subject", subject)?;
        let kind = if is_incomplete { GapKind::Incomplete } else { GapKind::Unavailable };
        self.change(py, |held| held.claimed.add_gap(Gap { subject, kind, detail }))
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<()> {
        // The other lock is free again before this one is taken, so that two threads that merge
        // crosswise do not wait for each other.
        let other = faults::released(py, || other.snapshot())?;
        self.change(py, |held| {
            held.claimed.merge(other.claimed.clone());
            held.vouched.extend(other.vouched.iter().cloned());
        })
    }

    /// Blobs, attached material, vouched documents and gaps, as they can be added again.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<State<'py>> {
        let held = faults::released(py, || self.snapshot())?;
        let text = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
        let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
        let blobs = held.claimed.blobs();
        let attached = held.claimed.attached().iter();
        let gaps = held.claimed.gaps().iter();
        Ok((
            blobs
                .map(|(digest, one)| {
                    (digest.to_string(), one.media_type.clone(), bytes(&one.bytes))
                })
                .collect(),
            attached
                .map(|one| {
                    let media_type = one.kind.media_type().to_owned();
                    (text(&one.subject), media_type, bytes(&one.bytes), one.annotations.clone())
                })
                .collect(),
            held.vouched.iter().map(|(subject, one)| (text(subject), bytes(one))).collect(),
            gaps.map(|one| (text(&one.subject), word(one.kind), one.detail.clone())).collect(),
        ))
    }

    /// How many blobs, attached pieces, vouched documents and gaps there are.
    fn counts(&self, py: Python<'_>) -> PyResult<(usize, usize, usize, usize)> {
        let held = faults::released(py, || self.snapshot())?;
        let claimed = &held.claimed;
        let blobs = claimed.blobs().count();
        Ok((blobs, claimed.attached().len(), held.vouched.len(), claimed.gaps().len()))
    }
}

fn word(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Incomplete => "incomplete",
        // A kind that comes later is one of something that could not be read.
        _ => "unavailable",
    }
}
