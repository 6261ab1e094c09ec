use std::fmt;

/// A document that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{kind} at `{place}`: {detail}")]
pub struct EvidenceError {
    /// What kind of fault.
    pub kind: EvidenceErrorKind,
    /// Where: a JSON pointer, or `line:column` where the text is not JSON; empty for the whole.
    pub place: String,
    /// What was found, lower-case, without a full stop, values in backticks.
    pub detail: String,
}

/// The kinds of [`EvidenceError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EvidenceErrorKind {
    /// It breaks its format's rules.
    Invalid,
    /// Other parsers would read it differently: duplicate keys, keys that differ only in case
    /// from a known one, `layers` beside `manifests`.
    Ambiguous,
    /// It is a format or dialect that is not read.
    Unsupported,
    /// It is larger, deeper or longer than is read.
    TooLarge,
    /// A scan that looked at nothing.
    NothingScanned,
    /// It is not about one image.
    NotAnImage,
}

impl EvidenceErrorKind {
    /// The words that start the message.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Ambiguous => "ambiguous",
            Self::Unsupported => "not supported",
            Self::TooLarge => "too large",
            Self::NothingScanned => "nothing was scanned",
            Self::NotAnImage => "not about an image",
        }
    }
}

impl fmt::Display for EvidenceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl EvidenceError {
    /// An error of `kind` at `place`.
    pub fn new(
        kind: EvidenceErrorKind,
        place: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { kind, place: place.into(), detail: detail.into() }
    }
}
