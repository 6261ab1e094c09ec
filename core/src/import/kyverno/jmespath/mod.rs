//! JMESPath as Kyverno reads it: with its functions, and with its rule about missing keys.
//!
//! A field that an object lacks is an error that names it, not `null`; comparisons, functions,
//! `||`, `&&`, `!`, multiselects and the elements of projections take it for `null`.

mod ast;
mod functions;
mod interpret;
mod lexer;
mod parser;

use jiff::Timestamp;
use serde_json::Value;

pub use functions::names as function_names;
pub(in crate::import::kyverno) use interpret::equal;

/// Longest expression, in bytes.
pub const MAX_BYTES: usize = 64 << 10;
/// Deepest nesting of an expression.
pub const MAX_DEPTH: usize = 64;
/// Most steps of one evaluation; values that are made count by their size.
pub const MAX_STEPS: u64 = 2_000_000;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    root: ast::Ast,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JmesError {
    /// A field that the object lacks.
    #[error("Unknown key \"{0}\" in path")]
    NotFound(String),
    /// It is no JMESPath.
    #[error("SyntaxError: {detail} at character {at}")]
    Syntax {
        /// Characters before the place.
        at: usize,
        /// What is wrong.
        detail: String,
    },
    /// A function that is not known here.
    #[error("unknown function: {0}")]
    UnknownFunction(String),
    /// A function that cannot take its arguments.
    #[error("JMESPath function '{name}': {detail}")]
    Function {
        /// Its name.
        name: &'static str,
        /// Why not.
        detail: String,
    },
    /// More than is evaluated.
    #[error("the expression takes more than {MAX_STEPS} steps")]
    Steps,
}

impl Expression {
    /// Parses an expression.
    ///
    /// ```
    /// use cocket::import::kyverno::jmespath::{Expression, JmesError};
    /// let now = "2026-11-25T00:00:00Z".parse().unwrap();
    /// let pod = serde_json::json!({"spec": {"containers": [{"image": "a:1"}, {}]}});
    /// let images = Expression::parse("spec.containers[].image.split(@, ':')[0]")?;
    /// assert_eq!(images.search(&pod, now)?, serde_json::json!(["a"]));
    /// let missing = Expression::parse("spec.nodeName")?.search(&pod, now);
    /// assert_eq!(missing, Err(JmesError::NotFound("nodeName".to_owned())));
    /// # Ok::<(), JmesError>(())
    /// ```
    ///
    /// # Errors
    /// [`JmesError::Syntax`], also over [`MAX_BYTES`] and [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, JmesError> {
        if text.len() > MAX_BYTES {
            let detail = format!("{} bytes where {MAX_BYTES} are read", text.len());
            return Err(JmesError::Syntax { at: 0, detail });
        }
        Ok(Self { root: parser::parse(text)? })
    }

    /// Its value for a document; `now` is what the time functions take for the clock.
    ///
    /// # Errors
    /// [`JmesError`]: a missing field, a function that cannot take its arguments, too many steps.
    pub fn search(&self, document: &Value, now: Timestamp) -> Result<Value, JmesError> {
        let interpreter = interpret::Interpreter::new(now);
        interpreter.evaluate(&self.root, document).map(std::borrow::Cow::into_owned)
    }

    /// The names at the start of its paths: what it reads of the document.
    #[must_use]
    pub fn roots(&self) -> Vec<&str> {
        let mut roots = Vec::new();
        self.root.roots(&mut roots);
        roots
    }

    /// The text that it takes from the start of the document, where it does that and no more:
    /// `trim_prefix(@, 'docker://')`.
    pub(in crate::import::kyverno) fn trimmed_prefix(&self) -> Option<&str> {
        match &self.root {
            ast::Ast::Function(name, arguments) if name == "trim_prefix" => match &arguments[..] {
                [ast::Ast::Current, ast::Ast::Literal(Value::String(prefix))] => Some(prefix),
                _ => None,
            },
            _ => None,
        }
    }

    /// Functions in it that are not known here.
    #[must_use]
    pub fn unknown_functions(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.functions(&mut names);
        names.retain(|name| !functions::is_known(name));
        names
    }
}

#[cfg(test)]
mod tests;
