//! A strict pass over JSON text, before any typed reader sees it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::{EvidenceError, EvidenceErrorKind};

/// Deepest nesting that is read.
const MAX_DEPTH: u32 = 64;

/// The text of `bytes`, if it is one JSON value without duplicate keys.
///
/// # Errors
/// `TooLarge` over `max_bytes` or 64 levels, `Ambiguous` for a duplicate key at any level,
/// `Invalid` for anything that is not JSON in UTF-8 without a byte order mark.
pub(crate) fn check(bytes: &[u8], max_bytes: usize) -> Result<&str, EvidenceError> {
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
    let mut walk = Walk { path: Vec::new(), fault: None };
    let mut reader = serde_json::Deserializer::from_str(text);
    let walked = Level { walk: &mut walk, depth: 0 }.deserialize(&mut reader);
    match walked.and_then(|()| reader.end()) {
        Ok(()) => Ok(text),
        Err(error) => Err(walk.fault.unwrap_or_else(|| {
            let place = format!("{}:{}", error.line(), error.column());
            EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string())
        })),
    }
}

/// Refuses top-level keys of `text` that differ from a known one by case only: readers that
/// fold case would take them for it.
///
/// # Errors
/// `Ambiguous`, with the key.
pub(crate) fn refuse_lookalikes(keys: &[String], known: &[&str]) -> Result<(), EvidenceError> {
    let twin = |key: &&String| {
        known.iter().any(|known| known.eq_ignore_ascii_case(key) && *known != key.as_str())
    };
    match keys.iter().find(twin) {
        None => Ok(()),
        Some(key) => Err(EvidenceError::new(
            EvidenceErrorKind::Ambiguous,
            format!("/{key}"),
            format!("the key `{key}` differs from a known one by case only"),
        )),
    }
}

/// The keys of the object that `text` is; empty for anything else.
pub(crate) fn top_level_keys(text: &str) -> Vec<String> {
    serde_json::from_str::<Keys>(text).map(|keys| keys.0).unwrap_or_default()
}

struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    map.next_value::<serde::de::IgnoredAny>()?;
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Names)
    }
}

struct Walk {
    path: Vec<String>,
    fault: Option<EvidenceError>,
}

impl Walk {
    fn fail(&mut self, kind: EvidenceErrorKind, detail: String) -> String {
        let place = self.path.iter().fold(String::new(), |place, part| {
            place + "/" + &part.replace('~', "~0").replace('/', "~1")
        });
        self.fault.get_or_insert(EvidenceError::new(kind, place, detail.clone()));
        detail
    }
}

struct Level<'w> {
    walk: &'w mut Walk,
    depth: u32,
}

impl Level<'_> {
    fn enter(&mut self) -> Result<u32, String> {
        match self.depth {
            MAX_DEPTH.. => Err(self.walk.fail(
                EvidenceErrorKind::TooLarge,
                format!("nested deeper than {MAX_DEPTH} levels"),
            )),
            depth => Ok(depth.saturating_add(1)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.enter().map_err(A::Error::custom)?;
        let mut position = 0_usize;
        loop {
            self.walk.path.push(position.to_string());
            if seq.next_element_seed(Level { walk: &mut *self.walk, depth })?.is_none() {
                self.walk.path.pop();
                return Ok(());
            }
            self.walk.path.pop();
            position = position.saturating_add(1);
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let depth = self.enter().map_err(A::Error::custom)?;
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            self.walk.path.push(key.clone());
            if !seen.insert(key.clone()) {
                let detail = format!("the key `{key}` stands twice in one object");
                let detail = self.walk.fail(EvidenceErrorKind::Ambiguous, detail);
                return Err(A::Error::custom(detail));
            }
            map.next_value_seed(Level { walk: &mut *self.walk, depth })?;
            self.walk.path.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (EvidenceErrorKind, String) {
        let error = check(text.as_bytes(), 1_000).expect_err(text);
        (error.kind, error.place)
    }

    #[test]
    fn duplicates_are_found_at_any_level() {
        assert_eq!(
            fault(r#"{"a":[{"b":1,"b":2}]}"#),
            (EvidenceErrorKind::Ambiguous, "/a/0/b".into())
        );
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#), (EvidenceErrorKind::Ambiguous, "/a".into()));
        assert!(check(br#"{"a":[{"b":1},{"b":2}]}"#, 100).is_ok());
    }

    #[test]
    fn bounds_and_broken_text() {
        assert_eq!(fault(&"[".repeat(65)).0, EvidenceErrorKind::TooLarge);
        assert_eq!(fault(&" ".repeat(1_001)).0, EvidenceErrorKind::TooLarge);
        for text in ["", "{", "{}{}", "\u{feff}{}", "{'a':1}", "nul", "{\"a\":1,}"] {
            assert_eq!(fault(text).0, EvidenceErrorKind::Invalid, "{text:?}");
        }
        assert!(check(&[b'"', 0xff, b'"'], 10).is_err());
    }
}
