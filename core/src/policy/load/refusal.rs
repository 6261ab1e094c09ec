//! Why a tree is not what a type asks for, and where: the error of the decoder.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::node::{Node, joined};
use super::suggest;
use super::text::Fault;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::shown::shown;

/// A refusal; the way to its place is collected while it is handed up.
#[derive(Debug)]
pub(super) struct Refusal<'n>(Box<Inner<'n>>);

#[derive(Debug)]
struct Inner<'n> {
    kind: Kind,
    detail: String,
    help: Option<String>,
    /// The value that is left out by the next decoding, and the offset that a person is shown.
    place: Option<(&'n Node<'n>, u32)>,
    /// From the inside out.
    steps: Vec<Step<'n>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'n> {
    Key(&'n str),
    Item(usize),
}

impl<'n> Refusal<'n> {
    pub(super) fn new(kind: Kind, detail: String) -> Self {
        Self(Box::new(Inner { kind, detail, help: None, place: None, steps: Vec::new() }))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Places it at a value, if it has no place yet.
    pub(super) fn at(mut self, node: &'n Node<'n>) -> Self {
        self.0.place.get_or_insert((node, node.at));
        self
    }

    /// Places it at the key of a value.
    pub(super) fn at_key(mut self, value: &'n Node<'n>, at: u32) -> Self {
        self.0.place.get_or_insert((value, at));
        self
    }

    /// Hands it up from what `step` leads to.
    pub(super) fn under(mut self, step: Step<'n>) -> Self {
        self.0.steps.push(step);
        self
    }

    /// The value to leave out, whether the refusal only follows from another one that was left
    /// out before, and the fault.
    pub(super) fn settle(self, root: &'n Node<'n>) -> (&'n Node<'n>, bool, Fault) {
        let inner = *self.0;
        let (node, at) = inner.place.unwrap_or((root, root.at));
        let follows = matches!(inner.kind, Kind::MissingKey | Kind::Value) && node.is_pruned();
        let mut path = String::new();
        for step in inner.steps.iter().rev() {
            match step {
                Step::Key(key) => path = joined(&path, key),
                Step::Item(position) => path.push_str(&format!("[{position}]")),
            }
        }
        let fault = Fault { help: inner.help, ..Fault::new(inner.kind, at, &path, inner.detail) };
        (node, follows, fault)
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl std::error::Error for Refusal<'_> {}

impl de::Error for Refusal<'_> {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Kind::Value, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let detail = format!("found {} where {expected} is expected", words(found));
        Self::new(Kind::Type, detail)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let detail = match found {
            Unexpected::Str(text) => format!("{} is not {expected}", shown(text)),
            found => format!("{} is not {expected}", words(found)),
        };
        Self::new(Kind::Value, detail)
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        let detail = format!("{} is not a word that is known here", shown(word));
        let mut refusal = Self::new(Kind::Value, detail);
        refusal.0.help = suggest::help(word, known.iter().copied());
        refusal
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let detail = format!("the key {} is not known here", shown(key));
        let mut refusal = Self::new(Kind::UnknownKey, detail);
        refusal.0.help = suggest::help(key, known.iter().copied());
        refusal
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Kind::MissingKey, format!("the key `{key}` is missing"))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::new(Kind::DuplicateKey, format!("the key `{key}` is given twice"))
    }
}

fn words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Str(text) => format!("the text {}", shown(text)),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}
