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

/// Most bytes of a place or a detail: both may echo what a stranger wrote.
const MAX_ECHO: usize = 200;

impl EvidenceError {
    /// An error of `kind` at `place`. Both texts are cut after some 200 bytes.
    pub fn new(
        kind: EvidenceErrorKind,
        place: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { kind, place: clipped(place.into()), detail: clipped(detail.into()) }
    }
}

fn clipped(mut text: String) -> String {
    if text.len() > MAX_ECHO {
        text.truncate(text.floor_char_boundary(MAX_ECHO));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        for letter in ["x", "é", "€", "😀"] {
            let long = letter.repeat(300);
            let error = EvidenceError::new(EvidenceErrorKind::Invalid, &*long, &*long);
            for text in [&error.place, &error.detail] {
                assert!(text.ends_with(&format!("{letter}…")) && text.len() <= 203, "{text}");
                assert!(text.len() > 196, "{text}");
            }
        }
        let exact = "x".repeat(200);
        let error = EvidenceError::new(EvidenceErrorKind::Invalid, "/a", &*exact);
        assert_eq!((&*error.place, error.detail), ("/a", exact));
    }
}
