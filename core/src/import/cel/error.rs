//! What goes wrong with an expression.

/// Why an expression cannot be read or has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CelError {
    /// The text is not an expression.
    #[error("syntax error at byte {offset}: {detail}")]
    Syntax {
        /// Where, in bytes from the start.
        offset: usize,
        /// What was found there.
        detail: String,
    },
    /// The text is longer or deeper than what is read.
    #[error("the expression is too large: {what}, at most {limit} are read")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// A name that nothing declares.
    #[error("undeclared reference to '{0}'")]
    Undeclared(String),
    /// A function that does not exist.
    #[error("undeclared reference to function '{0}'")]
    UnknownFunction(String),
    /// A function that exists and is not offered, with the reason.
    #[error("the function '{name}' is refused: {why}")]
    Refused {
        /// Its name.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// A map without the key.
    #[error("no such key: {0}")]
    NoSuchKey(String),
    /// An index outside of a list.
    #[error("index out of bounds: {0}")]
    OutOfBounds(i64),
    /// An operator or function that does not take these values.
    #[error("no such overload: {0}")]
    NoSuchOverload(String),
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A number or time outside of its range.
    #[error("overflow: {0}")]
    Overflow(&'static str),
    /// `value()` of an optional without one.
    #[error("optional.none() dereference")]
    NoValue,
    /// A text that is not what a function reads.
    #[error("invalid {what}: `{text}`")]
    Invalid {
        /// What was expected.
        what: &'static str,
        /// What stood there.
        text: String,
    },
    /// Two entries of a map literal with one key.
    #[error("repeated key: {0}")]
    RepeatedKey(String),
    /// The bound on steps was reached.
    #[error("the evaluation takes more than {0} steps")]
    Budget(u64),
    /// What a function needs was not handed in.
    #[error("{0}")]
    Missing(String),
}

impl CelError {
    pub(super) fn overload(name: &str) -> Self {
        Self::NoSuchOverload(name.to_owned())
    }

    pub(super) fn invalid(what: &'static str, text: &str) -> Self {
        Self::Invalid { what, text: text.chars().take(80).collect() }
    }
}
