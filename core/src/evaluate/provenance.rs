//! `provenance`: SLSA provenance of the named authorities says how the image was built.

use std::sync::Arc;

use regex::Regex;

use super::attestation::unmet;
use super::case::{Case, Judgement, code};
use super::condition;
use super::statements::{Statement, Statements, Terms, Words};
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::evidence::predicate::slsa::{Material, Provenance, SourceUri, V0_2, V1};
use crate::evidence::predicate::{ValuePath, clip, time_place};
use crate::facts::Authority;
use crate::policy::model::{Builder, ProvenanceRule, Scope, Select, SourceReference};
use crate::reasons::Code;

/// Where git keeps tags.
const TAGS: &str = "refs/tags/";

/// Most materials or sources that one reason names.
const SHOWN: usize = 5;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: ProvenanceRule,
    statements: Statements,
    parameters: Vec<condition::Compiled>,
    allowed: Option<Vec<Regex>>,
}

impl Compiled {
    pub(super) fn new(
        rule: &ProvenanceRule,
        authorities: Vec<(Arc<Authority>, String)>,
    ) -> Result<Self, String> {
        let mut types = Vec::new();
        for kind in [V1, V0_2] {
            let place = time_place(kind).map(|place| ValuePath::try_from(place.to_owned()));
            types.push((kind.to_owned(), place.transpose()?));
        }
        let statements = Statements::new(Terms {
            require: &rule.require,
            authorities,
            types,
            select: rule.select.unwrap_or(Select::Latest),
            max_age: rule.max_age,
            identity: rule.subject_name.as_ref(),
            scope: rule.scope.unwrap_or(Scope::IndexOrPlatforms),
            words: Words {
                verified: Code::ProvenanceVerified,
                missing: Code::ProvenanceMissing,
                untrusted: Code::ProvenanceUntrusted,
                too_few: Code::ProvenanceTooFew,
                too_old: Code::ProvenanceTooOld,
                one: "SLSA provenance".to_owned(),
                several: "SLSA provenance".to_owned(),
            },
        });
        let allowed = rule.materials.as_ref().and_then(|materials| materials.allow.as_ref());
        let allowed =
            allowed.map(|all| all.iter().map(|regex| regex.compile()).collect::<Result<_, _>>());
        Ok(Self {
            rule: rule.clone(),
            statements,
            parameters: condition::Compiled::all(&rule.parameters)?,
            allowed: allowed.transpose()?,
        })
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        self.statements.judge(platforms, case, &|case, statement| self.check(case, statement))
    }

    fn check(&self, case: &mut Case<'_>, statement: &Statement<'_>) -> Vec<Reason> {
        let read = Provenance::read(statement.predicate_type, statement.predicate);
        let provenance = match read {
            Ok(provenance) => provenance,
            Err(error) => return vec![Reason::new(code(error.kind)).found(error.to_string())],
        };
        let mut reasons: Vec<Reason> = [
            self.builder(&provenance),
            self.source(&provenance),
            self.reference(&provenance),
            same(Code::ProvenanceBuildType, &self.rule.build_type, &provenance.build_type),
            same(Code::ProvenanceWorkflow, &self.rule.workflow, &provenance.workflow),
        ]
        .into_iter()
        .flatten()
        .collect();
        let parameters = provenance.parameters.as_deref().unwrap_or("null");
        reasons.extend(unmet(&self.parameters, parameters, Code::ProvenanceParameters, case));
        reasons.extend(self.materials(&provenance.materials));
        reasons
    }

    fn builder(&self, provenance: &Provenance) -> Option<Reason> {
        if self.rule.builders.is_empty() {
            return None;
        }
        let found = provenance.builder.as_deref().unwrap_or_default();
        let own: Vec<&Builder> =
            self.rule.builders.iter().filter(|builder| is_builder(builder, found)).collect();
        let Some(least) = self.rule.min_level.filter(|_| !own.is_empty()) else {
            return own.is_empty().then(|| {
                let names = self.rule.builders.iter().map(builder_name);
                Reason::new(Code::ProvenanceBuilder)
                    .found(shown(provenance.builder.as_deref(), "no builder"))
                    .expected(Detail::List { items: names.collect(), more: 0 })
            });
        };
        // A builder that two entries name has the lower of their levels.
        let level = own.iter().map(|builder| builder.level.unwrap_or(0)).min().unwrap_or(0);
        (level < least).then(|| {
            Reason::new(Code::ProvenanceLevel)
                .found(format!("`{}`, listed with level {level}", clip(found)))
                .expected(format!("level {least} or more"))
        })
    }

    /// Every place that names a source must name one of those that the rule names.
    fn source(&self, provenance: &Provenance) -> Option<Reason> {
        if self.rule.sources.is_empty() {
            return None;
        }
        let is_named = |uri: &str| {
            let source = SourceUri::parse(uri);
            source.is_some_and(|source| self.rule.sources.contains(&source.repository))
        };
        let uris = || provenance.sources.iter().map(|source| source.uri.as_str());
        if uris().next().is_some() && uris().all(is_named) {
            return None;
        }
        let other = uris().find(|uri| !is_named(uri));
        let items = self.rule.sources.iter().map(ToString::to_string).collect();
        Some(
            Reason::new(Code::ProvenanceSource)
                .found(shown(other, "no source"))
                .expected(Detail::List { items, more: 0 }),
        )
    }

    /// Every place that names a reference must name the one that the rule asks for; for a branch,
    /// a tag may be on it.
    fn reference(&self, provenance: &Provenance) -> Option<Reason> {
        let wanted = self.rule.reference.as_ref()?;
        let mut found = Vec::new();
        for source in &provenance.sources {
            let in_uri = SourceUri::parse(&source.uri).and_then(|uri| uri.reference);
            found.extend(in_uri.into_iter().chain(source.reference.clone()));
        }
        let tagged_on = provenance.tagged_on.as_deref();
        let is_wanted = |found: &String| {
            is_reference(wanted, found)
                || (found.starts_with(TAGS) && tagged_on.is_some_and(|on| is_branch(wanted, on)))
        };
        if !found.is_empty() && found.iter().all(is_wanted) {
            return None;
        }
        let other = found.iter().find(|one| !is_wanted(one));
        let expected = match wanted {
            SourceReference::Exact(text) => format!("`{text}`"),
            SourceReference::Branch(glob) => format!("the branch `{glob}`"),
            SourceReference::Tag(glob) => format!("the tag `{glob}`"),
            SourceReference::VersionedTag(version) => format!("a tag of the version `{version}`"),
        };
        let found = shown(other.map(String::as_str), "no reference");
        Some(Reason::new(Code::ProvenanceRef).found(found).expected(expected))
    }

    fn materials(&self, materials: &[Material]) -> Vec<Reason> {
        let Some(rule) = &self.rule.materials else { return Vec::new() };
        let mut reasons = Vec::new();
        let has_digest = |one: &&Material| one.digests.values().any(|value| !value.is_empty());
        for wanted in &rule.required {
            let mut own = materials.iter().filter(|one| one.uri.as_deref() == Some(wanted));
            if !own.any(|one| has_digest(&one)) {
                reasons.push(missing(format!("no `{wanted}` with a digest"), wanted.clone()));
            }
        }
        let needs_some = rule.digests || self.allowed.is_some();
        if needs_some && materials.is_empty() {
            reasons.push(missing("no materials".to_owned(), "a list of materials".to_owned()));
        }
        if rule.digests {
            let without = materials.iter().filter(|one| !has_digest(one));
            if let Some(list) = listed(without) {
                let reason = Reason::new(Code::ProvenanceMaterialMissing).found(list);
                reasons.push(reason.expected("a digest of each material"));
            }
        }
        if let Some(allowed) = &self.allowed {
            let is_allowed = |one: &&Material| {
                one.uri.as_ref().is_some_and(|uri| allowed.iter().any(|regex| regex.is_match(uri)))
            };
            if let Some(list) = listed(materials.iter().filter(|one| !is_allowed(one))) {
                let patterns = rule.allow.iter().flatten().map(ToString::to_string).collect();
                let expected = Detail::List { items: patterns, more: 0 };
                let reason = Reason::new(Code::ProvenanceMaterialNotAllowed).found(list);
                reasons.push(reason.expected(expected));
            }
        }
        reasons
    }
}

fn missing(found: String, expected: String) -> Reason {
    Reason::new(Code::ProvenanceMaterialMissing).found(found).expected(expected)
}

/// Whether a builder's id is that of a provenance.
fn is_builder(builder: &Builder, found: &str) -> bool {
    let suffix = found.strip_prefix(builder.id.as_str()).and_then(|rest| rest.strip_prefix('@'));
    match (&builder.version, suffix) {
        (None, None) => found == builder.id,
        // An id that names a version is that version alone; and a branch is no version: whoever
        // may push to it would be the builder.
        (None, Some(suffix)) => {
            let version = suffix.strip_prefix(TAGS).unwrap_or(suffix);
            !builder.id.contains('@') && !version.is_empty() && !version.starts_with("refs/")
        }
        (Some(version), suffix) => suffix.is_some_and(|suffix| {
            suffix == version || suffix.strip_prefix(TAGS) == Some(version.as_str())
        }),
    }
}

fn builder_name(builder: &Builder) -> String {
    match &builder.version {
        Some(version) => format!("{}@{version}", builder.id),
        None => builder.id.clone(),
    }
}

/// Whether a branch is asked for, and this one.
fn is_branch(wanted: &SourceReference, found: &str) -> bool {
    let name = found.strip_prefix("refs/heads/");
    match wanted {
        SourceReference::Branch(glob) => name.is_some_and(|name| glob.matches(name)),
        _ => false,
    }
}

fn is_reference(wanted: &SourceReference, found: &str) -> bool {
    let tag = found.strip_prefix(TAGS);
    match wanted {
        SourceReference::Exact(text) => text == found,
        SourceReference::Branch(_) => is_branch(wanted, found),
        SourceReference::Tag(glob) => tag.is_some_and(|name| glob.matches(name)),
        SourceReference::VersionedTag(version) => tag.is_some_and(|name| version.matches(name)),
    }
}

/// A text that must be equal where it is asked for.
fn same(failure: Code, wanted: &Option<String>, found: &Option<String>) -> Option<Reason> {
    let wanted = wanted.as_ref()?;
    if found.as_ref() == Some(wanted) {
        return None;
    }
    let found = shown(found.as_deref(), "none");
    Some(Reason::new(failure).found(found).expected(format!("`{wanted}`")))
}

fn shown(text: Option<&str>, absent: &'static str) -> Detail {
    match text {
        Some(text) => format!("`{}`", clip(text)).into(),
        None => absent.into(),
    }
}

/// The first of some materials; `None` where there are none.
fn listed<'m>(materials: impl Iterator<Item = &'m Material>) -> Option<Detail> {
    let mut all: Vec<String> = materials
        .map(|one| one.uri.as_deref().map_or("a material without `uri`".into(), clip).into_owned())
        .collect();
    if all.is_empty() {
        return None;
    }
    all.sort();
    let more = u64::try_from(all.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
    all.truncate(SHOWN);
    Some(Detail::List { items: all, more })
}
