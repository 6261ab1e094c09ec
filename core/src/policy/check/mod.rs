//! What must hold between the parts of good documents.

mod alternatives;
mod authorities;
mod catalogs;
mod emptiness;
mod exceptions;
mod judges;
mod keyless;
mod patterns;
mod pod_security;
mod rules;
mod scopes;
mod set;
mod statements;
mod workloads;

pub(super) use patterns::{all_denied, covers};

use std::collections::HashMap;
use std::fmt::Display;

use super::load::{Collection, Note, Typed};
use super::model::{ImageCatalog, ImagePolicy, PolicyException, PolicySet, TrustRoot};
use super::{DocumentKind, PolicyErrorKind as Kind};

/// The documents by kind, each with its position in the collection.
#[derive(Default)]
struct Documents<'a> {
    sets: Vec<(usize, &'a PolicySet)>,
    policies: Vec<(usize, &'a ImagePolicy)>,
    exceptions: Vec<(usize, &'a PolicyException)>,
    catalogs: Vec<(usize, &'a ImageCatalog)>,
    trust_roots: Vec<(usize, &'a TrustRoot)>,
}

/// Faults of one document.
struct Report<'n> {
    document: usize,
    notes: &'n mut Vec<Note>,
}

impl Report<'_> {
    fn add(&mut self, kind: Kind, path: impl Display, detail: impl Into<String>) {
        let (path, detail) = (path.to_string(), detail.into());
        self.notes.push(Note { document: self.document, kind, path, detail, help: None });
    }

    /// The same with a help.
    fn add_help(
        &mut self,
        kind: Kind,
        path: impl Display,
        detail: impl Into<String>,
        help: Option<String>,
    ) {
        self.add(kind, path, detail);
        if let Some(last) = self.notes.last_mut() {
            last.help = help;
        }
    }

    /// A required sentence that says nothing.
    fn blank(&mut self, path: impl Display, text: &str) {
        if text.trim().is_empty() {
            self.add(Kind::Value, path, "the text is blank");
        }
    }
}

/// Every fault.
pub(super) fn all(collection: &Collection<'_>) -> Vec<Note> {
    let documents = by_kind(collection);
    let mut notes = Vec::new();
    names(collection, &mut notes);
    for (document, _) in collection.documents.iter().enumerate() {
        if let Some(root) = collection.root(document) {
            emptiness::check(root, &mut Report { document, notes: &mut notes });
        }
    }
    for (document, set) in &documents.sets {
        set::check(set, &mut Report { document: *document, notes: &mut notes });
    }
    for (document, policy) in &documents.policies {
        let mut report = Report { document: *document, notes: &mut notes };
        authorities::check(policy, &documents.trust_roots, &mut report);
        rules::check(policy, &documents.catalogs, &mut report);
    }
    let known = exceptions::KnownRules::new(&documents, &collection.judges);
    for (document, exception) in &documents.exceptions {
        let mut report = Report { document: *document, notes: &mut notes };
        exceptions::check(exception, &known, &documents, &mut report);
    }
    for (document, catalog) in &documents.catalogs {
        catalogs::check(catalog, &mut Report { document: *document, notes: &mut notes });
    }
    for (document, root) in &documents.trust_roots {
        let mut report = Report { document: *document, notes: &mut notes };
        authorities::check_trust_root(root, &mut report);
    }
    notes
}

fn by_kind<'a>(collection: &'a Collection<'_>) -> Documents<'a> {
    let mut found = Documents::default();
    for (position, document) in collection.documents.iter().enumerate() {
        match &document.typed {
            Typed::Set(set) => found.sets.push((position, set)),
            Typed::Policy(policy) => found.policies.push((position, policy)),
            Typed::Exception(exception) => found.exceptions.push((position, exception)),
            Typed::Catalog(catalog) => found.catalogs.push((position, catalog)),
            Typed::TrustRoot(root) => found.trust_roots.push((position, root)),
        }
    }
    found
}

/// Names are unique among documents of one kind, and there is one set at most.
fn names(collection: &Collection<'_>, notes: &mut Vec<Note>) {
    let mut seen: HashMap<(DocumentKind, &str), usize> = HashMap::new();
    let mut sets = 0_usize;
    for (position, document) in collection.documents.iter().enumerate() {
        let (kind, name) = (document.typed.kind(), document.typed.name());
        let mut report = Report { document: position, notes };
        if kind == DocumentKind::PolicySet {
            sets = sets.saturating_add(1);
            if sets > 1 {
                let detail = format!("`{name}` is a second `PolicySet`, and one is the most");
                report.add(Kind::Duplicate, "metadata.name", detail);
                continue;
            }
        }
        if seen.insert((kind, name), position).is_some() {
            let detail = format!("there is another `{kind}` with the name `{name}`");
            report.add(Kind::Duplicate, "metadata.name", detail);
        }
    }
}
