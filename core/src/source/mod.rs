//! Evidence sources: the one place in the core that reads files.
//!
//! What is read is bounded before it is read, and what could not be read is said: as a
//! [`SourceError`] where the caller named it, as a [`Gap`](crate::evidence::Gap) of the evidence
//! where a layout promises it.

mod directory;
mod files;
mod inputs;
mod layout;

use std::path::PathBuf;

pub use directory::EvidenceDirectory;
pub use inputs::{
    MAX_INPUT_BYTES, MAX_INPUT_DEPTH, MAX_INPUT_FILES, MAX_OBJECTS_BYTES, MAX_POLICY_BYTES,
    MAX_REPORT_BYTES, read_file, read_objects, read_policies, read_reports,
};
pub use layout::{
    ImageLayout, LayoutImage, MAX_ATTACHED_BYTES, MAX_ATTACHMENTS, MAX_COLLECTED_BYTES,
    MAX_SCANNED_BLOB_BYTES, MAX_SCANNED_BLOBS, MAX_SCANNED_BYTES,
};

use crate::evidence::Evidence;
use crate::reference::{Digest, Reference};

/// Where evidence comes from: a layout, a registry, or what an embedding program keeps.
pub trait EvidenceSource {
    /// The digest that a reference stands for here; `None` where the source does not have it.
    ///
    /// Where the reference gives a tag beside a digest, this is the tag's digest if the source
    /// knows the tag: whether the two agree is for the engine to judge.
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
