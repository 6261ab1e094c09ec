//! The digest of what a decision rests on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{History, ImageRequest};
use crate::decision::{EvidenceRecord, JudgedImage};
use crate::facts::Facts;
use crate::reference::Digest;

/// Everything by which two decisions of one engine can differ. What hangs beside the image and
/// was not looked at is left out, so that a stranger's junk does not change it.
///
/// Members stand in the order of canonical JSON, so that they need not be sorted each time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inputs<'a> {
    admission: bool,
    digest: Option<Digest>,
    evidence: BTreeSet<Digest>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    first_seen: BTreeMap<&'a str, Timestamp>,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    namespace: Option<&'a str>,
    namespace_labels: Option<&'a BTreeMap<String, String>>,
    now: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_labels: Option<&'a BTreeMap<String, String>>,
    parent: Option<Digest>,
    policies: Digest,
    recorded: Option<Digest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<[String; 4]>,
}

impl Inputs<'_> {
    /// Their canonical JSON (RFC 8785): between strings and the order of members, all that is left
    /// to a writer is how names given by others are sorted, by UTF-16 there and by UTF-8 here.
    fn to_bytes(&self) -> Vec<u8> {
        let labels = self.namespace_labels.into_iter().chain(self.owner_labels);
        let labels = labels.flat_map(BTreeMap::keys);
        let mut names = labels.map(String::as_str).chain(self.first_seen.keys().copied());
        let written = match names.all(str::is_ascii) {
            true => serde_json::to_vec(self),
            false => serde_json_canonicalizer::to_vec(self),
        };
        // Texts and digests only: writing them cannot fail, and an empty text has a digest too.
        written.unwrap_or_default()
    }
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
        admission: request.admission,
        digest: image.digest,
        evidence: accepted
            .map(|record| record.digest)
            .chain(platforms.map(|facts| facts.digest))
            .chain(configs.map(|content| content.manifest.config.digest))
            .collect(),
        first_seen: history.first_seen.iter().map(|(id, at)| (id.as_str(), *at)).collect(),
        image: &request.image,
        kind: request.kind.as_deref(),
        namespace: request.namespace.as_deref(),
        namespace_labels: request.namespace_labels.as_ref(),
        now: facts.now,
        owner_labels: request.owner_labels.as_ref(),
        parent: facts.parent,
        policies,
        recorded: history.tags.get(name).copied(),
        statements: history.about(&judged),
    };
    Digest::sha256(&inputs.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_digested_is_canonical_json() {
        let (digest, now) = (Digest::sha256(b""), "2026-11-23T12:00:00.5Z".parse().unwrap());
        // A sign of the basic plane after one that UTF-16 writes as two, and what is escaped.
        for key in ["plain", "\u{e000}", "\u{1f600}", "\u{7f}\u{1}\n\"\\/"] {
            let keys =
                [key, "b", "\u{10000}"].map(|key| (key.to_owned(), "\u{b}\u{2028}".to_owned()));
            let ascii = [key, "b"].map(|key| (key.to_owned(), "\u{b}\u{2028}é".to_owned()));
            for labels in [BTreeMap::from(keys), BTreeMap::from(ascii)] {
                let inputs = Inputs {
                    admission: true,
                    digest: Some(digest),
                    evidence: BTreeSet::from([digest, Digest::sha256(b"a")]),
                    first_seen: labels.keys().map(|id| (id.as_str(), now)).collect(),
                    image: "registry.example.com/é\t\u{8}\u{c}:1",
                    kind: Some("Pod"),
                    namespace: None,
                    namespace_labels: Some(&labels),
                    now,
                    owner_labels: Some(&labels),
                    parent: None,
                    policies: digest,
                    recorded: Some(digest),
                    statements: vec![["a", "é", "", "b"].map(str::to_owned)],
                };
                assert_eq!(inputs.to_bytes(), serde_json_canonicalizer::to_vec(&inputs).unwrap());
            }
        }
    }
}
