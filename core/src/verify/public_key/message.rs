use std::cell::OnceCell;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Signed bytes, hashed at most once by each function for all keys and signatures.
pub(in crate::verify) struct Message<'b> {
    bytes: &'b [u8],
    sha256: OnceCell<[u8; 32]>,
    sha384: OnceCell<[u8; 48]>,
    sha512: OnceCell<Sha512>,
}

impl<'b> Message<'b> {
    pub(in crate::verify) fn new(bytes: &'b [u8]) -> Self {
        let (sha256, sha384, sha512) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { bytes, sha256, sha384, sha512 }
    }

    pub(super) fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    pub(super) fn sha256(&self) -> &[u8] {
        self.sha256.get_or_init(|| Sha256::digest(self.bytes).into())
    }

    pub(super) fn sha384(&self) -> &[u8] {
        self.sha384.get_or_init(|| Sha384::digest(self.bytes).into())
    }

    pub(super) fn sha512(&self) -> [u8; 64] {
        self.sha512_state().finalize().into()
    }

    /// Before its end, as Ed25519ph takes it.
    pub(super) fn sha512_state(&self) -> Sha512 {
        self.sha512.get_or_init(|| Sha512::new_with_prefix(self.bytes)).clone()
    }
}
