//! Parser events to values.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use granit_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use super::{Document, MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES, Place, TextError, scalar};

pub(super) fn read(text: &str) -> Result<Vec<Document>, TextError> {
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
            TextError { place: place(mark.line(), mark.col()), detail: error.info() }
        })?;
        builder.event(event, &span)?;
    }
    Ok(builder.documents)
}

fn place(line: usize, column: usize) -> Place {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Place { line: number(line.max(1)), column: number(column.saturating_add(1)) }
}

#[derive(Default)]
struct Builder {
    documents: Vec<Document>,
    open: Vec<Frame>,
    /// Values with how many they hold and how deep they are.
    anchors: HashMap<usize, (Value, usize, usize)>,
    places: BTreeMap<String, Place>,
    values: usize,
}

struct Frame {
    place: Place,
    path: String,
    anchor: usize,
    size: usize,
    depth: usize,
    inner: Inner,
}

enum Inner {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), TextError> {
        let place = place(span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.places.clear();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.as_deref().is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                if tag.is_some() && !is_text {
                    return Err(fault(place, "a tag, which is not read"));
                }
                self.scalar(place, text, style == ScalarStyle::Plain && !is_text, anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (value, size, depth) =
                    known.ok_or_else(|| fault(place, "an alias for something that holds it"))?;
                if self.expects_key() {
                    return Err(fault(place, "an alias as a key"));
                }
                self.count(place, size)?;
                self.add(place, value, 0, size, depth)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(place, anchor, Inner::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                self.start(place, anchor, Inner::Map(Map::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            // The rest says nothing about values.
            _ => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { inner: Inner::Map(_, None), .. }))
    }

    fn start(&mut self, place: Place, anchor: usize, inner: Inner) -> Result<(), TextError> {
        if self.expects_key() {
            return Err(fault(place, "a key that is not a text"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(fault(place, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.count(place, 1)?;
        let path = self.path();
        self.open.push(Frame { place, path, anchor, size: 1, depth: 1, inner });
        Ok(())
    }

    fn end(&mut self) -> Result<(), TextError> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let value = match frame.inner {
            Inner::List(items) => Value::Array(items),
            Inner::Map(entries, _) => Value::Object(entries),
        };
        self.add(frame.place, value, frame.anchor, frame.size, frame.depth)
    }

    fn scalar(
        &mut self,
        place: Place,
        text: Cow<'_, str>,
        is_plain: bool,
        anchor: usize,
    ) -> Result<(), TextError> {
        if self.expects_key() {
            return self.key(place, text.into_owned(), is_plain);
        }
        let value = match is_plain {
            true => scalar::plain(&text),
            false => Value::String(text.into_owned()),
        };
        self.count(place, 1)?;
        self.add(place, value, anchor, 1, 1)
    }

    fn key(&mut self, place: Place, text: String, is_plain: bool) -> Result<(), TextError> {
        if is_plain && text == "<<" {
            return Err(fault(place, "a merge key `<<`, which is not read"));
        }
        if let Some(Frame { inner: Inner::Map(entries, key), .. }) = self.open.last_mut() {
            if entries.contains_key(&text) {
                return Err(fault(place, format!("the key `{text}` stands twice in one object")));
            }
            *key = Some(text);
        }
        Ok(())
    }

    /// Counts values that are held, those that aliases and anchors copy among them.
    fn count(&mut self, place: Place, values: usize) -> Result<(), TextError> {
        self.values = self.values.saturating_add(values);
        match self.values > MAX_VALUES {
            true => Err(fault(place, format!("more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }

    /// Adds a whole value to what is open.
    fn add(
        &mut self,
        place: Place,
        value: Value,
        anchor: usize,
        size: usize,
        depth: usize,
    ) -> Result<(), TextError> {
        if self.open.len().saturating_add(depth) > MAX_DEPTH.saturating_add(1) {
            return Err(fault(place, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if anchor != 0 {
            self.count(place, size)?;
            self.anchors.insert(anchor, (value.clone(), size, depth));
        }
        let path = self.path();
        let Some(frame) = self.open.last_mut() else {
            return self.document(place, value);
        };
        self.places.insert(path, place);
        frame.size = frame.size.saturating_add(size);
        frame.depth = frame.depth.max(depth.saturating_add(1));
        match &mut frame.inner {
            Inner::List(items) => items.push(value),
            Inner::Map(entries, key) => {
                entries.extend(key.take().map(|key| (key, value)));
            }
        }
        Ok(())
    }

    fn document(&mut self, start: Place, value: Value) -> Result<(), TextError> {
        if !value.is_null() {
            let places = std::mem::take(&mut self.places);
            self.documents.push(Document { value, start, places });
        }
        match self.documents.len() > MAX_DOCUMENTS {
            true => Err(fault(start, format!("more than {MAX_DOCUMENTS} documents"))),
            false => Ok(()),
        }
    }

    /// The path of what comes next.
    fn path(&self) -> String {
        let Some(frame) = self.open.last() else { return String::new() };
        match &frame.inner {
            Inner::List(items) => format!("{}[{}]", frame.path, items.len()),
            Inner::Map(_, Some(key)) if frame.path.is_empty() => key.clone(),
            Inner::Map(_, Some(key)) => format!("{}.{key}", frame.path),
            Inner::Map(_, None) => frame.path.clone(),
        }
    }
}

fn fault(place: Place, detail: impl Into<String>) -> TextError {
    TextError { place, detail: detail.into() }
}
