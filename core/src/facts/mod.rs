//! Facts: what the evidence at hand proves about one image, gathered once for all rules.

mod image;
mod payload;
mod signed;

pub use image::{Content, ImageFacts, PlatformFacts, Problem};
pub use payload::Payload;
pub use signed::{Authority, Proof, SignedFact, SignedFacts};

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::evidence::Vouched;
use crate::evidence::oci::Document;
use crate::reference::Digest;
use crate::verify::VerificationCache;

/// Everything established about one image at one moment.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The moment.
    pub now: Timestamp,
    /// What the image consists of; `None` where no digest is known.
    pub image: Option<ImageFacts>,
    /// The index that lists the image, where the caller named one and it does.
    pub parent: Option<Digest>,
    /// What is attached to the image, verified for every authority of the engine.
    pub signed: SignedFacts,
    /// What the caller vouches for, by digest.
    pub vouched: Vec<Vouched>,
    /// Gaps in what is attached to the image, the worst first.
    pub gap: Option<Problem>,
}

impl Facts {
    /// Gathers what `evidence` proves about `digest`. `parent` is the index by which the caller
    /// came to the image. What `cache` keeps is not verified again.
    #[must_use]
    pub fn gather(
        digest: Option<Digest>,
        parent: Option<Digest>,
        evidence: &Evidence,
        authorities: &[Arc<Authority>],
        cache: &VerificationCache,
        now: Timestamp,
    ) -> Self {
        let image = digest.map(|digest| ImageFacts::gather(digest, evidence));
        let parent =
            parent.filter(|parent| digest.is_some_and(|digest| lists(parent, &digest, evidence)));
        let mut digests: BTreeSet<Digest> = digest.into_iter().chain(parent).collect();
        if let Some(Ok(platforms)) = image.as_ref().map(|image| &image.platforms) {
            digests.extend(platforms.iter().map(|platform| platform.digest));
        }
        let signed = digest.map(|digest| {
            SignedFacts::gather(&digest, &digests, evidence, authorities, cache, now)
        });
        let mut vouched = evidence.vouched().to_vec();
        vouched.sort_by_key(|one| (one.digest, one.subject));
        vouched.dedup_by_key(|one| (one.digest, one.subject));
        let gap = image::gap(digest.as_ref(), evidence);
        Self { now, image, parent, signed: signed.unwrap_or_default(), vouched, gap }
    }
}

/// Whether `parent` is an index at hand that lists `digest`.
fn lists(parent: &Digest, digest: &Digest, evidence: &Evidence) -> bool {
    let index = evidence
        .blob(parent)
        .and_then(|blob| Document::parse(&blob.bytes, blob.media_type.as_deref()).ok());
    match index {
        Some(Document::Index(index)) => index.manifests.iter().any(|child| child.digest == *digest),
        _ => false,
    }
}
