//! Content digests: `algorithm:lower-case-hex`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

/// Why a text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// There is no `algorithm:` part.
    #[error("`{0}` is not a digest: `algorithm:hex` is expected, as in `sha256:…`")]
    NoAlgorithm(String),
    /// The algorithm is not one of sha256, sha384, sha512.
    #[error("`{0}` is not a supported digest algorithm (sha256, sha384, sha512)")]
    UnknownAlgorithm(String),
    /// The hexadecimal part has the wrong length.
    #[error("`{value}` has {found} digits after the algorithm where {expected} are expected")]
    WrongLength {
        /// The text given.
        value: String,
        /// Digits found.
        found: usize,
        /// Digits that the algorithm has.
        expected: usize,
    },
    /// A character is not a lower-case hexadecimal digit.
    #[error("`{0}` holds a character that is not a lower-case hexadecimal digit")]
    NotLowerHex(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

/// A content digest as the OCI image specification writes it
/// (`descriptor.md`, section "Digests"): one spelling only, so equal
/// digests are equal texts.
///
/// ```
/// use cocket::reference::Digest;
/// let digest = Digest::sha256(b"{}");
/// assert_eq!(digest.to_string().len(), 71);
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// assert!("sha256:ABC".parse::<Digest>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Value);

impl Digest {
    /// The SHA-256 digest of `bytes`.
    #[must_use]
    pub fn sha256(bytes: &[u8]) -> Self {
        Self(Value::Sha256(sha2::Sha256::digest(bytes).into()))
    }

    /// The digest of `bytes` under this digest's own algorithm.
    #[must_use]
    pub fn same_algorithm(&self, bytes: &[u8]) -> Self {
        Self(match self.0 {
            Value::Sha256(_) => Value::Sha256(sha2::Sha256::digest(bytes).into()),
            Value::Sha384(_) => Value::Sha384(sha2::Sha384::digest(bytes).into()),
            Value::Sha512(_) => Value::Sha512(sha2::Sha512::digest(bytes).into()),
        })
    }

    /// The algorithm's name: `sha256`, `sha384` or `sha512`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.0 {
            Value::Sha256(_) => "sha256",
            Value::Sha384(_) => "sha384",
            Value::Sha512(_) => "sha512",
        }
    }

    /// The raw digest.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Value::Sha256(bytes) => bytes,
            Value::Sha384(bytes) => bytes,
            Value::Sha512(bytes) => bytes,
        }
    }

    /// The lower-case hexadecimal part.
    #[must_use]
    pub fn hex(&self) -> String {
        self.written(&mut { ROOM }).get(PREFIX..).unwrap_or_default().to_owned()
    }

    /// The whole text, in room for the longest: decisions hold many digests.
    fn written<'a>(&self, room: &'a mut [u8; ROOM.len()]) -> &'a str {
        let bytes = self.bytes();
        let (prefix, digits) = room.split_at_mut(PREFIX);
        let name = self.algorithm().bytes().chain([b':']);
        prefix.iter_mut().zip(name).for_each(|(place, letter)| *place = letter);
        let (pairs, _) = digits.as_chunks_mut::<2>();
        for ([high, low], byte) in pairs.iter_mut().zip(bytes) {
            (*high, *low) = (hex_digit(byte >> 4), hex_digit(byte & 15));
        }
        let end = bytes.len().saturating_mul(2).saturating_add(PREFIX);
        // Nothing but ASCII was written.
        room.get(..end).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// The length of `sha256:`, and of the others.
const PREFIX: usize = 7;
/// Room for a SHA-512.
const ROOM: [u8; 135] = [0; 135];

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (algorithm, hex) =
            text.split_once(':').ok_or_else(|| DigestError::NoAlgorithm(text.to_owned()))?;
        Ok(Self(match algorithm {
            "sha256" => Value::Sha256(unhex(text, hex)?),
            "sha384" => Value::Sha384(unhex(text, hex)?),
            "sha512" => Value::Sha512(unhex(text, hex)?),
            other => return Err(DigestError::UnknownAlgorithm(other.to_owned())),
        }))
    }
}

fn unhex<const N: usize>(text: &str, hex: &str) -> Result<[u8; N], DigestError> {
    let expected = N.saturating_mul(2);
    if hex.len() != expected {
        return Err(DigestError::WrongLength {
            value: text.to_owned(),
            found: hex.len(),
            expected,
        });
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = match pair {
            [high, low] => match (nibble(*high), nibble(*low)) {
                (Some(high), Some(low)) => (high << 4) | low,
                _ => return Err(DigestError::NotLowerHex(text.to_owned())),
            },
            _ => return Err(DigestError::NotLowerHex(text.to_owned())),
        };
    }
    Ok(out)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => value.wrapping_add(b'0'),
        _ => value.wrapping_sub(10).wrapping_add(b'a'),
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written(&mut { ROOM }))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.written(&mut { ROOM }))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
