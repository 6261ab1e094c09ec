//! The pass over a value that nobody reads: it must still be without duplicates.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::keys::{Admission, MAX_KEYS, Seen};
use super::{EvidenceError, EvidenceErrorKind, MAX_DEPTH};

/// What a pass keeps: the keys of the open objects, and the first fault.
#[derive(Default)]
pub(crate) struct Walk<'de> {
    pub(super) stack: Vec<Cow<'de, str>>,
    fault: Option<Fault>,
}

/// A fault that JSON's grammar does not know.
struct Fault {
    kind: EvidenceErrorKind,
    detail: String,
    /// The parts of the place, innermost first: it is built while the readers give up, so that
    /// a good document costs nothing for it.
    path: Vec<String>,
}

impl<'de> Walk<'de> {
    /// Records a fault, and gives the error that stops the reader.
    pub(crate) fn fail<E: serde::de::Error>(
        &mut self,
        kind: EvidenceErrorKind,
        detail: impl Into<String>,
    ) -> E {
        let detail = detail.into();
        let error = E::custom(&detail);
        self.fault.get_or_insert(Fault { kind, detail, path: Vec::new() });
        error
    }

    /// Adds `part` to the place of the fault, if there is one.
    pub(super) fn within(&mut self, part: impl fmt::Display) {
        if let Some(fault) = &mut self.fault {
            fault.path.push(part.to_string());
        }
    }

    pub(super) fn into_fault(self) -> Option<EvidenceError> {
        let Fault { kind, detail, path } = self.fault?;
        let place = path.iter().rev().fold(String::new(), |place, part| {
            place + "/" + &part.replace('~', "~0").replace('/', "~1")
        });
        Some(EvidenceError::new(kind, place, detail))
    }

    pub(super) fn enter<E: serde::de::Error>(&mut self, depth: u32) -> Result<u32, E> {
        match depth {
            MAX_DEPTH.. => Err(self.fail(
                EvidenceErrorKind::TooLarge,
                format!("nested deeper than {MAX_DEPTH} levels"),
            )),
            depth => Ok(depth.saturating_add(1)),
        }
    }

    pub(super) fn admit<E: serde::de::Error>(
        &mut self,
        seen: &mut Seen<'de>,
        key: Cow<'de, str>,
    ) -> Result<(), E> {
        let (kind, detail) = match seen.admit(&mut self.stack, key.clone()) {
            Admission::New => return Ok(()),
            Admission::Duplicate => (
                EvidenceErrorKind::Ambiguous,
                format!("the key `{key}` stands twice in one object"),
            ),
            Admission::TooMany => {
                (EvidenceErrorKind::TooLarge, format!("more than {MAX_KEYS} keys in one object"))
            }
        };
        let error = self.fail(kind, detail);
        self.within(key);
        Err(error)
    }
}

/// A key, borrowed where it holds no escape.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Reads a value only to see that it is without duplicates.
pub(super) struct Strict<'w, 'de> {
    pub(super) walk: &'w mut Walk<'de>,
    pub(super) depth: u32,
}

impl<'de> DeserializeSeed<'de> for Strict<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_, 'de> {
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.walk.enter(self.depth)?;
        let mut position = 0_usize;
        loop {
            match seq.next_element_seed(Strict { walk: &mut *self.walk, depth }) {
                Ok(Some(())) => position = position.saturating_add(1),
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.walk.within(position);
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let depth = self.walk.enter(self.depth)?;
        let mut seen = Seen::new(&self.walk.stack);
        while let Some(key) = map.next_key_seed(Key)? {
            self.walk.admit(&mut seen, key.clone())?;
            if let Err(error) = map.next_value_seed(Strict { walk: &mut *self.walk, depth }) {
                self.walk.within(key);
                return Err(error);
            }
        }
        seen.close(&mut self.walk.stack);
        Ok(())
    }
}
