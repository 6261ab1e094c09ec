//! Functions on lists, objects and values of any type.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Call, Function, function};
use crate::import::kyverno::go;
use crate::import::kyverno::jmespath::JmesError;

const MANY: usize = usize::MAX;

pub(super) const FUNCTIONS: &[Function] = &[
    function("items", 3, 3, items),
    function("keys", 1, 1, |call| {
        Ok(call.object(0)?.keys().map(|key| Value::from(key.as_str())).collect())
    }),
    function("length", 1, 1, length),
    function("lookup", 2, 2, lookup),
    function("map", 2, 2, |call| {
        let mapped = call.list(1)?.iter().map(|item| call.apply(0, item));
        mapped.collect::<Result<_, _>>().map(Value::Array)
    }),
    function("max", 1, 1, |call| extreme(call, Ordering::Greater)),
    function("max_by", 2, 2, |call| extreme_by(call, Ordering::Greater)),
    function("merge", 1, MANY, |call| {
        let mut merged = Map::new();
        for position in 0..call.arguments.len() {
            let object = call.object(position)?;
            merged.extend(object.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        Ok(Value::Object(merged))
    }),
    function("min", 1, 1, |call| extreme(call, Ordering::Less)),
    function("min_by", 2, 2, |call| extreme_by(call, Ordering::Less)),
    function("not_null", 1, MANY, |call| {
        let values = call.values()?;
        Ok(values.into_iter().find(|value| !value.is_null()).cloned().unwrap_or_default())
    }),
    function("object_from_lists", 2, 2, |call| {
        let (keys, values) = (call.list(0)?, call.list(1)?);
        let mut object = Map::new();
        for (position, key) in keys.iter().enumerate() {
            let key = key.as_str().ok_or_else(|| call.wrong(0, "a list of strings"))?;
            object.insert(key.to_owned(), values.get(position).cloned().unwrap_or_default());
        }
        Ok(Value::Object(object))
    }),
    function("reverse", 1, 1, |call| match call.value(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::Array(items) => Ok(items.iter().rev().cloned().collect()),
        _ => Err(call.wrong(0, "a list or a string")),
    }),
    function("sort", 1, 1, |call| {
        let mut items = comparable(call, call.list(0)?.iter().cloned())?;
        items.sort_by(order);
        Ok(Value::Array(items))
    }),
    function("sort_by", 2, 2, sort_by),
    function("to_array", 1, 1, |call| match call.value(0)? {
        list @ Value::Array(_) => Ok(list.clone()),
        other => Ok(Value::Array(vec![other.clone()])),
    }),
    function("to_boolean", 1, 1, |call| match call.text(0)?.to_lowercase().as_str() {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        _ => Err(call.wrong(0, "`true` or `false`")),
    }),
    function("to_number", 1, 1, |call| {
        Ok(match call.value(0)? {
            number @ Value::Number(_) => number.clone(),
            Value::String(text) => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map_or(Value::Null, go::number),
            _ => Value::Null,
        })
    }),
    function("to_string", 1, 1, |call| match call.value(0)? {
        text @ Value::String(_) => Ok(text.clone()),
        other => Ok(other.to_string().into()),
    }),
    function("type", 1, 1, |call| {
        Ok(match call.value(0)? {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
        .into())
    }),
    function("values", 1, 1, |call| Ok(call.object(0)?.values().cloned().collect())),
    function("zip", 2, 2, |call| {
        let pairs = call.list(0)?.iter().zip(call.list(1)?);
        Ok(pairs.map(|(a, b)| Value::Array(vec![a.clone(), b.clone()])).collect())
    }),
];

/// Each entry of an object, or each item of a list with its position, as an object of two keys.
fn items(call: &Call<'_>) -> Result<Value, JmesError> {
    let (key, value) = (call.text(1)?.to_owned(), call.text(2)?.to_owned());
    let pair = |name: Value, item: &Value| {
        Value::Object(Map::from_iter([(key.clone(), name), (value.clone(), item.clone())]))
    };
    match call.value(0)? {
        Value::Object(entries) => {
            Ok(entries.iter().map(|(name, item)| pair(name.as_str().into(), item)).collect())
        }
        Value::Array(list) => Ok(list
            .iter()
            .enumerate()
            .map(|(position, item)| pair(position.into(), item))
            .collect()),
        _ => Err(call.wrong(0, "an object or a list")),
    }
}

fn length(call: &Call<'_>) -> Result<Value, JmesError> {
    match call.value(0)? {
        Value::String(text) => Ok(text.chars().count().into()),
        Value::Array(items) => Ok(items.len().into()),
        Value::Object(entries) => Ok(entries.len().into()),
        _ => Err(call.wrong(0, "a string, a list or an object")),
    }
}

fn lookup(call: &Call<'_>) -> Result<Value, JmesError> {
    let found = match call.value(0)? {
        Value::Object(entries) => entries.get(call.text(1)?),
        Value::Array(list) => usize::try_from(call.whole(1)?).ok().and_then(|at| list.get(at)),
        _ => return Err(call.wrong(0, "an object or a list")),
    };
    Ok(found.cloned().unwrap_or_default())
}

/// Values that are all numbers or all texts.
fn comparable(
    call: &Call<'_>,
    values: impl Iterator<Item = Value>,
) -> Result<Vec<Value>, JmesError> {
    let values: Vec<Value> = values.collect();
    call.spend(values.len().saturating_mul(8))?;
    match values.iter().all(Value::is_number) || values.iter().all(Value::is_string) {
        true => Ok(values),
        false => Err(call.fault("the values must be all numbers or all strings")),
    }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
    }
}

fn extreme(call: &Call<'_>, wanted: Ordering) -> Result<Value, JmesError> {
    let values = comparable(call, call.list(0)?.iter().cloned())?;
    let better = |best: Value, value: Value| match order(&value, &best) == wanted {
        true => value,
        false => best,
    };
    Ok(values.into_iter().reduce(better).unwrap_or_default())
}

/// Items with what the expression gives for them.
fn keyed<'a>(call: &Call<'a>) -> Result<Vec<(Value, &'a Value)>, JmesError> {
    let list = call.list(0)?;
    let keys: Vec<Value> = list.iter().map(|item| call.apply(1, item)).collect::<Result<_, _>>()?;
    Ok(comparable(call, keys.into_iter())?.into_iter().zip(list).collect())
}

fn extreme_by(call: &Call<'_>, wanted: Ordering) -> Result<Value, JmesError> {
    let best = keyed(call)?
        .into_iter()
        .reduce(|best, item| if order(&item.0, &best.0) == wanted { item } else { best });
    Ok(best.map(|(_, item)| item.clone()).unwrap_or_default())
}

fn sort_by(call: &Call<'_>) -> Result<Value, JmesError> {
    let mut items = keyed(call)?;
    items.sort_by(|(left, _), (right, _)| order(left, right));
    Ok(items.into_iter().map(|(_, item)| item.clone()).collect())
}
