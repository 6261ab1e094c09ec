//! Decisions rendered for people and tools: one file per format.
//!
//! Every renderer is a pure function of the decisions: no clock, no environment, no terminal.
//! Text that comes from an image or from a file is escaped for the format it is written in, so
//! that an image can neither write to the reader's screen nor add markup of its own.

mod admission;
mod catalogue;
mod escape;
mod examination;
mod finding;
mod format;
mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
mod scan_summary;
mod table;
mod yaml;

pub use admission::admission_response;
pub use catalogue::reasons_markdown;
pub use escape::visible;
pub use examination::{examination, examination_json};
pub use format::{Format, UnknownFormat};
pub use github::github;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use scan_summary::scan_summary;
pub use table::table;
pub use yaml::yaml;

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Verdict};
use crate::kubernetes::Object;

/// A decision, and where the image or object it is about was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
    /// Where that was found; `None` where it was named by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Judged {
    /// The canonical JSON (RFC 8785) of the decision, with a member `origin` where it has one.
    ///
    /// # Errors
    /// As [`Decision::to_canonical_json`].
    pub fn to_canonical_json(&self) -> Result<String, serde_json::Error> {
        serde_json_canonicalizer::to_string(self)
    }
}

/// Where an image or an object was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The file, as the caller named it; `-` for standard input.
    pub file: String,
    /// Line, from 1, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The object, such as `Deployment/shop`; empty for an image of a layout.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The field, such as `spec.template.spec.containers[0].image`; empty for an image of a layout
    /// and for a whole object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
}

impl From<&Object> for Origin {
    fn from(object: &Object) -> Self {
        Self {
            file: object.file.clone(),
            line: Some(object.line),
            object: format!("{}/{}", object.kind, object.name),
            field: String::new(),
        }
    }
}

impl Origin {
    /// `file:line`, or the file alone.
    fn place(&self) -> String {
        let file = if self.file == "-" { "standard input" } else { self.file.as_str() };
        match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        }
    }
}

/// The worst verdict of several decisions; `None` where there are none, which is never an allow.
#[must_use]
pub fn verdict(judged: &[Judged]) -> Option<Verdict> {
    judged.iter().map(|one| one.decision.verdict).max()
}

/// How a verdict is written.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Warn => "warn",
        Verdict::Deny => "deny",
    }
}
