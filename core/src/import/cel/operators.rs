//! Operators, selection and indexing.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::SignedDuration;

use super::ast::Binary;
use super::error::CelError;
use super::value::{Key, Value};

type Answer = Result<Value, CelError>;

/// The entry of a map, or nothing; an error for what is no map.
fn entry<'v>(value: &'v Value, key: &Key, name: &str) -> Result<Option<&'v Value>, CelError> {
    match value {
        Value::Map(map) => Ok(map.get(key)),
        other => Err(CelError::NoSuchOverload(format!(
            "{name} on a value of type {}",
            other.type_name()
        ))),
    }
}

pub(super) fn select(operand: &Value, field: &str, optional: bool) -> Answer {
    let key = Key::Text(field.into());
    match operand {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => Ok(wrapped(entry(inner, &key, field)?)),
        value if optional => Ok(wrapped(entry(value, &key, field)?)),
        value => {
            entry(value, &key, field)?.cloned().ok_or_else(|| CelError::NoSuchKey(field.to_owned()))
        }
    }
}

fn wrapped(found: Option<&Value>) -> Value {
    Value::Optional(found.map(|found| Arc::new(found.clone())))
}

pub(super) fn has(operand: &Value, field: &str) -> Answer {
    let key = Key::Text(field.into());
    match operand {
        Value::Optional(None) => Ok(Value::Bool(false)),
        Value::Optional(Some(inner)) => Ok(Value::Bool(entry(inner, &key, "has")?.is_some())),
        value => Ok(Value::Bool(entry(value, &key, "has")?.is_some())),
    }
}

pub(super) fn index(operand: &Value, at: &Value, optional: bool) -> Answer {
    match operand {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => maybe(element(inner, at)),
        value if optional => maybe(element(value, at)),
        value => element(value, at),
    }
}

fn maybe(found: Answer) -> Answer {
    match found {
        Ok(value) => Ok(Value::some(value)),
        Err(CelError::NoSuchKey(_) | CelError::OutOfBounds(_)) => Ok(Value::Optional(None)),
        Err(error) => Err(error),
    }
}

fn element(value: &Value, at: &Value) -> Answer {
    let key = Key::of(at)?;
    match (value, &key) {
        (Value::Map(map), key) => {
            map.get(key).cloned().ok_or_else(|| CelError::NoSuchKey(key.text()))
        }
        (Value::List(list), Key::Int(position)) => {
            let found = usize::try_from(*position).ok().and_then(|position| list.get(position));
            found
                .cloned()
                .ok_or_else(|| CelError::OutOfBounds(i64::try_from(*position).unwrap_or(i64::MAX)))
        }
        (value, _) => {
            Err(CelError::NoSuchOverload(format!("_[_] on a value of type {}", value.type_name())))
        }
    }
}

pub(super) fn not(value: &Value) -> Answer {
    match value {
        Value::Bool(value) => Ok(Value::Bool(!value)),
        _ => Err(CelError::overload("!_")),
    }
}

pub(super) fn negate(value: &Value) -> Answer {
    let overflow = CelError::Overflow("negation");
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or(overflow),
        Value::Span(value) => value.checked_neg().map(Value::Span).ok_or(overflow),
        Value::Double(value) => Ok(Value::Double(-value)),
        _ => Err(CelError::overload("-_")),
    }
}

pub(super) fn binary(operator: Binary, left: &Value, right: &Value) -> Answer {
    let ordered = |name: &str, wanted: fn(Ordering) -> bool| match left.order(right) {
        Some(order) => Ok(Value::Bool(wanted(order))),
        // A NaN is neither above nor below.
        None if [left, right]
            .iter()
            .all(|v| matches!(v, Value::Double(_) | Value::Int(_) | Value::Uint(_))) =>
        {
            Ok(Value::Bool(false))
        }
        None => Err(CelError::overload(name)),
    };
    match operator {
        Binary::Equal => Ok(Value::Bool(left.equals(right))),
        Binary::NotEqual => Ok(Value::Bool(!left.equals(right))),
        Binary::Less => ordered("_<_", Ordering::is_lt),
        Binary::LessOrEqual => ordered("_<=_", Ordering::is_le),
        Binary::Greater => ordered("_>_", Ordering::is_gt),
        Binary::GreaterOrEqual => ordered("_>=_", Ordering::is_ge),
        Binary::In => contains(left, right),
        _ => arithmetic(operator, left, right),
    }
}

fn contains(left: &Value, right: &Value) -> Answer {
    match right {
        Value::List(list) => Ok(Value::Bool(list.iter().any(|one| one.equals(left)))),
        Value::Map(map) => Ok(Value::Bool(Key::of(left).is_ok_and(|key| map.contains_key(&key)))),
        _ => Err(CelError::overload("@in")),
    }
}

fn arithmetic(operator: Binary, left: &Value, right: &Value) -> Answer {
    let name = match operator {
        Binary::Add => "_+_",
        Binary::Subtract => "_-_",
        Binary::Multiply => "_*_",
        Binary::Divide => "_/_",
        _ => "_%_",
    };
    let divides = matches!(operator, Binary::Divide | Binary::Remainder);
    let overflow = CelError::Overflow("integer arithmetic");
    match (left, right) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) if divides => {
            Err(CelError::DivisionByZero)
        }
        (Value::Int(left), Value::Int(right)) => {
            let value = match operator {
                Binary::Add => left.checked_add(*right),
                Binary::Subtract => left.checked_sub(*right),
                Binary::Multiply => left.checked_mul(*right),
                Binary::Divide => left.checked_div(*right),
                _ => left.checked_rem(*right),
            };
            value.map(Value::Int).ok_or(overflow)
        }
        (Value::Uint(left), Value::Uint(right)) => {
            let value = match operator {
                Binary::Add => left.checked_add(*right),
                Binary::Subtract => left.checked_sub(*right),
                Binary::Multiply => left.checked_mul(*right),
                Binary::Divide => left.checked_div(*right),
                _ => left.checked_rem(*right),
            };
            value.map(Value::Uint).ok_or(overflow)
        }
        (Value::Double(left), Value::Double(right)) => match operator {
            Binary::Add => Ok(Value::Double(left + right)),
            Binary::Subtract => Ok(Value::Double(left - right)),
            Binary::Multiply => Ok(Value::Double(left * right)),
            Binary::Divide => Ok(Value::Double(left / right)),
            _ => Err(CelError::overload(name)),
        },
        _ => match operator {
            Binary::Add => add(left, right),
            Binary::Subtract => subtract(left, right),
            _ => Err(CelError::overload(name)),
        },
    }
}

fn add(left: &Value, right: &Value) -> Answer {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Ok(Value::from(format!("{left}{right}"))),
        (Value::Bytes(left), Value::Bytes(right)) => {
            Ok(Value::Bytes(left.iter().chain(&**right).copied().collect()))
        }
        (Value::List(left), Value::List(right)) => {
            Ok(Value::list(left.iter().chain(&**right).cloned().collect()))
        }
        (Value::Span(left), Value::Span(right)) => {
            left.checked_add(*right).map(Value::Span).ok_or(CelError::Overflow("duration"))
        }
        (Value::Time(time), Value::Span(span)) | (Value::Span(span), Value::Time(time)) => {
            shifted(*time, *span)
        }
        _ => Err(CelError::overload("_+_")),
    }
}

fn shifted(time: jiff::Timestamp, nanos: i64) -> Answer {
    let moved = time.checked_add(SignedDuration::from_nanos(nanos));
    moved.map(Value::Time).map_err(|_| CelError::Overflow("timestamp"))
}

fn subtract(left: &Value, right: &Value) -> Answer {
    let span = CelError::Overflow("duration");
    match (left, right) {
        (Value::Time(left), Value::Time(right)) => {
            let nanos = left.duration_since(*right).as_nanos();
            i64::try_from(nanos).map(Value::Span).map_err(|_| span)
        }
        (Value::Time(time), Value::Span(by)) => shifted(*time, by.checked_neg().ok_or(span)?),
        (Value::Span(left), Value::Span(right)) => {
            left.checked_sub(*right).map(Value::Span).ok_or(span)
        }
        _ => Err(CelError::overload("_-_")),
    }
}

/// `values` in the order of their keys, which must be of one kind.
pub(super) fn sort_by(keys: Vec<Value>, values: Vec<Value>) -> Answer {
    if keys.windows(2).any(|pair| matches!(pair, [left, right] if left.order(right).is_none())) {
        return Err(CelError::overload("sort"));
    }
    let mut pairs: Vec<_> = keys.into_iter().zip(values).collect();
    pairs.sort_by(|(left, _), (right, _)| left.order(right).unwrap_or(Ordering::Equal));
    Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect()))
}
