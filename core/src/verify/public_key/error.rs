/// Why a text is not a usable public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is not PEM.
    #[error("not a public key in PEM: it starts with `-----BEGIN PUBLIC KEY-----`")]
    NotPem,
    /// It is too long.
    #[error("{0} bytes where a public key in PEM has a few hundred")]
    TooLarge(usize),
    /// There are several PEM blocks.
    #[error("{0} PEM blocks where one public key is expected")]
    Several(usize),
    /// Something stands before or after the PEM block, or its end is missing or another's.
    #[error("the PEM block `{0}` does not end the text as it began it")]
    Frame(String),
    /// It is a private key.
    #[error("a `{0}`, which must be kept secret, where the public key is expected")]
    PrivateKey(String),
    /// It is a certificate.
    #[error("a certificate where a public key is expected")]
    Certificate,
    /// It is a PEM block of another kind.
    #[error("a PEM block `{0}` where `PUBLIC KEY` is expected")]
    Label(String),
    /// The content of the PEM block is broken.
    #[error("the content of the public key is broken: {0}")]
    Broken(String),
    /// The key is of an algorithm that is not supported.
    #[error("{0} is not supported; ECDSA P-256, P-384 and P-521, RSA and Ed25519 are")]
    Unsupported(String),
    /// An RSA modulus, in bits, that is too short to be safe or too long to be fast.
    #[error("an RSA modulus of {0} bits, where 2048 to 4096 in whole bytes are supported")]
    ModulusSize(usize),
    /// An RSA modulus that is no product of two large primes.
    #[error("an RSA modulus that is even")]
    EvenModulus,
    /// An RSA exponent that signers do not use.
    #[error("an RSA exponent that is not odd and from 65537 to 2147483647")]
    Exponent,
    /// A key for which anybody can make signatures (a point of low order).
    #[error("a point of low order, which makes no key: anybody can sign for it")]
    LowOrder,
    /// A padding is asked of a key that has none.
    #[error("`padding` is for RSA keys, and this one is {0}")]
    NotPadded(&'static str),
}

impl KeyError {
    /// Content that a reader refused.
    pub(super) fn broken(error: impl std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }
}
