//! From a tree to a typed document by serde: a scalar is taken for what its place asks for, and
//! refused if another reader of YAML would take it for something else.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::limits::MAX_FAULTS;
use super::node::{Body, Entry, Node};
use super::plain::{self, Plain};
use super::refusal::{Refusal, Step};
use super::text::Fault;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::shown::shown;

/// Most values that are decoded again and again for the sake of further faults.
const AGAIN: usize = 1 << 20;

/// Decodes a document. A part with a fault is left out and the rest is decoded again, so that
/// independent faults come together; what fails only because a part is left out is not told.
pub(super) fn decode<'n, T: Deserialize<'n>>(
    root: &'n Node<'n>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let before = faults.len();
    let mut spent = 0_usize;
    loop {
        let refusal = match T::deserialize(Reader(root)) {
            Ok(typed) => return (faults.len() == before).then_some(typed),
            Err(refusal) => refusal,
        };
        let (node, follows, fault) = refusal.settle(root);
        if !follows {
            faults.push(fault);
        }
        let known = node.skipped.replace(true);
        if known || std::ptr::eq(node, root) || faults.len() > before.saturating_add(MAX_FAULTS) {
            return None;
        }
        spent = spent.saturating_add(root.count());
        if spent > AGAIN {
            if let Some(last) = faults.last_mut() {
                let help = "in a document as large as this, more faults may follow this one";
                last.help.get_or_insert_with(|| help.to_owned());
            }
            return None;
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'n>(&'n Node<'n>);

type Outcome<'n, T> = Result<T, Refusal<'n>>;

impl<'n> Reader<'n> {
    /// A refusal that says what is there and what should be.
    fn expected(self, what: &str) -> Refusal<'n> {
        let found = match self.0.body() {
            Body::List(_) => "a list".to_owned(),
            Body::Map(_) => "a mapping".to_owned(),
            Body::Quoted(text) => format!("the text {}", shown(text)),
            Body::Plain(word) => match plain::read(word) {
                Plain::Null => "nothing".to_owned(),
                Plain::Bool(_) => shown(word),
                Plain::Count(_) | Plain::Number => format!("the number {}", shown(word)),
                _ => format!("the text {}", shown(word)),
            },
            Body::Shared(_) => "an alias".to_owned(),
        };
        let refusal = Refusal::new(Kind::Type, format!("found {found} where {what} is expected"));
        let help = match (self.0.body(), what) {
            (Body::Plain(word), _) if plain::read(word) == Plain::Null => {
                Some("leave the key out, or give it a value".to_owned())
            }
            (Body::Quoted(text), NUMBER) if matches!(plain::read(text), Plain::Count(_)) => {
                Some(format!("leave the quotes away: `{text}`"))
            }
            (Body::Plain(_) | Body::Quoted(_), LIST) => Some("write it as `[…]`".to_owned()),
            _ => None,
        };
        match help {
            Some(help) => refusal.help(help),
            None => refusal,
        }
    }

    fn text(self) -> Outcome<'n, &'n str> {
        match self.0.body() {
            Body::Quoted(text) => Ok(text),
            Body::Plain(word) => match plain::read(word) {
                Plain::Text(text) => Ok(text),
                Plain::Null => Err(self.expected(TEXT)),
                other => {
                    let what = other.surprise().unwrap_or_default();
                    let detail =
                        format!("{} without quotes is {what}, and text is expected", shown(word));
                    let help = format!("put it in quotes: `\"{word}\"`");
                    Err(Refusal::new(Kind::Type, detail).help(help))
                }
            },
            _ => Err(self.expected(TEXT)),
        }
    }

    fn count(self) -> Outcome<'n, u64> {
        let Body::Plain(word) = self.0.body() else { return Err(self.expected(NUMBER)) };
        match plain::read(word) {
            Plain::Count(count) => Ok(count),
            Plain::OldNumber => {
                let detail =
                    format!("{} is read as different numbers by different readers", shown(word));
                Err(Refusal::new(Kind::Type, detail).help("write it in decimal digits alone"))
            }
            _ => Err(self.expected(NUMBER)),
        }
    }
}

const TEXT: &str = "text";
const NUMBER: &str = "a whole number, 0 or more,";
const LIST: &str = "a list";
const MAP: &str = "a mapping (`key: value`)";

impl<'n> Deserializer<'n> for Reader<'n> {
    type Error = Refusal<'n>;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        let place = |refusal: Refusal<'n>| refusal.at(self.0);
        match self.0.body() {
            Body::List(_) => return self.deserialize_seq(visitor),
            Body::Map(_) => return self.deserialize_map(visitor),
            Body::Plain(word) => match plain::read(word) {
                Plain::Count(count) => return visitor.visit_u64(count).map_err(place),
                Plain::Bool(value) => return visitor.visit_bool(value).map_err(place),
                Plain::Number | Plain::OldNumber | Plain::Null => {
                    let refusal = Refusal::invalid_type(Unexpected::Other(&shown(word)), &visitor);
                    return Err(place(refusal));
                }
                _ => {}
            },
            _ => {}
        }
        self.text().and_then(|text| visitor.visit_borrowed_str(text)).map_err(place)
    }

    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.text()
            .and_then(|text| visitor.visit_borrowed_str(text))
            .map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_string<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        let value = match self.0.body() {
            Body::Plain(word) => match plain::read(word) {
                Plain::Bool(value) => Ok(value),
                Plain::OldBool => {
                    let detail = format!("{} is not `true` or `false`", shown(word));
                    Err(Refusal::new(Kind::Type, detail).help("write `true` or `false`"))
                }
                _ => Err(self.expected("`true` or `false`")),
            },
            _ => Err(self.expected("`true` or `false`")),
        };
        value.and_then(|value| visitor.visit_bool(value)).map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_u64<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.count()
            .and_then(|count| visitor.visit_u64(count))
            .map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_u8<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        match self.0.body() {
            // `key:` without a value may be a slip of the hand; absent is said by absence.
            Body::Plain(word) if plain::read(word) == Plain::Null => {
                Err(self.expected("a value").at(self.0))
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        let list = match self.0.body() {
            Body::List(items) => visitor.visit_seq(Items { items, next: 0 }),
            _ => Err(self.expected(LIST)),
        };
        list.map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        let map = match self.0.body() {
            Body::Map(entries) => visitor.visit_map(Entries { entries, value: None }),
            _ => Err(self.expected(MAP)),
        };
        map.map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Outcome<'n, V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Outcome<'n, V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Outcome<'n, V::Value> {
        let chosen = match self.0.body() {
            Body::Map(entries) => match entries.as_slice() {
                [only] => {
                    visitor.visit_enum(Choice { entry: Some(only), word: &only.key, of: self })
                }
                _ => Err(self.expected(&format!("exactly one of `{}`", known.join("`, `")))),
            },
            Body::List(_) => Err(self.expected(&format!("one of `{}`", known.join("`, `")))),
            _ => self
                .text()
                .and_then(|word| visitor.visit_enum(Choice { entry: None, word, of: self })),
        };
        chosen.map_err(|refusal| refusal.at(self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Outcome<'n, V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier
    }
}

struct Items<'n> {
    items: &'n [Node<'n>],
    next: usize,
}

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Refusal<'n>;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Outcome<'n, Option<T::Value>> {
        while let Some((first, rest)) = self.items.split_first() {
            let position = self.next;
            self.items = rest;
            self.next = position.saturating_add(1);
            if !first.is_skipped() {
                return seed
                    .deserialize(Reader(first))
                    .map(Some)
                    .map_err(|refusal| refusal.at(first).under(Step::Item(position)));
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'n> {
    entries: &'n [Entry<'n>],
    value: Option<&'n Entry<'n>>,
}

impl<'n> MapAccess<'n> for Entries<'n> {
    type Error = Refusal<'n>;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Outcome<'n, Option<K::Value>> {
        while let Some((first, rest)) = self.entries.split_first() {
            self.entries = rest;
            if !first.value.is_skipped() {
                self.value = Some(first);
                return seed
                    .deserialize(BorrowedStrDeserializer::new(&first.key))
                    .map(Some)
                    .map_err(|refusal: Refusal<'n>| {
                        refusal.at_key(&first.value, first.key_at).under(Step::Key(&first.key))
                    });
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Outcome<'n, V::Value> {
        let Some(entry) = self.value.take() else {
            return Err(Refusal::custom("a value was asked for before its key"));
        };
        seed.deserialize(Reader(&entry.value))
            .map_err(|refusal| refusal.at(&entry.value).under(Step::Key(&entry.key)))
    }
}

/// One of several words or keys.
struct Choice<'n> {
    entry: Option<&'n Entry<'n>>,
    word: &'n str,
    of: Reader<'n>,
}

impl<'n> EnumAccess<'n> for Choice<'n> {
    type Error = Refusal<'n>;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Outcome<'n, (V::Value, Self)> {
        let word = BorrowedStrDeserializer::new(self.word);
        let chosen = seed.deserialize(word).map_err(|refusal: Refusal<'n>| match self.entry {
            Some(entry) => refusal.at_key(&entry.value, entry.key_at).under(Step::Key(&entry.key)),
            None => refusal,
        })?;
        Ok((chosen, self))
    }
}

impl<'n> Choice<'n> {
    fn inner<T>(self, read: impl FnOnce(Reader<'n>) -> Outcome<'n, T>) -> Outcome<'n, T> {
        match self.entry {
            Some(entry) => read(Reader(&entry.value))
                .map_err(|refusal| refusal.at(&entry.value).under(Step::Key(&entry.key))),
            None => {
                let detail = format!("{} needs a value", shown(self.word));
                let help = format!("write `{}: …`", self.word);
                Err(Refusal::new(Kind::Type, detail).help(help).at(self.of.0))
            }
        }
    }
}

impl<'n> VariantAccess<'n> for Choice<'n> {
    type Error = Refusal<'n>;

    fn unit_variant(self) -> Outcome<'n, ()> {
        match self.entry {
            None => Ok(()),
            Some(_) => {
                let detail = format!("{} takes no value", shown(self.word));
                let help = format!("write it as a word alone: `{}`", self.word);
                Err(Refusal::new(Kind::Type, detail).help(help).at(self.of.0))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Outcome<'n, T::Value> {
        self.inner(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'n>>(self, _len: usize, visitor: V) -> Outcome<'n, V::Value> {
        self.inner(|reader| reader.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Outcome<'n, V::Value> {
        self.inner(|reader| reader.deserialize_map(visitor))
    }
}
