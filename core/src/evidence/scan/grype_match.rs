//! One match of Grype (`grype/presenter/models/match.go`, `vulnerability.go` and `package.go` in
//! anchore/grype).

use std::borrow::Cow;

use serde::Deserializer;

use super::grype_rating::{KnownExploited, Likelihoods, OldRating, Ratings};
use super::rating::{CvssVersion, own_word};
use super::said::{Listener, Said, tell, tell_date, tell_text};
use super::{FixState, Status};
use crate::evidence::json::{Elements, Members, Value};
use crate::evidence::{EvidenceErrorKind, Severity};

/// Grype's words for severities.
const SEVERITIES: [Severity; 6] = Severity::WORST_FIRST;

pub(super) struct Match<'l, L> {
    listener: &'l mut L,
    has_vulnerability: bool,
}

impl<'l, L> Match<'l, L> {
    pub(super) fn new(listener: &'l mut L) -> Self {
        Self { listener, has_vulnerability: false }
    }

    pub(super) fn read<'de, D: Deserializer<'de>>(
        listener: &'l mut L,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error>
    where
        L: Listener<'de>,
    {
        let mut one = Self::new(listener);
        value.object_that(&mut one, |one| match one.has_vulnerability {
            true => Ok(()),
            false => Err((
                EvidenceErrorKind::Unsupported,
                "a match without `vulnerability`, as in a report of xeol, which is not about \
                 vulnerabilities",
            )),
        })
    }
}

impl<'de, L: Listener<'de>> Members<'de> for Match<'_, L> {
    const KNOWN: &'static [&'static str] =
        &["vulnerability", "relatedVulnerabilities", "artifact", "appliedIgnoreRules"];

    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        self.listener.opens(first)
    }

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let listener = &mut *self.listener;
        match key {
            "vulnerability" => {
                let mut own = Vulnerability::new(listener, true);
                self.has_vulnerability = value.object(&mut own)?;
                own.finish()
            }
            "relatedVulnerabilities" => value.list(&mut Related(listener)).map(drop),
            "artifact" => value.object(&mut Artifact(listener)).map(drop),
            _ => value.objects(&mut IgnoreRules(listener)).map(drop),
        }
    }
}

/// Other records of the same issue, such as the CVE of an advisory.
struct Related<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for Related<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        let mut related = Vulnerability::new(self.0, false);
        value.object(&mut related)?;
        related.finish()
    }
}

/// A record of a vulnerability: the match's own, or a related one.
struct Vulnerability<'l, 'de, L> {
    listener: &'l mut L,
    is_own: bool,
    severity: Option<Severity>,
    /// Whose record it is, such as `debian:distro:debian:11`.
    namespace: Cow<'de, str>,
}

impl<'l, 'de, L: Listener<'de>> Vulnerability<'l, 'de, L> {
    fn new(listener: &'l mut L, is_own: bool) -> Self {
        Self { listener, is_own, severity: None, namespace: Cow::Borrowed("") }
    }

    /// Tells what needs several members: the severity by its source.
    fn finish<E: serde::de::Error>(self) -> Result<(), E> {
        let Self { listener, is_own, severity, namespace } = self;
        let source = provider(namespace);
        if is_own {
            if let Some(severity) = severity {
                tell(listener, Said::Severity(severity))?;
            }
            if !source.is_empty() {
                tell(listener, Said::SeveritySource(source.clone()))?;
            }
        }
        match severity {
            Some(severity) if !source.is_empty() => {
                tell(listener, Said::SeverityBy(source, severity))
            }
            _ => Ok(()),
        }
    }
}

/// The provider of a namespace: what stands before its first colon.
fn provider(namespace: Cow<'_, str>) -> Cow<'_, str> {
    match namespace {
        Cow::Borrowed(text) => Cow::Borrowed(text.split(':').next().unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.split(':').next().unwrap_or_default().to_owned()),
    }
}

impl<'de, L: Listener<'de>> Members<'de> for Vulnerability<'_, 'de, L> {
    const KNOWN: &'static [&'static str] = &[
        "id",
        "dataSource",
        "namespace",
        "severity",
        "cvss",
        "cvssV2",
        "cvssV3",
        "epss",
        "knownExploited",
        "fix",
        "fixedInVersion",
    ];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let listener = &mut *self.listener;
        match key {
            "id" if self.is_own => tell_text(listener, value, Said::Id),
            "id" => tell_text(listener, value, Said::Alias),
            "namespace" => {
                self.namespace = value.text()?.unwrap_or_default();
                Ok(())
            }
            "severity" => {
                self.severity = value.text()?.and_then(|word| own_word(&word, &SEVERITIES));
                Ok(())
            }
            "cvss" => value.list(&mut Ratings(listener)).map(drop),
            "cvssV2" => OldRating::tell(listener, CvssVersion::V2, value),
            "cvssV3" => OldRating::tell(listener, CvssVersion::V3_1, value),
            "epss" => value.list(&mut Likelihoods(listener)).map(drop),
            "knownExploited" => value.list(&mut KnownExploited(listener)).map(drop),
            "dataSource" if self.is_own => tell_text(listener, value, Said::Url),
            "fix" if self.is_own => value.object(&mut Fix(listener)).map(drop),
            "fixedInVersion" if self.is_own => tell_text(listener, value, Said::Fixed),
            _ => value.skip(),
        }
    }
}

struct Fix<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Fix<'_, L> {
    const KNOWN: &'static [&'static str] = &["versions", "state", "available"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "versions" => {
                let mut versions = Versions(Vec::new());
                value.list(&mut versions)?;
                match versions.joined() {
                    Some(versions) => tell(self.0, Said::Fixed(versions)),
                    None => Ok(()),
                }
            }
            "state" => match value.text()? {
                Some(word) => tell(self.0, Said::FixState(FixState::of(&word))),
                None => Ok(()),
            },
            _ => value.objects(&mut Available(self.0)).map(drop),
        }
    }
}

/// Fixed versions.
struct Versions<'de>(Vec<Cow<'de, str>>);

impl<'de> Versions<'de> {
    fn joined(mut self) -> Option<Cow<'de, str>> {
        match self.0.len() {
            0 | 1 => self.0.pop(),
            _ => Some(Cow::Owned(self.0.join(", "))),
        }
    }
}

impl<'de> Elements<'de> for Versions<'de> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        self.0.extend(value.text()?.filter(|version| !version.trim().is_empty()));
        Ok(())
    }
}

struct Available<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Available<'_, L> {
    const KNOWN: &'static [&'static str] = &["date"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        tell_date(self.0, value, Said::FixAvailable)
    }
}

/// The package that was matched.
struct Artifact<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Artifact<'_, L> {
    const KNOWN: &'static [&'static str] = &["name", "version", "purl", "locations"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "name" => tell_text(self.0, value, Said::Package),
            "version" => tell_text(self.0, value, Said::Installed),
            "purl" => tell_text(self.0, value, Said::Purl),
            _ => value.objects(&mut Locations(self.0)).map(drop),
        }
    }
}

struct Locations<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Locations<'_, L> {
    const KNOWN: &'static [&'static str] = &["path"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        tell_text(self.0, value, Said::Location)
    }
}

/// The rules by which a match was ignored.
struct IgnoreRules<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for IgnoreRules<'_, L> {
    const KNOWN: &'static [&'static str] = &["vex-status", "vex-justification", "reason"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let Some(text) = value.text()?.filter(|text| !text.is_empty()) else { return Ok(()) };
        match (key, Status::of(&text)) {
            ("vex-status", Some(status)) => tell(self.0, Said::SetAside(status)),
            ("vex-status", None) => Ok(()),
            _ => tell(self.0, Said::SetAsideReason(text)),
        }
    }
}
