//! The Common Expression Language, as Kubernetes and Kyverno use it, with its work bounded.
//!
//! Sources, nesting, steps, texts and regular expressions are bounded by counts; an expression
//! ends in a value or a typed error. There is no clock, network, file or randomness: `now` and the
//! functions of a [`Host`] are handed in.

mod ast;
mod error;
mod evaluate;
mod functions;
mod lexer;
mod limits;
mod opaque;
mod operators;
mod parser;
pub mod policies;
mod program;
mod value;

#[cfg(test)]
mod tests;

pub use error::CelError;
pub use evaluate::{Bindings, Host, NoHost};
pub use limits::{MAX_SOURCE, MAX_STEPS, MAX_VARIABLES};
pub use program::{Context, Program};
pub use value::{Key, Value};
