//! Values against the patterns of single values: `>=1Gi`, `a* | b`, `10-20`, `!x`.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::context::Context;
use super::operators::Bound;
use super::quantity::Quantity;
use super::wildcard::wildcard_match;
use super::{duration, go};

/// A range of numbers, quantities or durations, or all but one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    from: String,
    to: String,
    is_inside: bool,
}

static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let end = r"([-|\+]?\d+(?:\.\d+)?[A-Za-z]*)";
    Regex::new(&format!(r"\A{end}(!?)-{end}\z")).ok()
});

impl Range {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts = RANGE.as_ref()?.captures(text)?;
        let part = |position| parts.get(position).map(|part| part.as_str().to_owned());
        Some(Self { from: part(1)?, is_inside: part(2)?.is_empty(), to: part(3)? })
    }
}

pub(super) fn in_range(context: &Context<'_>, value: &Value, range: &Range) -> bool {
    let holds = |bound, end: &str| compares(context, value, end, Test::Order(bound));
    match range.is_inside {
        true => holds(Bound::GreaterOrEqual, &range.from) && holds(Bound::LessOrEqual, &range.to),
        false => holds(Bound::Less, &range.from) || holds(Bound::Greater, &range.to),
    }
}

/// Whether a value is as a pattern of one value asks.
pub(super) fn matches(context: &Context<'_>, value: &Value, pattern: &Value) -> bool {
    match pattern {
        Value::Bool(wanted) => value.as_bool() == Some(*wanted),
        Value::Number(wanted) => {
            let found = match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_f64(),
            };
            found.zip(wanted.as_f64()).is_some_and(|(a, b): (f64, f64)| a.total_cmp(&b).is_eq())
        }
        Value::Null => match value {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::String(text) => text.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            _ => false,
        },
        Value::String(pattern) => matches_text(context, value, pattern),
        Value::Object(_) => value.is_object(),
        Value::Array(_) => false,
    }
}

fn matches_text(context: &Context<'_>, value: &Value, pattern: &str) -> bool {
    if value.as_str() == Some(pattern) {
        return true;
    }
    pattern.split('|').any(|either| {
        either.trim_matches(' ').split('&').all(|each| one(context, value, each.trim_matches(' ')))
    })
}

#[derive(Debug, Clone, Copy)]
enum Test {
    Equal,
    NotEqual,
    Order(Bound),
}

fn one(context: &Context<'_>, value: &Value, pattern: &str) -> bool {
    if let Some(range) = Range::parse(pattern) {
        return in_range(context, value, &range);
    }
    const SIGNS: [(&str, Test); 5] = [
        (">=", Test::Order(Bound::GreaterOrEqual)),
        ("<=", Test::Order(Bound::LessOrEqual)),
        (">", Test::Order(Bound::Greater)),
        ("<", Test::Order(Bound::Less)),
        ("!", Test::NotEqual),
    ];
    // A pattern of one character has no sign.
    let signed = SIGNS
        .iter()
        .filter(|_| pattern.len() > 1)
        .find_map(|(sign, test)| Some((pattern.strip_prefix(sign)?, *test)));
    let (rest, test) = signed.unwrap_or((pattern, Test::Equal));
    compares(context, value, rest.trim(), test)
}

/// As durations, as quantities, as texts: any that holds.
fn compares(context: &Context<'_>, value: &Value, pattern: &str, test: Test) -> bool {
    if value.is_null() {
        return absent(context, pattern, test);
    }
    let text = match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_f64().map(|number| match number.fract() == 0.0 {
            true => go::sprint(value),
            false => format!("{number:.6}"),
        }),
        _ => None,
    };
    let by = |order: Option<Ordering>| {
        order.map(|order| match test {
            Test::Equal => order.is_eq(),
            Test::NotEqual => order.is_ne(),
            Test::Order(bound) => bound.holds(order),
        })
    };
    let text = text.as_deref();
    let as_duration = by(text
        .and_then(duration::parse)
        .zip(duration::parse(pattern))
        .map(|(value, pattern)| value.cmp(&pattern)));
    let as_quantity = by(text
        .and_then(Quantity::parse)
        .zip(Quantity::parse(pattern))
        .map(|(value, pattern)| value.compare(&pattern)));
    let as_text = spelled(value).and_then(|text| match test {
        Test::Equal => Some(wildcard_match(pattern, &text)),
        Test::NotEqual => Some(!wildcard_match(pattern, &text)),
        Test::Order(_) => None,
    });
    let measured = as_duration.or(as_quantity);
    if let (true, Test::NotEqual, Some(false), Some(true)) =
        (context.is_kyverno(), test, measured, as_text)
    {
        let detail = format!("`{pattern}` and the value are equal and spelled otherwise");
        context.note("unequalBySpelling", detail);
        return true;
    }
    match context.is_kyverno() {
        true => [as_duration, as_quantity, as_text].contains(&Some(true)),
        false => measured.or(as_text) == Some(true),
    }
}

/// Kyverno compares what is absent as 0.
fn absent(context: &Context<'_>, pattern: &str, test: Test) -> bool {
    let (Some(bound), true) = (Quantity::parse(pattern), context.is_kyverno()) else {
        return false;
    };
    let order = Quantity::parse("0").map(|zero| zero.compare(&bound));
    let holds = order.is_some_and(|order| match test {
        Test::Equal => order.is_eq(),
        Test::NotEqual => order.is_ne(),
        Test::Order(bound) => bound.holds(order),
    });
    if holds {
        context.note("absentIsZero", format!("an absent value was compared with `{pattern}` as 0"));
    }
    holds
}

fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Number(number) => number.as_f64().map(|number| {
            let text = format!("{number:E}");
            let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}E{sign}{:02}", exponent.unsigned_abs())
        }),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
