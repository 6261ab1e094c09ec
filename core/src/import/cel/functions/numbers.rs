//! The `math` extension.

use std::cmp::Ordering;

use super::{Answer, Maybe};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::value::Value;

pub(super) fn call(_: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    Some(match (name, values) {
        ("math.greatest", [Value::List(list)]) => extreme(list, Ordering::Greater),
        ("math.greatest", values) => extreme(values, Ordering::Greater),
        ("math.least", [Value::List(list)]) => extreme(list, Ordering::Less),
        ("math.least", values) => extreme(values, Ordering::Less),
        ("math.abs", [Value::Int(it)]) => {
            it.checked_abs().map(Value::Int).ok_or(CelError::Overflow("abs"))
        }
        ("math.sign", [Value::Int(it)]) => Ok(Value::Int(it.signum())),
        ("math.abs" | "math.sign", [value @ Value::Uint(it)]) => Ok(match name {
            "math.abs" => value.clone(),
            _ => Value::Uint(u64::from(*it > 0)),
        }),
        (name, [Value::Double(it)]) => match name {
            "math.abs" => Ok(Value::Double(it.abs())),
            "math.sign" if *it == 0.0 => Ok(Value::Double(0.0)),
            "math.sign" => Ok(Value::Double(it.signum())),
            "math.ceil" => Ok(Value::Double(it.ceil())),
            "math.floor" => Ok(Value::Double(it.floor())),
            "math.round" => Ok(Value::Double(it.round())),
            "math.trunc" => Ok(Value::Double(it.trunc())),
            "math.isNaN" => Ok(Value::Bool(it.is_nan())),
            "math.isInf" => Ok(Value::Bool(it.is_infinite())),
            "math.isFinite" => Ok(Value::Bool(it.is_finite())),
            _ => return None,
        },
        _ => return None,
    })
}

fn extreme(values: &[Value], wanted: Ordering) -> Answer {
    let is_number =
        |value: &Value| matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_));
    let mut best: Option<&Value> = None;
    for value in values {
        if !is_number(value) {
            return Err(CelError::overload("math.greatest or math.least"));
        }
        if best.is_none_or(|best| value.order(best) == Some(wanted)) {
            best = Some(value);
        }
    }
    best.cloned().ok_or_else(|| CelError::overload("math.greatest or math.least"))
}
