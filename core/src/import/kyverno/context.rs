//! What variables are resolved against: the request, and the entries of `context`, which are
//! loaded when a query first names them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::jmespath::{Expression, JmesError};
use super::template::{Part, Template};
use super::{Request, go, images};
use crate::import::{Dialect, Note};

/// Most steps of one rule: queries, conditions, elements.
const MAX_STEPS: u64 = 200_000;
/// Longest text that a template makes.
const MAX_TEXT: usize = 1 << 20;

/// Why a variable has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub(super) message: String,
}

impl Unresolved {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

pub(super) struct Context<'r> {
    pub(super) request: &'r Request<'r>,
    root: RefCell<Map<String, Value>>,
    /// Entries that are not loaded yet, by name, in order; the newest of a name counts.
    pending: RefCell<Vec<(String, Value)>>,
    notes: RefCell<BTreeSet<Note>>,
    steps: Cell<u64>,
    compiled: RefCell<BTreeMap<String, Expression>>,
    /// First names of the variables that were handed in.
    given: BTreeSet<String>,
}

/// What to go back to after an element.
pub(super) struct Checkpoint {
    root: Map<String, Value>,
    pending: Vec<(String, Value)>,
}

impl<'r> Context<'r> {
    /// For a rule of a policy.
    pub(super) fn new(request: &'r Request<'r>, policy: &str, rule: &str) -> Self {
        let mut root = Map::new();
        root.insert("request".to_owned(), request.variable());
        root.extend(images::variable(request.object).map(|images| ("images".to_owned(), images)));
        if let Some((namespace, name)) = request.user.service_account() {
            root.insert("serviceAccountName".to_owned(), name.into());
            root.insert("serviceAccountNamespace".to_owned(), namespace.into());
        }
        let given = request.data.variables_of(policy, rule, request.name());
        let given = given.map(|(name, _)| name.split('.').next().unwrap_or(name).to_owned());
        let context = Self {
            request,
            root: RefCell::new(root),
            pending: RefCell::default(),
            notes: RefCell::default(),
            steps: Cell::new(0),
            compiled: RefCell::default(),
            given: given.collect(),
        };
        for (name, value) in request.data.variables_of(policy, rule, request.name()) {
            context.set(name, value.clone());
        }
        context
    }

    /// Adds to `images`, which the request's pods are already in.
    pub(super) fn add_images(&self, images: Map<String, Value>) {
        if images.is_empty() {
            return;
        }
        let mut root = self.root.borrow_mut();
        match root.entry("images").or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(known) => known.extend(images),
            other => *other = Value::Object(images),
        }
    }

    pub(super) fn is_kyverno(&self) -> bool {
        self.request.dialect == Dialect::Kyverno
    }

    pub(super) fn now(&self) -> Timestamp {
        self.request.now
    }

    /// Says that a peculiarity mattered.
    pub(super) fn note(&self, quirk: &'static str, detail: impl Into<String>) {
        const MOST: usize = 20;
        let mut notes = self.notes.borrow_mut();
        if notes.len() < MOST {
            notes.insert(Note { quirk: quirk.into(), detail: detail.into() });
        }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes.into_inner().into_iter().collect()
    }

    pub(super) fn spend(&self, steps: u64) -> Result<(), Unresolved> {
        let steps = self.steps.get().saturating_add(steps);
        self.steps.set(steps);
        match steps > MAX_STEPS {
            true => Err(Unresolved::new(format!("the rule takes more than {MAX_STEPS} steps"))),
            false => Ok(()),
        }
    }

    /// Sets a variable; a dotted name reaches into objects.
    pub(super) fn set(&self, name: &str, value: Value) {
        let mut root = self.root.borrow_mut();
        let mut parts = name.split('.').peekable();
        let mut object = &mut *root;
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                object.insert(part.to_owned(), value);
                return;
            }
            let inner = object.entry(part).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Some(next) = inner.as_object_mut() else { return };
            object = next;
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { root: self.root.borrow().clone(), pending: self.pending.borrow().clone() }
    }

    pub(super) fn restore(&self, checkpoint: &Checkpoint) {
        *self.root.borrow_mut() = checkpoint.root.clone();
        *self.pending.borrow_mut() = checkpoint.pending.clone();
    }

    /// Adds entries of `context`.
    pub(super) fn add_entries(&self, entries: &Value) {
        for entry in entries.as_array().into_iter().flatten() {
            let Some(name) = entry.get("name").and_then(Value::as_str) else { continue };
            if entry.get("variable").is_none() && self.given.contains(name) {
                continue;
            }
            self.pending.borrow_mut().push((name.to_owned(), entry.clone()));
        }
    }

    /// The value of an expression.
    pub(super) fn query(&self, text: &str) -> Result<Value, Unresolved> {
        self.spend(1)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Unresolved::new("invalid query (nil)"));
        }
        let expression = self.compile(text)?;
        self.load(&expression)?;
        let root = Value::Object(self.root.borrow().clone());
        let found = expression.search(&root, self.now());
        found.map_err(|error| Unresolved::new(format!("JMESPath query failed: {error}")))
    }

    fn compile(&self, text: &str) -> Result<Expression, Unresolved> {
        if let Some(known) = self.compiled.borrow().get(text) {
            return Ok(known.clone());
        }
        let parsed = Expression::parse(text)
            .map_err(|error| Unresolved::new(format!("incorrect query {text}: {error}")))?;
        self.compiled.borrow_mut().insert(text.to_owned(), parsed.clone());
        Ok(parsed)
    }

    fn load(&self, expression: &Expression) -> Result<(), Unresolved> {
        for name in expression.roots() {
            loop {
                let position = self.pending.borrow().iter().position(|(own, _)| own == name);
                let Some(position) = position else { break };
                // Taken out first: an entry that names itself means what was there before.
                let (name, entry) = self.pending.borrow_mut().remove(position);
                let value = self.entry(&entry)?;
                if let Some(value) = value {
                    self.root.borrow_mut().insert(name, value);
                }
            }
        }
        Ok(())
    }

    /// The value of one entry; none where what it names was not supplied.
    fn entry(&self, entry: &Value) -> Result<Option<Value>, Unresolved> {
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
        let failed = |what: &str, error: Unresolved| {
            Unresolved::new(format!("failed to {what} {name}: {}", error.message))
        };
        if let Some(variable) = entry.get("variable") {
            return self.variable(variable).map(Some).map_err(|e| failed("load variable", e));
        }
        let data = self.request.data;
        let (found, of) = if let Some(map) = entry.get("configMap") {
            let text = |key: &str| self.text_at(map, key);
            let (map, namespace) = (text("name")?, text("namespace")?);
            let namespace = if namespace.is_empty() { "default" } else { namespace.as_str() };
            (data.config_map(namespace, &map).cloned(), &Value::Null)
        } else if let Some(call) = entry.get("apiCall") {
            (data.api_call(&self.text_at(call, "urlPath")?), call)
        } else if let Some(reference) = entry.get("globalReference") {
            (data.global.get(&self.text_at(reference, "name")?).cloned(), reference)
        } else if let Some(image) = entry.get("imageRegistry") {
            let reference = self.text_at(image, "reference")?;
            let found = self.request.images.get(&reference).or_else(|| data.images.get(&reference));
            (found.cloned(), image)
        } else {
            return Err(failed("load context entry", Unresolved::new("it has no known source")));
        };
        let path = self.text_at(of, "jmesPath")?;
        match (found, path.as_str(), of.get("default")) {
            (Some(value), "", _) => Ok(Some(value)),
            (Some(value), path, _) => {
                let expression = self.compile(path)?;
                let found = expression.search(&value, self.now());
                found
                    .map(Some)
                    .map_err(|e| failed("load context entry", Unresolved::new(e.to_string())))
            }
            (None, _, Some(default)) => self.substitute(default, "").map(Some),
            (None, _, None) if !self.is_kyverno() => {
                let detail = format!("nothing was supplied for `{name}`");
                Err(failed("load context entry", Unresolved::new(detail)))
            }
            (None, _, None) => {
                self.note("notSupplied", format!("nothing was supplied for `{name}`"));
                Ok(None)
            }
        }
    }

    fn text_at(&self, entry: &Value, key: &str) -> Result<String, Unresolved> {
        match entry.get(key) {
            None => Ok(String::new()),
            Some(text) => Ok(match self.substitute(text, "")? {
                Value::String(text) => text,
                other => go::sprint(&other),
            }),
        }
    }

    fn variable(&self, variable: &Value) -> Result<Value, Unresolved> {
        let value = variable.get("value").map(|value| self.substitute(value, "")).transpose()?;
        let path = self.text_at(variable, "jmesPath")?;
        let found = match (value, path.as_str()) {
            (Some(value), "") => Ok(value),
            (Some(value), path) => self
                .compile(path)?
                .search(&value, self.now())
                .map_err(|error: JmesError| Unresolved::new(error.to_string())),
            (None, path) => self.query(path),
        };
        match (found, variable.get("default")) {
            (Ok(Value::Null) | Err(_), Some(default)) => self.substitute(default, ""),
            (found, _) => found,
        }
    }

    /// A document with its variables replaced. What is put in is not read again.
    pub(super) fn substitute(&self, document: &Value, path: &str) -> Result<Value, Unresolved> {
        self.spend(1)?;
        match document {
            Value::String(text) => self.substitute_text(text, path),
            Value::Array(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(position, item)| self.substitute(item, &format!("{path}/{position}")));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Value::Object(entries) => {
                let mut out = Map::new();
                for (key, value) in entries {
                    let value = self.substitute(value, &format!("{path}/{key}"))?;
                    let key = match self.substitute_text(key, path)? {
                        Value::String(key) => key,
                        other => go::sprint(&other),
                    };
                    out.insert(key, value);
                }
                Ok(Value::Object(out))
            }
            other => Ok(other.clone()),
        }
    }

    fn substitute_text(&self, text: &str, path: &str) -> Result<Value, Unresolved> {
        if !text.contains("{{") {
            return Ok(Value::String(text.to_owned()));
        }
        let template = Template::parse(text);
        if let Some(variable) = template.whole() {
            return self.resolve(variable, path);
        }
        let mut out = String::new();
        for part in &template.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable(inner) => out.push_str(&shown(&self.resolve(inner, path)?)),
            }
            if out.len() > MAX_TEXT {
                return Err(Unresolved::new(format!("a text of more than {MAX_TEXT} bytes")));
            }
        }
        Ok(Value::String(out))
    }

    fn resolve(&self, variable: &Template, path: &str) -> Result<Value, Unresolved> {
        let mut expression = String::new();
        for part in &variable.parts {
            match part {
                Part::Text(text) => expression.push_str(text),
                Part::Variable(inner) => {
                    let value = shown(&self.resolve(inner, path)?);
                    if !is_inert(&expression, &value) {
                        return Err(Unresolved::new(format!(
                            "failed to resolve {} at path {path}: the value `{value}` would change \
                             the expression that it stands in",
                            variable.source().trim()
                        )));
                    }
                    expression.push_str(&value);
                }
            }
        }
        let mut expression = expression.trim().to_owned();
        if self.request.operation == "DELETE" {
            expression = expression.replace("request.object", "request.oldObject");
        }
        self.query(&expression).map_err(|error| {
            let message = &error.message;
            Unresolved::new(format!("failed to resolve {expression} at path {path}: {message}"))
        })
    }
}

/// Whether a value put after `before` stays what it is: inside quotes without ending them, or
/// outside as part of a name.
fn is_inert(before: &str, value: &str) -> bool {
    let mut quote = None;
    let mut chars = before.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            _ => {}
        }
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match quote {
        Some(_) => !value.contains(['\'', '"', '`', '\\']) && !value.contains(char::is_control),
        None => value.chars().all(|c| is_plain(c) || c == '.'),
    }
}

/// A value inside a text.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
