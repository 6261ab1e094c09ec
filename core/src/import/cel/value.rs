//! Values of expressions.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::error::CelError;
use super::opaque::Opaque;

/// What an expression may stand for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map.
    Map(Arc<BTreeMap<Key, Value>>),
    /// A moment.
    Time(Timestamp),
    /// A span, in nanoseconds.
    Span(i64),
    /// A value that may be absent.
    Optional(Option<Arc<Value>>),
    /// A type, by its name.
    Type(&'static str),
    /// A value with functions of its own.
    Opaque(Arc<Opaque>),
}

/// A key of a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A truth value.
    Bool(bool),
    /// An integer, signed or not.
    Int(i128),
    /// A text.
    Text(Arc<str>),
}

impl Key {
    pub(super) fn of(value: &Value) -> Result<Self, CelError> {
        match value {
            Value::Bool(it) => Ok(Self::Bool(*it)),
            Value::Int(it) => Ok(Self::Int(i128::from(*it))),
            Value::Uint(it) => Ok(Self::Int(i128::from(*it))),
            #[expect(clippy::cast_possible_truncation, reason = "a whole number was asked for")]
            Value::Double(it) if it.fract() == 0.0 && it.abs() < 1e18 => Ok(Self::Int(*it as i128)),
            Value::Text(it) => Ok(Self::Text(it.clone())),
            other => Err(CelError::NoSuchOverload(format!("a key of type {}", other.type_name()))),
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Bool(it) => Value::Bool(*it),
            Self::Text(it) => Value::Text(it.clone()),
            Self::Int(it) => match (i64::try_from(*it), u64::try_from(*it)) {
                (Ok(it), _) => Value::Int(it),
                (_, Ok(it)) => Value::Uint(it),
                _ => Value::Null,
            },
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Bool(it) => it.to_string(),
            Self::Int(it) => it.to_string(),
            Self::Text(it) => it.to_string(),
        }
    }
}

impl Value {
    /// The name of the type, such as `int`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Time(_) => "google.protobuf.Timestamp",
            Self::Span(_) => "google.protobuf.Duration",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Opaque(it) => it.type_name(),
        }
    }

    /// A list.
    #[must_use]
    pub fn list(elements: Vec<Self>) -> Self {
        Self::List(Arc::new(elements))
    }

    /// A map with texts as keys.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        let keyed = entries.into_iter().map(|(key, value)| (Key::Text(key.into()), value));
        Self::Map(Arc::new(keyed.collect()))
    }

    pub(super) fn some(value: Self) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    pub(super) fn opaque(opaque: Opaque) -> Self {
        Self::Opaque(Arc::new(opaque))
    }

    /// The text of a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Equality of the language: numbers compare across their types, other types differ.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(left), Self::List(right)) => {
                left.len() == right.len() && left.iter().zip(&**right).all(|(l, r)| l.equals(r))
            }
            (Self::Map(left), Self::Map(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| l.equals(r)))
            }
            (Self::Null, Self::Null) => true,
            (Self::Type(left), Self::Type(right)) => left == right,
            (Self::Opaque(left), Self::Opaque(right)) => left == right,
            (Self::Optional(left), Self::Optional(right)) => match (left, right) {
                (Some(left), Some(right)) => left.equals(right),
                (left, right) => left.is_none() && right.is_none(),
            },
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// The order of two values of one kind.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Bytes(left), Self::Bytes(right)) => Some(left.cmp(right)),
            (Self::Time(left), Self::Time(right)) => Some(left.cmp(right)),
            (Self::Span(left), Self::Span(right)) => Some(left.cmp(right)),
            _ => self.order_of_numbers(other),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the language compares so")]
    fn order_of_numbers(&self, other: &Self) -> Option<Ordering> {
        let exact = |value: &Self| match value {
            Self::Int(it) => Some(i128::from(*it)),
            Self::Uint(it) => Some(i128::from(*it)),
            _ => None,
        };
        let float = |value: &Self| match value {
            Self::Double(it) => Some(*it),
            other => exact(other).map(|it| it as f64),
        };
        match (exact(self), exact(other)) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => float(self)?.partial_cmp(&float(other)?),
        }
    }

    /// How many steps it takes to go through the value once.
    pub(super) fn weight(&self) -> u64 {
        let size = match self {
            Self::Text(text) => text.len() / 16,
            Self::Bytes(bytes) => bytes.len() / 16,
            Self::List(list) => list.len(),
            Self::Map(map) => map.len(),
            _ => 0,
        };
        u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(it) => Self::Bool(*it),
            Json::Number(it) => match (it.as_i64(), it.as_u64()) {
                (Some(it), _) => Self::Int(it),
                (_, Some(it)) => Self::Uint(it),
                _ => Self::Double(it.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(it) => Self::Text(it.as_str().into()),
            Json::Array(it) => Self::list(it.iter().map(Self::from).collect()),
            Json::Object(it) => {
                Self::map(it.iter().map(|(key, value)| (key.clone(), Self::from(value))))
            }
        }
    }
}
