//! Typed reading of objects and lists, in the same pass as the search for duplicates.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::keys::{Seen, differs_by_case_only};
use super::walk::{Key, Strict, Walk};
use crate::evidence::EvidenceErrorKind;

/// Something that is filled from the members of an object.
pub(crate) trait Members<'de> {
    /// The keys that are read. Another key that differs from one of them by case only is
    /// ambiguous.
    const KNOWN: &'static [&'static str];

    /// Reads the value of `key`, one of [`Self::KNOWN`].
    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error>;

    /// Sees the first key of the object, before anything in it is read.
    ///
    /// # Errors
    /// What is wrong with it.
    fn opens(&mut self, _first: Cow<'de, str>) -> Result<(), &'static str> {
        Ok(())
    }

    /// Sees a key that is passed over.
    fn other(&mut self, _key: &str) {}

    /// Reads the value of a key that is not one of [`Self::KNOWN`]: it is passed over, unless
    /// the keys of the object are data themselves.
    fn unknown<D: Deserializer<'de>>(
        &mut self,
        key: &Cow<'de, str>,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        self.other(key);
        value.skip()
    }

    /// Whether a key that differs from a known one by case only is passed over all the same,
    /// because it is judged later, when it is clear what the document is.
    fn spares_twin(&mut self, _key: &str) -> bool {
        false
    }
}

/// Something that is filled from values one by one, such as those of a list.
pub(crate) trait Elements<'de> {
    /// Reads one value.
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error>;
}

struct EachObject<'m, M>(&'m mut M);

impl<'de, M: Members<'de>> Elements<'de> for EachObject<'_, M> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        value.object(self.0).map(drop)
    }
}

/// A value that is about to be read. `null` is read as absent everywhere, as Go's
/// `encoding/json` does, which wrote most of these documents.
pub(crate) struct Value<'w, 'de, D> {
    deserializer: D,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'w, 'de, D: Deserializer<'de>> Value<'w, 'de, D> {
    pub(super) fn new(deserializer: D, walk: &'w mut Walk<'de>, depth: u32) -> Self {
        Self { deserializer, walk, depth }
    }

    /// Reads a string, borrowed where it holds no escape.
    pub(crate) fn text(self) -> Result<Option<Cow<'de, str>>, D::Error> {
        self.deserializer.deserialize_any(Text)
    }

    /// Reads a string that must have a meaning; the error says what is wrong with it.
    pub(crate) fn parsed<T>(
        self,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, D::Error> {
        let Some(text) = self.deserializer.deserialize_any(Text)? else { return Ok(None) };
        match parse(&text) {
            Ok(parsed) => Ok(Some(parsed)),
            Err(detail) => Err(self.walk.fail(EvidenceErrorKind::Invalid, detail)),
        }
    }

    /// Reads a whole number that is not negative.
    pub(crate) fn number(self) -> Result<Option<u64>, D::Error> {
        serde::Deserialize::deserialize(self.deserializer)
    }

    /// Reads a truth value.
    pub(crate) fn flag(self) -> Result<Option<bool>, D::Error> {
        serde::Deserialize::deserialize(self.deserializer)
    }

    /// Reads an object into `members`; false where there is `null`.
    pub(crate) fn object<M: Members<'de>>(self, members: &mut M) -> Result<bool, D::Error> {
        let Self { deserializer, walk, depth } = self;
        deserializer.deserialize_any(Object { members, walk, depth })
    }

    /// Reads an object into `members`, and demands something of the whole, also where there is
    /// `null`.
    pub(crate) fn object_that<M: Members<'de>>(
        self,
        members: &mut M,
        check: impl FnOnce(&mut M) -> Result<(), (EvidenceErrorKind, &'static str)>,
    ) -> Result<(), D::Error> {
        let Self { deserializer, walk, depth } = self;
        let object = Object { members: &mut *members, walk: &mut *walk, depth };
        deserializer.deserialize_any(object)?;
        check(members).map_err(|(kind, detail)| walk.fail(kind, detail))
    }

    /// Reads a list into `elements`; false where there is `null`.
    pub(crate) fn list<E: Elements<'de>>(self, elements: &mut E) -> Result<bool, D::Error> {
        let Self { deserializer, walk, depth } = self;
        deserializer.deserialize_any(List { elements, walk, depth })
    }

    /// Reads a list of objects, all of them into the same `members`; false where there is `null`.
    pub(crate) fn objects<M: Members<'de>>(self, members: &mut M) -> Result<bool, D::Error> {
        self.list(&mut EachObject(members))
    }

    /// Reads a string, or an object into `members`; the string where there is one.
    pub(crate) fn text_or_object<M: Members<'de>>(
        self,
        members: &mut M,
    ) -> Result<Option<Cow<'de, str>>, D::Error> {
        let Self { deserializer, walk, depth } = self;
        deserializer.deserialize_any(TextOrObject(Object { members, walk, depth }))
    }

    /// Reads the text of one value as it is written. What it is must still be read strictly, if
    /// it can be a list or an object.
    pub(crate) fn raw(self) -> Result<&'de str, D::Error> {
        let raw: &'de RawValue = serde::Deserialize::deserialize(self.deserializer)?;
        Ok(raw.get())
    }

    /// Reads a number as it is written, without passing through a floating-point number.
    pub(crate) fn decimal<T>(
        self,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, D::Error> {
        let raw: &'de RawValue = serde::Deserialize::deserialize(self.deserializer)?;
        let found = match raw.get() {
            "null" => return Ok(None),
            text if text.starts_with(NUMBER) => parse(text),
            _ => Err("not a number".to_owned()),
        };
        found.map(Some).map_err(|detail| self.walk.fail(EvidenceErrorKind::Invalid, detail))
    }

    /// Reads a string, or a number as it is written.
    pub(crate) fn word(self) -> Result<Option<Cow<'de, str>>, D::Error> {
        let raw: &'de RawValue = serde::Deserialize::deserialize(self.deserializer)?;
        let raw = raw.get();
        if raw.starts_with(NUMBER) {
            return Ok(Some(Cow::Borrowed(raw)));
        }
        serde_json::Deserializer::from_str(raw).deserialize_any(Text).map_err(D::Error::custom)
    }

    /// Reads a value that nobody asks for.
    pub(crate) fn skip(self) -> Result<(), D::Error> {
        Strict { walk: self.walk, depth: self.depth }.deserialize(self.deserializer)
    }

    /// Records a fault at this value's place.
    pub(crate) fn fail(self, kind: EvidenceErrorKind, detail: impl Into<String>) -> D::Error {
        self.walk.fail(kind, detail)
    }
}

/// How a number starts.
const NUMBER: [char; 11] = ['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }
}

struct TextOrObject<'w, 'de, M>(Object<'w, 'de, M>);

impl<'de, M: Members<'de>> Visitor<'de> for TextOrObject<'_, 'de, M> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.visit_map(map).map(|_| None)
    }
}

struct Object<'w, 'de, M> {
    members: &'w mut M,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'de, M: Members<'de>> Visitor<'de> for Object<'_, 'de, M> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Self { members, walk, depth } = self;
        let depth = walk.enter(depth)?;
        let mut seen = Seen::new(&walk.stack);
        let mut is_first = true;
        while let Some(key) = map.next_key_seed(Key)? {
            walk.admit(&mut seen, key.clone())?;
            if std::mem::take(&mut is_first) {
                let seen = members.opens(key.clone());
                seen.map_err(|detail| walk.fail(EvidenceErrorKind::Invalid, detail))?;
            }
            let read = match known_by(M::KNOWN, &key) {
                Some(known) if known == key => {
                    let (members, walk) = (&mut *members, &mut *walk);
                    map.next_value_seed(Member { members, key: known, walk, depth })
                }
                Some(known) if !members.spares_twin(&key) => Err(walk.fail(
                    EvidenceErrorKind::Ambiguous,
                    format!("the key `{key}` differs from `{known}` by case only"),
                )),
                _ => {
                    let (members, walk) = (&mut *members, &mut *walk);
                    map.next_value_seed(Other { members, key: &key, walk, depth })
                }
            };
            if let Err(error) = read {
                walk.within(key);
                return Err(error);
            }
        }
        seen.close(&mut walk.stack);
        Ok(true)
    }
}

/// The known key that `key` is, or differs from by case only. Two known keys may differ by case
/// only from each other, where they belong to two formats.
fn known_by(known: &[&'static str], key: &str) -> Option<&'static str> {
    let is_ascii = key.is_ascii();
    let like = known.iter().copied().find(|known| match is_ascii {
        true => known.len() == key.len() && known.eq_ignore_ascii_case(key),
        false => differs_by_case_only(key, known),
    })?;
    if like == key {
        return Some(like);
    }
    Some(known.iter().copied().find(|known| *known == key).unwrap_or(like))
}

struct Other<'w, 'k, 'de, M> {
    members: &'w mut M,
    key: &'k Cow<'de, str>,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Other<'_, '_, 'de, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.members.unknown(self.key, Value::new(deserializer, self.walk, self.depth))
    }
}

struct Member<'w, 'de, M> {
    members: &'w mut M,
    key: &'static str,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Member<'_, 'de, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.members.member(self.key, Value::new(deserializer, self.walk, self.depth))
    }
}

struct List<'w, 'de, E> {
    elements: &'w mut E,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'de, E: Elements<'de>> Visitor<'de> for List<'_, 'de, E> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<X>(self) -> Result<bool, X> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let Self { elements, walk, depth } = self;
        let depth = walk.enter(depth)?;
        let mut position = 0_usize;
        loop {
            let item = Item { elements: &mut *elements, walk: &mut *walk, depth };
            match seq.next_element_seed(item) {
                Ok(Some(())) => position = position.saturating_add(1),
                Ok(None) => return Ok(true),
                Err(error) => {
                    walk.within(position);
                    return Err(error);
                }
            }
        }
    }
}

struct Item<'w, 'de, E> {
    elements: &'w mut E,
    walk: &'w mut Walk<'de>,
    depth: u32,
}

impl<'de, E: Elements<'de>> DeserializeSeed<'de> for Item<'_, 'de, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.elements.element(Value::new(deserializer, self.walk, self.depth))
    }
}
