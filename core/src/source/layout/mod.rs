//! OCI image layouts: the OCI image specification's `image-layout.md`.

mod blobs;
mod collect;
mod entry;
mod referrers;
mod resolve;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::files::{self, Accept};
use super::{EvidenceSource, SourceError};
use crate::evidence::oci::{self, Document};
use crate::evidence::{Evidence, EvidenceError, Gap, json};
use crate::reference::{Digest, Reference};
use blobs::Blobs;
pub use collect::{MAX_ATTACHED_BYTES, MAX_ATTACHMENTS, MAX_COLLECTED_BYTES};
use entry::Entry;
use referrers::Attachments;
pub use referrers::{MAX_SCANNED_BLOB_BYTES, MAX_SCANNED_BLOBS, MAX_SCANNED_BYTES};
pub(super) use {collect::collect, resolve::resolve};

/// Largest `oci-layout` file that is read; it holds one short member.
const MAX_MARKER_BYTES: u64 = 4 * 1024;

/// An OCI image layout: the OCI image specification's `image-layout.md`.
///
/// Signatures and attestations are found in each way that tools store them: under cosign's tags
/// (`sha256-<hex>.sig`, `.att`, `.sbom`), under the tag that stands in for the referrers API
/// (`sha256-<hex>`), by cosign's `kind` annotations, and as manifests with a `subject`, whether
/// `index.json` lists them or not. What BuildKit lists inside an index is a part of that index,
/// not attached to it.
///
/// # What is missing, and who can make it so
/// Anyone may attach anything to an image, so what is attached and is no signature, or cannot be
/// read as a manifest, is listed as [`Other`](crate::evidence::AttachedKind::Other) and leaves
/// no gap. A gap is left by what the layout itself fails to deliver: a file that cannot be read,
/// bytes that do not have their digest, an absent manifest or signature, more than the limits
/// allow. A gap adds nothing to what was found; it only tells "is not there" from "may be there".
#[derive(Debug, Clone)]
pub struct ImageLayout {
    blobs: Blobs,
    entries: Vec<Entry>,
    images: Vec<LayoutImage>,
    attachments: Attachments,
    /// What is unknown about every image.
    gaps: Vec<Gap>,
}

/// An image that a layout's index names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayoutImage {
    /// The name that the index gives, as written.
    pub name: Option<String>,
    /// The digest of its manifest or index.
    pub digest: Digest,
}

impl ImageLayout {
    /// Opens the layout in the directory `root`.
    ///
    /// # Errors
    /// [`SourceError`] where it is not a layout: no `oci-layout` file of version 1.0.0, or an
    /// `index.json` that is missing, too large or not an index. What is wrong with single blobs
    /// is found when they are needed.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        check_marker(&root.join("oci-layout"))?;
        let listed = read_index(&root.join("index.json"))?;
        let blobs = Blobs::new(root);
        let mut gaps = Vec::new();
        let entries: Vec<Entry> =
            listed.iter().map(|descriptor| Entry::read(descriptor, &blobs, &mut gaps)).collect();
        let attachments = Attachments::find(&entries, &blobs, &mut gaps);
        let mut images: Vec<LayoutImage> =
            entries.iter().filter(|entry| entry.is_image).map(Entry::image).collect();
        images.sort();
        images.dedup();
        gaps.sort();
        gaps.dedup();
        Ok(Self { blobs, entries, images, attachments, gaps })
    }

    /// The layout's directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.blobs.root()
    }

    /// The images, without signatures, attestations and other attachments, by name and digest.
    ///
    /// Whatever a runtime could start is an image, also under a signature's tag: a tag must not
    /// hide it.
    #[must_use]
    pub fn images(&self) -> &[LayoutImage] {
        &self.images
    }
}

impl EvidenceSource for ImageLayout {
    /// A name and tag match as a whole, after normalization; a name without tag and digest
    /// stands for `latest`, as it does for every runtime. A digest is known where its blob is
    /// there. An `index.json` that gives tags without a repository says too little to tell one
    /// repository's `1.0` from another's, so such a tag counts only in a layout of one image.
    ///
    /// # Errors
    /// [`SourceError`] where one name stands for several digests and the reference gives none of
    /// them, or a bare tag for one of several images.
    fn resolve(&self, reference: &Reference) -> Result<Option<Digest>, SourceError> {
        resolve(std::slice::from_ref(self), self.root(), reference)
    }

    fn collect(&self, digest: &Digest) -> Result<Evidence, SourceError> {
        Ok(collect(std::slice::from_ref(self), digest))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    image_layout_version: String,
}

fn check_marker(path: &Path) -> Result<(), SourceError> {
    let fault = |detail: String| SourceError { path: path.to_owned(), detail };
    let bytes = files::read(path, MAX_MARKER_BYTES, Accept::Regular).map_err(|fault| {
        let mut error = fault.error(path);
        error.detail = format!("not an OCI image layout: {}", error.detail);
        error
    })?;
    let text = json::check(&bytes, bytes.len()).map_err(|error| fault(error.to_string()))?;
    let marker: Marker = serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
    match marker.image_layout_version.as_str() {
        "1.0.0" => Ok(()),
        other => Err(fault(format!("layout version `{other}` where `1.0.0` is read"))),
    }
}

fn read_index(path: &Path) -> Result<Vec<oci::Descriptor>, SourceError> {
    let fault =
        |error: EvidenceError| SourceError { path: PathBuf::from(path), detail: error.to_string() };
    let bytes = files::read(path, blobs::MANIFEST_BYTES, Accept::Regular)
        .map_err(|error| error.error(path))?;
    match Document::parse(&bytes, None).map_err(fault)? {
        Document::Index(index) => Ok(index.manifests),
        Document::Manifest(_) => Err(SourceError {
            path: path.to_owned(),
            detail: "a manifest where an index is expected".to_owned(),
        }),
    }
}
