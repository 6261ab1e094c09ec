//! The tree of values with positions that both readers make.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

/// A value, and where it starts.
#[derive(Debug)]
pub(in crate::policy) struct Node<'t> {
    /// Bytes from the start of the text.
    pub(super) at: u32,
    pub(super) body: Body<'t>,
    /// Left out by the next decoding, because a fault in it is known already.
    pub(super) skipped: Cell<bool>,
}

/// What is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Emptiness {
    List,
    Map,
}

#[derive(Debug)]
pub(super) enum Body<'t> {
    /// A YAML plain scalar, or a JSON number or word.
    Plain(Cow<'t, str>),
    /// Text in quotes or in a YAML block.
    Quoted(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Map(Vec<Entry<'t>>),
    /// What an anchor names, also at its aliases.
    Shared(Rc<Node<'t>>),
}

#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_at: u32,
    pub(super) value: Node<'t>,
}

impl<'t> Node<'t> {
    pub(super) fn new(at: u32, body: Body<'t>) -> Self {
        Self { at, body, skipped: Cell::new(false) }
    }

    /// What it holds, through aliases.
    pub(super) fn body(&self) -> &Body<'t> {
        match &self.body {
            Body::Shared(node) => node.body(),
            body => body,
        }
    }

    /// Tells each empty list and mapping with its path and its key.
    pub(in crate::policy) fn each_empty(&self, tell: &mut dyn FnMut(&str, &str, Emptiness)) {
        self.walk_empty(&mut String::new(), "", tell);
    }

    fn walk_empty(
        &self,
        path: &mut String,
        key: &str,
        tell: &mut dyn FnMut(&str, &str, Emptiness),
    ) {
        let length = path.len();
        match self.body() {
            Body::List(items) if items.is_empty() => tell(path, key, Emptiness::List),
            Body::Map(entries) if entries.is_empty() => tell(path, key, Emptiness::Map),
            Body::List(items) => {
                // Scalars are most of a catalog; they need no path.
                for (position, item) in items.iter().enumerate().filter(|(_, item)| item.is_nest())
                {
                    path.push_str(&format!("[{position}]"));
                    item.walk_empty(path, key, tell);
                    path.truncate(length);
                }
            }
            Body::Map(entries) => {
                for entry in entries.iter().filter(|entry| entry.value.is_nest()) {
                    let step = segment(&entry.key);
                    if length > 0 && !step.starts_with('[') {
                        path.push('.');
                    }
                    path.push_str(&step);
                    entry.value.walk_empty(path, &entry.key, tell);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn is_nest(&self) -> bool {
        matches!(self.body(), Body::List(_) | Body::Map(_))
    }

    /// How many values it has, aliases counted as what they stand for.
    pub(super) fn count(&self) -> usize {
        let inner = match self.body() {
            Body::List(items) => items.iter().map(Self::count).fold(0, usize::saturating_add),
            Body::Map(entries) => {
                entries.iter().map(|entry| entry.value.count()).fold(0, usize::saturating_add)
            }
            _ => 0,
        };
        inner.saturating_add(1)
    }

    /// Whether a direct child is left out.
    pub(super) fn is_pruned(&self) -> bool {
        match self.body() {
            Body::List(items) => items.iter().any(Self::is_skipped),
            Body::Map(entries) => entries.iter().any(|entry| entry.value.is_skipped()),
            _ => false,
        }
    }

    /// Whether it is left out, itself or as what its alias stands for.
    pub(super) fn is_skipped(&self) -> bool {
        self.skipped.get() || matches!(&self.body, Body::Shared(node) if node.is_skipped())
    }

    /// Whether nothing was written at all, as after `---` or `key:`.
    pub(super) fn is_blank(&self, text: &str) -> bool {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        matches!(&self.body, Body::Plain(word) if word == "~")
            && !text.get(at..).is_some_and(|rest| rest.starts_with('~'))
    }

    /// The offset of a path such as `spec.rules[0].registry`, or of the nearest value above it,
    /// and the part of the path that exists.
    pub(super) fn find<'p>(&self, path: &'p str) -> (u32, &'p str) {
        let (mut node, mut rest) = (self, path);
        loop {
            let Some((next, after)) = node.step(rest) else {
                let found = path.len().saturating_sub(rest.len());
                let found = path.get(..found).unwrap_or_default();
                return (node.at, found.trim_end_matches('.'));
            };
            node = next;
            rest = after;
        }
    }

    fn step<'p>(&self, rest: &'p str) -> Option<(&Node<'t>, &'p str)> {
        match self.body() {
            Body::List(items) => {
                let (number, after) = rest.strip_prefix('[')?.split_once(']')?;
                Some((items.get(number.parse::<usize>().ok()?)?, after))
            }
            Body::Map(entries) => {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                let ends = |after: &str| after.is_empty() || after.starts_with(['.', '[']);
                let after = |entry: &Entry<'_>| {
                    let written = rest.strip_prefix(segment(&entry.key).as_ref());
                    // Callers may have put a name with dots in as it is.
                    written.or_else(|| rest.strip_prefix(&*entry.key)).filter(|rest| ends(rest))
                };
                let found = entries.iter().filter_map(|entry| Some((&entry.value, after(entry)?)));
                found.min_by_key(|(_, after)| after.len())
            }
            _ => None,
        }
    }
}

/// A key as a step of a path; without the dot before it.
pub(super) fn segment(key: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    match !key.is_empty() && key.len() <= 64 && key.bytes().all(plain) {
        true => Cow::Borrowed(key),
        false => Cow::Owned(format!("[\"{}\"]", crate::policy::shown::clipped(key, 64))),
    }
}

/// A path with one more key.
pub(crate) fn joined(path: &str, key: &str) -> String {
    let segment = segment(key);
    match path.is_empty() || segment.starts_with('[') {
        true => format!("{path}{segment}"),
        false => format!("{path}.{segment}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Entry, Node, joined};

    fn tree() -> Node<'static> {
        let entry = |key: &'static str, at, body| Entry {
            key: key.into(),
            key_at: at,
            value: Node::new(at | 1, body),
        };
        let leaf = || Body::Plain("x".into());
        Node::new(
            0,
            Body::Map(vec![
                entry("a", 10, Body::List(vec![Node::new(20, leaf()), Node::new(30, leaf())])),
                entry("b.c", 40, Body::Map(vec![entry("d", 50, leaf())])),
                entry("b", 60, leaf()),
            ]),
        )
    }

    #[test]
    fn paths_lead_to_values_or_to_the_nearest_above() {
        let tree = tree();
        assert_eq!(tree.find("a[1]"), (30, "a[1]"));
        assert_eq!(tree.find("a[7].z"), (11, "a"));
        assert_eq!(tree.find("[\"b.c\"].d"), (51, "[\"b.c\"].d"));
        assert_eq!(tree.find("b.c.d"), (51, "b.c.d"));
        assert_eq!(tree.find("b.x"), (61, "b"));
        assert_eq!(tree.find("nothing"), (0, ""));
        assert_eq!(tree.find(""), (0, ""));
        assert_eq!(joined("spec", "a.b"), "spec[\"a.b\"]");
        assert_eq!(joined("", "a"), "a");
    }
}
