//! Reading values of a tree by type, with errors that name the place.

use std::fmt;
use std::rc::Rc;

use super::tree::{Fault, Node, Value};
use crate::evidence::json::differs_by_case_only;

/// A place in an object, written out only when it is needed.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    Root,
    Key(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Item(parent, position) => write!(f, "{parent}[{position}]"),
        }
    }
}

pub(super) fn fault(node: &Node<'_>, at: &At<'_>, detail: impl Into<String>) -> Fault {
    Fault { place: node.place, path: at.to_string(), detail: detail.into() }
}

/// An object whose fields are read.
pub(super) struct Fields<'n, 't> {
    pub(super) node: &'n Node<'t>,
    pub(super) at: &'n At<'n>,
    entries: &'n [(std::borrow::Cow<'t, str>, Rc<Node<'t>>)],
}

impl<'n, 't> Fields<'n, 't> {
    /// The object that `node` is. A key that differs from one of `known` by case only is
    /// refused: some readers would take it for that one.
    pub(super) fn of(node: &'n Node<'t>, at: &'n At<'n>, known: &[&str]) -> Result<Self, Fault> {
        let Value::Map(entries) = &node.value else {
            return Err(wrong(node, at, "an object"));
        };
        for (key, value) in entries {
            if let Some(known) = known.iter().find(|known| differs_by_case_only(key, known)) {
                let detail = format!("the key `{key}` differs from `{known}` by case only");
                return Err(fault(value, &At::Key(at, key), detail));
            }
        }
        Ok(Self { node, at, entries })
    }

    /// The value of a field; `null` is absent.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node<'t>> {
        let (_, node) = self.entries.iter().find(|(name, _)| name == key)?;
        (!matches!(node.value, Value::Null)).then_some(node)
    }

    /// A field that is a text.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'n str>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { value: Value::Text(text), .. }) => Ok(Some(text)),
            Some(node) => Err(wrong(node, &At::Key(self.at, key), "a text")),
        }
    }
}

/// The items of the list that `node` is.
pub(super) fn list<'n, 't>(node: &'n Node<'t>, at: &At<'_>) -> Result<&'n [Rc<Node<'t>>], Fault> {
    match &node.value {
        Value::List(items) => Ok(items),
        _ => Err(wrong(node, at, "a list")),
    }
}

fn wrong(node: &Node<'_>, at: &At<'_>, expected: &str) -> Fault {
    fault(node, at, format!("{} where {expected} belongs", node.value.title()))
}
