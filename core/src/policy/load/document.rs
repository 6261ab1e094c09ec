//! What kind a document is, and its typed content.

use super::decode::decode;
use super::node::{Body, Node};
use super::suggest;
use super::text::Fault;
use crate::policy::model::{ImageCatalog, ImagePolicy, PolicyException, PolicySet, TrustRoot};
use crate::policy::shown::shown;
use crate::policy::{DocumentKind, PolicyErrorKind as Kind};

/// What `apiVersion` must say.
pub(in crate::policy) const API_VERSION: &str = "cocket.dev/v1alpha1";

/// A document's content by kind.
#[derive(Debug)]
pub(in crate::policy) enum Typed {
    Set(Box<PolicySet>),
    Policy(Box<ImagePolicy>),
    Exception(Box<PolicyException>),
    Catalog(ImageCatalog),
    TrustRoot(TrustRoot),
}

impl Typed {
    pub(in crate::policy) fn kind(&self) -> DocumentKind {
        match self {
            Self::Set(_) => DocumentKind::PolicySet,
            Self::Policy(_) => DocumentKind::ImagePolicy,
            Self::Exception(_) => DocumentKind::PolicyException,
            Self::Catalog(_) => DocumentKind::ImageCatalog,
            Self::TrustRoot(_) => DocumentKind::TrustRoot,
        }
    }

    pub(in crate::policy) fn name(&self) -> &str {
        match self {
            Self::Set(set) => &set.metadata.name,
            Self::Policy(policy) => &policy.metadata.name,
            Self::Exception(exception) => &exception.metadata.name,
            Self::Catalog(catalog) => &catalog.metadata.name,
            Self::TrustRoot(root) => &root.metadata.name,
        }
        .as_str()
    }
}

/// Reads a document's head and content; without faults, the content is whole.
pub(super) fn read(root: &mut Node<'_>, faults: &mut Vec<Fault>) -> Option<Typed> {
    let start = root.at;
    let Body::Map(entries) = &mut root.body else {
        let detail = "a document with `apiVersion`, `kind`, `metadata` and `spec` is expected";
        faults.push(Fault::new(Kind::Type, start, "", detail.to_owned()));
        return None;
    };
    let before = faults.len();
    let mut take = |key: &str| {
        let position = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(position).value)
    };
    let (version, kind) = (take("apiVersion"), take("kind"));
    let versions = [API_VERSION];
    word(start, "apiVersion", version.as_ref(), &versions, faults);
    let kinds = DocumentKind::ALL.map(DocumentKind::name);
    let kind = word(start, "kind", kind.as_ref(), &kinds, faults)?;
    let kind = DocumentKind::ALL.into_iter().find(|other| other.name() == kind)?;
    let typed = content(kind, root, faults)?;
    (faults.len() == before).then_some(typed)
}

/// A required word of the head.
fn word<'k>(
    start: u32,
    key: &str,
    value: Option<&Node<'_>>,
    known: &[&'k str],
    faults: &mut Vec<Fault>,
) -> Option<&'k str> {
    let fault = match value.map(|node| (node.at, node.body())) {
        None => Fault {
            help: suggest::help("", known.iter().copied()),
            ..Fault::new(Kind::MissingKey, start, "", format!("the key `{key}` is missing"))
        },
        Some((at, Body::Plain(text) | Body::Quoted(text))) => {
            if let Some(found) = known.iter().find(|word| *word == text) {
                return Some(found);
            }
            let detail = format!("{} is not a known `{key}`", shown(text));
            let fault = Fault::new(Kind::Value, at, key, detail);
            Fault { help: suggest::help(text, known.iter().copied()), ..fault }
        }
        Some((at, _)) => Fault::new(Kind::Type, at, key, format!("the `{key}` is not a text")),
    };
    faults.push(fault);
    None
}

fn content(kind: DocumentKind, root: &Node<'_>, faults: &mut Vec<Fault>) -> Option<Typed> {
    Some(match kind {
        DocumentKind::PolicySet => Typed::Set(Box::new(decode(root, faults)?)),
        DocumentKind::ImagePolicy => Typed::Policy(Box::new(decode(root, faults)?)),
        DocumentKind::PolicyException => Typed::Exception(Box::new(decode(root, faults)?)),
        DocumentKind::ImageCatalog => Typed::Catalog(decode(root, faults)?),
        DocumentKind::TrustRoot => Typed::TrustRoot(decode(root, faults)?),
    })
}
