use serde::{Deserialize, Serialize};

use super::Mirror;

/// How the repository that a signature names is compared with the judged one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SignedIdentity {
    /// A repository named by the signature must be the judged one.
    WhenNamed,
    /// The signature must name a repository, and it must be the judged one.
    ExactRepository,
    /// The judged repository under `to` was signed under `from`.
    Remap(Mirror),
    /// Only the digest is compared.
    SameDigest,
    /// As `signedIdentity` of containers-policy.json(5) says.
    Containers(ContainersIdentity),
}

/// How the reference that a signature names is compared with the judged one, as
/// containers-policy.json(5) has it. A tag in either counts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = describe_type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[serde(deny_unknown_fields)]
pub enum ContainersIdentity {
    /// The same reference, tag and digest included.
    MatchExact {},
    /// The same reference; for an image that is named by digest the same repository.
    MatchRepoDigestOrExact {},
    /// The same repository.
    MatchRepository {},
    /// This reference.
    ExactReference {
        /// The reference, with a tag or digest.
        docker_reference: String,
    },
    /// This repository.
    ExactRepository {
        /// The repository.
        docker_repository: String,
    },
    /// As `matchRepoDigestOrExact`, where the judged reference is put under `signedPrefix`, if it
    /// is under `prefix`.
    RemapIdentity {
        /// A host, or a host and the start of a path.
        prefix: String,
        /// What takes its place.
        signed_prefix: String,
    },
}

/// The key that tells the variants apart has no place of its own to be described at.
#[cfg(feature = "schema")]
fn describe_type(schema: &mut schemars::Schema) {
    let variants = schema.get_mut("oneOf").and_then(serde_json::Value::as_array_mut);
    for variant in variants.into_iter().flatten() {
        if let Some(key) = variant.pointer_mut("/properties/type")
            && let Some(members) = key.as_object_mut()
        {
            members.insert("description".to_owned(), "Which comparison.".into());
        }
    }
}
