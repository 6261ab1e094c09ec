//! All sources of one load: bounds over all of them, and faults with their places.

use std::sync::Arc;

use super::build::Budget;
use super::document::{self, Typed};
use super::foreign::{self, ForeignDocument, Head, SuppliedFile};
use super::limits::{
    MAX_CATALOG_ENTRIES, MAX_DOCUMENTS, MAX_FAULTS, MAX_RULES, MAX_SOURCES, MAX_TOTAL_BYTES,
};
use super::node::Node;
use super::text::{Fault, Text};
use super::{json, yaml};
use crate::policy::{
    ObjectJudge, PolicyError, PolicyErrorKind as Kind, PolicyErrors, PolicySource,
};

/// Faults that are given lines and columns, which takes a walk through the text for each: one
/// more than are shown, so that the others are mentioned.
const SHOWN: usize = MAX_FAULTS + 1;

/// Typed documents with their trees.
#[derive(Debug)]
pub(in crate::policy) struct Collection<'s> {
    texts: Vec<Text<'s>>,
    pub(in crate::policy) documents: Vec<Document<'s>>,
    /// Documents of other engines.
    pub(in crate::policy) foreign: Vec<ForeignDocument<'s>>,
    /// Files that those may name.
    pub(in crate::policy) supplied: Vec<SuppliedFile<'s>>,
    /// Policies that judge objects by themselves.
    pub(in crate::policy) judges: Vec<Arc<dyn ObjectJudge>>,
}

#[derive(Debug)]
pub(in crate::policy) struct Document<'s> {
    /// Position of its source among the sources.
    pub(in crate::policy) source: usize,
    /// Position among the source's documents, empty ones counted.
    pub(in crate::policy) ordinal: usize,
    /// `None` for what was made of another engine's document.
    root: Option<Node<'s>>,
    pub(in crate::policy) typed: Typed,
}

/// A fault or doubt at a path of a document.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Note {
    /// Position among the documents that the note is about.
    pub(in crate::policy) document: usize,
    pub(in crate::policy) kind: Kind,
    pub(in crate::policy) path: String,
    pub(in crate::policy) detail: String,
    pub(in crate::policy) help: Option<String>,
}

/// A source's text, kept so that later faults can show their place.
#[derive(Debug)]
pub(in crate::policy) struct Stored {
    pub(in crate::policy) name: Box<str>,
    text: Box<str>,
}

/// Which documents are another engine's, and not to be read as our own.
pub(crate) type Recognise = fn(Head<'_>) -> bool;

/// Reads all sources.
pub(in crate::policy) fn read(
    sources: &[PolicySource],
    recognise: Option<Recognise>,
) -> Result<Collection<'_>, PolicyErrors> {
    bounds(sources)?;
    let mut reading = Reading { recognise, ..Reading::default() };
    let mut texts = Vec::with_capacity(sources.len());
    for (position, source) in sources.iter().enumerate() {
        if reading.errors.len() > MAX_FAULTS {
            break;
        }
        match Text::new(&source.name, &source.bytes) {
            Ok(text) => {
                texts.push(text);
                reading.source(position, text);
            }
            Err(error) => {
                texts.push(Text { name: &source.name, text: "" });
                reading.errors.push(*error);
            }
        }
    }
    match reading.errors.is_empty() {
        true => Ok(Collection {
            texts,
            documents: reading.documents,
            foreign: reading.foreign,
            judges: Vec::new(),
            supplied: reading.supplied,
        }),
        false => Err(PolicyErrors(sorted(reading.errors))),
    }
}

/// What keeps a text from being read as YAML or JSON at all.
pub(crate) fn well_formed(source: &PolicySource) -> Vec<PolicyError> {
    let text = match Text::new(&source.name, &source.bytes) {
        Ok(text) => text,
        Err(error) => return vec![*error],
    };
    let mut budget = Budget::default();
    let stopped = trees(text, &mut budget, &mut Vec::new());
    let mut faults = budget.faults;
    faults.extend(stopped.err());
    faults.sort_by_key(|fault| fault.at);
    text.errors(faults)
}

fn bounds(sources: &[PolicySource]) -> Result<(), PolicyErrors> {
    let bytes = sources.iter().fold(0_usize, |sum, source| sum.saturating_add(source.bytes.len()));
    let detail = if sources.len() > MAX_SOURCES {
        format!("there are {} sources, and {MAX_SOURCES} are the most", sources.len())
    } else if bytes > MAX_TOTAL_BYTES {
        format!("the sources have {bytes} bytes in all, and {MAX_TOTAL_BYTES} are the most")
    } else {
        return Ok(());
    };
    let name = sources.first().map_or("", |source| &source.name);
    Err(Text { name, text: "" }.error(Fault::new(Kind::Limit, 0, "", detail)).into())
}

#[derive(Default)]
struct Reading<'s> {
    budget: Budget,
    recognise: Option<Recognise>,
    documents: Vec<Document<'s>>,
    foreign: Vec<ForeignDocument<'s>>,
    supplied: Vec<SuppliedFile<'s>>,
    seen: usize,
    rules: usize,
    entries: usize,
    errors: Vec<PolicyError>,
}

impl<'s> Reading<'s> {
    fn source(&mut self, source: usize, text: Text<'s>) {
        if self.recognise.is_some() && foreign::is_supplied(text) {
            return self.supplied.push(SuppliedFile { name: text.name, text: text.text });
        }
        let mut roots = Vec::new();
        let mut faults = Vec::new();
        let stopped = trees(text, &mut self.budget, &mut roots);
        for (ordinal, mut root) in roots.into_iter().enumerate() {
            if root.is_blank(text.text) {
                continue;
            }
            if faults.len() > MAX_FAULTS {
                break;
            }
            self.seen = self.seen.saturating_add(1);
            if self.seen > MAX_DOCUMENTS {
                let detail = format!("there are more than {MAX_DOCUMENTS} documents");
                faults.push(Fault::new(Kind::Limit, root.at, "", detail));
                break;
            }
            if self.recognise.is_some_and(|recognise| recognise(foreign::head(&root))) {
                self.foreign.push(ForeignDocument::new(source, ordinal, text, root));
            } else if let Some(typed) = document::read(&mut root, &mut faults) {
                faults.extend(self.count(&typed, &root));
                self.documents.push(Document { source, ordinal, root: Some(root), typed });
            }
        }
        faults.append(&mut self.budget.faults);
        faults.extend(stopped.err());
        faults.sort_by_key(|fault| fault.at);
        faults.truncate(SHOWN);
        self.errors.extend(text.errors(faults));
    }

    /// Counts what is bounded over all documents.
    fn count(&mut self, typed: &Typed, root: &Node<'_>) -> Option<Fault> {
        let (count, most, path) = match typed {
            Typed::Policy(policy) => {
                self.rules = self.rules.saturating_add(policy.spec.rules.len());
                (self.rules, MAX_RULES, "spec.rules")
            }
            Typed::Catalog(catalog) => {
                self.entries = self.entries.saturating_add(catalog.spec.entries.len());
                (self.entries, MAX_CATALOG_ENTRIES, "spec.entries")
            }
            _ => return None,
        };
        let what = path.trim_start_matches("spec.");
        let detail = format!("there are more than {most} {what} in all documents");
        (count > most).then(|| Fault::new(Kind::Limit, root.find(path).0, path, detail))
    }
}

/// The trees of a source's documents, empty ones included.
///
/// A text that is JSON is read as JSON, whatever its name: YAML means the same by it, and takes
/// longer. One that is named `.json` is nothing else.
fn trees<'t>(text: Text<'t>, budget: &mut Budget, roots: &mut Vec<Node<'t>>) -> Result<(), Fault> {
    budget.start_source();
    let is_named = text.name.ends_with(".json");
    if is_named || text.text.trim_start().starts_with(['{', '[']) {
        let before = budget.mark();
        match json::read(text.text, budget) {
            Ok(root) => {
                roots.push(root);
                return Ok(());
            }
            Err(fault) if is_named || fault.kind != Kind::Syntax => return Err(fault),
            Err(_) => budget.back_to(before),
        }
    }
    yaml::read(text.text, budget, roots)
}

impl Collection<'_> {
    /// The notes as errors, sorted; `None` if there are none.
    pub(in crate::policy) fn errors(&self, notes: Vec<Note>) -> Option<PolicyErrors> {
        let place = |note: Note| {
            let document = self.documents.get(note.document)?;
            let foreign = || {
                let own = |one: &&ForeignDocument<'_>| {
                    (one.source, one.ordinal) == (document.source, document.ordinal)
                };
                self.foreign.iter().find(own).map(|one| &one.root)
            };
            let root = document.root.as_ref().or_else(foreign)?;
            Some((document.source, fault(root, note)))
        };
        let mut faults: Vec<(usize, Fault)> = notes.into_iter().filter_map(place).collect();
        faults.sort_by_key(|(source, fault)| (*source, fault.at));
        faults.truncate(SHOWN);
        let mut errors = Vec::new();
        for one in faults.chunk_by(|(a, _), (b, _)| a == b) {
            let text = one.first().and_then(|(source, _)| self.texts.get(*source));
            let faults = one.iter().map(|(_, fault)| fault.clone()).collect();
            errors.extend(text.map(|text| text.errors(faults)).unwrap_or_default());
        }
        (!errors.is_empty()).then(|| PolicyErrors(sorted(errors)))
    }

    /// The tree of a document of our own.
    pub(in crate::policy) fn root(&self, document: usize) -> Option<&Node<'_>> {
        self.documents.get(document).and_then(|document| document.root.as_ref())
    }

    /// Adds what was made of the document of another engine at a position.
    pub(in crate::policy) fn add(&mut self, foreign: usize, typed: Typed) {
        if let Some(ForeignDocument { source, ordinal, .. }) = self.foreign.get(foreign) {
            let (source, ordinal) = (*source, *ordinal);
            self.documents.push(Document { source, ordinal, root: None, typed });
        }
    }

    /// The texts, to be kept.
    pub(in crate::policy) fn store(&self) -> Vec<Stored> {
        let store = |text: &Text<'_>| Stored { name: text.name.into(), text: text.text.into() };
        self.texts.iter().map(store).collect()
    }
}

pub(super) fn fault(root: &Node<'_>, note: Note) -> Fault {
    let at = root.find(&note.path).0;
    Fault { help: note.help, ..Fault::new(note.kind, at, &note.path, note.detail) }
}

impl Stored {
    /// Notes as errors. Here `Note::document` is the document's position in this source.
    pub(in crate::policy) fn errors(&self, notes: Vec<Note>) -> Vec<PolicyError> {
        let text = Text { name: &self.name, text: &self.text };
        let mut roots = Vec::new();
        // The text was read before, so what came out is whole.
        let _ = trees(text, &mut Budget::default(), &mut roots);
        let place = |note: Note| Some(fault(roots.get(note.document)?, note));
        let mut faults: Vec<Fault> = notes.into_iter().filter_map(place).collect();
        faults.sort_by_key(|fault| fault.at);
        faults.truncate(SHOWN);
        text.errors(faults)
    }
}

/// By file, line and column, each once, and no more than a person reads.
pub(in crate::policy) fn sorted(mut errors: Vec<PolicyError>) -> Vec<PolicyError> {
    errors.sort_by(|a, b| order(a).cmp(&order(b)));
    errors.dedup();
    if errors.len() > MAX_FAULTS {
        errors.truncate(MAX_FAULTS);
        if let Some(last) = errors.last().cloned() {
            errors.push(PolicyError {
                kind: Kind::Limit,
                detail: format!(
                    "there are more than {MAX_FAULTS} faults; the others are not shown"
                ),
                help: None,
                snippet: None,
                ..last
            });
        }
    }
    errors
}

fn order(error: &PolicyError) -> (&str, u32, u32, Kind, &str) {
    (&error.file, error.line, error.column, error.kind, &error.detail)
}
