use std::fs;
use std::path::{Path, PathBuf};

use super::layout::{self, ImageLayout, LayoutImage};
use super::{EvidenceSource, SourceError};
use crate::evidence::Evidence;
use crate::reference::{Digest, Reference};

/// How many directories deep layouts are looked for.
const MAX_DEPTH: u32 = 4;
/// Most directories that are looked into.
const MAX_DIRECTORIES: usize = 10_000;

/// A directory that is an image layout, or holds layouts up to four directories deep, as one
/// source: a signature counts wherever it lies, and so does each blob.
///
/// ```
/// use cocket::reference::Reference;
/// use cocket::source::{EvidenceDirectory, EvidenceSource as _};
/// let source = EvidenceDirectory::open("../docs/examples/first-look".as_ref())?;
/// let name = Reference::parse("registry.acme.example/shop/checkout:2.8.1")?;
/// let digest = source.resolve(&name)?.ok_or("not here")?;
/// assert_eq!(source.collect(&digest)?.attached().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EvidenceDirectory {
    root: PathBuf,
    layouts: Vec<ImageLayout>,
    images: Vec<LayoutImage>,
}

impl EvidenceDirectory {
    /// Opens the directory `root` and every layout in it, except under names that start with a
    /// dot.
    ///
    /// # Errors
    /// [`SourceError`] where there is no layout, where one of them cannot be opened, or where
    /// there are more than 10,000 directories.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        let mut layouts = Vec::new();
        let mut looked_into = 0;
        find(root, MAX_DEPTH, &mut looked_into, &mut layouts)?;
        if layouts.is_empty() {
            return Err(SourceError {
                path: root.to_owned(),
                detail: format!(
                    "neither an OCI image layout nor a directory with one at most {MAX_DEPTH} \
                     directories deep"
                ),
            });
        }
        let mut images: Vec<LayoutImage> =
            layouts.iter().flat_map(ImageLayout::images).cloned().collect();
        images.sort();
        images.dedup();
        Ok(Self { root: root.to_owned(), layouts, images })
    }

    /// The layouts, by path.
    #[must_use]
    pub fn layouts(&self) -> &[ImageLayout] {
        &self.layouts
    }

    /// The images of all layouts, by name and digest.
    #[must_use]
    pub fn images(&self) -> &[LayoutImage] {
        &self.images
    }
}

impl EvidenceSource for EvidenceDirectory {
    /// As for one [`ImageLayout`]; one name with different digests in two layouts is an error,
    /// as it is in one.
    fn resolve(&self, reference: &Reference) -> Result<Option<Digest>, SourceError> {
        layout::resolve(&self.layouts, &self.root, reference)
    }

    fn collect(&self, digest: &Digest) -> Result<Evidence, SourceError> {
        Ok(layout::collect(&self.layouts, digest))
    }
}

fn find(
    directory: &Path,
    depth: u32,
    looked_into: &mut usize,
    layouts: &mut Vec<ImageLayout>,
) -> Result<(), SourceError> {
    let fault = |detail: String| SourceError { path: directory.to_owned(), detail };
    *looked_into = looked_into.saturating_add(1);
    if *looked_into > MAX_DIRECTORIES {
        return Err(fault(format!("more than {MAX_DIRECTORIES} directories")));
    }
    // Whatever it is: a marker that cannot be read must not make the layout look absent.
    if directory.join("oci-layout").symlink_metadata().is_ok() {
        layouts.push(ImageLayout::open(directory)?);
        return Ok(());
    }
    if depth == 0 {
        return Ok(());
    }
    let listed = fs::read_dir(directory).map_err(|error| fault(error.to_string()))?;
    let mut below = Vec::new();
    for entry in listed {
        let entry = entry.map_err(|error| fault(error.to_string()))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_dir() {
            below.push(entry.path());
        }
    }
    below.sort();
    below.iter().try_for_each(|one| find(one, depth.saturating_sub(1), looked_into, layouts))
}
