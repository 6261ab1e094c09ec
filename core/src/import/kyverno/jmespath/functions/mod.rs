//! Kyverno's functions: JMESPath's own and its additions, by subject.

mod collections;
mod encoding;
mod numbers;
mod text;
mod times;

use std::borrow::Cow;

use serde_json::Value;

use super::JmesError;
use super::ast::Ast;
use super::interpret::Interpreter;

/// What a function is given.
pub(super) enum Argument<'a> {
    Value(Cow<'a, Value>),
    /// `&expression`
    Expression(&'a Ast),
}

type Body = fn(&Call<'_>) -> Result<Value, JmesError>;

/// A function: its name, least and most arguments, and what it does.
struct Function {
    name: &'static str,
    least: usize,
    most: usize,
    body: Body,
}

const fn function(name: &'static str, least: usize, most: usize, body: Body) -> Function {
    Function { name, least, most, body }
}

const SUBJECTS: [&[Function]; 5] = [
    collections::FUNCTIONS,
    encoding::FUNCTIONS,
    numbers::FUNCTIONS,
    text::FUNCTIONS,
    times::FUNCTIONS,
];

fn find(name: &str) -> Option<&'static Function> {
    SUBJECTS.iter().flat_map(|subject| subject.iter()).find(|function| function.name == name)
}

/// The names of all functions, sorted.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let all = SUBJECTS.iter().flat_map(|subject| subject.iter());
    let mut names: Vec<_> = all.map(|function| function.name).collect();
    names.sort_unstable();
    names
}

pub(super) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

pub(super) fn call(
    interpreter: &Interpreter,
    name: &str,
    arguments: &[Argument<'_>],
) -> Result<Value, JmesError> {
    let function = find(name).ok_or_else(|| JmesError::UnknownFunction(name.to_owned()))?;
    let call = Call { interpreter, name: function.name, arguments };
    let count = arguments.len();
    if count < function.least || count > function.most {
        let wanted = match function.least == function.most {
            true => function.least.to_string(),
            false => format!("at least {}", function.least),
        };
        return Err(call.fault(format!("{count} arguments where it takes {wanted}")));
    }
    (function.body)(&call)
}

/// One call, for its function to read.
pub(super) struct Call<'a> {
    interpreter: &'a Interpreter,
    name: &'static str,
    arguments: &'a [Argument<'a>],
}

impl<'a> Call<'a> {
    fn fault(&self, detail: impl Into<String>) -> JmesError {
        JmesError::Function { name: self.name, detail: detail.into() }
    }

    fn wrong(&self, position: usize, wanted: &str) -> JmesError {
        self.fault(format!("argument {} must be {wanted}", position.saturating_add(1)))
    }

    fn value(&self, position: usize) -> Result<&'a Value, JmesError> {
        match self.arguments.get(position) {
            Some(Argument::Value(value)) => Ok(value),
            Some(Argument::Expression(_)) => Err(self.wrong(position, "a value")),
            None => Err(self.wrong(position, "given")),
        }
    }

    fn values(&self) -> Result<Vec<&'a Value>, JmesError> {
        (0..self.arguments.len()).map(|position| self.value(position)).collect()
    }

    fn text(&self, position: usize) -> Result<&'a str, JmesError> {
        self.value(position)?.as_str().ok_or_else(|| self.wrong(position, "a string"))
    }

    /// A text, or a number or truth value written as one.
    fn printed(&self, position: usize) -> Result<Cow<'a, str>, JmesError> {
        match self.value(position)? {
            Value::String(text) => Ok(Cow::Borrowed(text)),
            Value::Number(number) => Ok(Cow::Owned(number.to_string())),
            Value::Bool(value) => Ok(Cow::Owned(value.to_string())),
            _ => Err(self.wrong(position, "a string or a number")),
        }
    }

    fn number(&self, position: usize) -> Result<f64, JmesError> {
        self.value(position)?.as_f64().ok_or_else(|| self.wrong(position, "a number"))
    }

    fn whole(&self, position: usize) -> Result<i64, JmesError> {
        let number = self.number(position)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        match number.fract() == 0.0 && number.abs() < 9e15 {
            true => Ok(number as i64),
            false => Err(self.wrong(position, "a whole number")),
        }
    }

    fn list(&self, position: usize) -> Result<&'a Vec<Value>, JmesError> {
        self.value(position)?.as_array().ok_or_else(|| self.wrong(position, "a list"))
    }

    fn object(&self, position: usize) -> Result<&'a serde_json::Map<String, Value>, JmesError> {
        self.value(position)?.as_object().ok_or_else(|| self.wrong(position, "an object"))
    }

    /// The value of the expression argument for one item.
    fn apply(&self, position: usize, item: &Value) -> Result<Value, JmesError> {
        match self.arguments.get(position) {
            Some(Argument::Expression(ast)) => {
                match self.interpreter.evaluate(ast, item).map(Cow::into_owned) {
                    Err(JmesError::NotFound(_)) => Ok(Value::Null),
                    found => found,
                }
            }
            _ => Err(self.wrong(position, "an expression (`&…`)")),
        }
    }

    fn spend(&self, steps: usize) -> Result<(), JmesError> {
        self.interpreter.spend(steps)
    }
}
