//! What was recorded before, and that evidence is not older than it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::decision::{Detail, Reason};
use crate::reasons::Code;
use crate::reference::Digest;

/// What was recorded before, as far as the caller keeps it.
///
/// ```
/// use cocket::evaluate::{History, StatementKey};
/// let key = StatementKey {
///     subject: "sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865".parse()?,
///     authority: "scanner".to_owned(),
///     predicate_type: "https://cosign.sigstore.dev/attestation/vuln/v1".to_owned(),
/// };
/// let mut history = History::default();
/// history.record_statement(key.clone(), "2026-11-20T00:00:00Z".parse()?);
/// history.record_statement(key.clone(), "2026-11-01T00:00:00Z".parse()?);
/// assert_eq!(history.statements[&key].to_string(), "2026-11-20T00:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The digest recorded for a tag, by `host/path:tag`.
    pub tags: BTreeMap<String, Digest>,
    /// When a vulnerability was first seen in the judged repository, by its id.
    pub first_seen: BTreeMap<String, Timestamp>,
    /// The time of the latest statement that was seen; decisions tell it as `statedAt` of their
    /// evidence. An older one, or none, is `evidence.rollback`.
    pub statements: BTreeMap<StatementKey, Timestamp>,
}

/// Statements of one authority of one type about one manifest or index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementKey {
    /// What they are about.
    pub subject: Digest,
    /// The authority's name in the policy.
    pub authority: String,
    /// The URI of their predicate type.
    pub predicate_type: String,
}

impl History {
    /// Records that a statement of this time was seen; of several, the latest stands.
    pub fn record_statement(&mut self, key: StatementKey, at: Timestamp) {
        let known = self.statements.entry(key).or_insert(at);
        *known = at.max(*known);
    }

    /// The time of the latest recorded statement of these types.
    pub(super) fn latest<'t>(
        &self,
        subject: Digest,
        authority: &str,
        types: impl IntoIterator<Item = &'t str>,
    ) -> Option<Timestamp> {
        if self.statements.is_empty() {
            return None;
        }
        let key = |predicate_type: &str| StatementKey {
            subject,
            authority: authority.to_owned(),
            predicate_type: predicate_type.to_owned(),
        };
        types.into_iter().filter_map(|one| self.statements.get(&key(one)).copied()).max()
    }

    /// The recorded statements about these digests, as text, sorted.
    pub(super) fn about(&self, digests: &BTreeSet<Digest>) -> Vec<[String; 4]> {
        let about = self.statements.iter().filter(|(key, _)| digests.contains(&key.subject));
        let text = |(key, at): (&StatementKey, &Timestamp)| {
            let StatementKey { subject, authority, predicate_type } = key;
            [subject.to_string(), authority.clone(), predicate_type.clone(), at.to_string()]
        };
        about.map(text).collect()
    }
}

/// The reason where something later was recorded than the newest at hand.
pub(super) fn rollback(recorded: Timestamp, newest: Option<Timestamp>) -> Option<Reason> {
    (newest < Some(recorded)).then(|| {
        let found = newest.map_or_else(|| Detail::from("none"), Detail::Time);
        let expected = format!("one of {recorded} or later, as was recorded");
        Reason::new(Code::EvidenceRollback).found(found).expected(expected)
    })
}
