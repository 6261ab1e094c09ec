//! A policy of the controller as a policy of our own.

use std::collections::{BTreeMap, BTreeSet};

use super::authority::{Untaken, authorities};
use super::model::{Authority, ClusterImagePolicy, Spec};
use super::roots::Roots;
use crate::import::load::Work;
use crate::import::supplied::Supplied;
use crate::policy::model::{
    self, Alternative, AlternativesRule, AttestationRule, Check, Family, ForeignPattern,
    ImagePolicy, ImagePolicySpec, Match, Metadata, Mode, Name, PredicateType, Requirement, Rule,
    Scope, Select, SignatureRule, SignedIdentity, StaticAction, StaticRule,
};
use crate::policy::{ForeignDocument, PolicyErrorKind as Kind};
use crate::reference::SigstoreGlob;

/// Adds what the policy becomes.
pub(super) fn policy(
    position: usize,
    document: &ForeignDocument<'_>,
    policy: &ClusterImagePolicy,
    supplied: &Supplied<'_>,
    roots: &mut Roots<'_>,
    work: &mut Work,
) {
    let name = match Name::try_from(policy.metadata.name.clone()) {
        Ok(name) => name,
        Err(detail) => {
            let error = document.remark(Kind::Value, "metadata.name", detail, None);
            return work.errors.push(error);
        }
    };
    let mut making = Making {
        position,
        document,
        supplied,
        roots,
        work,
        authorities: BTreeMap::new(),
        names: BTreeSet::new(),
    };
    let rules = making.rules(&policy.spec);
    let authorities = making.finish();
    let globs = policy.spec.images.iter().filter_map(|image| {
        SigstoreGlob::try_from(image.glob.clone()).ok().map(ForeignPattern::Sigstore)
    });
    let spec = ImagePolicySpec {
        mode: Some(if policy.spec.mode == "warn" { Mode::Warn } else { Mode::Enforce }),
        enforce_from: None,
        modes: Vec::new(),
        matches: Some(Match { images_as: globs.collect(), ..Match::default() }),
        exclude: None,
        platforms: Vec::new(),
        tag_only: None,
        authorities,
        rules,
    };
    let metadata = Metadata { name, version: None, description: None };
    work.made.policies.push((position, ImagePolicy { metadata, spec }));
}

struct Making<'m, 'f, 's> {
    position: usize,
    document: &'m ForeignDocument<'s>,
    supplied: &'m Supplied<'s>,
    roots: &'m mut Roots<'f>,
    work: &'m mut Work,
    authorities: BTreeMap<Name, model::Authority>,
    /// Names of authorities of the controller.
    names: BTreeSet<Name>,
}

impl Making<'_, '_, '_> {
    fn rules(&mut self, spec: &Spec) -> Vec<Rule> {
        let mut alternatives = Vec::new();
        for (position, one) in spec.authorities.iter().enumerate() {
            let name = self.name(position, one);
            let all = self.checks(&format!("spec.authorities[{position}]"), &name, one);
            alternatives.push(Alternative { name, all });
        }
        self.scope(spec);
        let mut rules = vec![rule("authorities", simplest(alternatives))];
        if let Some(policy) = &spec.policy {
            let detail = format!("the policy of the whole in `{}` is not taken", policy.language);
            self.work.not_taken(self.document, "spec.policy", &detail, Some(WRITE_IT_ANEW));
            rules.push(rule("policy", failing(detail)));
        }
        rules
    }

    /// What is said of the objects that the policy is about.
    fn scope(&mut self, spec: &Spec) {
        if !spec.matches.is_empty() {
            let detail = "the policy is taken to be about every object with these images, of \
                          whatever kind and with whatever labels";
            self.work.inexact(self.document, "spec.match", detail);
        }
    }

    /// A name for the authority: its own if it can be one here, and is not taken.
    fn name(&mut self, position: usize, one: &Authority) -> Name {
        let own = Name::try_from(one.name.clone()).ok();
        let mut tries = own.into_iter().chain([
            Name::numbered("authority", position),
            Name::numbered("authority-of-the-list", position),
        ]);
        let name = tries.find(|name| !self.names.contains(name));
        let name = name.unwrap_or_else(|| Name::numbered("authority-at", position));
        self.names.insert(name.clone());
        name
    }

    fn checks(&mut self, path: &str, name: &Name, one: &Authority) -> Vec<Check> {
        if let Some(fixed) = &one.fixed {
            let action = match fixed.action.as_str() {
                "pass" => StaticAction::Pass,
                _ => StaticAction::Fail,
            };
            let message = Some(fixed.message.clone()).filter(|text| !text.trim().is_empty());
            return vec![Check(Box::new(Family::Static(StaticRule { action, message })))];
        }
        let made = authorities(self.position, one, self.supplied, self.roots);
        let made = match made {
            Ok(made) => made,
            Err(Untaken { path: place, detail, help }) => {
                self.work.not_taken(self.document, &format!("{path}.{place}"), &detail, help);
                return vec![Check(Box::new(failing(detail)))];
            }
        };
        self.remarks(path, one, &made);
        let require = Requirement::AnyOf(self.register(name, made));
        if one.attestations.is_empty() {
            return vec![Check(Box::new(Family::Signature(SignatureRule {
                require,
                signed_identity: Some(SignedIdentity::SameDigest),
                annotations: BTreeMap::new(),
                scope: Some(Scope::Index),
            })))];
        }
        self.attestations(path, one, &require)
    }

    /// Each wanted attestation must be there, and one that fits is enough for each.
    fn attestations(&mut self, path: &str, one: &Authority, require: &Requirement) -> Vec<Check> {
        let mut checks = Vec::new();
        for (position, wanted) in one.attestations.iter().enumerate() {
            let path = format!("{path}.attestations[{position}]");
            let family = match PredicateType::try_from(wanted.predicate_type.clone()) {
                Ok(predicate_type) => Family::Attestation(Box::new(AttestationRule {
                    predicate_type,
                    require: require.clone(),
                    select: Some(Select::Any),
                    time: None,
                    max_age: None,
                    subject_name: None,
                    scope: Some(Scope::Index),
                    conditions: Vec::new(),
                })),
                Err(detail) => {
                    let place = format!("{path}.predicateType");
                    self.work.not_taken(self.document, &place, &detail, None);
                    failing(detail)
                }
            };
            checks.push(Check(Box::new(family)));
            if let Some(policy) = &wanted.policy {
                let detail = format!(
                    "the policy of the attestation `{}` in `{}` is not taken",
                    wanted.name, policy.language
                );
                let place = format!("{path}.policy");
                self.work.not_taken(self.document, &place, &detail, Some(WRITE_IT_ANEW));
                checks.push(Check(Box::new(failing(detail))));
            }
        }
        checks
    }

    fn remarks(&mut self, path: &str, one: &Authority, made: &[model::Authority]) {
        if one.keyless.as_ref().and_then(|keyless| keyless.insecure_ignore_sct) == Some(true) {
            let detail = "a certificate has to prove here that it was logged, all the same";
            self.work.inexact(self.document, &format!("{path}.keyless.insecureIgnoreSCT"), detail);
        }
        let any = |one: &model::Authority| {
            one.keyless.as_ref().is_some_and(|keyless| keyless.any_repository == Some(true))
        };
        if made.iter().any(any) {
            let detail = "the issuer vouches for builds and no source repository is asked for: a \
                          reusable workflow's name is shared by all who call it";
            self.work.inexact(self.document, &format!("{path}.keyless.identities"), detail);
        }
        for (position, source) in one.sources.iter().enumerate() {
            if !source.oci.is_empty() || source.tag_prefix.is_some() {
                let detail = "signatures count wherever they were found; gather them from there";
                let path = format!("{path}.source[{position}]");
                self.work.inexact(self.document, &path, detail);
            }
        }
    }

    /// Keeps the authorities; of several, each has a name of its own.
    fn register(&mut self, name: &Name, made: Vec<model::Authority>) -> Vec<Name> {
        let several = made.len() > 1;
        let mut names = Vec::new();
        for (position, one) in made.into_iter().enumerate() {
            let name = match several {
                true => Name::numbered(name.as_str(), position),
                false => name.clone(),
            };
            self.authorities.insert(name.clone(), one);
            names.push(name);
        }
        names
    }

    /// The authorities. Where two have one key they are one party, as one of them is enough.
    fn finish(self) -> BTreeMap<Name, model::Authority> {
        let mut authorities = self.authorities;
        let pems = authorities.values().filter_map(|one| one.key.as_ref()?.pem.as_deref());
        let squeezed: Vec<String> =
            pems.map(|pem| pem.chars().filter(|c| !c.is_whitespace()).collect()).collect();
        if squeezed.iter().collect::<BTreeSet<_>>().len() < squeezed.len() {
            let party = Name::of("signers");
            authorities.values_mut().for_each(|one| one.party = Some(party.clone()));
        }
        authorities
    }
}

const WRITE_IT_ANEW: &str = "write it anew as `where` of an `attestation` rule, or as a `config` rule, in a policy of our own";

fn failing(message: String) -> Family {
    Family::Static(StaticRule { action: StaticAction::Fail, message: Some(message) })
}

/// The plainest family that means the same: signatures of one of several are one rule.
fn simplest(mut alternatives: Vec<Alternative>) -> Family {
    let mut names = Vec::new();
    for alternative in &alternatives {
        let only = match alternative.all.as_slice() {
            [Check(family)] => Some(&**family),
            _ => None,
        };
        let Some(Family::Signature(rule)) = only else {
            names.clear();
            break;
        };
        names.extend(rule.require.authorities().iter().cloned());
    }
    if !names.is_empty() {
        return Family::Signature(SignatureRule {
            require: Requirement::AnyOf(names),
            signed_identity: Some(SignedIdentity::SameDigest),
            annotations: BTreeMap::new(),
            scope: Some(Scope::Index),
        });
    }
    match alternatives.as_mut_slice() {
        [only] if only.all.len() == 1 => match only.all.pop() {
            Some(Check(family)) => *family,
            None => Family::Alternatives(AlternativesRule { at_least: None, of: alternatives }),
        },
        _ => Family::Alternatives(AlternativesRule { at_least: None, of: alternatives }),
    }
}

fn rule(id: &'static str, family: Family) -> Rule {
    Rule {
        id: Name::of(id),
        mode: None,
        modes: Vec::new(),
        severity: None,
        controls: Vec::new(),
        message: None,
        matches: None,
        family,
    }
}
