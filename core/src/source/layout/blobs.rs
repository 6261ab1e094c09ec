use std::path::{Path, PathBuf};

use super::super::files::{self, Accept, Fault};
use crate::evidence::oci::{self, Document};
use crate::evidence::{Gap, GapKind, config};
use crate::reference::Digest;

/// Largest manifest or index that is read.
pub(super) const MANIFEST_BYTES: u64 = oci::MAX_BYTES as u64;
/// Largest image configuration that is read.
pub(super) const CONFIG_BYTES: u64 = config::MAX_BYTES as u64;

/// The content of a layout, by digest.
#[derive(Debug, Clone)]
pub(super) struct Blobs {
    root: PathBuf,
}

/// Why a blob is not at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absent {
    /// Its file was not read.
    File(Fault),
    /// The file holds something else.
    OtherBytes,
}

impl Blobs {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path is made of a parsed digest only, so no text of a document can lead elsewhere.
    fn path(&self, digest: &Digest) -> PathBuf {
        self.directory().join(digest.algorithm()).join(digest.hex())
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.root.join("blobs")
    }

    pub(super) fn holds(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// The bytes with this digest.
    pub(super) fn read(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Absent> {
        let bytes = files::read(&self.path(digest), most, Accept::Regular).map_err(Absent::File)?;
        match digest.same_algorithm(&bytes) == *digest {
            true => Ok(bytes),
            false => Err(Absent::OtherBytes),
        }
    }

    /// The manifest or index with this digest, where there is a readable one.
    pub(super) fn document(&self, digest: &Digest) -> Option<Document> {
        let bytes = self.read(digest, MANIFEST_BYTES).ok()?;
        Document::parse(&bytes, None).ok()
    }
}

/// The bytes with this digest from the first place that has them; else why the first place that
/// should have had them did not.
pub(super) fn read<'a>(
    places: impl Iterator<Item = &'a Blobs>,
    digest: &Digest,
    most: u64,
) -> Result<Vec<u8>, Absent> {
    let mut why = Absent::File(Fault::Missing);
    for place in places {
        match place.read(digest, most) {
            Ok(bytes) => return Ok(bytes),
            Err(absent) if why.is_missing() => why = absent,
            Err(_) => {}
        }
    }
    Err(why)
}

impl Absent {
    pub(super) fn is_missing(&self) -> bool {
        *self == Self::File(Fault::Missing)
    }

    /// The gap that the absence of `what` leaves in what is known about `subject`.
    pub(super) fn gap(&self, subject: Option<Digest>, what: &str, digest: &Digest) -> Gap {
        let (kind, detail) = match self {
            Self::File(fault @ Fault::Io(_)) => (GapKind::Unavailable, fault.to_string()),
            Self::File(fault) => (GapKind::Incomplete, fault.to_string()),
            Self::OtherBytes => {
                (GapKind::Incomplete, "the file holds bytes with another digest".to_owned())
            }
        };
        Gap { subject, kind, detail: format!("{what} {digest}: {detail}") }
    }
}
