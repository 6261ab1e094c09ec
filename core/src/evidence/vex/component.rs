//! Products and what is in them.

use std::sync::Arc;

use crate::evidence::purl::PackageUrl;
use crate::reference::Digest;

/// Something that a document names: an image, a package, a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexComponent {
    /// The id as it is written: OpenVEX's `@id`, CycloneDX's reference, CSAF's product id.
    pub id: Box<str>,
    /// The name, where it is given apart from a package URL.
    pub name: Option<Arc<str>>,
    /// The version, where it is given apart from a package URL.
    pub version: Option<Arc<str>>,
    /// The package URLs by which it is identified; all of them must fit.
    pub purls: Vec<PackageUrl>,
    /// The digests by which it is identified.
    pub digests: Vec<Digest>,
    /// Something that identifies it cannot be read, or does not apply: then it is nothing that
    /// is known, and fits nothing.
    is_unknown: bool,
}

impl VexComponent {
    /// A component with an id and nothing else.
    pub(super) fn new(id: impl Into<Box<str>>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Whether something that identifies it cannot be read, so that it fits nothing.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.is_unknown
    }

    /// Makes it fit nothing.
    pub(super) fn set_unknown(&mut self) {
        self.is_unknown = true;
    }

    /// Takes a text that may be a package URL.
    pub(super) fn identify(&mut self, text: &str) {
        let is_purl = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("pkg:"));
        if !is_purl {
            return;
        }
        match PackageUrl::parse(text) {
            Ok(purl) if self.purls.contains(&purl) => {}
            Ok(purl) => self.purls.push(purl),
            Err(_) => self.is_unknown = true,
        }
    }

    /// Takes a hash. Only algorithms by which images are named count; others are left alone.
    pub(super) fn hash(&mut self, algorithm: &str, value: &str) {
        let mut algorithm = algorithm.to_ascii_lowercase();
        algorithm.retain(|letter| letter != '-');
        if !matches!(algorithm.as_str(), "sha256" | "sha384" | "sha512") {
            return;
        }
        match format!("{algorithm}:{value}").parse() {
            Ok(digest) if self.digests.contains(&digest) => {}
            Ok(digest) => self.digests.push(digest),
            Err(_) => self.is_unknown = true,
        }
    }
}
