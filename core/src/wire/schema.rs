//! `schema`: the JSON schema of policy documents.

use super::answer::Answer;

/// The JSON schema (draft 2020-12) of one policy document, as canonical JSON: one shape for each
/// `kind`, with descriptions.
///
/// ```
/// let schema = cocket::wire::policy_schema();
/// assert!(schema.starts_with(br#"{"$defs":"#));
/// ```
#[cfg(feature = "schema")]
#[must_use]
pub fn policy_schema() -> Vec<u8> {
    // Made of texts, lists and small numbers: writing it cannot fail.
    serde_json_canonicalizer::to_vec(&crate::policy::schema()).unwrap_or_default()
}

#[cfg(feature = "schema")]
pub(super) fn asked() -> Answer {
    Answer::Schema { schema: crate::policy::schema() }
}

#[cfg(not(feature = "schema"))]
pub(super) fn asked() -> Answer {
    let message = "this build has no schema: it was made without the feature `schema`".to_owned();
    Answer::error(super::Fault::request("/op", message))
}
