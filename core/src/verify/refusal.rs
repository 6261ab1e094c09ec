use jiff::Timestamp;

use super::keyless::KeylessRefusal;
use crate::evidence::EvidenceError;
use crate::reference::Digest;

/// Why a signed document does not count, with the values that say so. The order is that of the
/// variants, from the document to what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The document cannot be read.
    #[error(transparent)]
    Malformed(#[from] EvidenceError),
    /// It is signed with a certificate, and the authority has keys only.
    #[error("it is signed with a certificate, and the authority `{authority}` has keys only")]
    NeedsCertificate {
        /// The authority asked.
        authority: String,
    },
    /// It is of another form than the authority takes.
    #[error("it is stored in another form than the authority `{authority}` takes")]
    OtherFormat {
        /// The authority asked.
        authority: String,
    },
    /// No key of the authority fits the signature.
    #[error("no key of the authority made the signature")]
    Signature,
    /// The signature is good, over a hash of another kind than the one that was asked for.
    #[error("the signature is good by `{found}`, where {wanted} is asked for")]
    OtherHash {
        /// The hash asked for, such as `sha384`.
        wanted: String,
        /// The check that the signature passed, such as `ecdsa-p384-sha256`.
        found: String,
    },
    /// A key of the authority made the signature, and a trust root revokes the key.
    #[error(
        "the key `{key}` is revoked{}",
        match (since, proven_at) {
            (None, _) => String::new(),
            (Some(since), None) => {
                format!(" since {since}, and nothing proves that the signature was made before that")
            }
            (Some(since), Some(at)) => {
                format!(" since {since}, and the signature is proven for {at} only, not before that")
            }
        }
    )]
    KeyRevoked {
        /// The key.
        key: String,
        /// Since when; `None`: for all that it ever signed.
        since: Option<Timestamp>,
        /// When the signature provably existed.
        proven_at: Option<Timestamp>,
    },
    /// A key of the authority made the signature, which nothing proves to be older than the
    /// key's compromise.
    #[error(
        "the key `{key}` is compromised since {compromised_at}, and {} before that",
        match proven_at {
            None => "nothing proves that the signature was made".to_owned(),
            Some(at) => format!("the signature is proven for {at} only, not"),
        }
    )]
    KeyCompromised {
        /// The key.
        key: String,
        /// Since when.
        compromised_at: Timestamp,
        /// When the signature provably existed.
        proven_at: Option<Timestamp>,
    },
    /// A key of the authority made the signature, and its time has not come.
    #[error("the key `{key}` counts from {not_before}, and the signature is judged at {at}")]
    KeyNotYetValid {
        /// The key.
        key: String,
        /// From when it counts.
        not_before: Timestamp,
        /// The time that counts: the proven one, else that of the decision.
        at: Timestamp,
    },
    /// A key of the authority made the signature, and its time is over.
    #[error("the key `{key}` counted until {not_after}, and the signature is judged at {at}")]
    KeyExpired {
        /// The key.
        key: String,
        /// Until when it counted.
        not_after: Timestamp,
        /// The time that counts: the proven one, else that of the decision.
        at: Timestamp,
    },
    /// Log entries or timestamps stand beside the signature, and there is nothing to verify them
    /// with.
    #[error(
        "log entries or timestamps stand beside the signature, and the authority `{authority}` has no `logTrustRoot` to verify them with; it may say `log: ignore`"
    )]
    LogNotVerified {
        /// The authority asked.
        authority: String,
    },
    /// The authority's verifier is one for attestations.
    #[error("the authority `{authority}` attests, and approves of nothing")]
    AttestsOnly {
        /// The authority.
        authority: String,
    },
    /// What certificates, logs and timestamps say does not hold.
    #[error(transparent)]
    Keyless(#[from] KeylessRefusal),
    /// The time that the verifier proved lies in the future.
    #[error("the signature is proven for {at}, which is in the future")]
    ProvenInTheFuture {
        /// The time.
        at: Timestamp,
    },
    /// The verifier gave no answer.
    #[error("the verifier of the authority `{authority}` failed: {detail}")]
    VerifierFailed {
        /// The authority asked.
        authority: String,
        /// What happened.
        detail: String,
    },
    /// It says nothing about which image it is for.
    #[error("it names no image, where {wanted} is wanted")]
    NoSubject {
        /// The digest judged.
        wanted: Digest,
    },
    /// It is about something else.
    #[error("it is about {}, not about {wanted}", listed(found))]
    WrongSubject {
        /// The digest judged.
        wanted: Digest,
        /// The digests named, as written.
        found: Vec<String>,
    },
    /// It is an attestation, which says something about the image but does not approve of it.
    #[error("it is an attestation of type `{predicate_type}`, which approves of nothing")]
    NotAnApproval {
        /// The statement's predicate type.
        predicate_type: String,
    },
    /// It is an attestation of another type, or none at all.
    #[error(
        "it is {}, not an attestation of type `{wanted}`",
        match found {
            None => "a simple signature".to_owned(),
            Some(found) => format!("an attestation of type `{found}`"),
        }
    )]
    OtherPredicate {
        /// The predicate type asked for.
        wanted: String,
        /// That of the statement; `None` for simple signing.
        found: Option<String>,
    },
    /// It names no repository.
    #[error("it names no repository, where `{wanted}` is wanted")]
    NoRepository {
        /// The repository asked for.
        wanted: String,
    },
    /// What it names is not a repository, or what the policy maps is not one.
    #[error("`{name}` is not a repository: {detail}")]
    UnreadableRepository {
        /// What stands there.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// It was made for another repository.
    #[error("it is for the repository `{found}`, not for `{wanted}`")]
    OtherRepository {
        /// The repository asked for.
        wanted: String,
        /// That of the document.
        found: String,
    },
    /// The judged image is not under the mirror that its signatures are mapped for.
    #[error(
        "the judged repository `{repository}` is not under `{to}`, which signatures are mapped to"
    )]
    NotMirrored {
        /// The judged repository.
        repository: String,
        /// The mirror.
        to: String,
    },
    /// It lacks an annotation, or has it as something that is no text.
    #[error("the annotation `{name}` is not there as text, where `{wanted}` is wanted")]
    AnnotationMissing {
        /// The annotation.
        name: String,
        /// The value asked for.
        wanted: String,
    },
    /// It has an annotation with another value.
    #[error("the annotation `{name}` is `{found}`, not `{wanted}`")]
    AnnotationDifferent {
        /// The annotation.
        name: String,
        /// The value asked for.
        wanted: String,
        /// The value that is there.
        found: String,
    },
}

/// The first few of many.
fn listed(found: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = found.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match found.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
