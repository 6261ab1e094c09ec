//! Repository prefixes, for mirrors.

use super::name::{Reference, ReferenceError, is_host, is_path, normal_repository};

/// A host, or a host and the start of a path, that ends at a segment boundary.
///
/// ```
/// use cocket::reference::{Reference, RepositoryPrefix};
/// let hub = RepositoryPrefix::parse("docker.io/library")?;
/// let mirror = RepositoryPrefix::parse("registry.example.com/hub")?;
/// let nginx = Reference::parse("nginx:1.27")?;
/// let moved = nginx.relocated(&hub, &mirror).map(|image| image.to_string());
/// assert_eq!(moved.as_deref(), Some("registry.example.com/hub/nginx:1.27"));
/// # Ok::<(), cocket::reference::ReferenceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryPrefix(Box<str>);

impl RepositoryPrefix {
    /// Reads a prefix; its host must be written.
    ///
    /// # Errors
    /// [`ReferenceError`] where the host or the path breaks the grammar of references.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (host, path) = match text.split_once('/') {
            Some((host, path)) => (host, Some(path)),
            None => (text, None),
        };
        if !is_host(host) || !(host.contains(['.', ':']) || host == "localhost") {
            let (value, host) = (text.to_owned(), host.to_owned());
            return Err(ReferenceError::Host { value, host });
        }
        // With a second segment nothing is implied, so only the host's aliases are settled.
        let normal = normal_repository(host, "a/b");
        let host = normal.strip_suffix("/a/b").unwrap_or(host);
        match path {
            None => Ok(Self(host.into())),
            Some(path) if is_path(path) => Ok(Self(format!("{host}/{path}").into())),
            Some(path) => {
                Err(ReferenceError::Path { value: text.to_owned(), path: path.to_owned() })
            }
        }
    }

    /// The prefix, normalised.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Reference {
    /// The reference under `to` instead of `from`; `None` where it is not under `from`, or
    /// where the result would not be a reference. Tag and digest stay.
    #[must_use]
    pub fn relocated(&self, from: &RepositoryPrefix, to: &RepositoryPrefix) -> Option<Self> {
        let rest = self.repository().strip_prefix(from.as_str())?;
        if !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        self.with_repository(&format!("{}{rest}", to.as_str()))
    }
}
