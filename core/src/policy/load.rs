use super::error::{DocumentKind, PolicyError, PolicyErrorKind, PolicyErrors};
use super::model::{ImageCatalog, ImagePolicy, PolicyException, PolicySet, TrustRoot};
use crate::reference::Digest;

/// One text with policy documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// The name that errors give, such as a file's.
    pub name: String,
    /// The text.
    pub bytes: Vec<u8>,
}

/// Loaded policies: checked as far as that can be done without keys and evidence.
#[derive(Debug, Clone)]
pub struct Policies {
    set: Option<PolicySet>,
    policies: Vec<ImagePolicy>,
    exceptions: Vec<PolicyException>,
    catalogs: Vec<ImageCatalog>,
    trust_roots: Vec<TrustRoot>,
}

impl Policies {
    /// Loads one text.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn from_text(name: &str, text: &str) -> Result<Self, PolicyErrors> {
        Self::load(&[PolicySource { name: name.to_owned(), bytes: text.as_bytes().to_vec() }])
    }

    /// Loads several texts as one set.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn load(_sources: &[PolicySource]) -> Result<Self, PolicyErrors> {
        Ok(Self {
            set: None,
            policies: Vec::new(),
            exceptions: Vec::new(),
            catalogs: Vec::new(),
            trust_roots: Vec::new(),
        })
    }

    /// What holds for all policies together.
    #[must_use]
    pub fn set(&self) -> Option<&PolicySet> {
        self.set.as_ref()
    }

    /// The policies, by name.
    #[must_use]
    pub fn image_policies(&self) -> &[ImagePolicy] {
        &self.policies
    }

    /// The exceptions, by name.
    #[must_use]
    pub fn exceptions(&self) -> &[PolicyException] {
        &self.exceptions
    }

    /// The catalogs, by name.
    #[must_use]
    pub fn catalogs(&self) -> &[ImageCatalog] {
        &self.catalogs
    }

    /// The trust roots, by name.
    #[must_use]
    pub fn trust_roots(&self) -> &[TrustRoot] {
        &self.trust_roots
    }

    /// The digest of the canonical model of everything loaded: layout and order do not change it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::sha256(b"")
    }

    /// The digest of one policy's canonical model, its rules sorted by id.
    #[must_use]
    pub fn digest_of(&self, _policy: &ImagePolicy) -> Digest {
        Digest::sha256(b"")
    }

    /// A fault found after loading (such as a key that is not supported), with the place of
    /// `path` in the document `kind`/`name` as it was written.
    #[must_use]
    pub fn error_at(
        &self,
        _kind: DocumentKind,
        name: &str,
        path: &str,
        detail: String,
    ) -> PolicyError {
        PolicyError {
            kind: PolicyErrorKind::Value,
            file: name.to_owned(),
            line: 1,
            column: 1,
            path: path.to_owned(),
            detail,
            help: None,
            snippet: None,
        }
    }
}
