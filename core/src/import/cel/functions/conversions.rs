//! Conversions, sizes and optionals.

use super::{Maybe, times};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::value::Value;

pub(super) fn call(_: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    match (name, values) {
        ("size", [value]) => size(value),
        ("dyn", [value]) => Some(Ok(value.clone())),
        ("type", [value]) => Some(Ok(Value::Type(value.type_name()))),
        ("string", [value]) => string(value).map(|text| Ok(Value::from(text))),
        ("int", [value]) => int(value),
        ("uint", [value]) => uint(value),
        ("double", [value]) => double(value),
        ("bool", [Value::Bool(value)]) => Some(Ok(Value::Bool(*value))),
        ("bool", [Value::Text(text)]) => Some(match &**text {
            "true" | "True" | "TRUE" | "t" | "T" | "1" => Ok(Value::Bool(true)),
            "false" | "False" | "FALSE" | "f" | "F" | "0" => Ok(Value::Bool(false)),
            _ => Err(CelError::invalid("bool", text)),
        }),
        ("bytes", [Value::Text(text)]) => Some(Ok(Value::Bytes(text.as_bytes().into()))),
        ("bytes", [value @ Value::Bytes(_)]) => Some(Ok(value.clone())),
        ("optional.none", []) => Some(Ok(Value::Optional(None))),
        ("optional.of", [value]) => Some(Ok(Value::some(value.clone()))),
        ("optional.ofNonZeroValue", [value]) => Some(Ok(match is_zero(value) {
            true => Value::Optional(None),
            false => Value::some(value.clone()),
        })),
        ("hasValue", [Value::Optional(inner)]) => Some(Ok(Value::Bool(inner.is_some()))),
        ("value", [Value::Optional(inner)]) => {
            Some(inner.as_deref().cloned().ok_or(CelError::NoValue))
        }
        _ => None,
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Optional(None) => true,
        Value::Bool(it) => !it,
        Value::Int(it) | Value::Span(it) => *it == 0,
        Value::Uint(it) => *it == 0,
        Value::Double(it) => *it == 0.0,
        Value::Text(it) => it.is_empty(),
        Value::Bytes(it) => it.is_empty(),
        Value::List(it) => it.is_empty(),
        Value::Map(it) => it.is_empty(),
        _ => false,
    }
}

fn size(value: &Value) -> Maybe {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return None,
    };
    Some(i64::try_from(size).map(Value::Int).map_err(|_| CelError::Overflow("size")))
}

/// As `string()` writes it; `None` for types that it does not take.
pub(super) fn string(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.to_string(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Double(it) => float(*it),
        Value::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
        Value::Time(time) => time.to_string(),
        Value::Span(nanos) => times::span_text(*nanos),
        Value::Opaque(opaque) => super::kubernetes::text(opaque),
        _ => return None,
    })
}

/// The shortest text, with an exponent where Go's `%g` has one.
pub(super) fn float(value: f64) -> String {
    let plain = format!("{value:e}");
    match plain.split_once('e') {
        Some((mantissa, exponent)) => match exponent.parse::<i32>() {
            Ok(exponent) if !(-4..21).contains(&exponent) => {
                let sign = if exponent < 0 { '-' } else { '+' };
                format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
            }
            _ => format!("{value}"),
        },
        None if value.is_nan() => "NaN".to_owned(),
        None => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
    }
}

fn int(value: &Value) -> Maybe {
    let overflow = CelError::Overflow("int");
    Some(match value {
        Value::Int(it) => Ok(Value::Int(*it)),
        Value::Uint(it) => i64::try_from(*it).map(Value::Int).map_err(|_| overflow),
        #[expect(clippy::cast_possible_truncation, reason = "in range, as was just checked")]
        Value::Double(it) if it.is_finite() && it.abs() < 9.22e18 => Ok(Value::Int(*it as i64)),
        Value::Double(_) => Err(overflow),
        Value::Text(text) => {
            text.parse().map(Value::Int).map_err(|_| CelError::invalid("int", text))
        }
        Value::Time(time) => Ok(Value::Int(time.as_second())),
        Value::Span(nanos) => Ok(Value::Int(nanos.checked_div(1_000_000_000).unwrap_or(0))),
        _ => return None,
    })
}

fn uint(value: &Value) -> Maybe {
    let overflow = CelError::Overflow("uint");
    Some(match value {
        Value::Uint(it) => Ok(Value::Uint(*it)),
        Value::Int(it) => u64::try_from(*it).map(Value::Uint).map_err(|_| overflow),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        Value::Double(it) if (0.0..1.8e19).contains(it) => Ok(Value::Uint(*it as u64)),
        Value::Double(_) => Err(overflow),
        Value::Text(text) => {
            text.parse().map(Value::Uint).map_err(|_| CelError::invalid("uint", text))
        }
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "the language converts so")]
fn double(value: &Value) -> Maybe {
    Some(match value {
        Value::Double(it) => Ok(Value::Double(*it)),
        Value::Int(it) => Ok(Value::Double(*it as f64)),
        Value::Uint(it) => Ok(Value::Double(*it as f64)),
        Value::Text(text) => {
            text.parse().map(Value::Double).map_err(|_| CelError::invalid("double", text))
        }
        _ => return None,
    })
}
