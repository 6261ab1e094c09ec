//! Conditions on what an attestation says, as far as they mean just the same as conditions of our
//! own: a plain place in the predicate, compared with plain values.
//!
//! Kyverno compares texts as durations, quantities and wildcards before it compares them as texts,
//! and looks for a value in another both ways. Values that could be any of these are not taken.

use serde_json::Value;

use crate::evidence::predicate::{Number, ValuePath};
use crate::policy::model::{Condition, Operator, Scalar, ValueCondition};

/// The conditions of one attestation: of groups with `any` and `all`, each must hold.
///
/// # Errors
/// What of it is not taken.
pub(super) fn read(groups: &[Value]) -> Result<Vec<Condition>, String> {
    groups.iter().map(group).collect()
}

fn group(group: &Value) -> Result<Condition, String> {
    let members = group.as_object().ok_or("a group of conditions is `any`, `all` or both")?;
    let mut parts = Vec::new();
    for (key, list) in members {
        let list = list.as_array().ok_or_else(|| format!("`{key}` is not a list"))?;
        let each: Vec<Condition> = list.iter().map(one).collect::<Result<_, _>>()?;
        match (key.as_str(), each.is_empty()) {
            (_, true) => return Err(format!("`{key}` is empty")),
            ("all", _) => parts.push(Condition::AllOf(each)),
            ("any", _) => parts.push(Condition::AnyOf(each)),
            (other, _) => return Err(format!("`{other}` is neither `any` nor `all`")),
        }
    }
    match parts.is_empty() {
        true => Err("a group of conditions is empty".to_owned()),
        false => Ok(Condition::AllOf(parts)),
    }
}

fn one(condition: &Value) -> Result<Condition, String> {
    let text = |key: &str| condition.get(key).and_then(Value::as_str);
    let key = text("key").ok_or("a condition has no `key` that is a text")?;
    let value = condition.get("value").ok_or("a condition has no `value`")?;
    let operator = text("operator").unwrap_or_default();
    let path = place(key).ok_or_else(|| format!("the key `{key}` is not a plain place"))?;
    let scalar = || scalar(value);
    let operator = match operator.to_ascii_lowercase().as_str() {
        "equals" | "equal" => Operator::Equals(scalar()?),
        "notequals" | "notequal" => Operator::NotEquals(scalar()?),
        "in" | "anyin" | "allin" => Operator::In(scalars(value)?),
        "notin" | "anynotin" | "allnotin" => Operator::NotIn(scalars(value)?),
        "greaterthan" => Operator::GreaterThan(number(value)?),
        "greaterthanorequals" => Operator::AtLeast(number(value)?),
        "lessthan" => Operator::LessThan(number(value)?),
        "lessthanorequals" => Operator::AtMost(number(value)?),
        other => return Err(format!("the operator `{other}` is not taken")),
    };
    Ok(Condition::Value(ValueCondition { path, quantifier: None, operator }))
}

/// `{{ a.b.c }}` as a pointer.
fn place(key: &str) -> Option<ValuePath> {
    let inner = key.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let is_plain = |step: &str| {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        step.starts_with(first) && step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let steps: Vec<&str> = inner.split('.').collect();
    if !steps.iter().all(|step| is_plain(step)) {
        return None;
    }
    ValuePath::try_from(format!("/{}", steps.join("/"))).ok()
}

/// A value that means nothing but itself.
fn scalar(value: &Value) -> Result<Scalar, String> {
    let plain = match value {
        Value::Bool(_) => true,
        Value::Number(number) => number.is_u64(),
        // What starts with a letter is neither a quantity nor a duration.
        Value::String(text) => {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && !text.contains(['*', '?'])
                && !text.contains("{{")
        }
        _ => false,
    };
    let refused = || format!("the value `{value}` could mean something else than itself");
    match plain {
        true => serde_json::from_value(value.clone()).map_err(|_| refused()),
        false => Err(refused()),
    }
}

fn scalars(value: &Value) -> Result<Vec<Scalar>, String> {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(scalar).collect(),
        Value::Array(_) => Err("a list of values is empty".to_owned()),
        one => scalar(one).map(|one| vec![one]),
    }
}

fn number(value: &Value) -> Result<Number, String> {
    let refused = || format!("the value `{value}` is not a whole number");
    match value.as_u64() {
        Some(_) => serde_json::from_value(value.clone()).map_err(|_| refused()),
        None => Err(refused()),
    }
}
