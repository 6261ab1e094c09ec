//! What a plain scalar means to the YAML reader of Kubernetes' tools (YAML 1.1 with 1.2's octals).

use serde_json::{Number, Value};

pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let is_negative = text.starts_with('-');
    let digits = unsigned.replace('_', "");
    if let Some(whole) = whole(&digits) {
        return match is_negative {
            true => i64::try_from(whole).ok()?.checked_neg().map(Number::from),
            false => Some(Number::from(whole)),
        };
    }
    let is_decimal = digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    let value: f64 = is_decimal.then(|| digits.parse().ok()).flatten()?;
    Number::from_f64(if is_negative { -value } else { value })
}

fn whole(digits: &str) -> Option<u64> {
    let based = |prefix: &str, radix| {
        let rest = digits.strip_prefix(prefix)?;
        u64::from_str_radix(rest, radix).ok()
    };
    if let Some(value) = based("0x", 16).or_else(|| based("0b", 2)).or_else(|| based("0o", 8)) {
        return Some(value);
    }
    match digits.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => u64::from_str_radix(rest, 8).ok(),
        _ => digits.parse().ok(),
    }
}
