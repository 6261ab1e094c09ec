//! Reports of OSV-Scanner (`pkg/models/results.go` in google/osv-scanner; the advisories are as
//! the OSV schema says, <https://ossf.github.io/osv-schema/>).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserializer;

use super::document::{Document, StoredOs};
use super::osv_advisory::Advisory;
use super::report::text;
use super::store::{Keeper, Span, Stored, Texts};
use super::{MAX_ALIASES, MAX_RESULTS};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// `results`: what was found, by source.
pub(super) struct Results<'d>(pub(super) &'d mut Document);

impl<'de> Elements<'de> for Results<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let position = self.0.targets.len();
        if position >= MAX_RESULTS {
            let detail = format!("more than {MAX_RESULTS} results");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        self.0.targets.push(Span::default());
        let mut source = Source { document: self.0, kind: Span::default(), path: Span::default() };
        value.object(&mut OneResult(&mut source))?;
        let Source { kind, path, .. } = source;
        if let Some(slot) = self.0.targets.get_mut(position) {
            *slot = path;
        }
        // The first source that is not an image stands for the whole.
        if position == 0 || self.0.artifact_type() == "docker" {
            self.0.artifact_type = kind;
        }
        Ok(())
    }
}

/// One source, and what was found in it.
struct OneResult<'s, 'd>(&'s mut Source<'d>);

impl<'de> Members<'de> for OneResult<'_, '_> {
    const KNOWN: &'static [&'static str] = &["source", "packages"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "source" => value.object(self.0).map(drop),
            _ => value.list(&mut Packages(self.0.document)).map(drop),
        }
    }
}

struct Source<'d> {
    document: &'d mut Document,
    kind: Span,
    path: Span,
}

impl<'de> Members<'de> for Source<'_> {
    const KNOWN: &'static [&'static str] = &["path", "type"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let text = text(&mut self.document.texts, value)?;
        match key {
            "path" => self.path = text,
            _ => self.kind = text,
        }
        Ok(())
    }
}

/// `image_metadata`, which only a scan of an image has (since version 2).
pub(super) struct ImageMetadata<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for ImageMetadata<'_> {
    const KNOWN: &'static [&'static str] = &["os"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let family = text(&mut self.0.texts, value)?;
        self.0.os = Some(StoredOs { family, ..StoredOs::default() });
        Ok(())
    }
}

struct Packages<'d>(&'d mut Document);

impl<'de> Elements<'de> for Packages<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        value.object_that(&mut OnePackage::new(self.0), OnePackage::finish)
    }
}

/// A package, and its advisories until it is known which package it is and which of them are
/// one issue.
struct OnePackage<'d> {
    document: &'d mut Document,
    name: Span,
    version: Span,
    ecosystem: Span,
    found: Vec<(Stored, Vec<Span>, Vec<[Span; 3]>)>,
    groups: Vec<Vec<Span>>,
}

impl<'d> OnePackage<'d> {
    fn new(document: &'d mut Document) -> Self {
        let empty = Span::default();
        let (found, groups) = (Vec::new(), Vec::new());
        Self { document, name: empty, version: empty, ecosystem: empty, found, groups }
    }

    /// Joins what stands in several members: which package the advisories are about, and which
    /// of them are one issue.
    fn finish(&mut self) -> Result<(), (EvidenceErrorKind, &'static str)> {
        let Self { document, name, version, ecosystem, found, groups } = self;
        document.listed.packages = document.listed.packages.saturating_add(1);
        document.listed.groups = document.listed.groups.saturating_add(groups.len());
        let by_id = by_id(&document.texts, groups);
        let mut joined = Vec::with_capacity(found.len());
        let mut work = document.aliases.len();
        for (stored, aliases, fixes) in found.drain(..) {
            let texts = &document.texts;
            let mut aliases = aliases;
            let own = by_id.get(texts.text(stored.id)).into_iter().flatten();
            for group in own.filter_map(|position| groups.get(*position)) {
                // A group is copied for each of its members: many large ones would fill any room.
                work = work.saturating_add(group.len());
                if work > MAX_ALIASES {
                    return Err((EvidenceErrorKind::TooLarge, "more aliases than are read"));
                }
                aliases.extend(group);
            }
            texts.distinct(stored.id, &mut aliases);
            let fixed = fixed(texts, &fixes, *name, *ecosystem);
            joined.push((stored, aliases, fixed));
        }
        for (stored, aliases, fixed) in joined {
            let fixed = document.texts.keep(Cow::Owned(fixed));
            let fixed = fixed.ok_or((EvidenceErrorKind::TooLarge, "more text than is read"))?;
            let stored = Stored { package: *name, installed: *version, fixed, ..stored };
            document.add(stored, &aliases);
        }
        Ok(())
    }
}

/// The positions of the groups that hold an id.
fn by_id<'t>(texts: &'t Texts, groups: &[Vec<Span>]) -> BTreeMap<&'t str, BTreeSet<usize>> {
    let mut by_id: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (position, group) in groups.iter().enumerate() {
        for id in group.iter().map(|id| texts.text(*id)).filter(|id| !id.is_empty()) {
            by_id.entry(id).or_default().insert(position);
        }
    }
    by_id
}

/// The versions that fix a package, with commas between them.
fn fixed(texts: &Texts, fixes: &[[Span; 3]], name: Span, ecosystem: Span) -> String {
    let (name, ecosystem) = (texts.text(name), texts.text(ecosystem));
    let fixes = fixes.iter().map(|parts| parts.map(|part| texts.text(part)));
    let own = fixes
        .filter(|[of, system, _]| *of == name && is_same_ecosystem(system, ecosystem))
        .map(|[_, _, version]| version);
    own.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// Whether two ecosystems are one: a release such as that of `Debian:12` is compared where both
/// name one.
fn is_same_ecosystem(a: &str, b: &str) -> bool {
    let base = |text| str::split(text, ':').next().unwrap_or_default().to_owned();
    a == b || (base(a) == base(b) && (!a.contains(':') || !b.contains(':')))
}

impl<'de> Members<'de> for OnePackage<'_> {
    const KNOWN: &'static [&'static str] = &["package", "vulnerabilities", "groups"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "package" => value.object(&mut Name(self)).map(drop),
            "vulnerabilities" => value.list(&mut Advisories(self)).map(drop),
            _ => value.list(&mut Groups(self)).map(drop),
        }
    }
}

struct Name<'p, 'd>(&'p mut OnePackage<'d>);

impl<'de> Members<'de> for Name<'_, '_> {
    const KNOWN: &'static [&'static str] = &["name", "version", "ecosystem"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let text = text(&mut self.0.document.texts, value)?;
        match key {
            "name" => self.0.name = text,
            "version" => self.0.version = text,
            _ => self.0.ecosystem = text,
        }
        Ok(())
    }
}

struct Advisories<'p, 'd>(&'p mut OnePackage<'d>);

impl<'de> Elements<'de> for Advisories<'_, '_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let value = self.0.document.room(value, self.0.found.len())?;
        let document = &mut *self.0.document;
        let result = document.targets.len().saturating_sub(1);
        let mut keeper = Keeper::new(&mut document.texts, result);
        let mut advisory = Advisory::new(&mut keeper);
        value.object(&mut advisory)?;
        advisory.finish()?;
        self.0.found.push(keeper.done());
        Ok(())
    }
}

/// Advisories that are one issue.
struct Groups<'p, 'd>(&'p mut OnePackage<'d>);

impl<'de> Elements<'de> for Groups<'_, '_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut group = Group { document: self.0.document, ids: Vec::new() };
        value.object(&mut group)?;
        let ids = group.ids;
        self.0.groups.push(ids);
        Ok(())
    }
}

struct Group<'d> {
    document: &'d mut Document,
    ids: Vec<Span>,
}

impl<'de> Members<'de> for Group<'_> {
    const KNOWN: &'static [&'static str] = &["ids", "aliases"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        value.list(self).map(drop)
    }
}

impl<'de> Elements<'de> for Group<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let id = text(&mut self.document.texts, value)?;
        self.ids.push(id);
        Ok(())
    }
}
