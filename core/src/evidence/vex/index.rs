//! Which statements are about a vulnerability.

use super::{MAX_NAME_BYTES, MAX_NAMES, VexStatement};
use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// The ids of all statements in lower case, sorted, each with its statement's position.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(Vec<(Box<str>, usize)>);

impl Index {
    pub(super) fn new(statements: &[VexStatement]) -> Result<Self, EvidenceError> {
        let too_large =
            |detail: String| EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail);
        let mut ids: Vec<(Box<str>, usize)> = Vec::new();
        for (position, statement) in statements.iter().enumerate() {
            for id in statement.vulnerability.ids() {
                if id.len() > MAX_NAME_BYTES {
                    let detail =
                        format!("a vulnerability's name of more than {MAX_NAME_BYTES} bytes");
                    return Err(too_large(detail));
                }
                if ids.len() >= MAX_NAMES {
                    return Err(too_large(format!(
                        "more than {MAX_NAMES} names of vulnerabilities"
                    )));
                }
                ids.push((id.to_ascii_lowercase().into(), position));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(Self(ids))
    }

    /// The positions of the statements that name one of `ids`, each once.
    pub(super) fn find(&self, ids: &[&str]) -> Vec<usize> {
        let mut found = Vec::new();
        for id in ids {
            let id = id.to_ascii_lowercase();
            let start = self.0.partition_point(|(known, _)| **known < *id);
            let same = self.0.iter().skip(start).take_while(|(known, _)| **known == *id);
            found.extend(same.map(|(_, position)| *position));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
