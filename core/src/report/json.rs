use serde::Serialize;

use super::Judged;
use crate::decision::Verdict;

/// What the machine-readable formats hold.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    pub(super) decisions: &'a [Judged],
    pub(super) verdict: Option<Verdict>,
}

impl<'a> Document<'a> {
    pub(super) fn new(judged: &'a [Judged]) -> Self {
        Self { decisions: judged, verdict: super::verdict(judged) }
    }
}

/// Canonical JSON (RFC 8785): `{"decisions": […], "verdict": …}`, where a decision's bytes are
/// those of [`Decision::to_canonical_json`](crate::decision::Decision::to_canonical_json), with
/// an `origin` among them where the image was found in a file. `verdict` is the worst of them,
/// and `null` where nothing was judged.
#[must_use]
pub fn json(judged: &[Judged]) -> String {
    canonical(&Document::new(judged))
}

/// Canonical JSON of a value without floats and with keys that are all text: for those the
/// writer has no way to fail. Should it ever do, the empty text is JSON for nobody, so that no
/// reader takes it for an answer.
pub(super) fn canonical<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}
