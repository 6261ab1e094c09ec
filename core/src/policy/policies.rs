//! Loaded policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::load::{
    self, Collection, DeclaredKind, ForeignDocument, Note, Recognise, Stored, SuppliedFile, Typed,
};
use super::model::{ImageCatalog, ImagePolicy, PolicyException, PolicySet, TrustRoot};
use super::{
    DocumentKind, ObjectJudge, PolicyError, PolicyErrorKind, PolicyErrors, check, digest, lint,
};
use crate::reference::Digest;

/// One text with policy documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// The name that errors give, such as a file's.
    pub name: String,
    /// The text: YAML 1.2 (one or more documents) or JSON (one), in UTF-8.
    pub bytes: Vec<u8>,
}

/// Loaded policies: checked as far as that can be done without keys and evidence.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   rules:
///     - id: registries
///       registry: {allow: ['registry.example.com/**']}
/// ")?;
/// assert_eq!(policies.image_policies().len(), 1);
///
/// let errors = Policies::from_text("policy.yaml", "kind: ImagePolicy\nspec: {}").unwrap_err();
/// assert_eq!(errors.as_slice()[0].line, 1);
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Policies {
    set: Option<PolicySet>,
    pub(super) policies: Vec<ImagePolicy>,
    exceptions: Vec<PolicyException>,
    catalogs: Vec<ImageCatalog>,
    trust_roots: Vec<TrustRoot>,
    /// For each document its source and its position there.
    places: BTreeMap<(DocumentKind, String), (usize, usize)>,
    stored: Arc<[Stored]>,
    /// Where what was made of other engines' documents is not just what they say.
    notes: Vec<PolicyError>,
    pub(super) judges: Vec<Arc<dyn ObjectJudge>>,
}

/// What other engines' documents come to.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// Policies, each with the position of its document.
    pub(crate) policies: Vec<(usize, ImagePolicy)>,
    /// Trust roots likewise.
    pub(crate) trust_roots: Vec<(usize, TrustRoot)>,
    /// Kinds of objects that carry pods or name images.
    pub(crate) workloads: Vec<DeclaredKind>,
    /// Policies that judge objects by themselves.
    pub(crate) judges: Vec<Arc<dyn ObjectJudge>>,
    /// Where they are not just what the documents say.
    pub(crate) notes: Vec<PolicyError>,
}

/// What was found beside documents of our own.
#[derive(Debug)]
pub(crate) struct Foreign<'f, 's> {
    /// Documents of other engines.
    pub(crate) documents: &'f [ForeignDocument<'s>],
    /// Files that they may name.
    pub(crate) supplied: &'f [SuppliedFile<'s>],
    /// The names of our own trust roots.
    pub(crate) trust_roots: BTreeSet<&'f str>,
}

/// Makes a translation of documents of other engines.
pub(crate) type Translate<'t> =
    dyn Fn(&Foreign<'_, '_>) -> Result<Translation, Vec<PolicyError>> + 't;

/// The one document of a text, which must be an `ImagePolicy`; what it names elsewhere is not
/// looked for.
pub(crate) fn image_policy(name: &str, text: &str) -> Result<ImagePolicy, PolicyErrors> {
    let sources = [PolicySource { name: name.to_owned(), bytes: text.as_bytes().to_vec() }];
    let mut documents = load::read(&sources, None)?.documents;
    match (documents.pop().map(|document| document.typed), documents.is_empty()) {
        (Some(Typed::Policy(policy)), true) => Ok(*policy),
        _ => Err(nothing(&sources).into()),
    }
}

impl Policies {
    /// Loads one text.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn from_text(name: &str, text: &str) -> Result<Self, PolicyErrors> {
        Self::load(&[PolicySource { name: name.to_owned(), bytes: text.as_bytes().to_vec() }])
    }

    /// Loads several texts as one set.
    ///
    /// # Errors
    /// Every fault that was found, at most [`MAX_FAULTS`](super::limits::MAX_FAULTS). Faults
    /// between documents are looked for once each document is good by itself.
    pub fn load(sources: &[PolicySource]) -> Result<Self, PolicyErrors> {
        Self::assemble(load::read(sources, None)?, Vec::new(), sources)
    }

    /// Loads several texts as one set that judges of Kubernetes objects belong to: exceptions may
    /// name their rules, and the set's digest holds theirs. A set of nothing but judges is one.
    ///
    /// # Errors
    /// As [`Policies::load`]; and a judge without rules, one that shares its name, and authorities
    /// of one that a policy could not have either, by the judge's name in place of a file's.
    pub fn load_with_judges(
        sources: &[PolicySource],
        judges: Vec<Arc<dyn ObjectJudge>>,
    ) -> Result<Self, PolicyErrors> {
        let mut collection = load::read(sources, None)?;
        collection.take_judges(judges)?;
        Self::assemble(collection, Vec::new(), sources)
    }

    /// Loads several texts as one set, with documents of other engines among them.
    pub(crate) fn load_mixed(
        sources: &[PolicySource],
        recognise: Recognise,
        translate: &Translate<'_>,
        judges: Vec<Arc<dyn ObjectJudge>>,
    ) -> Result<Self, PolicyErrors> {
        let mut collection = load::read(sources, Some(recognise))?;
        let roots = collection.documents.iter().filter_map(|document| match &document.typed {
            Typed::TrustRoot(root) => Some(root.metadata.name.as_str()),
            _ => None,
        });
        let made = translate(&Foreign {
            documents: &collection.foreign,
            supplied: &collection.supplied,
            trust_roots: roots.collect(),
        })
        .map_err(|errors| PolicyErrors(load::sorted(errors)))?;
        for (position, policy) in made.policies {
            collection.add(position, Typed::Policy(Box::new(policy)));
        }
        for (position, root) in made.trust_roots {
            collection.add(position, Typed::TrustRoot(root));
        }
        collection.declare(made.workloads);
        collection.judges = made.judges;
        collection.take_judges(judges)?;
        Self::assemble(collection, load::sorted(made.notes), sources)
    }

    fn assemble(
        collection: Collection<'_>,
        notes: Vec<PolicyError>,
        sources: &[PolicySource],
    ) -> Result<Self, PolicyErrors> {
        if let Some(errors) = collection.errors(check::all(&collection)) {
            return Err(errors);
        }
        let stored = collection.store().into();
        let mut judges = collection.judges;
        judges.sort_by(|a, b| (a.name(), a.digest()).cmp(&(b.name(), b.digest())));
        let mut loaded = Self {
            set: None,
            policies: Vec::new(),
            exceptions: Vec::new(),
            catalogs: Vec::new(),
            trust_roots: Vec::new(),
            places: BTreeMap::new(),
            stored,
            notes,
            judges,
        };
        for document in collection.documents {
            loaded.add(document.typed, (document.source, document.ordinal));
        }
        if loaded.policies.is_empty() && loaded.judges.is_empty() {
            return Err(nothing(sources).into());
        }
        loaded.policies.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        loaded.exceptions.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        loaded.catalogs.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        loaded.trust_roots.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        Ok(loaded)
    }

    fn add(&mut self, typed: Typed, place: (usize, usize)) {
        self.places.insert((typed.kind(), typed.name().to_owned()), place);
        match typed {
            Typed::Set(set) => self.set = Some(*set),
            Typed::Policy(policy) => self.policies.push(*policy),
            Typed::Exception(exception) => self.exceptions.push(*exception),
            Typed::Catalog(catalog) => self.catalogs.push(catalog),
            Typed::TrustRoot(root) => self.trust_roots.push(root),
        }
    }

    /// What holds for all policies together.
    #[must_use]
    pub fn set(&self) -> Option<&PolicySet> {
        self.set.as_ref()
    }

    /// The policies, by name.
    #[must_use]
    pub fn image_policies(&self) -> &[ImagePolicy] {
        &self.policies
    }

    /// The policies that judge Kubernetes objects by themselves, by name.
    #[must_use]
    pub fn object_judges(&self) -> &[Arc<dyn ObjectJudge>] {
        &self.judges
    }

    /// The exceptions, by name.
    #[must_use]
    pub fn exceptions(&self) -> &[PolicyException] {
        &self.exceptions
    }

    /// The catalogs, by name.
    #[must_use]
    pub fn catalogs(&self) -> &[ImageCatalog] {
        &self.catalogs
    }

    /// The trust roots, by name.
    #[must_use]
    pub fn trust_roots(&self) -> &[TrustRoot] {
        &self.trust_roots
    }

    /// What was made of other engines' documents and is not just what they say, by file, line and
    /// column: parts that mean something slightly different here, and parts that are not taken.
    #[must_use]
    pub fn notes(&self) -> &[PolicyError] {
        &self.notes
    }

    /// The digest of the canonical model of everything loaded: layout, the order of documents,
    /// keys and rules, and the sources' names do not change it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest::of_all(self)
    }

    /// [`Self::digest`], and [`Self::digest_of`] each policy.
    pub(crate) fn digests(&self) -> digest::Digests {
        digest::digests(self)
    }

    /// The digest of one policy's canonical model, its rules sorted by id.
    #[must_use]
    pub fn digest_of(&self, policy: &ImagePolicy) -> Digest {
        digest::of_policy(policy)
    }

    /// Everything loaded as canonical JSON (RFC 8785), one text a document: the set, then
    /// policies (rules sorted by id), exceptions, catalogs and trust roots, each by name.
    /// Loading them gives equal policies with the same digest.
    #[must_use]
    pub fn to_canonical_json(&self) -> Vec<Vec<u8>> {
        digest::documents(self)
    }

    /// A fault found after loading (such as a key that is not supported), with the place of
    /// `path` in the document `kind`/`name` as it was written: of the value there, or of the
    /// nearest one above it.
    #[must_use]
    pub fn error_at(
        &self,
        kind: DocumentKind,
        name: &str,
        path: &str,
        detail: String,
    ) -> PolicyError {
        let note = (kind, name, PolicyErrorKind::Value, path.to_owned(), detail.clone(), None);
        self.placed(vec![note]).pop().unwrap_or_else(|| PolicyError {
            kind: PolicyErrorKind::Value,
            file: name.to_owned(),
            line: 1,
            column: 1,
            path: path.to_owned(),
            detail,
            help: None,
            snippet: None,
        })
    }

    /// What loads and is probably not meant at the time `now`, by file, line and column, at most
    /// [`MAX_FAULTS`](super::limits::MAX_FAULTS) of it: expired
    /// exceptions, an `enforceFrom` that is past, patterns that a wider one makes idle,
    /// authorities and catalogs that nothing uses, base images that assert themselves, bounds
    /// that bound nothing.
    #[must_use]
    pub fn warnings(&self, now: Timestamp) -> Vec<PolicyError> {
        let doubts = lint::all(self, now);
        let notes = doubts
            .iter()
            .map(|doubt| {
                let (path, detail) = (doubt.path.clone(), doubt.detail.clone());
                let kind = PolicyErrorKind::Doubtful;
                (doubt.kind, doubt.name, kind, path, detail, doubt.help.map(str::to_owned))
            })
            .collect();
        load::sorted(self.placed(notes))
    }

    /// Each source is read again once, whatever the number of notes about it: faults after
    /// loading are rare, and an index kept for them would be as large as the documents.
    fn placed(&self, notes: Vec<LateNote<'_>>) -> Vec<PolicyError> {
        let mut by_source: BTreeMap<usize, Vec<Note>> = BTreeMap::new();
        for (document, name, kind, path, detail, help) in notes {
            if let Some((source, ordinal)) = self.places.get(&(document, name.to_owned())) {
                let note = Note { document: *ordinal, kind, path, detail, help };
                by_source.entry(*source).or_default().push(note);
            }
        }
        by_source
            .into_iter()
            .filter_map(|(source, notes)| Some(self.stored.get(source)?.errors(notes)))
            .flatten()
            .collect()
    }
}

/// Document, its name, kind of fault, path, detail and help.
type LateNote<'a> = (DocumentKind, &'a str, PolicyErrorKind, String, String, Option<String>);

/// The fault of a set that decides nothing.
fn nothing(sources: &[PolicySource]) -> PolicyError {
    PolicyError {
        kind: PolicyErrorKind::MissingKey,
        file: sources.first().map_or_else(|| "policies".to_owned(), |source| source.name.clone()),
        line: 1,
        column: 1,
        path: String::new(),
        detail: "there is no `ImagePolicy` document".to_owned(),
        help: Some("a set needs at least one, with at least one rule".to_owned()),
        snippet: None,
    }
}
