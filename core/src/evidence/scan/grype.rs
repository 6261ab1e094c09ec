//! Reports of Grype, 0.7 to 0.96 (`grype/presenter/models` in anchore/grype).

use serde::Deserializer;

use super::document::{Document, StoredDatabase, StoredOs};
use super::grype_match::Match;
use super::report::text;
use super::said::time;
use super::store::{Keeper, Span};
use super::{MAX_RESULTS, Status};
use crate::evidence::EvidenceErrorKind;
use crate::evidence::json::{Elements, Members, Value};

/// `matches`, or `ignoredMatches`: what rules or VEX documents removed.
pub(super) struct Matches<'d> {
    pub(super) document: &'d mut Document,
    pub(super) are_ignored: bool,
}

impl<'de> Elements<'de> for Matches<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let value = self.document.room(value, 0)?;
        let mut keeper = Keeper::new(&mut self.document.texts, 0);
        Match::read(&mut keeper, value)?;
        let (mut stored, aliases, _) = keeper.done();
        match self.are_ignored {
            true => {
                stored.set_aside.get_or_insert(Status::Ignored);
            }
            // A rule beside a match that still counts does not set it aside.
            false => stored.set_aside = None,
        }
        self.document.add(stored, &aliases);
        Ok(())
    }
}

/// `source`: what was scanned.
pub(super) struct Source<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for Source<'_> {
    const KNOWN: &'static [&'static str] = &["type", "target"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "type" => self.0.artifact_type = text(&mut self.0.texts, value)?,
            _ => {
                // Directories and inventories have only a name.
                if let Some(name) = value.text_or_object(&mut Target(self.0))? {
                    self.0.artifact_name = self.0.kept(name)?;
                }
            }
        }
        Ok(())
    }
}

/// An image. Its `manifestDigest` is that of a manifest which Grype made itself: it names
/// nothing in a registry, and is passed over.
struct Target<'d>(&'d mut Document);

impl<'de> Members<'de> for Target<'_> {
    const KNOWN: &'static [&'static str] = &["userInput", "imageID", "repoDigests"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "userInput" => self.0.artifact_name = text(&mut self.0.texts, value)?,
            "imageID" => {
                let id = text(&mut self.0.texts, value)?;
                self.0.config_digest = self.0.digest(id);
            }
            _ => {
                value.list(&mut RepoDigests(self.0))?;
            }
        }
        Ok(())
    }
}

/// Names of the image with a digest.
pub(super) struct RepoDigests<'d>(pub(super) &'d mut Document);

impl<'de> Elements<'de> for RepoDigests<'_> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        if self.0.repo_digests.len() >= MAX_RESULTS {
            let detail = format!("more than {MAX_RESULTS} digests");
            return Err(value.fail(EvidenceErrorKind::TooLarge, detail));
        }
        let name = text(&mut self.0.texts, value)?;
        let digest = self.0.digest(name);
        self.0.repo_digests.extend(digest);
        Ok(())
    }
}

/// `distro`: the operating system; empty names where Grype knows none.
pub(super) struct Distro<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for Distro<'_> {
    const KNOWN: &'static [&'static str] = &["name", "version"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let text = text(&mut self.0.texts, value)?;
        let os = self.0.os.get_or_insert(StoredOs::default());
        match key {
            "name" => os.family = text,
            _ => os.name = text,
        }
        Ok(())
    }
}

/// `descriptor`: the scanner and its database.
pub(super) struct Descriptor<'d>(pub(super) &'d mut Document);

impl<'de> Members<'de> for Descriptor<'_> {
    const KNOWN: &'static [&'static str] = &["name", "version", "timestamp", "db"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "name" => self.0.tool = text(&mut self.0.texts, value)?,
            "version" => self.0.scanner_version = Some(text(&mut self.0.texts, value)?),
            "timestamp" => self.0.created_at = time(value)?,
            _ => {
                let mut database = Database::new(self.0);
                let is_there = value.object(&mut database)?;
                let Database { found, is_valid, knows_exploited, .. } = database;
                // A database that Grype itself calls invalid is as good as none.
                self.0.database = (is_there && is_valid).then_some(found);
                self.0.knows_exploited = knows_exploited;
            }
        }
        Ok(())
    }
}

/// `descriptor.db`: `null` at first, then the state of the database, and since its version 6
/// an object that holds the state beside the providers of its data.
struct Database<'d> {
    document: &'d mut Document,
    found: StoredDatabase,
    is_valid: bool,
    knows_exploited: bool,
}

impl<'d> Database<'d> {
    fn new(document: &'d mut Document) -> Self {
        let found = StoredDatabase { version: Span::default(), built_at: None };
        Self { document, found, is_valid: true, knows_exploited: false }
    }
}

impl<'de> Members<'de> for Database<'_> {
    const KNOWN: &'static [&'static str] =
        &["built", "schemaVersion", "valid", "status", "providers"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "built" => self.found.built_at = time(value)?,
            "schemaVersion" => {
                let version = value.word()?.unwrap_or_default();
                self.found.version = self.document.kept(version)?;
            }
            "valid" => self.is_valid = value.flag()?.unwrap_or(true),
            "status" => {
                value.object(self)?;
            }
            _ => {
                value.object(&mut Providers(&mut self.knows_exploited))?;
            }
        }
        Ok(())
    }
}

/// The providers of the data: without `kev`, the catalogue of known exploited vulnerabilities,
/// that a vulnerability is not marked says nothing.
struct Providers<'f>(&'f mut bool);

impl<'de> Members<'de> for Providers<'_> {
    const KNOWN: &'static [&'static str] = &["kev"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        *self.0 = true;
        value.skip()
    }
}
