use std::path::{Path, PathBuf};

use super::{EvidenceSource, SourceError};
use crate::evidence::Evidence;
use crate::reference::{Digest, Reference};

/// An OCI image layout: the OCI image specification's `image-layout.md`.
#[derive(Debug, Clone)]
pub struct ImageLayout {
    root: PathBuf,
    images: Vec<LayoutImage>,
}

/// An image that a layout's index names.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// [`SourceError`] where it is not a layout.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        Ok(Self { root: root.to_owned(), images: Vec::new() })
    }

    /// The layout's directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The images, without signatures, attestations and other attachments, by name and digest.
    #[must_use]
    pub fn images(&self) -> &[LayoutImage] {
        &self.images
    }
}

impl EvidenceSource for ImageLayout {
    fn resolve(&self, _reference: &Reference) -> Result<Option<Digest>, SourceError> {
        Ok(None)
    }

    fn collect(&self, _digest: &Digest) -> Result<Evidence, SourceError> {
        Ok(Evidence::new())
    }
}
