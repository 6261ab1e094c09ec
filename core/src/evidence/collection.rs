use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Vouched, VouchedDocument};
use crate::reference::Digest;

/// Everything at hand about one or more images, unverified.
///
/// Blobs are addressed by the digest of their bytes, computed here, so a blob can never stand
/// under another's name. What hangs beside an image (signatures, attestations, bundles) keeps
/// the digest it was found under as a hint only: what counts is what it says itself.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    blobs: BTreeMap<Digest, Blob>,
    attached: Vec<Attached>,
    vouched: Vec<Vouched>,
    gaps: Vec<Gap>,
}

/// A manifest, index or configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The media type by which it was served or listed, where known.
    pub media_type: Option<String>,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// Something attached to an image: anyone may have put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The digest it was found under: a hint for explanations.
    pub subject: Option<Digest>,
    /// What it was declared as.
    pub kind: AttachedKind,
    /// The digest of `bytes`.
    pub digest: Digest,
    /// The content.
    pub bytes: Arc<[u8]>,
    /// Annotations of the layer that held it.
    pub annotations: BTreeMap<String, String>,
}

/// What attached material was declared as, by the media type of its layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AttachedKind {
    /// `application/vnd.dev.cosign.simplesigning.v1+json`: a simple signing payload with its
    /// signature in the annotations.
    SimpleSigning,
    /// `application/vnd.dsse.envelope.v1+json`: a DSSE envelope.
    Envelope,
    /// `application/vnd.dev.sigstore.bundle…+json`: a Sigstore bundle.
    Bundle,
    /// Anything else: kept to be listed as refused.
    Other(String),
}

impl AttachedKind {
    /// The kind that a layer's media type declares.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Self {
        match media_type {
            "application/vnd.dev.cosign.simplesigning.v1+json" => Self::SimpleSigning,
            "application/vnd.dsse.envelope.v1+json" => Self::Envelope,
            other if other.starts_with("application/vnd.dev.sigstore.bundle") => Self::Bundle,
            other => Self::Other(other.to_owned()),
        }
    }

    /// A media type that declares this kind; for bundles the newest of several.
    ///
    /// ```
    /// use cocket::evidence::AttachedKind;
    /// let kind = AttachedKind::Bundle;
    /// assert_eq!(AttachedKind::from_media_type(kind.media_type()), kind);
    /// ```
    #[must_use]
    pub fn media_type(&self) -> &str {
        match self {
            Self::SimpleSigning => "application/vnd.dev.cosign.simplesigning.v1+json",
            Self::Envelope => "application/vnd.dsse.envelope.v1+json",
            Self::Bundle => "application/vnd.dev.sigstore.bundle.v0.3+json",
            Self::Other(media_type) => media_type,
        }
    }
}

/// Something that should have been read and was not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The digest about which something is missing; `None`: about everything.
    pub subject: Option<Digest>,
    /// What kind of gap.
    pub kind: GapKind,
    /// What could not be read, and why.
    pub detail: String,
}

/// Kinds of [`Gap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GapKind {
    /// It could not be fetched or read; trying again may help.
    Unavailable,
    /// A listing was cut short or partly unread.
    Incomplete,
}

impl Evidence {
    /// No evidence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a manifest, index or configuration, and gives its digest.
    pub fn add_blob(&mut self, media_type: Option<&str>, bytes: impl Into<Arc<[u8]>>) -> Digest {
        let bytes = bytes.into();
        let digest = Digest::sha256(&bytes);
        self.insert_blob(digest, media_type, bytes);
        digest
    }

    /// Adds a blob that is named by a digest of another algorithm; whether the bytes have that
    /// digest is computed here, and `false` says that they do not and that nothing was added.
    pub fn add_blob_as(
        &mut self,
        digest: Digest,
        media_type: Option<&str>,
        bytes: impl Into<Arc<[u8]>>,
    ) -> bool {
        let bytes = bytes.into();
        if digest.same_algorithm(&bytes) != digest {
            return false;
        }
        self.insert_blob(digest, media_type, bytes);
        true
    }

    fn insert_blob(&mut self, digest: Digest, media_type: Option<&str>, bytes: Arc<[u8]>) {
        let blob = self.blobs.entry(digest).or_insert(Blob { media_type: None, bytes });
        if blob.media_type.is_none() {
            blob.media_type = media_type.map(str::to_owned);
        }
    }

    /// Adds something attached to the image `subject`.
    pub fn attach(
        &mut self,
        subject: Option<Digest>,
        kind: AttachedKind,
        bytes: impl Into<Arc<[u8]>>,
        annotations: BTreeMap<String, String>,
    ) {
        let bytes = bytes.into();
        let digest = Digest::sha256(&bytes);
        self.attached.push(Attached { subject, kind, digest, bytes, annotations });
    }

    /// Adds a document that the caller vouches for.
    pub fn vouch(&mut self, subject: Option<Digest>, bytes: impl Into<Arc<[u8]>>) {
        let bytes: Arc<[u8]> = bytes.into();
        let digest = Digest::sha256(&bytes);
        let document = Arc::new(VouchedDocument::read(&bytes));
        self.vouched.push(Vouched { subject, digest, document });
    }

    /// Adds a vouched document that was read before, for this or another subject: a report need
    /// not be read again for each image that it is judged with.
    pub fn vouch_read(&mut self, document: Vouched) {
        self.vouched.push(document);
    }

    /// Records something that should have been read and was not.
    pub fn add_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// Takes in everything of `other`.
    pub fn merge(&mut self, other: Self) {
        for (digest, blob) in other.blobs {
            self.blobs.entry(digest).or_insert(blob);
        }
        self.attached.extend(other.attached);
        self.vouched.extend(other.vouched);
        self.gaps.extend(other.gaps);
    }

    /// The blob with this digest.
    #[must_use]
    pub fn blob(&self, digest: &Digest) -> Option<&Blob> {
        self.blobs.get(digest)
    }

    /// Every manifest, index and configuration, by digest.
    pub fn blobs(&self) -> impl Iterator<Item = (&Digest, &Blob)> {
        self.blobs.iter()
    }

    /// Everything attached.
    #[must_use]
    pub fn attached(&self) -> &[Attached] {
        &self.attached
    }

    /// Everything the caller vouches for.
    #[must_use]
    pub fn vouched(&self) -> &[Vouched] {
        &self.vouched
    }

    /// What should have been read and was not.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }
}
