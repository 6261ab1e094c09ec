//! What both readers share: bounds, and mappings without duplicate keys.

use std::borrow::Cow;
use std::collections::HashSet;

use super::limits::{MAX_ALIASES, MAX_DEPTH, MAX_FAULTS, MAX_NODES, MAX_TEXT_BYTES};
use super::node::{Body, Entry, Node, joined};
use super::plain::{self, Plain};
use super::text::Fault;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::shown::shown;

/// Keys up to which a mapping is searched key by key.
const FEW_KEYS: usize = 16;

/// What is counted while sources are read, and the faults that do not stop the reading.
#[derive(Debug, Default)]
pub(super) struct Budget {
    nodes: usize,
    aliases: usize,
    pub(super) faults: Vec<Fault>,
}

impl Budget {
    /// Starts a source: aliases are bounded in each, values in all together.
    pub(super) fn start_source(&mut self) {
        self.aliases = 0;
    }

    /// What was counted up to now.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.nodes, self.faults.len())
    }

    /// Forgets what was counted and noted since.
    pub(super) fn back_to(&mut self, (nodes, faults): (usize, usize)) {
        self.nodes = nodes;
        self.faults.truncate(faults);
    }

    /// Counts values.
    pub(super) fn spend(&mut self, nodes: usize, at: u32) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(nodes);
        match self.nodes <= MAX_NODES {
            true => Ok(()),
            false => Err(limit(at, format!("there are more than {MAX_NODES} values"))),
        }
    }

    pub(super) fn alias(&mut self, at: u32) -> Result<(), Fault> {
        self.aliases = self.aliases.saturating_add(1);
        match self.aliases <= MAX_ALIASES {
            true => Ok(()),
            false => Err(limit(at, format!("there are more than {MAX_ALIASES} aliases"))),
        }
    }

    pub(super) fn depth(depth: usize, at: u32) -> Result<(), Fault> {
        match depth <= MAX_DEPTH {
            true => Ok(()),
            false => Err(limit(at, format!("values are nested more than {MAX_DEPTH} levels deep"))),
        }
    }

    pub(super) fn text(&mut self, text: &str, at: u32) -> Result<(), Fault> {
        if text.len() > MAX_TEXT_BYTES {
            let detail =
                format!("a text has {} bytes, and {MAX_TEXT_BYTES} are the most", text.len());
            return Err(limit(at, detail));
        }
        if text.contains('\0') {
            let detail = format!("{} holds a NUL character", shown(text));
            return Err(Fault::new(Kind::Value, at, "", detail));
        }
        Ok(())
    }

    pub(super) fn note(&mut self, fault: Fault) {
        // One more than are shown, so that the others are mentioned.
        if self.faults.len() <= MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

fn limit(at: u32, detail: String) -> Fault {
    Fault::new(Kind::Limit, at, "", detail)
}

/// A mapping while it is read.
#[derive(Debug, Default)]
pub(super) struct MapBuilder<'t> {
    entries: Vec<Entry<'t>>,
    many: HashSet<Cow<'t, str>>,
    /// A key without its value yet, and whether the entry is kept.
    key: Option<(Cow<'t, str>, u32, bool)>,
}

impl<'t> MapBuilder<'t> {
    /// The key whose value is being read.
    pub(super) fn current(&self) -> Option<&str> {
        self.key.as_ref().map(|(key, ..)| &**key)
    }

    /// Takes a key. A key that cannot be used is noted, and its entry is left out.
    pub(super) fn key(
        &mut self,
        key: Cow<'t, str>,
        at: u32,
        is_plain: bool,
        path: impl Fn() -> String,
        budget: &mut Budget,
    ) {
        let fault = |kind, detail: String| Fault::new(kind, at, &joined(&path(), &key), detail);
        let mut keep = false;
        if is_plain && key == "<<" {
            budget.note(
                fault(Kind::Syntax, "merge keys (`<<`) are not part of policies".to_owned())
                    .help("write the keys out, or use an alias (`*name`) for a whole value"),
            );
        } else if is_plain && let Some(other) = plain::read(&key).surprise() {
            budget.note(
                fault(
                    Kind::Type,
                    format!("the key {} is {other}, and text is expected", shown(&key)),
                )
                .help(format!("put it in quotes: `\"{key}\"`")),
            );
        } else if self.has(&key) {
            budget
                .note(fault(Kind::DuplicateKey, format!("the key {} is given twice", shown(&key))));
        } else {
            keep = true;
            if self.entries.len() >= FEW_KEYS {
                if self.many.is_empty() {
                    self.many.extend(self.entries.iter().map(|entry| entry.key.clone()));
                }
                self.many.insert(key.clone());
            }
        }
        self.key = Some((key, at, keep));
    }

    fn has(&self, key: &str) -> bool {
        match self.many.is_empty() {
            true => self.entries.iter().any(|entry| entry.key == key),
            false => self.many.contains(key),
        }
    }

    /// Takes the value of the current key.
    pub(super) fn value(&mut self, value: Node<'t>) {
        if let Some((key, key_at, true)) = self.key.take() {
            self.entries.push(Entry { key, key_at, value });
        }
    }

    pub(super) fn finish(self) -> Body<'t> {
        Body::Map(self.entries)
    }
}

impl Plain<'_> {
    /// What a plain scalar is that is not text, in words.
    pub(super) fn surprise(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) => None,
            Self::Null => Some("nothing (`null`)"),
            Self::Bool(_) => Some("`true` or `false`"),
            Self::Count(_) | Self::Number => Some("a number"),
            Self::OldBool => Some("`true` or `false` to YAML 1.1"),
            Self::OldNumber => Some("a number to some readers of YAML"),
        }
    }
}
