use sha2::Digest as _;

use crate::reference::Digest;

/// A file that a bundle is about: its bytes, or its digest alone.
///
/// ```
/// use cocket::evidence::signing::Artifact;
/// use cocket::reference::Digest;
/// let whole = Artifact::from_bytes(b"hello");
/// assert_eq!(whole.digest(), &Digest::sha256(b"hello"));
/// let named = Artifact::from_digest(Digest::sha256(b"hello"));
/// assert!(whole.hash("sha512").is_some() && named.hash("sha512").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact<'a> {
    digest: Digest,
    bytes: Option<&'a [u8]>,
}

impl<'a> Artifact<'a> {
    /// The file itself; its digest is the SHA-256 one.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        Self { digest: Digest::sha256(bytes), bytes: Some(bytes) }
    }

    /// A file of which only the digest is at hand: signatures by keys that sign whole files, or
    /// another digest of them, cannot be checked with it.
    #[must_use]
    pub fn from_digest(digest: Digest) -> Self {
        Self { digest, bytes: None }
    }

    /// The digest that is judged.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The bytes, where they are at hand.
    #[must_use]
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes
    }

    /// The hash by `sha256`, `sha384` or `sha512`, where it can be told.
    #[must_use]
    pub fn hash(&self, algorithm: &str) -> Option<Vec<u8>> {
        let Some(bytes) = self.bytes else {
            return (self.digest.algorithm() == algorithm).then(|| self.digest.bytes().to_vec());
        };
        match algorithm {
            "sha256" => Some(sha2::Sha256::digest(bytes).to_vec()),
            "sha384" => Some(sha2::Sha384::digest(bytes).to_vec()),
            "sha512" => Some(sha2::Sha512::digest(bytes).to_vec()),
            _ => None,
        }
    }
}
