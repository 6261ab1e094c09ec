//! Digests of canonical models (RFC 8785): layout, order and file names do not change them.

use std::borrow::Cow;

use serde::Serialize;

use super::load::API_VERSION;
use super::model::{ImageCatalog, ImagePolicy, Metadata, PolicyException, PolicySet, TrustRoot};
use super::{DocumentKind, Policies};
use crate::reference::Digest;

/// A document as it would be written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a, T> {
    api_version: &'static str,
    kind: &'static str,
    metadata: &'a Metadata,
    spec: &'a T,
}

fn written<'a, T>(kind: DocumentKind, metadata: &'a Metadata, spec: &'a T) -> Written<'a, T> {
    Written { api_version: API_VERSION, kind: kind.name(), metadata, spec }
}

/// The canonical JSON of one policy, its rules sorted by id.
fn policy(policy: &ImagePolicy) -> Vec<u8> {
    let mut spec = Cow::Borrowed(&policy.spec);
    if !spec.rules.is_sorted_by_key(|rule| &rule.id) {
        spec.to_mut().rules.sort_by(|a, b| a.id.cmp(&b.id));
    }
    canonical(&written(DocumentKind::ImagePolicy, &policy.metadata, &*spec))
}

fn set(set: &PolicySet) -> Vec<u8> {
    canonical(&written(DocumentKind::PolicySet, &set.metadata, &set.spec))
}

fn exception(exception: &PolicyException) -> Vec<u8> {
    canonical(&written(DocumentKind::PolicyException, &exception.metadata, &exception.spec))
}

fn catalog(catalog: &ImageCatalog) -> Vec<u8> {
    canonical(&written(DocumentKind::ImageCatalog, &catalog.metadata, &catalog.spec))
}

fn trust_root(root: &TrustRoot) -> Vec<u8> {
    canonical(&written(DocumentKind::TrustRoot, &root.metadata, &root.spec))
}

fn canonical<T: Serialize>(value: &T) -> Vec<u8> {
    // The model holds nothing that JSON cannot say: keys are text, and numbers are whole and
    // below 2^53. An empty text would still be another digest than any document's.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

pub(super) fn of_policy(one: &ImagePolicy) -> Digest {
    Digest::sha256(&policy(one))
}

/// The digest of everything loaded, and those of the policies about images in their order.
pub(crate) struct Digests {
    pub(crate) whole: Digest,
    pub(crate) policies: Vec<Digest>,
}

/// The canonical documents, by kind and then by name.
pub(super) fn documents(all: &Policies) -> Vec<Vec<u8>> {
    around(all, all.image_policies().iter().map(policy).collect())
}

fn around(all: &Policies, policies: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    out.extend(all.set().map(set));
    out.extend(policies);
    out.extend(all.exceptions().iter().map(exception));
    out.extend(all.catalogs().iter().map(catalog));
    out.extend(all.trust_roots().iter().map(trust_root));
    out
}

/// The digest of the JSON list of the canonical documents.
pub(super) fn of_all(all: &Policies) -> Digest {
    whole(all, documents(all))
}

/// All of them: each policy is written once.
pub(super) fn digests(all: &Policies) -> Digests {
    let written: Vec<Vec<u8>> = all.image_policies().iter().map(policy).collect();
    let policies = written.iter().map(|one| Digest::sha256(one)).collect();
    Digests { policies, whole: whole(all, around(all, written)) }
}

fn whole(all: &Policies, mut documents: Vec<Vec<u8>>) -> Digest {
    // As JSON texts, which no document of ours is.
    documents.extend(all.object_judges().iter().map(|judge| canonical(&judge.digest())));
    let list = documents.join(&b","[..]);
    Digest::sha256(&[b"[", list.as_slice(), b"]"].concat())
}
