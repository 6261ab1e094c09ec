use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, Verified, containers_identity};
use crate::evidence::signing::{Claim, SignedDocument, Subject};
use crate::policy::model::{Mirror, SignedIdentity};
use crate::reference::{Digest, Reference, ReferenceError, RepositoryPrefix};

/// The predicate type by which a statement approves of an image, as `cosign sign` writes it.
pub const APPROVAL_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

/// What an approval has to say.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The digest.
    pub digest: &'a Digest,
    /// The judged name.
    pub reference: &'a Reference,
    /// How the name that the signature gives is compared.
    pub identity: &'a SignedIdentity,
    /// Annotations that must be there, equal in value.
    pub annotations: &'a BTreeMap<String, String>,
}

/// Whether a verified document approves of the image: of a type that says so, about the digest,
/// with the name and annotations asked for, which must stand at one subject together.
///
/// # Errors
/// A [`Refusal`] with the first thing that is not as asked.
pub fn approves(document: &Verified<SignedDocument>, wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let claim = document.value().claim();
    // Anyone who may say something about an image, such as a scanner, would else approve of it.
    if let Some(found) = &claim.predicate_type
        && found != APPROVAL_PREDICATE
    {
        return Err(Refusal::NotAnApproval { predicate_type: found.clone() });
    }
    names(document, wanted)
}

/// Whether a verified document is an attestation of `predicate_type` about the digest. Subject
/// names are not compared.
///
/// # Errors
/// A [`Refusal`] with the first thing that is not as asked.
pub fn attests(
    document: &Verified<SignedDocument>,
    digest: &Digest,
    predicate_type: &str,
) -> Result<(), Refusal> {
    let claim = document.value().claim();
    if claim.predicate_type.as_deref() != Some(predicate_type) {
        let (wanted, found) = (predicate_type.to_owned(), claim.predicate_type.clone());
        return Err(Refusal::OtherPredicate { wanted, found });
    }
    about(claim, digest).map(|_| ())
}

/// Whether a verified document, of whatever type, names the image as [`Wanted::identity`] and
/// [`Wanted::annotations`] ask, which must stand at one subject together.
///
/// # Errors
/// A [`Refusal`] with the first thing that is not as asked.
pub fn names(document: &Verified<SignedDocument>, wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let claim = document.value().claim();
    let mut refused = None;
    for subject in about(claim, wanted.digest)? {
        let as_asked = named(subject, claim.predicate_type.is_some(), wanted)
            .and_then(|()| annotated(subject, wanted.annotations));
        match as_asked {
            Ok(()) => return Ok(()),
            Err(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    Err(refused.unwrap_or(Refusal::NoSubject { wanted: *wanted.digest }))
}

/// The subjects with this digest; at least one. Other digests beside it, right or wrong, are not
/// the image's and say nothing.
pub(super) fn about<'a>(claim: &'a Claim, digest: &Digest) -> Result<Vec<&'a Subject>, Refusal> {
    let matching: Vec<&Subject> =
        claim.subjects.iter().filter(|subject| subject.digests.contains(digest)).collect();
    if !matching.is_empty() {
        return Ok(matching);
    }
    let declared = claim.subjects.iter().flat_map(|subject| &subject.declared);
    let found: BTreeSet<String> = declared
        .filter(|(algorithm, _)| matches!(algorithm.as_str(), "sha256" | "sha384" | "sha512"))
        .map(|(algorithm, value)| format!("{algorithm}:{value}"))
        .collect();
    match found.is_empty() {
        true => Err(Refusal::NoSubject { wanted: *digest }),
        false => Err(Refusal::WrongSubject { wanted: *digest, found: found.into_iter().collect() }),
    }
}

/// Compares the name that the subject gives.
fn named(subject: &Subject, is_statement: bool, wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let judged = wanted.reference.repository();
    // Simple signing always has a name, so an empty one is a fault; a statement's subject has
    // one where its writer chose to give it.
    let may_be_unnamed = is_statement && name(subject).is_none();
    match wanted.identity {
        SignedIdentity::SameDigest => Ok(()),
        SignedIdentity::WhenNamed if may_be_unnamed => Ok(()),
        SignedIdentity::WhenNamed | SignedIdentity::ExactRepository => same(subject, judged),
        SignedIdentity::Remap(mirror) => {
            let original = original(wanted.reference, mirror)?;
            same(subject, original.repository())
        }
        SignedIdentity::Containers(identity) => {
            let wanted = wanted.reference;
            let Some(name) = name(subject) else {
                return Err(Refusal::NoRepository { wanted: wanted.to_string() });
            };
            let found = Reference::parse(name).map_err(|error| unreadable(name, &error))?;
            containers_identity::compare(identity, wanted, &found)
        }
    }
}

fn name(subject: &Subject) -> Option<&str> {
    subject.name.as_deref().filter(|name| !name.is_empty())
}

/// Whether the subject names this repository. A tag or a digest in the name is not compared: what
/// is signed is the digest beside it.
fn same(subject: &Subject, repository: &str) -> Result<(), Refusal> {
    let wanted = repository.to_owned();
    let Some(name) = name(subject) else { return Err(Refusal::NoRepository { wanted }) };
    match Reference::parse(name) {
        Err(error) => Err(unreadable(name, &error)),
        Ok(found) if found.repository() == repository => Ok(()),
        Ok(found) => Err(Refusal::OtherRepository { wanted, found: found.repository().to_owned() }),
    }
}

/// The name under which an image of the mirror was signed.
fn original(judged: &Reference, mirror: &Mirror) -> Result<Reference, Refusal> {
    let prefix =
        |text: &str| RepositoryPrefix::parse(text).map_err(|error| unreadable(text, &error));
    let (from, to) = (prefix(&mirror.from)?, prefix(&mirror.to)?);
    judged.relocated(&to, &from).ok_or_else(|| Refusal::NotMirrored {
        repository: judged.repository().to_owned(),
        to: to.as_str().to_owned(),
    })
}

pub(super) fn unreadable(name: &str, error: &ReferenceError) -> Refusal {
    Refusal::UnreadableRepository { name: name.to_owned(), detail: error.to_string() }
}

fn annotated(subject: &Subject, wanted: &BTreeMap<String, String>) -> Result<(), Refusal> {
    for (name, value) in wanted {
        match subject.annotations.get(name) {
            Some(found) if found == value => {}
            Some(found) => {
                return Err(Refusal::AnnotationDifferent {
                    name: name.clone(),
                    wanted: value.clone(),
                    found: found.clone(),
                });
            }
            None => {
                let (name, wanted) = (name.clone(), value.clone());
                return Err(Refusal::AnnotationMissing { name, wanted });
            }
        }
    }
    Ok(())
}
