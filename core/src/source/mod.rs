//! Evidence sources: the one place in the core that reads files.

mod layout;

use std::path::PathBuf;

pub use layout::{ImageLayout, LayoutImage};

use crate::evidence::Evidence;
use crate::reference::{Digest, Reference};

/// Where evidence comes from: a layout, a registry, or what an embedding program keeps.
pub trait EvidenceSource {
    /// The digest that a reference stands for here; `None` where the source does not have it.
    ///
    /// # Errors
    /// [`SourceError`] where it could not be looked up.
    fn resolve(&self, reference: &Reference) -> Result<Option<Digest>, SourceError>;

    /// Everything at hand about the image with this digest. What could not be read is in the
    /// evidence's gaps.
    ///
    /// # Errors
    /// [`SourceError`] where nothing could be read at all.
    fn collect(&self, digest: &Digest) -> Result<Evidence, SourceError>;
}

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {detail}", path = path.display())]
pub struct SourceError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    pub detail: String,
}
