//! What the API server is answered.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};

use super::ReviewVersion;

/// Longest message of a refusal, in characters. The API server itself has no bound; the note of an
/// Event, by which controllers pass a refusal on, holds 1,024 (`NoteLengthLimit` in Kubernetes'
/// `pkg/apis/core/validation/events.go`), and the server's and the controller's own words come
/// before ours.
pub const MAX_MESSAGE: usize = 768;
/// Longest warning, in characters: what the API server cuts warnings to once there are too many
/// (`truncateItemRunes` in `apiserver/pkg/endpoints/filters/warning.go`).
pub const MAX_WARNING: usize = 256;
/// Most characters of all warnings together (`truncateAtTotalRunes` there).
pub const MAX_WARNINGS: usize = 4096;

/// The answer to a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionResponse {
    /// The version of the review that it answers.
    pub version: ReviewVersion,
    /// The request's id; empty where none could be read.
    pub uid: String,
    /// Whether the request goes on. Every refusal has a status.
    pub allowed: bool,
    /// Why it does not.
    pub status: Option<Status>,
    /// What the client is told beside, within [`MAX_WARNING`] and [`MAX_WARNINGS`].
    pub warnings: Vec<String>,
    /// What goes to the audit log; the API server puts the webhook's name before the keys.
    pub audit_annotations: BTreeMap<&'static str, String>,
    /// Images that are to be named by their digests. A validating webhook may not answer any.
    pub patch: Vec<ImagePatch>,
}

/// `status` of a refusal (Kubernetes API, `meta/v1` `Status`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The HTTP status that the client gets.
    pub code: u16,
    /// The machine-readable reason.
    pub reason: &'static str,
    /// The sentence for people, within [`MAX_MESSAGE`].
    pub message: String,
}

/// One image whose text is replaced (RFC 6902).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImagePatch {
    /// Where, as JSON pointer in the object.
    pub path: String,
    /// The reference with its digest.
    pub value: String,
}

impl AdmissionResponse {
    /// The `AdmissionReview` that is sent back.
    #[must_use]
    pub fn to_review(&self) -> Value {
        let mut response = json!({"uid": self.uid, "allowed": self.allowed});
        let mut put = |key: &str, value: Value| {
            if let Some(members) = response.as_object_mut() {
                members.insert(key.to_owned(), value);
            }
        };
        if let Some(Status { code, reason, message }) = &self.status {
            put("status", json!({"code": code, "reason": reason, "message": message}));
        }
        if !self.warnings.is_empty() {
            put("warnings", json!(self.warnings));
        }
        if !self.audit_annotations.is_empty() {
            put("auditAnnotations", json!(self.audit_annotations));
        }
        if !self.patch.is_empty() {
            let replaced =
                |one: &ImagePatch| json!({"op": "replace", "path": one.path, "value": one.value});
            let patch: Value = self.patch.iter().map(replaced).collect();
            put("patchType", json!("JSONPatch"));
            put("patch", json!(STANDARD.encode(patch.to_string())));
        }
        json!({
            "apiVersion": self.version.api_version(),
            "kind": "AdmissionReview",
            "response": response,
        })
    }
}

impl Serialize for AdmissionResponse {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_review().serialize(serializer)
    }
}
