//! The operators of conditions.

use std::cmp::Ordering;

use serde_json::Value;

use super::context::{Context, Unresolved};
use super::quantity::Quantity;
use super::scalar::{self, Range};
use super::versions::Version;
use super::wildcard::wildcard_match;
use super::{duration, go};

/// Operators by name, compared without case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    NotEquals,
    In,
    NotIn,
    AnyIn,
    AnyNotIn,
    AllIn,
    AllNotIn,
    Order(Bound),
    Duration(Bound),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Bound {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl Operator {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "equal" | "equals" => Self::Equals,
            "notequal" | "notequals" => Self::NotEquals,
            "in" => Self::In,
            "notin" => Self::NotIn,
            "anyin" => Self::AnyIn,
            "anynotin" => Self::AnyNotIn,
            "allin" => Self::AllIn,
            "allnotin" => Self::AllNotIn,
            "greaterthan" => Self::Order(Bound::Greater),
            "greaterthanorequals" => Self::Order(Bound::GreaterOrEqual),
            "lessthan" => Self::Order(Bound::Less),
            "lessthanorequals" => Self::Order(Bound::LessOrEqual),
            "durationgreaterthan" => Self::Duration(Bound::Greater),
            "durationgreaterthanorequals" => Self::Duration(Bound::GreaterOrEqual),
            "durationlessthan" => Self::Duration(Bound::Less),
            "durationlessthanorequals" => Self::Duration(Bound::LessOrEqual),
            _ => return None,
        })
    }

    pub(super) fn holds(
        self,
        context: &Context<'_>,
        key: &Value,
        value: &Value,
    ) -> Result<bool, Unresolved> {
        if key.is_null() {
            if context.is_kyverno() {
                context.note("nullKey", "a condition on a key without a value does not hold");
                return Ok(false);
            }
            return Err(Unresolved::new("the key of a condition has no value"));
        }
        context.spend(size(key).saturating_mul(size(value)))?;
        let among = Among { context };
        Ok(match self {
            Self::Equals => equals(key, value) == Some(true),
            Self::NotEquals if is_quantity_and_other(key, value) && context.is_kyverno() => {
                context.note("quantityNotEquals", "a quantity is never unequal to another text");
                false
            }
            Self::NotEquals => equals(key, value) != Some(true),
            Self::AnyIn => among.keys(key, value, |found| found.contains(&true)),
            Self::AllIn | Self::In => among.keys(key, value, |found| !found.contains(&false)),
            Self::AnyNotIn => among.keys(key, value, |found| found.contains(&false)),
            Self::AllNotIn | Self::NotIn => among.keys(key, value, |found| !found.contains(&true)),
            Self::Order(bound) => ordered(key, value).is_some_and(|order| bound.holds(order)),
            Self::Duration(bound) => {
                let seconds = |value: &Value| match value {
                    Value::String(text) => duration::parse(text).map(nanos_to_seconds),
                    other => other.as_f64(),
                };
                let order = seconds(key)
                    .zip(seconds(value))
                    .and_then(|(key, value)| key.partial_cmp(&value));
                order.is_some_and(|order| bound.holds(order))
            }
        })
    }
}

fn size(value: &Value) -> u64 {
    u64::try_from(value.as_array().map_or(1, |items| items.len().max(1))).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "Kyverno compares seconds as floats")]
fn nanos_to_seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Two durations in seconds, where at least one is written as one; a number counts as seconds.
fn durations(key: &Value, value: &Value) -> Option<(f64, f64)> {
    let written = |value: &Value| {
        let text = value.as_str().filter(|text| *text != "0")?;
        duration::parse(text).map(nanos_to_seconds)
    };
    let number = |value: &Value| value.as_f64().map(f64::trunc);
    match (written(key), written(value)) {
        (None, None) => None,
        (left, right) => left.or_else(|| number(key)).zip(right.or_else(|| number(value))),
    }
}

fn is_quantity_and_other(key: &Value, value: &Value) -> bool {
    let quantity = |value: &Value| value.as_str().and_then(Quantity::parse).is_some();
    durations(key, value).is_none() && quantity(key) && value.is_string() && !quantity(value)
}

/// Whether both are equal; `None` where they are of types that are not compared.
fn equals(key: &Value, value: &Value) -> Option<bool> {
    match key {
        Value::String(text) => {
            if let Some((key, value)) = durations(key, value) {
                return Some((key - value).abs() < f64::EPSILON);
            }
            let pattern = value.as_str();
            if let (Some(key), Some(pattern)) = (Quantity::parse(text), pattern) {
                return Some(
                    Quantity::parse(pattern).is_some_and(|value| key.compare(&value).is_eq()),
                );
            }
            pattern.map(|pattern| wildcard_match(pattern, text))
        }
        Value::Number(number) => {
            let number = number.as_f64()?;
            let other = match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_f64(),
            };
            other.map(|other: f64| other.total_cmp(&number).is_eq())
        }
        Value::Bool(key) => value.as_bool().map(|value| *key == value),
        Value::Array(_) | Value::Object(_) => Some(super::jmespath::equal(key, value)),
        Value::Null => None,
    }
}

/// The order of two numbers, durations, quantities or versions.
fn ordered(key: &Value, value: &Value) -> Option<Ordering> {
    if let Some((key, value)) = durations(key, value) {
        return key.partial_cmp(&value);
    }
    if let (Value::String(key), Value::String(value)) = (key, value)
        && let (Some(key), Some(value)) = (Quantity::parse(key), Quantity::parse(value))
    {
        return Some(key.compare(&value));
    }
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    if let Some(key) = number(key) {
        return key.partial_cmp(&number(value)?);
    }
    Some(Version::parse(key.as_str()?)?.cmp(&Version::parse(value.as_str()?)?))
}

/// Whether keys are among values, with wildcards.
struct Among<'c, 'r> {
    context: &'c Context<'r>,
}

impl Among<'_, '_> {
    /// Whether the findings for all keys are as wanted; no for types that cannot be compared.
    fn keys(&self, key: &Value, value: &Value, wanted: fn(&[bool]) -> bool) -> bool {
        let keys: Vec<String> = match key {
            Value::Array(items) => items.iter().map(go::sprint).collect(),
            Value::String(_) | Value::Number(_) | Value::Bool(_) => vec![go::sprint(key)],
            _ => return false,
        };
        let found: Option<Vec<bool>> = keys.iter().map(|key| self.one(key, value)).collect();
        found.is_some_and(|found| wanted(&found))
    }

    fn one(&self, key: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Array(items) => {
                Some(items.iter().any(|item| self.matches(&go::sprint(item), key)))
            }
            Value::Number(_) => Some(self.matches(&go::sprint(value), key)),
            Value::String(text) => {
                if wildcard_match(text, key) {
                    return Some(true);
                }
                if let Some(range) = Range::parse(text) {
                    let key = Value::String(key.to_owned());
                    return Some(scalar::in_range(self.context, &key, &range));
                }
                match serde_json::from_str::<Value>(text) {
                    // A list that a config map holds as text.
                    Ok(Value::Array(items)) => {
                        let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                        texts.map(|texts| texts.iter().any(|text| self.matches(text, key)))
                    }
                    Ok(_) => None,
                    Err(_) => Some(text == key),
                }
            }
            _ => None,
        }
    }

    fn matches(&self, pattern: &str, key: &str) -> bool {
        if wildcard_match(pattern, key) {
            return true;
        }
        // Kyverno takes the key for a pattern, too: an image that is called `*` is in every list.
        let is_reversed = self.context.is_kyverno() && wildcard_match(key, pattern);
        if is_reversed {
            let detail = format!("`{key}`, which the object says, was read as a pattern");
            self.context.note("twoWayWildcard", detail);
        }
        is_reversed
    }
}
