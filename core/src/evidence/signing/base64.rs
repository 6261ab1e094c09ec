//! Base64 as signed documents carry it (RFC 4648, sections 4 and 5).

use base64::Engine as _;
use base64::engine::general_purpose::{
    STANDARD, STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT,
};

use crate::evidence::{EvidenceError, EvidenceErrorKind};

/// Base64 in an annotation: the standard alphabet with padding. Tools that wrap or end lines
/// leave line breaks in it, and Go's reader skips them.
pub(super) fn annotation(text: &str, place: &str) -> Result<Vec<u8>, EvidenceError> {
    let unbroken: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(unbroken).map_err(|error| fault(place, &error))
}

/// Base64 in JSON. DSSE (protocol.md) lets writers choose the standard or the URL-safe alphabet,
/// and readers of protobuf JSON go without padding; a text that mixes the alphabets is neither.
pub(super) fn json(text: &str, place: &str) -> Result<Vec<u8>, EvidenceError> {
    let engine = match text.contains(['-', '_']) {
        true => &URL_SAFE_PAD_INDIFFERENT,
        false => &STANDARD_PAD_INDIFFERENT,
    };
    engine.decode(text).map_err(|error| fault(place, &error))
}

fn fault(place: &str, error: &base64::DecodeError) -> EvidenceError {
    let detail = match error {
        base64::DecodeError::InvalidByte(offset, byte) => {
            format!("not base64: `{}` at offset {offset}", byte.escape_ascii())
        }
        base64::DecodeError::InvalidLength(length) => {
            format!("not base64: {length} characters, which no bytes encode to")
        }
        _ => "not base64: the last characters are not how any bytes end".to_owned(),
    };
    EvidenceError::new(EvidenceErrorKind::Invalid, place, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_standard_and_padded() {
        assert_eq!(annotation("+/8=", "").as_deref(), Ok(&[0xfb, 0xff][..]));
        assert_eq!(annotation("+/\r\n8=\n", "").as_deref(), Ok(&[0xfb, 0xff][..]));
        assert_eq!(annotation("", "").as_deref(), Ok(&[][..]));
        for text in ["-_8=", "+/8", "+/9=", "+ /8=", "+/8=+/8=", "ä", "+/8=="] {
            assert!(annotation(text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn json_takes_either_alphabet_but_no_mixture() {
        for text in ["+/8=", "-_8=", "+/8", "-_8"] {
            assert_eq!(json(text, "").as_deref(), Ok(&[0xfb, 0xff][..]), "{text}");
        }
        for text in ["+_8=", "-/8=", "+/8=\n", "+/9=", "*"] {
            assert!(json(text, "").is_err(), "{text}");
        }
        let error = json("****", "/payload").unwrap_err();
        assert_eq!(error.to_string(), "invalid at `/payload`: not base64: `*` at offset 0");
    }
}
