//! Percent-encoding as package URLs use it.

use std::fmt;

use super::{PackageUrlError, Segments};

/// Decodes one part.
pub(in crate::evidence) fn decoded(text: &str) -> Result<String, PackageUrlError> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        let value = digit().zip(digit()).map(|(high, low)| (high << 4) | low);
        let value = value.and_then(|value| u8::try_from(value).ok());
        bytes.push(value.ok_or(PackageUrlError::Encoding)?);
    }
    String::from_utf8(bytes).map_err(|_| PackageUrlError::Encoding)
}

/// Decodes segments with `/` between them, without empty ones; `None` where nothing is left.
pub(super) fn segments(text: &str, which: Segments) -> Result<Option<String>, PackageUrlError> {
    let mut kept = Vec::new();
    for segment in text.split('/').filter(|segment| !segment.is_empty()) {
        let segment = decoded(segment)?;
        if segment.contains('/') {
            return Err(PackageUrlError::Segment);
        }
        kept.push(segment);
    }
    super::clean(Some(kept.join("/")), which)
}

/// Shows a part encoded: all but letters, digits and `.-_~:`.
pub(super) struct Encoded<'a>(pub(super) &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'.' | b'-' | b'_' | b'~' | b':' => write!(f, "{}", char::from(byte))?,
                byte if byte.is_ascii_alphanumeric() => write!(f, "{}", char::from(byte))?,
                byte => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}
