//! Attestors, in sets with counts, as alternatives.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions;
use super::trust::{self, Untaken};
use crate::import::kyverno::verify_images::{
    Attestation, Attestor, AttestorSet, SignatureFormat as Form, VerifyImages,
};
use crate::import::load::Work;
use crate::import::supplied::Supplied;
use crate::policy::ForeignDocument;
use crate::policy::model::{
    Alternative, AlternativesRule, AttestationRule, Authority, Check, Condition, Family, Name,
    PredicateType, Requirement, Scope, Select, SignatureFormat, SignatureRule, SignedIdentity,
    StaticAction, StaticRule,
};

/// A policy in the making.
pub(super) struct Making<'m, 's> {
    pub(super) position: usize,
    pub(super) document: &'m ForeignDocument<'s>,
    pub(super) name: &'m Name,
    /// The names of our own trust roots.
    ours: &'m BTreeSet<&'m str>,
    supplied: &'m Supplied<'s>,
    pub(super) work: &'m mut Work,
    authorities: BTreeMap<Name, Authority>,
}

/// What is asked of whoever counts.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// To have signed the image.
    Signature { annotations: &'a BTreeMap<String, String> },
    /// To have attested it.
    Statement { kind: &'a PredicateType, conditions: &'a [Condition] },
}

impl<'m, 's> Making<'m, 's> {
    pub(super) fn new(
        position: usize,
        document: &'m ForeignDocument<'s>,
        name: &'m Name,
        ours: &'m BTreeSet<&'m str>,
        supplied: &'m Supplied<'s>,
        work: &'m mut Work,
    ) -> Self {
        let authorities = BTreeMap::new();
        Self { position, document, name, ours, supplied, work, authorities }
    }

    pub(super) fn finish(self) -> BTreeMap<Name, Authority> {
        self.authorities
    }

    /// A check that fails, for something that is not taken.
    pub(super) fn untaken(
        &mut self,
        path: &str,
        detail: String,
        help: Option<&'static str>,
    ) -> Family {
        self.work.not_taken(self.document, path, &detail, help);
        failing(detail)
    }

    /// What an entry asks: every set of attestors, and every attestation.
    pub(super) fn families(&mut self, path: &str, entry: &VerifyImages) -> Vec<Family> {
        let mut families = Vec::new();
        let asked = Asked::Signature { annotations: &entry.annotations };
        for (at, set) in entry.attestors.iter().enumerate() {
            let path = format!("{path}.attestors[{at}]");
            families.push(self.set(&path, set, entry.format, asked));
        }
        for (at, attestation) in entry.attestations.iter().enumerate() {
            let path = format!("{path}.attestations[{at}]");
            families.extend(self.attestation(&path, attestation, entry.format));
        }
        if families.is_empty() {
            let detail = "the entry names nobody who has to have signed".to_owned();
            families.push(self.untaken(path, detail, None));
        }
        families
    }

    fn attestation(&mut self, path: &str, one: &Attestation, form: Form) -> Vec<Family> {
        let kind = one.predicate().unwrap_or_default().to_owned();
        let kind = match PredicateType::try_from(kind) {
            Ok(kind) => kind,
            Err(detail) => return vec![self.untaken(&format!("{path}.type"), detail, None)],
        };
        let conditions = match conditions::read(&one.conditions) {
            Ok(conditions) => conditions,
            Err(detail) => {
                let help = "write them as `where` of an `attestation` rule";
                return vec![self.untaken(&format!("{path}.conditions"), detail, Some(help))];
            }
        };
        let asked = Asked::Statement { kind: &kind, conditions: &conditions };
        let mut families = Vec::new();
        for (at, set) in one.attestors.iter().enumerate() {
            families.push(self.set(&format!("{path}.attestors[{at}]"), set, form, asked));
        }
        if families.is_empty() {
            let detail = "an attestation that nobody has to have signed proves nothing".to_owned();
            families.push(self.untaken(path, detail, None));
        }
        families
    }

    /// As many of a set's entries as it asks for; several keys in one entry are an entry each.
    fn set(&mut self, path: &str, set: &AttestorSet, form: Form, asked: Asked<'_>) -> Family {
        let mut of = Vec::new();
        for (at, attestor) in set.entries.iter().enumerate() {
            let path = format!("{path}.entries[{at}]");
            of.extend(self.entry(&path, attestor, form, asked));
        }
        let wanted = match set.count {
            None | Some(0) => of.len(),
            Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        };
        match (of.len(), wanted) {
            (0, _) => {
                let detail = "the set names no attestor".to_owned();
                self.untaken(path, detail, None)
            }
            (several, wanted) if wanted > several => {
                let detail = format!("`{wanted}` attestors are asked for, and there are {several}");
                self.untaken(&format!("{path}.count"), detail, None)
            }
            (1, _) => of.pop().unwrap_or_else(|| failing(String::new())),
            (_, wanted) => Family::Alternatives(AlternativesRule {
                at_least: u32::try_from(wanted).ok(),
                of: named(of),
            }),
        }
    }

    fn entry(
        &mut self,
        path: &str,
        attestor: &Attestor,
        form: Form,
        asked: Asked<'_>,
    ) -> Vec<Family> {
        if let Some(nested) = &attestor.nested {
            return vec![self.set(&format!("{path}.attestor"), nested, form, asked)];
        }
        let made = match trust::authorities(attestor, self.supplied) {
            Ok(made) => made,
            Err(Untaken { path: place, detail, help }) => {
                return vec![self.untaken(&format!("{path}.{place}"), detail, help)];
            }
        };
        if attestor.repository.is_some() {
            let detail = "signatures count wherever they were found; gather them from there";
            self.work.inexact(self.document, &format!("{path}.repository"), detail);
        }
        let format = (form == Form::SigstoreBundle).then_some(SignatureFormat::Bundle);
        let mut families = Vec::new();
        for trust::Made { authority, root } in made {
            let at = (self.position, self.name);
            let root = root.map(|root| trust::document(root, at, self.ours, self.work));
            let authority = Authority { format, ..trust::with_root(authority, root) };
            let name = Name::numbered("attestor", self.authorities.len());
            self.authorities.insert(name.clone(), authority);
            families.push(leaf(name, &attestor.annotations, asked));
        }
        families
    }
}

fn leaf(name: Name, own: &BTreeMap<String, String>, asked: Asked<'_>) -> Family {
    let require = Requirement::AnyOf(vec![name]);
    match asked {
        Asked::Signature { annotations } => {
            let mut annotations = annotations.clone();
            annotations.extend(own.clone());
            Family::Signature(SignatureRule {
                require,
                signed_identity: Some(SignedIdentity::SameDigest),
                annotations,
                scope: Some(Scope::Index),
            })
        }
        Asked::Statement { kind, conditions } => Family::Attestation(Box::new(AttestationRule {
            predicate_type: kind.clone(),
            require,
            // Kyverno looks at each statement of the type that is signed so.
            select: Some(Select::All),
            time: None,
            max_age: None,
            subject_name: None,
            scope: Some(Scope::Index),
            conditions: conditions.to_vec(),
        })),
    }
}

fn named(families: Vec<Family>) -> Vec<Alternative> {
    let numbered = families.into_iter().enumerate();
    let alternative = |(at, family)| Alternative {
        name: Name::numbered("entry", at),
        all: vec![Check(Box::new(family))],
    };
    numbered.map(alternative).collect()
}

fn failing(message: String) -> Family {
    Family::Static(StaticRule { action: StaticAction::Fail, message: Some(message) })
}
