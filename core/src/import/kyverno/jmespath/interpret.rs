//! Trees to values.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::ast::{Ast, Comparator};
use super::functions::{self, Argument};
use super::{JmesError, MAX_STEPS};

pub(super) struct Interpreter {
    pub(super) now: Timestamp,
    steps: Cell<u64>,
}

type Found<'v> = Result<Cow<'v, Value>, JmesError>;

const NULL: &Value = &Value::Null;

impl Interpreter {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, steps: Cell::new(0) }
    }

    /// Counts work, so that no expression takes forever or makes endless values.
    pub(super) fn spend(&self, steps: usize) -> Result<(), JmesError> {
        let steps = self.steps.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.steps.set(steps);
        if steps > MAX_STEPS { Err(JmesError::Steps) } else { Ok(()) }
    }

    pub(super) fn evaluate<'v>(&self, ast: &Ast, value: &'v Value) -> Found<'v> {
        self.spend(1)?;
        match ast {
            Ast::Current => Ok(Cow::Borrowed(value)),
            Ast::Literal(literal) => Ok(Cow::Owned(literal.clone())),
            Ast::Field(name) => match value {
                Value::Object(entries) => entries
                    .get(name)
                    .map(Cow::Borrowed)
                    .ok_or_else(|| JmesError::NotFound(name.clone())),
                _ => Ok(Cow::Borrowed(NULL)),
            },
            Ast::Index(index) => Ok(Cow::Borrowed(at(value, *index))),
            Ast::Slice(parts) => self.slice(value, *parts).map(Cow::Owned),
            Ast::Sub(left, right) | Ast::Pipe(left, right) => {
                let left = self.evaluate(left, value)?;
                self.within(right, left)
            }
            Ast::Flatten(left) => self.flatten(self.without_error(left, value)?),
            Ast::Projection(left, right) => {
                let left = self.evaluate(left, value)?;
                self.project(left, right)
            }
            Ast::Values(left, right) => {
                let left = self.without_error(left, value)?;
                let Value::Object(entries) = &*left else { return Ok(Cow::Owned(Value::Null)) };
                self.each(entries.values(), right).map(Cow::Owned)
            }
            Ast::Filter(left, condition, right) => {
                let left = self.without_error(left, value)?;
                self.filter(&left, condition, right).map(Cow::Owned)
            }
            Ast::List(_) | Ast::Hash(_) if value.is_null() => Ok(Cow::Borrowed(NULL)),
            Ast::List(items) => {
                let values =
                    items.iter().map(|item| self.or_null(item, value).map(Cow::into_owned));
                values.collect::<Result<_, _>>().map(Value::Array).map(Cow::Owned)
            }
            Ast::Hash(entries) => self.hash(entries, value).map(Cow::Owned),
            Ast::Or(left, right) => match self.or_null(left, value)? {
                left if is_false(&left) => self.evaluate(right, value),
                left => Ok(left),
            },
            Ast::And(left, right) => match self.or_null(left, value)? {
                left if is_false(&left) => Ok(left),
                _ => self.evaluate(right, value),
            },
            Ast::Not(inner) => Ok(Cow::Owned(Value::Bool(is_false(&*self.or_null(inner, value)?)))),
            Ast::Compare(comparator, left, right) => {
                let (left, right) = (self.or_null(left, value)?, self.or_null(right, value)?);
                self.spend(size(&left).min(size(&right)))?;
                Ok(Cow::Owned(compare(*comparator, &left, &right)))
            }
            Ast::Function(name, arguments) => self.call(name, arguments, value).map(Cow::Owned),
            // It has no value of its own; functions take it before it comes here.
            Ast::Reference(_) => Ok(Cow::Owned(Value::Null)),
        }
    }

    /// A value whose missing field is `null`.
    fn or_null<'v>(&self, ast: &Ast, value: &'v Value) -> Found<'v> {
        match self.evaluate(ast, value) {
            Err(JmesError::NotFound(_)) => Ok(Cow::Borrowed(NULL)),
            found => found,
        }
    }

    /// The left side of projections that take whatever went wrong for `null`.
    fn without_error<'v>(&self, ast: &Ast, value: &'v Value) -> Found<'v> {
        match self.evaluate(ast, value) {
            Err(JmesError::Steps) => Err(JmesError::Steps),
            Err(_) => Ok(Cow::Borrowed(NULL)),
            found => found,
        }
    }

    fn within<'v>(&self, ast: &Ast, value: Cow<'v, Value>) -> Found<'v> {
        match value {
            Cow::Borrowed(value) => self.evaluate(ast, value),
            Cow::Owned(value) => {
                let found = self.evaluate(ast, &value)?.into_owned();
                self.spend(size(&found))?;
                Ok(Cow::Owned(found))
            }
        }
    }

    fn project<'v>(&self, left: Cow<'v, Value>, right: &Ast) -> Found<'v> {
        match (&*left, right) {
            (Value::Array(items), Ast::Current) if !items.iter().any(Value::is_null) => Ok(left),
            (Value::Array(items), right) => self.each(items.iter(), right).map(Cow::Owned),
            _ => Ok(Cow::Owned(Value::Null)),
        }
    }

    fn each<'v>(
        &self,
        items: impl Iterator<Item = &'v Value>,
        right: &Ast,
    ) -> Result<Value, JmesError> {
        let mut out = Vec::new();
        for item in items {
            let found = self.or_null(right, item)?;
            if !found.is_null() {
                self.spend(size(&found))?;
                out.push(found.into_owned());
            }
        }
        Ok(Value::Array(out))
    }

    fn filter(&self, left: &Value, condition: &Ast, right: &Ast) -> Result<Value, JmesError> {
        let Value::Array(items) = left else { return Ok(Value::Null) };
        let mut kept = Vec::new();
        for item in items {
            if !is_false(&*self.or_null(condition, item)?) {
                kept.push(item);
            }
        }
        self.each(kept.into_iter(), right)
    }

    fn flatten<'v>(&self, left: Cow<'v, Value>) -> Found<'v> {
        let Value::Array(items) = &*left else { return Ok(Cow::Owned(Value::Null)) };
        if !items.iter().any(Value::is_array) {
            return Ok(left);
        }
        self.spend(size(&left))?;
        let mut out = Vec::new();
        for item in items {
            match item {
                Value::Array(inner) => out.extend(inner.iter().cloned()),
                other => out.push(other.clone()),
            }
        }
        Ok(Cow::Owned(Value::Array(out)))
    }

    fn hash(&self, entries: &[(String, Ast)], value: &Value) -> Result<Value, JmesError> {
        let mut out = Map::new();
        for (key, ast) in entries {
            let found = self.or_null(ast, value)?;
            self.spend(size(&found))?;
            out.insert(key.clone(), found.into_owned());
        }
        Ok(Value::Object(out))
    }

    fn slice(&self, value: &Value, parts: [Option<i64>; 3]) -> Result<Value, JmesError> {
        let Value::Array(items) = value else { return Ok(Value::Null) };
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let [start, stop, step] = parts;
        let step = step.unwrap_or(1);
        if step == 0 {
            let detail = "the step cannot be 0".to_owned();
            return Err(JmesError::Function { name: "slice", detail });
        }
        let (low, high) = if step > 0 { (0, length) } else { (-1, length.saturating_sub(1)) };
        let bound = |given: Option<i64>, default: i64| match given {
            None => default,
            Some(given) if given < 0 => given.saturating_add(length).clamp(low, high),
            Some(given) => given.clamp(low, high),
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let (mut index, stop) = (bound(start, first), bound(stop, last));
        let mut out = Vec::new();
        while (step > 0 && index < stop) || (step < 0 && index > stop) {
            let item = at(value, index);
            self.spend(size(item))?;
            out.push(item.clone());
            index = index.saturating_add(step);
        }
        Ok(Value::Array(out))
    }

    fn call(&self, name: &str, arguments: &[Ast], value: &Value) -> Result<Value, JmesError> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(match argument {
                Ast::Reference(inner) => Argument::Expression(inner),
                argument => Argument::Value(self.or_null(argument, value)?),
            });
        }
        let found = functions::call(self, name, &given)?;
        self.spend(size(&found))?;
        Ok(found)
    }
}

fn at(value: &Value, index: i64) -> &Value {
    let Value::Array(items) = value else { return NULL };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { index.saturating_add(length) } else { index };
    usize::try_from(index).ok().and_then(|index| items.get(index)).unwrap_or(NULL)
}

/// What counts as false: also empty texts, lists and objects.
pub(super) fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Number(_) => false,
    }
}

/// About how many values and pieces of text there are.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => 1_usize.saturating_add(text.len() / 16),
        Value::Array(items) => {
            items.iter().fold(1_usize, |sum, item| sum.saturating_add(size(item)))
        }
        Value::Object(entries) => {
            entries.values().fold(1_usize, |sum, item| sum.saturating_add(size(item)))
        }
        _ => 1,
    }
}

/// Equality in which `1` and `1.0` are one number.
pub(in crate::import::kyverno) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| equal(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| equal(a, b)))
        }
        (left, right) => left == right,
    }
}

fn compare(comparator: Comparator, left: &Value, right: &Value) -> Value {
    let order = || left.as_f64()?.partial_cmp(&right.as_f64()?);
    let ordered = |wanted: fn(Ordering) -> bool| order().map_or(Value::Null, |o| wanted(o).into());
    match comparator {
        Comparator::Equal => Value::Bool(equal(left, right)),
        Comparator::NotEqual => Value::Bool(!equal(left, right)),
        Comparator::Less => ordered(Ordering::is_lt),
        Comparator::LessOrEqual => ordered(Ordering::is_le),
        Comparator::Greater => ordered(Ordering::is_gt),
        Comparator::GreaterOrEqual => ordered(Ordering::is_ge),
    }
}
