//! What an expression is worth, with every step counted.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{Binary, Comprehension, Expr, Kind, Macro, Unary};
use super::error::CelError;
use super::functions;
use super::limits::{MAX_STEPS, MAX_VALUE_DEPTH};
use super::operators;
use super::value::{Key, Value};

/// Functions that look outside of the expression.
pub trait Host {
    /// Calls `function`, such as `resource.Get`; a method has its target as the first argument.
    /// `None` for functions that are not this host's.
    fn call(&self, function: &str, arguments: &[Value]) -> Option<Result<Value, CelError>>;
}

/// A host without functions.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn call(&self, _: &str, _: &[Value]) -> Option<Result<Value, CelError>> {
        None
    }
}

/// Names with their values. A name may stand for a failure, which is met where it is used.
pub type Bindings = BTreeMap<String, Result<Value, CelError>>;

/// The number of steps that are left.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Cell::new(MAX_STEPS) }
    }
}

impl Budget {
    /// Pays for going through the whole value. Parts that are shared are paid for each time, since
    /// a walk meets them each time; and the value may be no deeper than what may be walked.
    pub(super) fn walk(&self, value: &Value) -> Result<(), CelError> {
        self.walk_at(value, MAX_VALUE_DEPTH)
    }

    fn walk_at(&self, value: &Value, levels: usize) -> Result<(), CelError> {
        let too_deep = CelError::TooLarge { what: "levels of a value", limit: MAX_VALUE_DEPTH };
        let below = levels.checked_sub(1).ok_or(too_deep)?;
        self.spend(value.weight())?;
        match value {
            Value::List(list) => list.iter().try_for_each(|one| self.walk_at(one, below)),
            Value::Map(map) => map.values().try_for_each(|one| self.walk_at(one, below)),
            Value::Optional(Some(inner)) => self.walk_at(inner, below),
            _ => Ok(()),
        }
    }

    /// Pays for a text or list before it is made.
    pub(super) fn reserve(&self, bytes: usize) -> Result<(), CelError> {
        self.spend(u64::try_from(bytes / 16).unwrap_or(u64::MAX))
    }

    pub(super) fn spend(&self, steps: u64) -> Result<(), CelError> {
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(CelError::Budget(MAX_STEPS))
            }
        }
    }
}

/// What an evaluation sees.
pub(super) struct Scope<'e> {
    pub(super) bindings: &'e Bindings,
    /// The fields of `variables`.
    pub(super) variables: &'e Bindings,
    pub(super) host: &'e dyn Host,
    pub(super) budget: &'e Budget,
    pub(super) now: jiff::Timestamp,
    /// Whether `all` over nothing is a failure.
    pub(super) all_needs_one: bool,
}

/// Names of macros, innermost first.
#[derive(Clone, Copy)]
pub(super) struct Locals<'l> {
    name: &'l str,
    value: &'l Value,
    outer: Option<&'l Locals<'l>>,
}

type Answer = Result<Value, CelError>;
type Inner<'l> = Option<&'l Locals<'l>>;

fn local<'l>(mut locals: Inner<'l>, name: &str) -> Option<&'l Value> {
    while let Some(one) = locals {
        if one.name == name {
            return Some(one.value);
        }
        locals = one.outer;
    }
    None
}

impl Scope<'_> {
    pub(super) fn value(&self, expr: &Expr, locals: Inner<'_>) -> Answer {
        self.budget.spend(1)?;
        match &expr.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Ident(name) => self.named(name, locals),
            Kind::Select { operand, field, optional } => {
                if let Some(found) = self.variable(operand, field, *optional, locals) {
                    return found;
                }
                operators::select(&self.value(operand, locals)?, field, *optional)
            }
            Kind::Has { operand, field } => {
                if let Some(found) = self.variable(operand, field, false, locals) {
                    return match found {
                        Ok(_) => Ok(Value::Bool(true)),
                        Err(CelError::NoSuchKey(name)) if name == *field => Ok(Value::Bool(false)),
                        // That a variable could not be told is not that it is absent.
                        Err(error) => Err(error),
                    };
                }
                operators::has(&self.value(operand, locals)?, field)
            }
            Kind::Index { operand, index, optional } => {
                let operand = self.value(operand, locals)?;
                operators::index(&operand, &self.value(index, locals)?, *optional)
            }
            Kind::Call { target, name, arguments } => {
                self.call(target.as_deref(), name, arguments, locals)
            }
            Kind::List(elements) => self.list(elements, locals),
            Kind::Map(entries) => self.map(entries, locals),
            Kind::Unary(operator, operand) => {
                let operand = self.value(operand, locals)?;
                match operator {
                    Unary::Not => operators::not(&operand),
                    Unary::Negate => operators::negate(&operand),
                }
            }
            Kind::Binary(operator, left, right) => {
                let left = self.value(left, locals)?;
                let right = self.value(right, locals)?;
                self.budget.spend(left.weight().saturating_add(right.weight()))?;
                if matches!(operator, Binary::Equal | Binary::NotEqual | Binary::In) {
                    self.budget.walk(&left)?;
                    self.budget.walk(&right)?;
                }
                operators::binary(*operator, &left, &right)
            }
            Kind::All(terms) => self.junction(terms, false, locals),
            Kind::Any(terms) => self.junction(terms, true, locals),
            Kind::Conditional(parts) => match self.value(&parts.0, locals)? {
                Value::Bool(true) => self.value(&parts.1, locals),
                Value::Bool(false) => self.value(&parts.2, locals),
                _ => Err(CelError::overload("_?_:_")),
            },
            Kind::Comprehension(it) => self.comprehension(it, locals),
        }
    }

    fn named(&self, name: &str, locals: Inner<'_>) -> Answer {
        if let Some(value) = local(locals, name) {
            return Ok(value.clone());
        }
        match self.bindings.get(name) {
            Some(bound) => bound.clone(),
            None => {
                functions::type_named(name).ok_or_else(|| CelError::Undeclared(name.to_owned()))
            }
        }
    }

    /// `variables.name`, whose failure is met here.
    fn variable(
        &self,
        operand: &Expr,
        field: &str,
        optional: bool,
        locals: Inner<'_>,
    ) -> Option<Answer> {
        let Kind::Ident(name) = &operand.kind else { return None };
        if name != "variables" || local(locals, name).is_some() || self.bindings.contains_key(name)
        {
            return None;
        }
        Some(match (self.variables.get(field), optional) {
            (Some(value), false) => value.clone(),
            (Some(value), true) => value.clone().map(Value::some),
            (None, true) => Ok(Value::Optional(None)),
            (None, false) => Err(CelError::NoSuchKey(field.to_owned())),
        })
    }

    /// `&&` and `||`: one deciding term is enough, whatever the others fail with.
    fn junction(&self, terms: &[Expr], decides: bool, locals: Inner<'_>) -> Answer {
        let mut failure = None;
        for term in terms {
            match self.value(term, locals) {
                Ok(Value::Bool(value)) if value == decides => return Ok(Value::Bool(decides)),
                Ok(Value::Bool(_)) => {}
                Ok(_) => {
                    failure =
                        failure.or(Some(CelError::overload(if decides { "_||_" } else { "_&&_" })));
                }
                Err(error @ CelError::Budget(_)) => return Err(error),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(Value::Bool(!decides)), Err)
    }

    fn list(&self, elements: &[(Expr, bool)], locals: Inner<'_>) -> Answer {
        let mut made = Vec::with_capacity(elements.len());
        for (element, optional) in elements {
            match (self.value(element, locals)?, optional) {
                (Value::Optional(inner), true) => made.extend(inner.map(|inner| (*inner).clone())),
                (_, true) => return Err(CelError::overload("an optional element")),
                (value, false) => made.push(value),
            }
        }
        Ok(Value::list(made))
    }

    fn map(&self, entries: &[(Expr, Expr, bool)], locals: Inner<'_>) -> Answer {
        let mut made = BTreeMap::new();
        for (key, value, optional) in entries {
            let key = Key::of(&self.value(key, locals)?)?;
            let value = match (self.value(value, locals)?, optional) {
                (Value::Optional(Some(inner)), true) => (*inner).clone(),
                (Value::Optional(None), true) => continue,
                (_, true) => return Err(CelError::overload("an optional entry")),
                (value, false) => value,
            };
            if made.contains_key(&key) {
                return Err(CelError::RepeatedKey(key.text()));
            }
            made.insert(key, value);
        }
        Ok(Value::Map(Arc::new(made)))
    }

    fn call(
        &self,
        target: Option<&Expr>,
        name: &str,
        arguments: &[Expr],
        locals: Inner<'_>,
    ) -> Answer {
        let space = target.and_then(|target| match &target.kind {
            Kind::Ident(space) if local(locals, space).is_none() => Some(space.as_str()),
            _ => None,
        });
        let qualified = space.map(|space| format!("{space}.{name}"));
        let qualified = qualified.filter(|name| functions::is_qualified(name));
        let mut values = Vec::with_capacity(arguments.len().saturating_add(1));
        if qualified.is_none()
            && let Some(target) = target
        {
            let target = self.value(target, locals)?;
            if let (Value::Optional(inner), "or" | "orValue") = (&target, name) {
                return self.otherwise(inner.as_deref(), &target, name, arguments, locals);
            }
            values.push(target);
        }
        for argument in arguments {
            values.push(self.value(argument, locals)?);
        }
        let weight = values.iter().map(Value::weight).fold(1, u64::saturating_add);
        self.budget.spend(weight)?;
        let is_method = target.is_some() && qualified.is_none();
        let name = qualified.as_deref().unwrap_or(name);
        if let Some(answer) = self.host.call(name, &values) {
            return answer;
        }
        functions::call(self, name, is_method, &values)
    }

    /// `or` and `orValue` look at their argument only where it is needed.
    fn otherwise(
        &self,
        inner: Option<&Value>,
        target: &Value,
        name: &str,
        arguments: &[Expr],
        locals: Inner<'_>,
    ) -> Answer {
        let [argument] = arguments else { return Err(CelError::overload(name)) };
        match (inner, name) {
            (Some(inner), "orValue") => Ok(inner.clone()),
            (Some(_), _) => Ok(target.clone()),
            (None, "orValue") => self.value(argument, locals),
            (None, _) => match self.value(argument, locals)? {
                other @ Value::Optional(_) => Ok(other),
                _ => Err(CelError::overload(name)),
            },
        }
    }

    fn comprehension(&self, it: &Comprehension, locals: Inner<'_>) -> Answer {
        let range = self.value(&it.range, locals)?;
        let with = |value: &Value, expr: &Expr| {
            self.value(expr, Some(&Locals { name: &it.variable, value, outer: locals }))
        };
        match (it.macro_name, &range) {
            (Macro::Bind, value) => with(value, &it.body),
            (Macro::OptMap, Value::Optional(inner)) => match inner {
                Some(inner) => Ok(Value::some(with(inner, &it.body)?)),
                None => Ok(Value::Optional(None)),
            },
            (Macro::OptFlatMap, Value::Optional(inner)) => match inner {
                Some(inner) => with(inner, &it.body),
                None => Ok(Value::Optional(None)),
            },
            (_, Value::List(_) | Value::Map(_)) => self.loop_over(it, &range, locals),
            _ => Err(CelError::NoSuchOverload(format!(
                "a macro over a value of type {}",
                range.type_name()
            ))),
        }
    }

    fn loop_over(&self, it: &Comprehension, range: &Value, locals: Inner<'_>) -> Answer {
        self.budget.spend(range.weight())?;
        let pairs: Vec<(Value, Value)> = match range {
            Value::Map(map) => {
                map.iter().map(|(key, value)| (key.value(), value.clone())).collect()
            }
            Value::List(list) => (0_i64..).map(Value::Int).zip(list.iter().cloned()).collect(),
            _ => Vec::new(),
        };
        if pairs.is_empty() && self.all_needs_one && it.macro_name == Macro::All {
            return Err(CelError::Missing("`all` over nothing".to_owned()));
        }
        let is_map = matches!(range, Value::Map(_));
        let mut state = Loop::default();
        for (position, element) in pairs {
            let first = if is_map || it.second.is_some() { &position } else { &element };
            let outer = Locals { name: &it.variable, value: first, outer: locals };
            let second = it.second.as_deref().map(|name| Locals {
                name,
                value: &element,
                outer: Some(&outer),
            });
            let inner = Some(second.as_ref().unwrap_or(&outer));
            if let Some(filter) = &it.filter {
                match self.value(filter, inner)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    _ => return Err(CelError::overload("a condition that is not a bool")),
                }
            }
            let body = self.value(&it.body, inner);
            if let Some(answer) = state.take(it.macro_name, first, body)? {
                return Ok(answer);
            }
        }
        state.finish(it.macro_name)
    }
}

/// What a loop has gathered.
#[derive(Default)]
struct Loop {
    kept: Vec<Value>,
    keys: Vec<Value>,
    count: usize,
    failure: Option<CelError>,
}

impl Loop {
    /// Takes what the body said of one element; an answer ends the loop.
    fn take(
        &mut self,
        macro_name: Macro,
        element: &Value,
        body: Answer,
    ) -> Result<Option<Value>, CelError> {
        let body = match (macro_name, body) {
            (_, Err(error @ CelError::Budget(_))) => return Err(error),
            (Macro::All | Macro::Exists, Err(error)) => {
                self.failure.get_or_insert(error);
                return Ok(None);
            }
            (_, body) => body?,
        };
        match (macro_name, body) {
            (Macro::Map, value) => self.kept.push(value),
            (Macro::SortBy, value) => {
                self.keys.push(value);
                self.kept.push(element.clone());
            }
            (Macro::All, Value::Bool(false)) => return Ok(Some(Value::Bool(false))),
            (Macro::Exists, Value::Bool(true)) => return Ok(Some(Value::Bool(true))),
            (Macro::ExistsOne, Value::Bool(true)) => self.count = self.count.saturating_add(1),
            (Macro::Filter, Value::Bool(true)) => self.kept.push(element.clone()),
            (_, Value::Bool(_)) => {}
            _ => return Err(CelError::overload("a condition that is not a bool")),
        }
        Ok(None)
    }

    fn finish(self, macro_name: Macro) -> Answer {
        match macro_name {
            Macro::All | Macro::Exists => match self.failure {
                Some(error) => Err(error),
                None => Ok(Value::Bool(macro_name == Macro::All)),
            },
            Macro::ExistsOne => Ok(Value::Bool(self.count == 1)),
            Macro::SortBy => operators::sort_by(self.keys, self.kept),
            _ => Ok(Value::list(self.kept)),
        }
    }
}
