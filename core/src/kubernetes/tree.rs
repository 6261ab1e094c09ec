//! YAML and JSON as a tree with places, read strictly.
//!
//! Where YAML 1.1 (which Kubernetes' tools read) and YAML 1.2 disagree, or where tools disagree
//! among themselves, the text is refused or the value is no string.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

/// Largest text, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most documents in one text.
pub const MAX_DOCUMENTS: usize = 20_000;
/// Deepest nesting, with what aliases stand for.
pub const MAX_DEPTH: usize = 128;
/// Most aliases in one text.
pub const MAX_ALIASES: usize = 1_000;
/// Most values in one text, with what aliases stand for.
pub const MAX_VALUES: usize = 2_000_000;

/// A place in the text, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) path: String,
    pub(super) detail: String,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) place: Place,
    pub(super) value: Value<'t>,
    /// Values in it, itself among them.
    size: usize,
    /// Levels in it.
    depth: usize,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    Null,
    Text(Cow<'t, str>),
    /// A number, a truth value, or what some reader takes for one.
    Other(Cow<'t, str>),
    List(Vec<Rc<Node<'t>>>),
    Map(Vec<(Cow<'t, str>, Rc<Node<'t>>)>),
}

impl Value<'_> {
    /// What it is, for a message.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Null => "`null`".to_owned(),
            Self::Text(text) => format!("the text `{text}`"),
            Self::Other(text) => format!("`{text}`, which is not text without quotes"),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "an object".to_owned(),
        }
    }
}

impl<'t> Node<'t> {
    /// A value that stands in a text whose lines say nothing.
    pub(super) fn of(value: Value<'t>) -> Self {
        let inner: &mut dyn Iterator<Item = &Rc<Node<'t>>> = match &value {
            Value::List(items) => &mut items.iter(),
            Value::Map(entries) => &mut entries.iter().map(|(_, node)| node),
            Value::Null | Value::Text(_) | Value::Other(_) => &mut std::iter::empty(),
        };
        let (size, depth) = inner.fold((1_usize, 0), |(size, depth), node| {
            (size.saturating_add(node.size), node.depth.max(depth))
        });
        let place = Place { line: 1, column: 1 };
        Self { place, value, size, depth: depth.saturating_add(1) }
    }
}

/// The documents of a text, without those that are empty.
pub(super) fn documents(text: &str) -> Result<Vec<Rc<Node<'_>>>, Fault> {
    if text.len() > MAX_BYTES {
        let detail = format!("{} bytes where {MAX_BYTES} are read", text.len());
        return Err(at_start(detail));
    }
    refuse_odd_lines(text)?;
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let mark = error.marker();
            let place = place(mark.line(), mark.col());
            Fault { place, path: builder.path(), detail: error.info() }
        })?;
        builder.event(event, span)?;
    }
    Ok(builder.documents)
}

/// A fault of the whole text.
pub(super) fn at_start(detail: String) -> Fault {
    Fault { place: Place { line: 1, column: 1 }, path: String::new(), detail }
}

fn place(line: usize, column: usize) -> Place {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Place { line: number(line.max(1)), column: number(column.saturating_add(1)) }
}

/// Refuses what splits the text into documents for some readers and not for others: kubectl
/// splits at each line that starts with `---`, also where YAML sees one longer word.
fn refuse_odd_lines(text: &str) -> Result<(), Fault> {
    let is_odd = |line: &str| {
        line.strip_prefix("---")
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with([' ', '\t', '\r']))
    };
    match text.split('\n').position(is_odd) {
        None => Ok(()),
        Some(position) => {
            let detail = "a line that starts with `---` and is not the start of a document";
            let place = place(position.saturating_add(1), 0);
            Err(Fault { place, path: String::new(), detail: detail.to_owned() })
        }
    }
}

#[derive(Default)]
struct Builder<'t> {
    documents: Vec<Rc<Node<'t>>>,
    open: Vec<Frame<'t>>,
    anchors: HashMap<usize, Rc<Node<'t>>>,
    aliases: usize,
    values: usize,
    started: usize,
}

/// A list or an object that is not closed yet.
struct Frame<'t> {
    place: Place,
    anchor: usize,
    size: usize,
    depth: usize,
    inner: Inner<'t>,
}

enum Inner<'t> {
    List(Vec<Rc<Node<'t>>>),
    Map {
        entries: Vec<(Cow<'t, str>, Rc<Node<'t>>)>,
        keys: HashSet<Cow<'t, str>>,
        key: Option<Cow<'t, str>>,
    },
}

impl<'t> Builder<'t> {
    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Fault> {
        let place = place(span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.started = self.started.saturating_add(1);
                match self.started > MAX_DOCUMENTS {
                    true => Err(self.fault(place, format!("more than {MAX_DOCUMENTS} documents"))),
                    false => Ok(()),
                }
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(place, text, style, anchor, tag),
            Event::Alias(anchor) => self.alias(place, anchor),
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(place, tag.as_deref(), "seq")?;
                self.open(place, anchor, Inner::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(place, tag.as_deref(), "map")?;
                let (entries, keys) = (Vec::new(), HashSet::new());
                self.open(place, anchor, Inner::Map { entries, keys, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            // The rest says nothing about values: starts, ends, and what was not asked for.
            _ => Ok(()),
        }
    }

    fn open(&mut self, place: Place, anchor: usize, inner: Inner<'t>) -> Result<(), Fault> {
        if let Some(Frame { inner: Inner::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(self.fault(place, "a key that is not a text".to_owned()));
        }
        self.open.push(Frame { place, anchor, size: 1, depth: 1, inner });
        self.count(place, 1)
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(Frame { place, anchor, size, depth, inner }) = self.open.pop() else {
            return Ok(());
        };
        let value = match inner {
            Inner::List(items) => Value::List(items),
            Inner::Map { entries, .. } => Value::Map(entries),
        };
        self.add(Rc::new(Node { place, value, size, depth }), anchor)
    }

    fn scalar(
        &mut self,
        place: Place,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'t, Tag>>,
    ) -> Result<(), Fault> {
        self.check_tag(place, tag.as_deref(), "str")?;
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        if let Some(Frame { inner: Inner::Map { key: None, .. }, .. }) = self.open.last() {
            return self.key(place, text, is_plain, anchor);
        }
        let value = match is_plain {
            true if matches!(&*text, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
            true if is_taken_for_another_type(&text) => Value::Other(text),
            _ => Value::Text(text),
        };
        self.count(place, 1)?;
        self.add(Rc::new(Node { place, value, size: 1, depth: 1 }), anchor)
    }

    fn key(
        &mut self,
        place: Place,
        text: Cow<'t, str>,
        is_plain: bool,
        anchor: usize,
    ) -> Result<(), Fault> {
        if is_plain && text == "<<" {
            let detail = "a merge key `<<`, which some readers expand and others do not";
            return Err(self.fault(place, detail.to_owned()));
        }
        if anchor != 0 {
            let value = Value::Text(text.clone());
            self.anchors.insert(anchor, Rc::new(Node { place, value, size: 1, depth: 1 }));
        }
        let Some(Frame { inner: Inner::Map { keys, key, .. }, .. }) = self.open.last_mut() else {
            return Ok(());
        };
        let is_new = keys.insert(text.clone());
        *key = Some(text);
        match is_new {
            true => Ok(()),
            false => Err(self.fault(place, "a key that stands twice in one object".to_owned())),
        }
    }

    fn alias(&mut self, place: Place, anchor: usize) -> Result<(), Fault> {
        self.aliases = self.aliases.saturating_add(1);
        if self.aliases > MAX_ALIASES {
            return Err(self.fault(place, format!("more than {MAX_ALIASES} aliases")));
        }
        let Some(node) = self.anchors.get(&anchor).map(Rc::clone) else {
            return Err(self.fault(place, "an alias for something that holds it".to_owned()));
        };
        if let Some(Frame { inner: Inner::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(self.fault(place, "an alias as a key".to_owned()));
        }
        self.count(place, node.size)?;
        self.add(node, 0)
    }

    /// Adds a whole value to what is open.
    fn add(&mut self, node: Rc<Node<'t>>, anchor: usize) -> Result<(), Fault> {
        let depth = self.open.len().saturating_add(node.depth);
        if depth > MAX_DEPTH {
            return Err(self.fault(node.place, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        let Some(frame) = self.open.last_mut() else {
            if !matches!(node.value, Value::Null) {
                self.documents.push(node);
            }
            return Ok(());
        };
        frame.size = frame.size.saturating_add(node.size);
        frame.depth = frame.depth.max(node.depth.saturating_add(1));
        match &mut frame.inner {
            Inner::List(items) => items.push(node),
            Inner::Map { entries, key, .. } => entries.extend(key.take().map(|key| (key, node))),
        }
        Ok(())
    }

    fn count(&mut self, place: Place, values: usize) -> Result<(), Fault> {
        self.values = self.values.saturating_add(values);
        match self.values > MAX_VALUES {
            true => Err(self.fault(place, format!("more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }

    fn check_tag(&self, place: Place, tag: Option<&Tag>, own: &str) -> Result<(), Fault> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema_tag(own) => {
                let detail = format!("the tag `{}`, which is not read", tag.original());
                Err(self.fault(place, detail))
            }
            _ => Ok(()),
        }
    }

    fn fault(&self, place: Place, detail: String) -> Fault {
        Fault { place, path: self.path(), detail }
    }

    /// Where the builder is, such as `spec.containers[0].image`.
    fn path(&self) -> String {
        self.open.iter().fold(String::new(), |path, frame| match &frame.inner {
            Inner::List(items) => format!("{path}[{}]", items.len()),
            Inner::Map { key: Some(key), .. } if path.is_empty() => key.clone().into_owned(),
            Inner::Map { key: Some(key), .. } => format!("{path}.{key}"),
            Inner::Map { .. } => path,
        })
    }
}

/// Whether a plain scalar is no string for a reader of YAML 1.1 or 1.2.
fn is_taken_for_another_type(text: &str) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    let word = text.to_ascii_lowercase();
    let number = word.replace('_', "");
    let unsigned = number.trim_start_matches(['+', '-']);
    let is_based = |prefix: &str, radix: u32| {
        unsigned.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
        })
    };
    WORDS.contains(&word.as_str())
        || matches!(unsigned, ".inf" | ".nan")
        || is_based("0x", 16)
        || is_based("0o", 8)
        || is_based("0b", 2)
        || (unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && (unsigned.parse::<f64>().is_ok() || is_date(unsigned)))
}

/// Whether it starts as YAML 1.1's timestamps do: `2026-11-01`.
fn is_date(text: &str) -> bool {
    let mut parts = text.split(['t', ' ']).next().unwrap_or_default().split('-');
    let digits = |part: Option<&str>, most: usize| {
        part.is_some_and(|part| {
            (1..=most).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    digits(parts.next(), 4)
        && digits(parts.next(), 2)
        && digits(parts.next(), 2)
        && parts.next().is_none()
}
