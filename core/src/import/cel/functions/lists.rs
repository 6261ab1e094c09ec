//! Functions of lists and sets.

use std::cmp::Ordering;

use super::{Answer, Maybe};
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Scope;
use crate::import::cel::operators;
use crate::import::cel::value::Value;

pub(super) fn call(scope: &Scope<'_>, name: &str, values: &[Value]) -> Maybe {
    match (name, values) {
        ("lists.range", [Value::Int(count)]) => Some(range(scope, *count)),
        (
            "sets.contains" | "sets.equivalent" | "sets.intersects",
            [Value::List(a), Value::List(b)],
        ) => Some(sets(scope, name, values, a, b)),
        (_, [first @ Value::List(list), rest @ ..]) => {
            of_one(scope, name, list, rest).or_else(|| searching(scope, name, first, list, rest))
        }
        _ => None,
    }
}

fn of_one(scope: &Scope<'_>, name: &str, list: &[Value], rest: &[Value]) -> Maybe {
    Some(match (name, rest) {
        ("sum", []) => sum(list),
        ("min", []) => extreme(list, Ordering::Less, "min"),
        ("max", []) => extreme(list, Ordering::Greater, "max"),
        ("isSorted", []) => is_sorted(list),
        ("sort", []) => operators::sort_by(list.to_vec(), list.to_vec()),
        ("reverse", []) => Ok(Value::list(list.iter().rev().cloned().collect())),
        ("first", []) => Ok(list.first().map_or(Value::Optional(None), |v| Value::some(v.clone()))),
        ("last", []) => Ok(list.last().map_or(Value::Optional(None), |v| Value::some(v.clone()))),
        ("flatten", []) => flatten(scope, list, 1),
        ("flatten", [Value::Int(levels)]) if *levels >= 0 => flatten(scope, list, *levels),
        ("slice", [Value::Int(from), Value::Int(to)]) => slice(list, *from, *to),
        _ => return None,
    })
}

/// Functions that compare elements with each other or with a value.
fn searching(
    scope: &Scope<'_>,
    name: &str,
    whole: &Value,
    list: &[Value],
    rest: &[Value],
) -> Maybe {
    let place =
        |at: Option<usize>| Value::Int(at.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1));
    let paid = |rounds: usize| (0..rounds).try_for_each(|_| scope.budget.walk(whole));
    Some(match (name, rest) {
        ("indexOf", [wanted]) => paid(1)
            .and_then(|()| scope.budget.walk(wanted))
            .map(|()| place(list.iter().position(|one| one.equals(wanted)))),
        ("lastIndexOf", [wanted]) => paid(1)
            .and_then(|()| scope.budget.walk(wanted))
            .map(|()| place(list.iter().rposition(|one| one.equals(wanted)))),
        ("distinct", []) => paid(list.len()).map(|()| {
            let mut kept: Vec<Value> = Vec::new();
            for one in list {
                if !kept.iter().any(|other| other.equals(one)) {
                    kept.push(one.clone());
                }
            }
            Value::list(kept)
        }),
        _ => return None,
    })
}

fn range(scope: &Scope<'_>, count: i64) -> Answer {
    scope.budget.spend(u64::try_from(count).unwrap_or(0))?;
    Ok(Value::list((0..count.max(0)).map(Value::Int).collect()))
}

fn sum(list: &[Value]) -> Answer {
    let mut values = list.iter();
    let Some(first) = values.next() else { return Ok(Value::Int(0)) };
    if !matches!(first, Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Span(_)) {
        return Err(CelError::overload("sum"));
    }
    values.try_fold(first.clone(), |total, next| {
        operators::binary(crate::import::cel::ast::Binary::Add, &total, next)
    })
}

fn extreme(list: &[Value], wanted: Ordering, name: &'static str) -> Answer {
    let mut values = list.iter();
    let first = values.next().ok_or(CelError::Missing(format!("{name} called on empty list")))?;
    let found = values.try_fold(first, |best, next| match next.order(best) {
        Some(order) if order == wanted => Ok(next),
        Some(_) => Ok(best),
        None => Err(CelError::overload(name)),
    });
    found.cloned()
}

fn is_sorted(list: &[Value]) -> Answer {
    for pair in list.windows(2) {
        let [left, right] = pair else { continue };
        match left.order(right) {
            Some(Ordering::Greater) => return Ok(Value::Bool(false)),
            Some(_) => {}
            None => return Err(CelError::overload("isSorted")),
        }
    }
    Ok(Value::Bool(true))
}

fn flatten(scope: &Scope<'_>, list: &[Value], levels: i64) -> Answer {
    let mut current = list.to_vec();
    for _ in 0..levels {
        if !current.iter().any(|one| matches!(one, Value::List(_))) {
            break;
        }
        let mut next = Vec::new();
        for one in current {
            scope.budget.spend(one.weight())?;
            match one {
                Value::List(inner) => next.extend(inner.iter().cloned()),
                other => next.push(other),
            }
        }
        current = next;
    }
    Ok(Value::list(current))
}

fn slice(list: &[Value], from: i64, to: i64) -> Answer {
    let bounds = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    let part = bounds.and_then(|(from, to)| list.get(from..to));
    part.map(|part| Value::list(part.to_vec())).ok_or(CelError::OutOfBounds(to))
}

fn sets(scope: &Scope<'_>, name: &str, whole: &[Value], a: &[Value], b: &[Value]) -> Answer {
    for one in whole {
        for _ in 0..a.len().max(b.len()).max(1) {
            scope.budget.walk(one)?;
        }
    }
    let holds = |list: &[Value], one: &Value| list.iter().any(|other| other.equals(one));
    Ok(Value::Bool(match name {
        "sets.contains" => b.iter().all(|one| holds(a, one)),
        "sets.intersects" => b.iter().any(|one| holds(a, one)),
        _ => b.iter().all(|one| holds(a, one)) && a.iter().all(|one| holds(b, one)),
    }))
}
