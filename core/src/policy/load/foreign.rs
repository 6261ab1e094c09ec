//! Documents of other engines: read as strictly as our own, and told apart by their head.

use serde::de::Deserialize;

use super::decode::decode;
use super::node::{Body, Node};
use super::plain::{self, Plain};
use super::sources::{Note, fault};
use super::text::Text;
use crate::policy::{PolicyError, PolicyErrorKind as Kind};

/// What tells whose a document is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'h> {
    /// `apiVersion`, where it is a text.
    pub(crate) api_version: Option<&'h str>,
    /// `kind`, where it is a text.
    pub(crate) kind: Option<&'h str>,
    root: &'h Node<'h>,
}

impl Head<'_> {
    /// `metadata.name`, where it is a text.
    pub(crate) fn name(&self) -> Option<&str> {
        match member(member(self.root, "metadata")?, "name")?.body() {
            Body::Plain(text) | Body::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// Whether one of `spec.rules` is a mapping with this key.
    pub(crate) fn has_rule_with(&self, key: &str) -> bool {
        let rules = member(self.root, "spec").and_then(|spec| member(spec, "rules"));
        match rules.map(Node::body) {
            Some(Body::List(rules)) => rules.iter().any(|rule| member(rule, key).is_some()),
            _ => false,
        }
    }

    /// Whether the document is a mapping with this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        member(self.root, key).is_some()
    }
}

/// A document of another engine.
#[derive(Debug)]
pub(crate) struct ForeignDocument<'s> {
    /// Position of its source among the sources.
    pub(in crate::policy) source: usize,
    /// Position among the source's documents, empty ones counted.
    pub(in crate::policy) ordinal: usize,
    pub(in crate::policy) root: Node<'s>,
    text: Text<'s>,
}

impl<'s> ForeignDocument<'s> {
    pub(super) fn new(source: usize, ordinal: usize, text: Text<'s>, mut root: Node<'s>) -> Self {
        // To the API server, a key without a value is no key.
        prune_nulls(&mut root);
        Self { source, ordinal, root, text }
    }

    /// The head.
    pub(crate) fn head(&self) -> Head<'_> {
        head(&self.root)
    }

    /// The name of its source.
    pub(crate) fn file(&self) -> &str {
        self.text.name
    }

    /// The whole text of its source.
    pub(crate) fn source_text(&self) -> &'s str {
        self.text.text
    }

    /// Position of its source among the sources.
    pub(crate) fn source(&self) -> usize {
        self.source
    }

    /// The content, `apiVersion` and `kind` included.
    pub(crate) fn decode<'n, T: Deserialize<'n>>(&'n self) -> Result<T, Vec<PolicyError>> {
        let mut faults = Vec::new();
        match decode(&self.root, &mut faults) {
            Some(typed) => Ok(typed),
            None => {
                faults.sort_by_key(|fault| fault.at);
                Err(self.text.errors(faults))
            }
        }
    }

    /// Something to say about the value at a path, or the nearest one above it.
    pub(crate) fn remark(
        &self,
        kind: Kind,
        path: &str,
        detail: String,
        help: Option<String>,
    ) -> PolicyError {
        let note = Note { document: 0, kind, path: path.to_owned(), detail, help };
        self.text.error(fault(&self.root, note))
    }
}

/// A file beside the policies that they name by its path, such as a public key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SuppliedFile<'s> {
    /// The name of its source.
    pub(crate) name: &'s str,
    /// What it holds.
    pub(crate) text: &'s str,
}

/// Whether a source is PEM alone: a key or certificate, no policy.
pub(super) fn is_supplied(text: Text<'_>) -> bool {
    text.text.trim_start().starts_with("-----BEGIN ")
}

pub(super) fn head<'h>(root: &'h Node<'h>) -> Head<'h> {
    let word = |key| match member(root, key).map(Node::body) {
        Some(Body::Plain(text) | Body::Quoted(text)) => Some(&**text),
        _ => None,
    };
    Head { api_version: word("apiVersion"), kind: word("kind"), root }
}

fn member<'n, 't>(root: &'n Node<'t>, key: &str) -> Option<&'n Node<'t>> {
    let Body::Map(entries) = root.body() else { return None };
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn prune_nulls(node: &mut Node<'_>) {
    match &mut node.body {
        Body::List(items) => items.iter_mut().for_each(prune_nulls),
        Body::Map(entries) => {
            entries.retain(|entry| !is_null(&entry.value));
            entries.iter_mut().for_each(|entry| prune_nulls(&mut entry.value));
        }
        Body::Plain(_) | Body::Quoted(_) | Body::Shared(_) => {}
    }
}

fn is_null(node: &Node<'_>) -> bool {
    matches!(node.body(), Body::Plain(word) if plain::read(word) == Plain::Null)
}
