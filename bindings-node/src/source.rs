//! Image layouts as a source of evidence.

use std::path::Path;
use std::sync::Arc;

use cocket::reference::Reference;
use cocket::source::{self, EvidenceSource as _};
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

use crate::evidence::Evidence;
use crate::fault::{Fault, Faults, guarded};
use crate::text;
use crate::work::Work;

/// A directory that is an image layout, or holds layouts.
#[napi]
pub struct EvidenceDirectory {
    opened: Arc<source::EvidenceDirectory>,
}

/// An image of a layout.
#[napi(object)]
pub struct LayoutImage {
    /// The name that the layout gives it.
    pub name: Option<String>,
    /// Its digest.
    pub digest: String,
}

#[napi]
impl EvidenceDirectory {
    /// Opens the directory, off the event loop.
    #[napi]
    pub fn open(path: String) -> AsyncTask<Work<EvidenceDirectory>> {
        Work::start(move || Self::opened(&path))
    }

    /// Opens the directory.
    #[napi]
    pub fn open_sync(path: String) -> napi::Result<EvidenceDirectory> {
        Ok(guarded(|| Self::opened(&path))?)
    }

    fn opened(path: &str) -> Result<Self, Faults> {
        Ok(Self { opened: Arc::new(source::EvidenceDirectory::open(Path::new(path))?) })
    }

    /// The images of all layouts, by name and digest.
    #[napi]
    pub fn images(&self) -> Vec<LayoutImage> {
        let image = |one: &source::LayoutImage| LayoutImage {
            name: one.name.clone(),
            digest: one.digest.to_string(),
        };
        self.opened.images().iter().map(image).collect()
    }

    /// The digest that a reference stands for here, off the event loop.
    #[napi]
    pub fn resolve(&self, reference: String) -> AsyncTask<Work<Option<String>>> {
        let opened = Arc::clone(&self.opened);
        Work::start(move || resolved(&opened, &reference))
    }

    /// The digest that a reference stands for here.
    #[napi]
    pub fn resolve_sync(&self, reference: String) -> napi::Result<Option<String>> {
        Ok(guarded(|| resolved(&self.opened, &reference))?)
    }

    /// Everything at hand about the image with this digest, off the event loop.
    #[napi]
    pub fn collect(&self, digest: String) -> AsyncTask<Work<Evidence>> {
        let opened = Arc::clone(&self.opened);
        Work::start(move || collected(&opened, &digest))
    }

    /// Everything at hand about the image with this digest.
    #[napi]
    pub fn collect_sync(&self, digest: String) -> napi::Result<Evidence> {
        Ok(guarded(|| collected(&self.opened, &digest))?)
    }
}

fn resolved(opened: &source::EvidenceDirectory, text: &str) -> Result<Option<String>, Faults> {
    let reference = Reference::parse(text).map_err(|error| {
        Fault::request("/reference", format!("`{text}` is not a reference: {error}"))
    })?;
    Ok(opened.resolve(&reference)?.map(|digest| digest.to_string()))
}

fn collected(opened: &source::EvidenceDirectory, digest: &str) -> Result<Evidence, Faults> {
    Ok(Evidence::collected(opened.collect(&text::digest(digest, "/digest")?)?))
}
