//! The digest of what a decision rests on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{History, ImageRequest};
use crate::decision::{EvidenceRecord, JudgedImage};
use crate::facts::Facts;
use crate::reference::Digest;

/// Everything by which two decisions of one engine can differ. What hangs beside the image and
/// was not looked at is left out, so that a stranger's junk does not change it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inputs<'a> {
    policies: Digest,
    image: &'a str,
    digest: Option<Digest>,
    parent: Option<Digest>,
    namespace: Option<&'a str>,
    namespace_labels: Option<&'a BTreeMap<String, String>>,
    admission: bool,
    evidence: BTreeSet<Digest>,
    recorded: Option<Digest>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    first_seen: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<[String; 4]>,
    now: String,
}

pub(super) fn inputs(
    policies: Digest,
    request: &ImageRequest,
    image: &JudgedImage,
    facts: &Facts,
    history: &History,
    records: &[EvidenceRecord],
) -> Digest {
    let name = image.mirror.as_deref().or(image.canonical.as_deref()).unwrap_or_default();
    let name = name.split('@').next().unwrap_or_default();
    let accepted = records.iter().filter(|record| record.refused.is_none());
    let platforms = facts.image.iter().flat_map(|image| image.platforms.iter().flatten());
    let configs = platforms.clone().filter_map(|facts| facts.content.as_ref().ok());
    let judged = image.digest.into_iter().chain(facts.parent);
    let judged = judged.chain(platforms.clone().map(|facts| facts.digest)).collect();
    let inputs = Inputs {
        policies,
        image: &request.image,
        digest: image.digest,
        parent: facts.parent,
        namespace: request.namespace.as_deref(),
        namespace_labels: request.namespace_labels.as_ref(),
        admission: request.admission,
        evidence: accepted
            .map(|record| record.digest)
            .chain(platforms.map(|facts| facts.digest))
            .chain(configs.map(|content| content.manifest.config.digest))
            .collect(),
        recorded: history.tags.get(name).copied(),
        first_seen: history
            .first_seen
            .iter()
            .map(|(id, at)| (id.as_str(), at.to_string()))
            .collect(),
        statements: history.about(&judged),
        now: facts.now.to_string(),
    };
    // Texts and digests only: writing them cannot fail, and an empty text has a digest too.
    Digest::sha256(&serde_json_canonicalizer::to_vec(&inputs).unwrap_or_default())
}
