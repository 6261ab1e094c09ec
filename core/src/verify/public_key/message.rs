use std::cell::OnceCell;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::evidence::signing::Artifact;

/// Signed bytes, hashed at most once by each function for all keys and signatures; or their
/// SHA-256 digest alone, with which only signatures over that can be checked.
pub(in crate::verify) struct Message<'b> {
    bytes: Option<&'b [u8]>,
    sha256: OnceCell<[u8; 32]>,
    sha384: OnceCell<[u8; 48]>,
    sha512: OnceCell<Sha512>,
}

impl<'b> Message<'b> {
    pub(in crate::verify) fn new(bytes: &'b [u8]) -> Self {
        let (sha256, sha384, sha512) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { bytes: Some(bytes), sha256, sha384, sha512 }
    }

    /// A file, of which the digest may be all there is; `None` where that is of another function.
    pub(in crate::verify) fn of(artifact: &Artifact<'b>) -> Option<Self> {
        if let Some(bytes) = artifact.bytes() {
            return Some(Self::new(bytes));
        }
        let digest: [u8; 32] = artifact.hash("sha256")?.try_into().ok()?;
        let (sha384, sha512) = (OnceCell::new(), OnceCell::new());
        Some(Self { bytes: None, sha256: OnceCell::from(digest), sha384, sha512 })
    }

    pub(super) fn bytes(&self) -> Option<&'b [u8]> {
        self.bytes
    }

    pub(super) fn sha256(&self) -> Option<&[u8]> {
        match (self.sha256.get(), self.bytes) {
            (Some(known), _) => Some(known),
            (None, bytes) => {
                let bytes = bytes?;
                Some(self.sha256.get_or_init(|| Sha256::digest(bytes).into()))
            }
        }
    }

    pub(super) fn sha384(&self) -> Option<&[u8]> {
        let bytes = self.bytes?;
        Some(self.sha384.get_or_init(|| Sha384::digest(bytes).into()))
    }

    pub(super) fn sha512(&self) -> Option<[u8; 64]> {
        Some(self.sha512_state()?.finalize().into())
    }

    /// Before its end, as Ed25519ph takes it.
    pub(super) fn sha512_state(&self) -> Option<Sha512> {
        let bytes = self.bytes?;
        Some(self.sha512.get_or_init(|| Sha512::new_with_prefix(bytes)).clone())
    }
}
