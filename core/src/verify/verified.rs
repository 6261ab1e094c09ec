use jiff::Timestamp;

/// Something that was verified, and by whom it was signed. Only the module `verify` makes one.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    value: T,
    signer: Signer,
}

impl<T> Verified<T> {
    /// The proof itself: whoever calls this has verified `value`.
    pub(super) fn new(value: T, signer: Signer) -> Self {
        Self { value, signer }
    }

    /// What was verified.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Who signed it.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// Who signed, when it was provably signed, and what was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The signer, spelled so that one signer has one spelling: for a key `sha256:` and the
    /// digest of its subject public key info.
    pub id: String,
    /// The signature existed at this time; `None` where nothing proves a time.
    pub proven_at: Option<Timestamp>,
    /// The signature cannot have been made before this time, as the start of a certificate's
    /// validity tells; `None` where nothing tells it, as for a key, whose signatures anyone can
    /// have logged again.
    pub signed_after: Option<Timestamp>,
    /// What was checked. A key makes it one of `ecdsa-p256-sha256`, `ecdsa-p384-sha384`,
    /// `ecdsa-p384-sha256`, `ecdsa-p521-sha512`, `ecdsa-p521-sha256`, `rsa-pkcs1v15-sha256`,
    /// `rsa-pss-sha256`, `ed25519` and `ed25519ph-sha512`.
    pub checks: Vec<String>,
}
