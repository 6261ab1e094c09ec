//! What a scalar without quotes means: YAML 1.2's core schema (YAML 1.2.2, section 10.3.2), and
//! what YAML 1.1 or other readers would take for something else.

/// A plain scalar, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain<'n> {
    Text(&'n str),
    Null,
    Bool(bool),
    /// A whole number that is not negative.
    Count(u64),
    /// Another number: negative, with a fraction, or too large.
    Number,
    /// `yes`, `no`, `on`, `off`, and `true` in other letters.
    OldBool,
    /// Octal, hexadecimal, sexagesimal, or with `_` between the digits.
    OldNumber,
}

pub(super) fn read(text: &str) -> Plain<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" => return Plain::Bool(true),
        "false" => return Plain::Bool(false),
        _ => {}
    }
    let Some(first) = text.bytes().next() else { return Plain::Null };
    if first.is_ascii_alphabetic() {
        const OLD: [&str; 10] = ["yes", "no", "on", "off", "y", "n", "true", "false", "nan", "inf"];
        return match text.len() <= 5 && OLD.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            true => Plain::OldBool,
            false => Plain::Text(text),
        };
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.bytes().next() {
        Some(b'0'..=b'9' | b'.') => number(text, unsigned),
        _ => Plain::Text(text),
    }
}

fn number<'n>(text: &'n str, unsigned: &'n str) -> Plain<'n> {
    let all =
        |part: &str, good: fn(&u8) -> bool| !part.is_empty() && part.bytes().all(|b| good(&b));
    if all(unsigned, u8::is_ascii_digit) {
        return match unsigned.len() > 1 && unsigned.starts_with('0') {
            true => Plain::OldNumber,
            false if text.starts_with('-') => Plain::Number,
            false => text.parse().map_or(Plain::Number, Plain::Count),
        };
    }
    let lower = unsigned.to_ascii_lowercase();
    if [".inf", ".nan"].contains(&lower.as_str()) {
        return Plain::Number;
    }
    let based = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().any(|(prefix, radix)| {
        lower.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix))
        })
    });
    if based || is_sexagesimal(unsigned) {
        return Plain::OldNumber;
    }
    if !unsigned.bytes().all(|b| b.is_ascii_digit() || b"._eE+-".contains(&b)) {
        return Plain::Text(text);
    }
    if unsigned.parse::<f64>().is_ok() {
        return Plain::Number;
    }
    let joined: String = unsigned.chars().filter(|c| *c != '_').collect();
    match unsigned.contains('_') && joined.parse::<f64>().is_ok() {
        true => Plain::OldNumber,
        false => Plain::Text(text),
    }
}

/// `1:30` is ninety to YAML 1.1.
fn is_sexagesimal(text: &str) -> bool {
    text.contains(':')
        && text.split(':').all(|part| {
            (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        })
}

#[cfg(test)]
mod tests {
    use super::{Plain, read};

    #[test]
    fn nothing_is_taken_for_text_that_another_reader_would_not() {
        for text in ["no", "NO", "yes", "On", "off", "y", "N", "True", "FALSE", "NaN"] {
            assert_eq!(read(text), Plain::OldBool, "{text}");
        }
        for text in ["017", "0x1F", "0o17", "0b11", "1_000", "1:30", "22:22:22", "00"] {
            assert_eq!(read(text), Plain::OldNumber, "{text}");
        }
        for text in ["1.10", "-1", "+.5", "1e3", ".inf", "-.NaN", "1.", "99999999999999999999"] {
            assert_eq!(read(text), Plain::Number, "{text}");
        }
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(read(text), Plain::Null, "{text}");
        }
        assert_eq!(read("12"), Plain::Count(12));
        assert_eq!(read("+12"), Plain::Count(12));
        assert_eq!(read("true"), Plain::Bool(true));
    }

    #[test]
    fn text_is_text() {
        for text in [
            "2026-12-15",
            "2026.11.1",
            "v1",
            "30d",
            "512MB",
            "8080/tcp",
            "1-1023",
            "sha256:00",
            "nope",
            "/x",
            "*",
            "-",
            ".",
            "a:1",
            "é",
            "2026-12-15T09:00:00Z",
            "none",
            "1.2.3",
            "0755x",
        ] {
            assert_eq!(read(text), Plain::Text(text));
        }
    }
}
