//! JSON as a tree, read as strictly as YAML is. It is read by itself, because an escape that JSON
//! has (`\ud83d\ude00`) is not one of YAML.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::tree::{self, Fault, MAX_BYTES, MAX_VALUES, Node, Value};

/// The tree of one JSON text. The depth is bounded by the parser, which goes down to 128 levels.
pub(super) fn tree(bytes: &[u8]) -> Result<Rc<Node<'static>>, Fault> {
    if bytes.len() > MAX_BYTES {
        let detail = format!("{} bytes where {MAX_BYTES} are read", bytes.len());
        return Err(tree::at_start(detail));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| tree::at_start("not UTF-8".to_owned()))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut values = 0;
    let read = Reading { values: &mut values }.deserialize(&mut reader);
    let read = read.and_then(|node| reader.end().map(|()| node));
    read.map_err(|error| tree::at_start(error.to_string()))
}

struct Reading<'c> {
    /// How many values were read so far.
    values: &'c mut usize,
}

impl Reading<'_> {
    fn again(&mut self) -> Reading<'_> {
        Reading { values: self.values }
    }

    fn node<E: de::Error>(&mut self, value: Value<'static>) -> Result<Rc<Node<'static>>, E> {
        *self.values = self.values.saturating_add(1);
        match *self.values > MAX_VALUES {
            true => Err(E::custom(format!("more than {MAX_VALUES} values"))),
            false => Ok(Rc::new(Node::of(value))),
        }
    }

    fn other<E: de::Error>(&mut self, text: String) -> Result<Rc<Node<'static>>, E> {
        self.node(Value::Other(Cow::Owned(text)))
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Rc<Node<'static>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Rc<Node<'static>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(mut self) -> Result<Self::Value, E> {
        self.node(Value::Null)
    }

    fn visit_bool<E: de::Error>(mut self, value: bool) -> Result<Self::Value, E> {
        self.other(value.to_string())
    }

    fn visit_u64<E: de::Error>(mut self, value: u64) -> Result<Self::Value, E> {
        self.other(value.to_string())
    }

    fn visit_i64<E: de::Error>(mut self, value: i64) -> Result<Self::Value, E> {
        self.other(value.to_string())
    }

    fn visit_f64<E: de::Error>(mut self, value: f64) -> Result<Self::Value, E> {
        // As it is written by the JSON writer, which keeps `1.0` apart from `1`.
        let number = serde_json::Number::from_f64(value).map(|number| number.to_string());
        self.other(number.ok_or_else(|| E::custom("a number that is not finite"))?)
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<Self::Value, E> {
        self.node(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.again())? {
            items.push(item);
        }
        self.node(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut entries, mut keys) = (Vec::new(), HashSet::new());
        while let Some(key) = map.next_key::<String>()? {
            if !keys.insert(key.clone()) {
                let detail = format!("the key `{key}` stands twice in one object");
                return Err(de::Error::custom(detail));
            }
            entries.push((Cow::Owned(key), map.next_value_seed(self.again())?));
        }
        self.node(Value::Map(entries))
    }
}
