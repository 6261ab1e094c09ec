//! YAML text to trees, one for each document.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span};

use super::build::{Budget, MapBuilder};
use super::node::{Body, Node, joined, segment};
use super::text::{Fault, offset};
use crate::policy::PolicyErrorKind as Kind;

/// Reads all documents. Those before a fault that stops the reading are kept in `documents`.
pub(super) fn read<'t>(
    text: &'t str,
    budget: &mut Budget,
    documents: &mut Vec<Node<'t>>,
) -> Result<(), Fault> {
    let mut options = Options::default();
    options.disallow_directives = true;
    options.set_emit_comments(false);
    let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| builder.syntax(&error))?;
        builder.event(event, &span, budget)?;
        documents.extend(builder.root.take());
    }
    Ok(())
}

struct Builder<'t> {
    open: Vec<Open<'t>>,
    /// Finished anchors with how many values and levels each stands for.
    anchors: HashMap<usize, (Rc<Node<'t>>, Size)>,
    root: Option<Node<'t>>,
}

/// A list or mapping while it is read.
struct Open<'t> {
    at: u32,
    anchor: usize,
    parts: Parts<'t>,
    size: Size,
}

enum Parts<'t> {
    List(Vec<Node<'t>>),
    Map(MapBuilder<'t>),
}

/// How many values and levels something has, aliases counted as what they stand for.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    depth: usize,
}

const LEAF: Size = Size { nodes: 1, depth: 0 };

impl<'t> Builder<'t> {
    fn event(&mut self, event: Event<'t>, span: &Span, budget: &mut Budget) -> Result<(), Fault> {
        let at = start(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span, budget);
                budget.text(&text, at).map_err(|fault| self.placed(fault))?;
                budget.spend(1, at)?;
                self.scalar(text, style == ScalarStyle::Plain, anchor, at, budget)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span, budget);
                self.open(Parts::List(Vec::new()), anchor, at, budget)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span, budget);
                self.open(Parts::Map(MapBuilder::default()), anchor, at, budget)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(id) => self.alias(id, at, budget),
            Event::DocumentStart(..) => {
                // Anchors end with their document (YAML 1.2.2, section 6.9.2).
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        is_plain: bool,
        anchor: usize,
        at: u32,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if self.expects_key() {
            if anchor != 0 {
                let detail = "an anchor on a key is not part of policies".to_owned();
                return Err(self.placed(Fault::new(Kind::Syntax, at, "", detail)));
            }
            let (last, outer) = match self.open.split_last_mut() {
                Some((last, outer)) => (last, outer),
                None => return Ok(()),
            };
            if let Parts::Map(map) = &mut last.parts {
                map.key(text, at, is_plain, || path(outer), budget);
            }
            return Ok(());
        }
        let body = if is_plain { Body::Plain(text) } else { Body::Quoted(text) };
        self.finish(Node::new(at, body), anchor, LEAF);
        Ok(())
    }

    fn open(
        &mut self,
        parts: Parts<'t>,
        anchor: usize,
        at: u32,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if self.expects_key() {
            let detail = "a list or mapping as a key is not part of policies".to_owned();
            return Err(self.placed(Fault::new(Kind::Type, at, "", detail)));
        }
        budget.spend(1, at)?;
        Budget::depth(self.open.len().saturating_add(1), at).map_err(|fault| self.placed(fault))?;
        self.open.push(Open { at, anchor, parts, size: LEAF });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(done) = self.open.pop() else { return Ok(()) };
        let body = match done.parts {
            Parts::List(items) => Body::List(items),
            Parts::Map(map) => map.finish(),
        };
        let size = Size { depth: done.size.depth.saturating_add(1), ..done.size };
        self.finish(Node::new(done.at, body), done.anchor, size);
        Ok(())
    }

    fn alias(&mut self, id: usize, at: u32, budget: &mut Budget) -> Result<(), Fault> {
        budget.alias(at)?;
        if self.expects_key() {
            let detail = "an alias as a key is not part of policies".to_owned();
            return Err(self.placed(Fault::new(Kind::Syntax, at, "", detail)));
        }
        let Some((node, size)) = self.anchors.get(&id) else {
            let detail = "the alias stands for the value that it is part of".to_owned();
            return Err(self.placed(Fault::new(Kind::Syntax, at, "", detail)));
        };
        let (node, size) = (Rc::clone(node), *size);
        budget.spend(size.nodes, at)?;
        Budget::depth(self.open.len().saturating_add(size.depth), at)
            .map_err(|fault| self.placed(fault))?;
        self.finish(Node::new(at, Body::Shared(node)), 0, size);
        Ok(())
    }

    /// Hands a finished value to what it is part of.
    fn finish(&mut self, node: Node<'t>, anchor: usize, size: Size) {
        let node = match anchor {
            0 => node,
            _ => {
                let (at, shared) = (node.at, Rc::new(node));
                self.anchors.insert(anchor, (Rc::clone(&shared), size));
                Node::new(at, Body::Shared(shared))
            }
        };
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(outer) => {
                outer.size.nodes = outer.size.nodes.saturating_add(size.nodes);
                outer.size.depth = outer.size.depth.max(size.depth);
                match &mut outer.parts {
                    Parts::List(items) => items.push(node),
                    Parts::Map(map) => map.value(node),
                }
            }
        }
    }

    fn expects_key(&self) -> bool {
        match self.open.last().map(|open| &open.parts) {
            Some(Parts::Map(map)) => map.current().is_none(),
            _ => false,
        }
    }

    fn refuse_tag(&self, is_tagged: bool, span: &Span, budget: &mut Budget) {
        if is_tagged {
            let at = span.tag_start.and_then(|mark| mark.byte_offset()).map_or(start(span), offset);
            let detail = "tags (`!…`) are not part of policies".to_owned();
            let help = "leave the tag out; put a value in quotes to make it text";
            budget.note(self.placed(Fault::new(Kind::Syntax, at, "", detail)).help(help));
        }
    }

    fn placed(&self, fault: Fault) -> Fault {
        Fault { path: path(&self.open), ..fault }
    }

    fn syntax(&self, error: &ScanError) -> Fault {
        let at = offset(error.marker().byte_offset().unwrap_or_default());
        let (kind, help) = match error.kind() {
            ErrorKind::RecursionLimitExceeded => (Kind::Limit, None),
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar => (Kind::Syntax, Some("indent with spaces")),
            ErrorKind::UnknownAnchor => (
                Kind::Syntax,
                Some(
                    "an alias (`*name`) needs an anchor (`&name`) before it in its document; put a pattern that starts with `*` in quotes",
                ),
            ),
            ErrorKind::MappingValueNotAllowed => {
                (Kind::Syntax, Some("put a text that holds `: ` in quotes"))
            }
            _ => (Kind::Syntax, None),
        };
        let fault = self.placed(Fault::new(kind, at, "", format!("not YAML: {}", error.info())));
        Fault { help: help.map(str::to_owned), ..fault }
    }
}

fn start(span: &Span) -> u32 {
    offset(span.start.byte_offset().unwrap_or_default())
}

/// The path of what is being read inside these.
fn path(open: &[Open<'_>]) -> String {
    let mut path = String::new();
    for open in open {
        match &open.parts {
            Parts::List(items) => path.push_str(&format!("[{}]", items.len())),
            Parts::Map(map) => match map.current() {
                Some(key) if path.is_empty() => path.push_str(&segment(key)),
                Some(key) => path = joined(&path, key),
                None => {}
            },
        }
    }
    path
}
