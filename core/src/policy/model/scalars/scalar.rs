use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::evidence::predicate::Number;

/// A value to compare with: text, a whole number, `true` or `false`; another number is written
/// `{number: "-1.5"}`. The text `"5"` is not the number `5`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Number(Number),
    /// A truth value.
    Bool(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Number(number) => write!(f, "the number `{number}`"),
            Self::Bool(value) => write!(f, "`{value}`"),
        }
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Below it a whole number is exact in every reader of JSON.
        const EXACT: u64 = 1 << 53;
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => match number.to_string().parse::<u64>() {
                Ok(whole) if whole < EXACT => serializer.serialize_u64(whole),
                _ => {
                    let mut map = serializer.serialize_map(Some(1))?;
                    map.serialize_entry("number", &number.to_string())?;
                    map.end()
                }
            },
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "text, a whole number, `true`, `false`, or another number as `{number: \"1.5\"}`",
        )
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_u64<E: Error>(self, count: u64) -> Result<Scalar, E> {
        let number = Number::parse(&count.to_string());
        number.map(Scalar::Number).ok_or_else(|| E::custom("the number cannot be read"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "number" {
                return Err(A::Error::unknown_field(&key, &["number"]));
            }
            found = Some(map.next_value::<Number>()?);
        }
        found.map(Scalar::Number).ok_or_else(|| A::Error::missing_field("number"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Scalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let number = generator.subschema_for::<Number>();
        schemars::json_schema!({
            "description": "A value to compare with. The text `\"5\"` is not the number `5`.",
            "oneOf": [
                {"type": "string", "description": "text"},
                {"type": "integer", "minimum": 0, "description": "a whole number"},
                {"type": "boolean", "description": "a truth value"},
                {
                    "type": "object",
                    "description": "another number",
                    "properties": {"number": number},
                    "required": ["number"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
