//! Values that different versions of a format write as different types.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Members, Object, Value};

impl<'de, D: Deserializer<'de>> Value<'_, 'de, D> {
    /// Reads a string, or an object into `members`; the string where there is one.
    pub(crate) fn text_or_object<M: Members<'de>>(
        self,
        members: &mut M,
    ) -> Result<Option<Cow<'de, str>>, D::Error> {
        let Self { deserializer, walk, depth } = self;
        deserializer.deserialize_any(TextOrObject(Object { members, walk, depth }))
    }

    /// Reads a string, or a whole number in its digits.
    pub(crate) fn word(self) -> Result<Option<Cow<'de, str>>, D::Error> {
        self.deserializer.deserialize_any(Word)
    }
}

/// A string or a whole number.
struct Word;

impl<'de> Visitor<'de> for Word {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a whole number")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
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
