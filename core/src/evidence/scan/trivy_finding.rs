//! One finding of Trivy (`pkg/types/vulnerability.go` in aquasecurity/trivy, and
//! `pkg/types/types.go` in aquasecurity/trivy-db).

use std::borrow::Cow;

use serde::Deserializer;

use super::Status;
use super::rating::{Cvss, CvssVersion, own_word, tenths};
use super::said::{Listener, Said, tell, tell_date, tell_text};
use crate::evidence::Severity;
use crate::evidence::json::{Elements, Members, Value};

/// Trivy's words for severities, in the order of its numbers for them. It has no `negligible`.
const SEVERITIES: [Severity; 5] =
    [Severity::Unknown, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

pub(super) struct Vulnerability<'l, L>(pub(super) &'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Vulnerability<'_, L> {
    const KNOWN: &'static [&'static str] = &[
        "VulnerabilityID",
        "VendorIDs",
        "PkgName",
        "PkgPath",
        "PkgIdentifier",
        "InstalledVersion",
        "FixedVersion",
        "Status",
        "SeveritySource",
        "PrimaryURL",
        "Severity",
        "VendorSeverity",
        "CVSS",
        "PublishedDate",
    ];

    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        self.0.opens(first)
    }

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let listener = &mut *self.0;
        match key {
            "VulnerabilityID" => tell_text(listener, value, Said::Id),
            "PkgName" => tell_text(listener, value, Said::Package),
            "PkgPath" => tell_text(listener, value, Said::Location),
            "InstalledVersion" => tell_text(listener, value, Said::Installed),
            "FixedVersion" => tell_text(listener, value, Said::Fixed),
            "SeveritySource" => tell_text(listener, value, Said::SeveritySource),
            "PrimaryURL" => tell_text(listener, value, Said::Url),
            "PublishedDate" => tell_date(listener, value, Said::Published),
            "VendorIDs" => value.list(&mut VendorIds(listener)).map(drop),
            "PkgIdentifier" => value.object(&mut Identifier(listener)).map(drop),
            "VendorSeverity" => value.object(&mut VendorSeverities(listener)).map(drop),
            "CVSS" => value.object(&mut Ratings(listener)).map(drop),
            "Severity" => match value.text()?.and_then(|word| own_word(&word, &SEVERITIES)) {
                Some(severity) => tell(listener, Said::Severity(severity)),
                None => Ok(()),
            },
            _ => match value.text()?.and_then(|word| Status::of(&word)) {
                Some(status) => {
                    tell(listener, Said::FixState(status.into()))?;
                    tell(listener, Said::Status(status))
                }
                None => Ok(()),
            },
        }
    }
}

struct VendorIds<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Elements<'de> for VendorIds<'_, L> {
    fn element<D: Deserializer<'de>>(&mut self, value: Value<'_, 'de, D>) -> Result<(), D::Error> {
        tell_text(self.0, value, Said::Alias)
    }
}

struct Identifier<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Identifier<'_, L> {
    const KNOWN: &'static [&'static str] = &["PURL"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        tell_text(self.0, value, Said::Purl)
    }
}

/// Severities by source, as numbers.
struct VendorSeverities<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for VendorSeverities<'_, L> {
    const KNOWN: &'static [&'static str] = &[];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        value.skip()
    }

    fn unknown<D: Deserializer<'de>>(
        &mut self,
        source: &Cow<'de, str>,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let number = value.number()?.and_then(|number| usize::try_from(number).ok());
        let severity = number.and_then(|number| SEVERITIES.get(number)).copied();
        let severity = severity.unwrap_or(Severity::Unknown);
        tell(self.0, Said::SeverityBy(source.clone(), severity))
    }
}

/// Ratings by source.
struct Ratings<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Ratings<'_, L> {
    const KNOWN: &'static [&'static str] = &[];

    fn member<D: Deserializer<'de>>(
        &mut self,
        _: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        value.skip()
    }

    fn unknown<D: Deserializer<'de>>(
        &mut self,
        source: &Cow<'de, str>,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let mut by_version = ByVersion::default();
        value.object(&mut by_version)?;
        let ByVersion { v2, v3, v4 } = by_version;
        let rated = [(CvssVersion::V2, v2), (CvssVersion::V3_1, v3), (CvssVersion::V4_0, v4)];
        for (version, (score_tenths, vector)) in rated {
            if score_tenths.is_none() && vector.is_none() {
                continue;
            }
            let version = match vector.as_deref().and_then(CvssVersion::of_vector) {
                Some(CvssVersion::V3_0) if version == CvssVersion::V3_1 => CvssVersion::V3_0,
                _ => version,
            };
            let source = source.clone();
            tell(self.0, Said::Cvss(Cvss { source, version, score_tenths, vector }))?;
        }
        Ok(())
    }
}

type Rating<'de> = (Option<u16>, Option<Cow<'de, str>>);

#[derive(Default)]
struct ByVersion<'de> {
    v2: Rating<'de>,
    v3: Rating<'de>,
    v4: Rating<'de>,
}

impl<'de> Members<'de> for ByVersion<'de> {
    const KNOWN: &'static [&'static str] =
        &["V2Vector", "V3Vector", "V40Vector", "V2Score", "V3Score", "V40Score"];

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        let rating = match key {
            "V2Vector" | "V2Score" => &mut self.v2,
            "V3Vector" | "V3Score" => &mut self.v3,
            _ => &mut self.v4,
        };
        if key.ends_with("Score") {
            rating.0 = value.decimal(tenths)?.flatten();
        } else {
            rating.1 = value.text()?.filter(|vector| !vector.is_empty());
        }
        Ok(())
    }
}

/// A finding that was set aside, with why (`pkg/types/finding.go`).
pub(super) struct Modified<'l, L> {
    listener: &'l mut L,
    /// Whether it is called something else than a vulnerability.
    pub(super) is_other: bool,
}

impl<'l, L> Modified<'l, L> {
    pub(super) fn new(listener: &'l mut L) -> Self {
        Self { listener, is_other: false }
    }
}

impl<'de, L: Listener<'de>> Members<'de> for Modified<'_, L> {
    const KNOWN: &'static [&'static str] = &["Type", "Status", "Statement", "Source", "Finding"];

    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        self.listener.opens(first)
    }

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        match key {
            "Type" => {
                let kind = value.text()?.unwrap_or_default();
                self.is_other = matches!(&*kind, "misconfiguration" | "secret" | "license");
                Ok(())
            }
            "Status" => match value.text()?.and_then(|word| Status::of(&word)) {
                Some(status) => tell(self.listener, Said::SetAside(status)),
                None => Ok(()),
            },
            "Statement" => match value.text()?.filter(|text| !text.is_empty()) {
                Some(text) => tell(self.listener, Said::SetAsideReason(text)),
                None => Ok(()),
            },
            "Finding" => value.object(&mut Inner(self.listener)).map(drop),
            // Where the rule came from; only its type is checked.
            _ => value.text().map(drop),
        }
    }
}

/// A finding inside of another object, whose start is the one that counts.
struct Inner<'l, L>(&'l mut L);

impl<'de, L: Listener<'de>> Members<'de> for Inner<'_, L> {
    const KNOWN: &'static [&'static str] = <Vulnerability<'_, L> as Members<'_>>::KNOWN;

    fn member<D: Deserializer<'de>>(
        &mut self,
        key: &'static str,
        value: Value<'_, 'de, D>,
    ) -> Result<(), D::Error> {
        Vulnerability(&mut *self.0).member(key, value)
    }
}
