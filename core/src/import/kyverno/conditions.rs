//! Groups of conditions: `any`, `all`, and the old plain list.

use serde_json::Value;

use super::context::{Context, Unresolved};
use super::operators::Operator;

/// Whether conditions hold, and the messages of those that decided it.
pub(super) fn hold(
    context: &Context<'_>,
    conditions: &Value,
) -> Result<(bool, String), Unresolved> {
    match conditions {
        Value::Null => Ok((true, String::new())),
        Value::Object(_) => group(context, conditions),
        Value::Array(items) => list(context, items),
        _ => Err(Unresolved::new("invalid condition")),
    }
}

/// A list of conditions, or of groups.
fn list(context: &Context<'_>, items: &[Value]) -> Result<(bool, String), Unresolved> {
    let mut messages = Vec::new();
    for item in items {
        let is_group = item.get("any").is_some() || item.get("all").is_some();
        let (holds, message) = match is_group {
            true => group(context, item)?,
            false => one(context, item)?,
        };
        if !holds {
            return Ok((false, message));
        }
        messages.push(message);
    }
    Ok((true, joined(&messages, ";")))
}

fn group(context: &Context<'_>, conditions: &Value) -> Result<(bool, String), Unresolved> {
    let (mut met, mut unmet) = (Vec::new(), Vec::new());
    let mut holds = true;
    if let Some(any) = conditions.get("any").and_then(Value::as_array) {
        holds = false;
        for condition in any {
            let (is_met, message) = one(context, condition)?;
            if is_met {
                holds = true;
                met.push(message);
                break;
            }
            unmet.push(message);
        }
    }
    for condition in conditions.get("all").and_then(Value::as_array).into_iter().flatten() {
        let (is_met, message) = one(context, condition)?;
        if !is_met {
            holds = false;
            unmet.push(message);
            break;
        }
        met.push(message);
    }
    Ok((holds, joined(if holds { &met } else { &unmet }, "; ")))
}

fn one(context: &Context<'_>, condition: &Value) -> Result<(bool, String), Unresolved> {
    let part = |name: &str| {
        let given = condition.get(name).unwrap_or(&Value::Null);
        context.substitute(given, "").map_err(|error| {
            let message = error.message;
            Unresolved::new(format!(
                "failed to substitute variables in condition {name}: {message}"
            ))
        })
    };
    let (key, value) = (part("key")?, part("value")?);
    let operator = condition.get("operator").and_then(Value::as_str).and_then(Operator::named);
    let operator = operator.ok_or_else(|| Unresolved::new("unknown condition operator"))?;
    let message = condition.get("message").and_then(Value::as_str).unwrap_or_default();
    Ok((operator.holds(context, &key, &value)?, message.to_owned()))
}

/// Texts that are not empty, joined.
pub(super) fn joined(texts: &[String], between: &str) -> String {
    let texts: Vec<&str> =
        texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    texts.join(between)
}
