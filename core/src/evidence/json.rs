//! A strict reader of JSON text: no key twice in one object, at any level, also in what is
//! passed over; no key that differs from one that is read by case only.

use std::fmt;

use serde::de::{DeserializeSeed as _, IgnoredAny, MapAccess, Visitor};

use super::{EvidenceError, EvidenceErrorKind};

mod keys;
mod members;
mod walk;

pub(crate) use keys::differs_by_case_only;
pub(crate) use members::{Elements, Members, Value};
use walk::Strict;
pub(crate) use walk::Walk;

/// Deepest nesting that is read.
const MAX_DEPTH: u32 = 64;

/// The text of `bytes`, if it is one JSON value without duplicate keys.
///
/// # Errors
/// `TooLarge` over `max_bytes`, 64 levels or 65,536 keys in one object, `Ambiguous` for a
/// duplicate key at any level, `Invalid` for anything that is not JSON in UTF-8 without a byte
/// order mark.
pub(crate) fn check(bytes: &[u8], max_bytes: usize) -> Result<&str, EvidenceError> {
    let text = text(bytes, max_bytes)?;
    walk(text, |walk, reader| Strict { walk, depth: 0 }.deserialize(reader))?;
    Ok(text)
}

/// Reads the one value of `text` with `elements`, as strictly as [`check`] and in the same pass.
///
/// # Errors
/// As [`check`], and `Invalid` for a value of another type than the one that is asked for.
pub(crate) fn read<'de, E: Elements<'de>>(
    text: &'de str,
    elements: &mut E,
) -> Result<(), EvidenceError> {
    walk(text, |walk, reader| elements.element(Value::new(reader, walk, 0)))
}

/// Reads the object that `text` is, as [`read`] does; `null` leaves `members` as it is.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_object<'de, M: Members<'de>>(
    text: &'de str,
    members: &mut M,
) -> Result<(), EvidenceError> {
    walk(text, |walk, reader| Value::new(reader, walk, 0).object(members).map(drop))
}

/// Reads the object at the start of `bytes`, whatever follows it. It is for what was read
/// before, as a part of its whole.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_again<'de, M: Members<'de>>(
    bytes: &'de [u8],
    members: &mut M,
) -> Result<(), EvidenceError> {
    let mut walk = Walk::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let done = Value::new(&mut reader, &mut walk, 0).object(members).map(|_| ());
    done.map_err(|error| fault(walk, &error))
}

fn walk<'de>(
    text: &'de str,
    read: impl FnOnce(
        &mut Walk<'de>,
        &mut serde_json::Deserializer<serde_json::de::StrRead<'de>>,
    ) -> serde_json::Result<()>,
) -> Result<(), EvidenceError> {
    let mut walk = Walk::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let done = read(&mut walk, &mut reader).and_then(|()| reader.end());
    done.map_err(|error| fault(walk, &error))
}

fn fault(walk: Walk<'_>, error: &serde_json::Error) -> EvidenceError {
    walk.into_fault().unwrap_or_else(|| {
        let place = format!("{}:{}", error.line(), error.column());
        EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string())
    })
}

/// The text of `bytes`, not yet read.
///
/// # Errors
/// `TooLarge` over `max_bytes`; `Invalid` for what is not UTF-8 or starts with a byte order mark.
pub(crate) fn text(bytes: &[u8], max_bytes: usize) -> Result<&str, EvidenceError> {
    if bytes.len() > max_bytes {
        let detail = format!("{} bytes where {max_bytes} are read", bytes.len());
        return Err(EvidenceError::new(EvidenceErrorKind::TooLarge, "", detail));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| EvidenceError::new(EvidenceErrorKind::Invalid, "", error.to_string()))?;
    if text.starts_with('\u{feff}') {
        let detail = "a byte order mark before the JSON text";
        return Err(EvidenceError::new(EvidenceErrorKind::Invalid, "1:1", detail));
    }
    Ok(text)
}

/// Refuses keys that differ from a known one by case only: readers that fold case would take
/// them for it.
///
/// # Errors
/// `Ambiguous`, with the key.
pub(crate) fn refuse_lookalikes(keys: &[String], known: &[&str]) -> Result<(), EvidenceError> {
    match keys.iter().find(|key| known.iter().any(|known| differs_by_case_only(key, known))) {
        None => Ok(()),
        Some(key) => Err(EvidenceError::new(
            EvidenceErrorKind::Ambiguous,
            format!("/{key}"),
            format!("the key `{key}` differs from a known one by case only"),
        )),
    }
}

/// The keys of the object that `text` is, some perhaps twice; empty for anything else. It only tells
/// which reader to ask: whatever that is, it reads everything again and strictly.
pub(crate) fn top_level_keys(text: &str) -> Vec<String> {
    serde_json::from_str(text).map(|Names(keys)| keys).unwrap_or_default()
}

struct Names(Vec<String>);

impl<'de> serde::Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Names;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key()? {
                    keys.push(key);
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(Names(keys))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (EvidenceErrorKind, String) {
        let error = check(text.as_bytes(), 2_000_000).expect_err(text);
        (error.kind, error.place)
    }

    #[test]
    fn duplicates_are_found_at_any_level() {
        let ambiguous = |place: &str| (EvidenceErrorKind::Ambiguous, place.to_owned());
        assert_eq!(fault(r#"{"a":[{"b":1,"b":2}]}"#), ambiguous("/a/0/b"));
        assert_eq!(fault(r#"{"x/y":[0,{"b~":{"c":1,"c":2}}]}"#), ambiguous("/x~1y/1/b~0/c"));
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#), ambiguous("/a"));
        assert_eq!(fault(r#"{"":1,"":2}"#), ambiguous("/"));
        assert!(check(br#"{"a":[{"b":1},{"b":2}]}"#, 100).is_ok());
        assert!(check(br#"{"a":{"b":{"c":1}},"b":{"a":1},"c":{"b":1}}"#, 100).is_ok());
    }

    #[test]
    fn duplicates_are_found_in_objects_of_any_width() {
        for width in [1_usize, 2, 23, 24, 25, 26, 64, 65, 1_000] {
            let members: Vec<String> = (0..width).map(|key| format!("\"k{key}\":{{}}")).collect();
            assert!(check(format!("{{{}}}", members.join(",")).as_bytes(), 100_000).is_ok());
            for again in [0, width / 2, width - 1] {
                let text = format!("{{{},\"k{again}\":0}}", members.join(","));
                assert_eq!(
                    fault(&text),
                    (EvidenceErrorKind::Ambiguous, format!("/k{again}")),
                    "{width}"
                );
            }
        }
    }

    #[test]
    fn bounds_and_broken_text() {
        assert_eq!(fault(&"[".repeat(65)).0, EvidenceErrorKind::TooLarge);
        assert_eq!(fault(&" ".repeat(2_000_001)).0, EvidenceErrorKind::TooLarge);
        let wide: Vec<String> = (0..=65_536).map(|key| format!("\"{key}\":0")).collect();
        assert_eq!(fault(&format!("{{{}}}", wide.join(","))).0, EvidenceErrorKind::TooLarge);
        for text in ["", "{", "{}{}", "\u{feff}{}", "{'a':1}", "nul", "{\"a\":1,}"] {
            assert_eq!(fault(text).0, EvidenceErrorKind::Invalid, "{text:?}");
        }
        assert!(check(&[b'"', 0xff, b'"'], 10).is_err());
    }

    #[test]
    fn keys_that_other_readers_would_fold() {
        for key in ["layers", "LAYERS", "layer\u{17f}"] {
            let differs = key != "layers";
            let keys = [key.to_owned()];
            assert_eq!(refuse_lookalikes(&keys, &["layers"]).is_err(), differs, "{key}");
        }
        assert!(differs_by_case_only("\u{212a}ind", "kind"));
        assert!(!differs_by_case_only("kinds", "kind"));
    }

    #[test]
    fn keys_of_the_top_level() {
        assert_eq!(top_level_keys(r#"{"b":{"c":1},"a":[]}"#), ["b", "a"]);
        assert!(top_level_keys("[1]").is_empty());
    }
}
