//! Kinds of objects that documents of other engines declare.

use super::document::Typed;
use super::sources::Collection;
use crate::kubernetes::CustomKind;
use crate::policy::model::{Metadata, Name, PolicySet, PolicySetSpec};

/// A kind, with the document that it is from and the name of what is made of that.
#[derive(Debug)]
pub(crate) struct DeclaredKind {
    pub(crate) position: usize,
    pub(crate) name: Name,
    pub(crate) kind: CustomKind,
}

impl Collection<'_> {
    /// Declares kinds beside those of the set, or in a set of their own. What the set says of the
    /// same kind holds too. The order of documents changes nothing.
    pub(in crate::policy) fn declare(&mut self, mut declared: Vec<DeclaredKind>) {
        let key = |one: &DeclaredKind| (one.kind.kind.clone(), one.kind.api_version.clone());
        declared.sort_by_key(key);
        let first = declared.iter().min_by(|a, b| a.name.cmp(&b.name));
        let Some((position, name)) = first.map(|one| (one.position, one.name.clone())) else {
            return;
        };
        let mut own = self.documents.iter_mut().find_map(|document| match &mut document.typed {
            Typed::Set(set) => Some(&mut set.spec.workloads),
            _ => None,
        });
        let mut made = Vec::new();
        let workloads = own.as_deref_mut().unwrap_or(&mut made);
        for DeclaredKind { mut kind, .. } in declared {
            kind.images.sort();
            let known = workloads.iter_mut().find(|own| {
                own.api_version == kind.api_version
                    && own.kind == kind.kind
                    && (own.image_prefix == kind.image_prefix || own.images.is_empty())
            });
            match known {
                Some(own) => {
                    kind.images.retain(|pointer| !own.images.contains(pointer));
                    own.images.append(&mut kind.images);
                    own.image_prefix = kind.image_prefix;
                }
                // One with another prefix is a kind that is declared twice, which is found later.
                None => workloads.push(kind),
            }
        }
        if own.is_none() {
            let metadata = Metadata { name, version: None, description: None };
            let spec = PolicySetSpec { workloads: made, ..PolicySetSpec::default() };
            self.add(position, Typed::Set(Box::new(PolicySet { metadata, spec })));
        }
    }
}
