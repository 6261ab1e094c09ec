//! Decisions rendered for people and tools: one file per format.

mod table;

pub use table::table;

use serde::Serialize;

use crate::decision::{Decision, Verdict};

/// A decision, and where the image it is about was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
    /// Where the image was found; `None` where it was named by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where an image was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// The file, as the caller named it; `-` for standard input.
    pub file: String,
    /// Line, from 1, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The object, such as `Deployment/shop`; empty for an image of a layout.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The field, such as `spec.template.spec.containers[0].image`; empty for an image of a layout.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
}

/// The worst verdict of several decisions; `None` where there are none, which is never an allow.
#[must_use]
pub fn verdict(judged: &[Judged]) -> Option<Verdict> {
    judged.iter().map(|one| one.decision.verdict).max()
}
