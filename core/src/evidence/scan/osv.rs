//! Reports of OSV-Scanner (`pkg/models/results.go` in google/osv-scanner; the advisories are as
//! the OSV schema says, <https://ossf.github.io/osv-schema/>).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserializer;

use super::MAX_RESULTS;
use super::document::{Document, StoredOs};
use super::osv_advisory::Advisory;
use super::report::text;
use super::store::{Keeper, Span, Stored};
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
        let mut package = OnePackage::new(self.0);
        value.object(&mut package)?;
        package.finish()
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

    fn finish<E: serde::de::Error>(self) -> Result<(), E> {
        let Self { document, name, version, ecosystem, found, groups } = self;
        document.listed.packages = document.listed.packages.saturating_add(1);
        document.listed.groups = document.listed.groups.saturating_add(groups.len());
        for (mut stored, mut aliases, fixes) in found {
            let texts = &document.texts;
            let id = texts.text(stored.id);
            let group = groups
                .iter()
                .filter(|group| !id.is_empty() && group.iter().any(|one| texts.text(*one) == id));
            aliases.extend(group.flatten());
            texts.distinct(stored.id, &mut aliases);
            let fixes = fixes.iter().filter(|[of, system, _]| {
                texts.text(*of) == texts.text(name)
                    && is_same_ecosystem(texts.text(*system), texts.text(ecosystem))
            });
            let fixes: BTreeSet<&str> = fixes.map(|[_, _, version]| texts.text(*version)).collect();
            let fixed = fixes.into_iter().collect::<Vec<_>>().join(", ");
            if !fixed.is_empty() {
                stored.fixed = document.kept(Cow::Owned(fixed))?;
            }
            document.add(Stored { package: name, installed: version, ..stored }, &aliases);
        }
        Ok(())
    }
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
