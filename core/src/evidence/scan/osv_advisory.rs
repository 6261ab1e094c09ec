//! One advisory as OSV-Scanner reports it (OSV schema, <https://ossf.github.io/osv-schema/>),
//! and the lists of severities that in-toto's predicates share with it.

use std::borrow::Cow;

use serde::Deserializer;

use super::rating::{Cvss, judged, word};
use super::said::{Listener, Said, tell, tell_date, tell_text};
use crate::evidence::Severity;
use crate::evidence::json::{Elements, Members, Value};

/// An advisory. Its severity is the word that its database publishes, else the worst of what its
/// vectors and scores say: OSV-Scanner itself chooses none.
pub(super) struct Advisory<'l, L> {
    listener: &'l mut L,
    word: Option<Severity>,
    worst: Option<Severity>,
}

impl<'l, L> Advisory<'l, L> {
    pub(super) fn new(listener: &'l mut L) -> Self {
        Self { listener, word: None, worst: None }
    }

    /// Tells what needs several members: the severity.
    pub(super) fn finish<'de, E: serde::de::Error>(self) -> Result<(), E>
    where
        L: Listener<'de>,
    {
        match self.word.or(self.worst) {
            Some(severity) => tell(self.listener, Said::Severity(severity)),
            None => Ok(()),
        }
    }
}

impl<'de, L: Listener<'de>> Members<'de> for Advisory<'_, L> {
    const KNOWN: &'static [&'static str] =
        &["id", "aliases", "published", "severity", "affected", "database_specific"];

    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        self.listener.opens(first)
    }

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let Self { listener, word, worst } = self;
        match key {
            "id" => tell_text(*listener, value, Said::Id),
            "published" => tell_date(*listener, value, Said::Published),
            "aliases" => value.list(&mut Aliases(*listener)).map(drop),
            "severity" => {
                let source = Some("osv");
                value.list(&mut Severities { listener: *listener, source, worst }).map(drop)
            }
            "affected" => value.list(&mut Affected { listener: *listener, worst }).map(drop),
            _ => value.object(&mut DatabaseSpecific(word)).map(drop),
        }
    }
}

struct Aliases<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for Aliases<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        tell_text(self.0, value, Said::Alias)
    }
}

/// What a database adds to the schema: GitHub's writes its own word for the severity.
struct DatabaseSpecific<'s>(&'s mut Option<Severity>);

impl<'de> Members<'de> for DatabaseSpecific<'_> {
    const KNOWN: &'static [&'static str] = &["severity"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let text = value.word()?.filter(|text| !text.is_empty());
        *self.0 = text.map(|text| word(&text).unwrap_or(Severity::Unknown));
        Ok(())
    }
}

/// The packages that are affected, each with the versions that fix it.
struct Affected<'s, L> {
    listener: &'s mut L,
    worst: &'s mut Option<Severity>,
}

impl<'de, L: Listener<'de>> Elements<'de> for Affected<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut one = OneAffected {
            listener: self.listener,
            worst: self.worst,
            package: Package::default(),
            versions: Vec::new(),
        };
        value.object(&mut one)?;
        let OneAffected { package, versions, listener, .. } = one;
        for version in versions {
            let Package { name, ecosystem } = package.clone();
            tell(listener, Said::FixOf { name, ecosystem, version })?;
        }
        Ok(())
    }
}

struct OneAffected<'s, 'de, L> {
    listener: &'s mut L,
    worst: &'s mut Option<Severity>,
    package: Package<'de>,
    versions: Vec<Cow<'de, str>>,
}

#[derive(Clone, Default)]
struct Package<'de> {
    name: Cow<'de, str>,
    ecosystem: Cow<'de, str>,
}

impl<'de, L: Listener<'de>> Members<'de> for OneAffected<'_, 'de, L> {
    const KNOWN: &'static [&'static str] = &["package", "severity", "ranges"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "package" => value.object(&mut self.package).map(drop),
            "severity" => {
                let Self { listener, worst, .. } = self;
                let source = Some("osv");
                value.list(&mut Severities { listener: *listener, source, worst }).map(drop)
            }
            _ => value.list(&mut Ranges(&mut self.versions)).map(drop),
        }
    }
}

impl<'de> Members<'de> for Package<'de> {
    const KNOWN: &'static [&'static str] = &["name", "ecosystem"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let text = value.text()?.unwrap_or_default();
        match key {
            "name" => self.name = text,
            _ => self.ecosystem = text,
        }
        Ok(())
    }
}

struct Ranges<'v, 'de>(&'v mut Vec<Cow<'de, str>>);

impl<'de> Elements<'de> for Ranges<'_, 'de> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut range = Range { is_git: false, fixed: Vec::new() };
        value.object(&mut range)?;
        // The events of a Git range are commits, not versions.
        if !range.is_git {
            self.0.append(&mut range.fixed);
        }
        Ok(())
    }
}

struct Range<'de> {
    is_git: bool,
    fixed: Vec<Cow<'de, str>>,
}

impl<'de> Members<'de> for Range<'de> {
    const KNOWN: &'static [&'static str] = &["type", "events"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "type" => self.is_git = value.text()?.is_some_and(|kind| kind == "GIT"),
            _ => {
                value.objects(&mut Events(&mut self.fixed))?;
            }
        }
        Ok(())
    }
}

struct Events<'v, 'de>(&'v mut Vec<Cow<'de, str>>);

impl<'de> Members<'de> for Events<'_, 'de> {
    const KNOWN: &'static [&'static str] = &["fixed"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        self.0.extend(value.text()?.filter(|version| !version.trim().is_empty()));
        Ok(())
    }
}

/// A list of severities, each by its own method, and the worst of them.
pub(super) struct Severities<'s, L> {
    pub(super) listener: &'s mut L,
    /// Who rated, where the format has no place for it but the method.
    pub(super) source: Option<&'static str>,
    pub(super) worst: &'s mut Option<Severity>,
}

impl<'de, L: Listener<'de>> Elements<'de> for Severities<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut one = OneSeverity::default();
        value.object(&mut one)?;
        let OneSeverity { method, score } = one;
        let (severity, cvss) = judged(method.clone(), &score);
        *self.worst = (*self.worst).max(Some(severity));
        let is_rating = cvss.is_some();
        if let Some(cvss) = cvss {
            let source = self.source.map_or(cvss.source, Cow::Borrowed);
            tell(self.listener, Said::Cvss(Cvss { source, ..cvss }))?;
        }
        match (is_rating, self.source) {
            (true, Some(_)) => Ok(()),
            _ => tell(self.listener, Said::SeverityBy(method, severity)),
        }
    }
}

#[derive(Default)]
struct OneSeverity<'de> {
    method: Cow<'de, str>,
    score: Cow<'de, str>,
}

impl<'de> Members<'de> for OneSeverity<'de> {
    const KNOWN: &'static [&'static str] = &["method", "type", "score"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "score" => self.score = value.word()?.unwrap_or_default(),
            _ => self.method = value.text()?.unwrap_or_default(),
        }
        Ok(())
    }
}
