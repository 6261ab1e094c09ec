//! What an answer may hold.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::decision::{Reason, Verdict};
use crate::evaluate::Examination;
use crate::evidence::EvidenceError;
use crate::kubernetes::{AdmissionResponse, ObjectError, Unjudged, Workload};
use crate::policy::{PolicyError, PolicyErrors};
use crate::reference::Digest;
use crate::report::Judged;
use crate::source::SourceError;

#[derive(Serialize)]
#[serde(tag = "answer", rename_all = "camelCase")]
pub(super) enum Answer {
    Decided {
        verdict: Verdict,
        decisions: Vec<Judged>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        unjudged: Vec<PassedOver>,
        /// Where what was made of other engines' policies is not just what they say.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Fault>,
    },
    Examined {
        #[serde(flatten)]
        examination: Box<Examination>,
    },
    Admitted {
        verdict: Verdict,
        /// The `AdmissionReview` that is sent back.
        response: AdmissionResponse,
        decisions: Vec<Judged>,
        /// Reasons that belong to no decision.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<Reason>,
        /// What it proves for later.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        coverage: BTreeSet<Digest>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Fault>,
    },
    Objects {
        /// Every image that they would run, each once.
        images: BTreeSet<String>,
        workloads: Vec<Workload>,
        unjudged: Vec<Unjudged>,
    },
    Imported {
        /// The policies as our own, one document after the other.
        yaml: String,
        /// The names of those that judge objects and have no equivalent.
        left: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Fault>,
    },
    Summary {
        reports: Vec<Summarised>,
    },
    #[cfg(feature = "schema")]
    Schema {
        schema: serde_json::Value,
    },
    Version {
        version: &'static str,
    },
    Error {
        errors: Vec<Fault>,
    },
}

/// A scan report in numbers.
#[derive(Serialize)]
pub(super) struct Summarised {
    pub(super) name: String,
    pub(super) text: String,
}

/// An object that carries no pods, and that no rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// The name of its text.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// What is wrong with what a caller handed in, and where: the one form in which every language
/// tells it, in an answer and beside typed calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// `request`, `policy.` and a [kind](crate::policy::PolicyErrorKind::name), `object`,
    /// `evidence`, `source`, `internal`, or a binding's own.
    pub kind: String,
    /// What is wrong: lower-case, without a full stop, values in backticks.
    pub message: String,
    /// The name of the text or file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Where in the document; empty for the whole of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What may have been meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Answer {
    pub(super) fn version() -> Self {
        Self::Version { version: env!("CARGO_PKG_VERSION") }
    }

    pub(super) fn error(fault: Fault) -> Self {
        Self::Error { errors: vec![fault] }
    }

    pub(super) fn errors(errors: Vec<Fault>) -> Self {
        Self::Error { errors }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Texts, numbers and lists only: writing them cannot fail, and nothing is not an allow.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }
}

impl Fault {
    /// A fault at `path` of what was handed in, which is no text with lines.
    #[must_use]
    pub fn new(kind: &str, path: &str, message: String) -> Self {
        Self {
            kind: kind.to_owned(),
            message,
            file: None,
            line: None,
            column: None,
            path: path.to_owned(),
            help: None,
        }
    }

    pub(super) fn request(path: &str, message: String) -> Self {
        Self::new("request", path, message)
    }

    pub(super) fn evidence(path: &str, message: String) -> Self {
        Self::new("evidence", path, message)
    }

    /// A panic: a fault in the engine itself.
    #[must_use]
    pub fn internal() -> Self {
        Self::new("internal", "", "a fault in the engine itself; nothing was decided".to_owned())
    }

    pub(super) fn unjudged(object: &Unjudged) -> Self {
        let (kind, name) = (&object.kind, &object.name);
        let message = format!("`{kind}/{name}` seems to carry pods, in a kind that is not known");
        Self {
            file: Some(object.file.clone()),
            line: Some(object.line),
            ..Self::new("object", "", message)
        }
    }

    /// The faults of policies, in their order.
    #[must_use]
    pub fn policies(errors: &PolicyErrors) -> Vec<Self> {
        errors.as_slice().iter().map(Self::from).collect()
    }
}

impl From<&PolicyError> for Fault {
    fn from(error: &PolicyError) -> Self {
        Self {
            file: Some(error.file.clone()),
            line: Some(error.line),
            column: Some(error.column),
            help: error.help.clone(),
            ..Self::new(&format!("policy.{}", error.kind.name()), &error.path, error.detail.clone())
        }
    }
}

impl From<ObjectError> for Fault {
    fn from(error: ObjectError) -> Self {
        Self {
            file: Some(error.file),
            line: Some(error.line),
            column: Some(error.column),
            ..Self::new("object", &error.path, error.detail)
        }
    }
}

impl From<EvidenceError> for Fault {
    fn from(error: EvidenceError) -> Self {
        Self::evidence(&error.place, error.detail)
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        let file = Some(error.path.display().to_string());
        Self { file, ..Self::new("source", "", error.detail) }
    }
}

impl From<Unjudged> for PassedOver {
    fn from(object: Unjudged) -> Self {
        Self { file: object.file, line: object.line, kind: object.kind, name: object.name }
    }
}
