use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Deny, Duration, EvidenceSource, Fraction, Name, NameGlob, Score};
use crate::reference::ImagePattern;

/// `vulnerabilities`: what scanners found is within bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VulnerabilitiesRule {
    /// Where reports come from.
    pub from: EvidenceSource,
    /// Oldest scan that counts; the loader refuses a rule without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
    pub max_age: Option<Duration>,
    /// Oldest vulnerability database that a scan may have used; a report that does not say fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_max_age: Option<Duration>,
    /// Scanners whose reports count, such as `trivy`; absent: every one that is understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanners: Option<Vec<Name>>,
    /// Scanners each of which must have reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_scanners: Option<Vec<Name>>,
    /// Whose severity counts; absent: `scanner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_from: Option<SeverityFrom>,
    /// What counts as one; absent: `vulnerabilityAndPackage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_by: Option<CountBy>,
    /// Most findings of each severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<SeverityLimits>,
    /// Most findings of each severity for which a fixed version exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixable: Option<FixableLimits>,
    /// Most findings with a CVSS score or more, as published by a named source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<CvssLimit>,
    /// Most findings that are likely to be exploited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<EpssLimit>,
    /// Most findings that are known to be exploited. Where neither the report nor a feed can
    /// know, the rule fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_exploited: Option<Limit>,
    /// Most findings that have been public for long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedLimits>,
    /// `deny`: the operating system is still maintained, and known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of_life: Option<Deny>,
    /// Findings with these ids fail the rule; nothing waives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// Findings that never count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoredVulnerability>,
    /// The scanner's own filters that are accepted, by the name that the report gives them; what
    /// another one set aside counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept_filters: Vec<NameGlob>,
    /// Statements that a finding does not affect the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vex: Option<VexRule>,
    /// Feeds that the caller hands in; one that is named must be there and fresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feeds: Option<FeedRules>,
    /// How a report must name the image; absent: by manifest or by config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_by: Option<BindBy>,
}

impl VulnerabilitiesRule {
    /// Whether it bounds nothing.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let given = |limits: &SeverityLimits| *limits != SeverityLimits::default();
        !(self.max.as_ref().is_some_and(given)
            || self.fixable.as_ref().is_some_and(|fixable| given(&fixable.limits()))
            || !self.cvss.is_empty()
            || self.epss.is_some()
            || self.known_exploited.is_some()
            || self.published.is_some()
            || self.end_of_life.is_some()
            || !self.deny.is_empty())
    }
}

/// A bound: a count, or `unlimited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// This many at most.
    AtMost(u32),
    /// No bound.
    Unlimited,
}

/// Most findings by severity. A level above a bounded one and without a bound of its
/// own has the same bound; `unknown` without one is bounded like `high`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeverityLimits {
    /// Of severity critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Limit>,
    /// Of severity high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Limit>,
    /// Of severity medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Limit>,
    /// Of severity low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Limit>,
    /// Of severity negligible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negligible: Option<Limit>,
    /// Of unknown severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Limit>,
}

/// Most findings by severity for which a fixed version exists; levels inherit as in `max`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FixableLimits {
    /// Of severity critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Limit>,
    /// Of severity high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Limit>,
    /// Of severity medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Limit>,
    /// Of severity low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Limit>,
    /// Of severity negligible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negligible: Option<Limit>,
    /// Of unknown severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Limit>,
    /// How long after a fix became available a finding does not count yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Grace>,
}

impl FixableLimits {
    /// The bounds without the grace.
    #[must_use]
    pub fn limits(&self) -> SeverityLimits {
        SeverityLimits {
            critical: self.critical,
            high: self.high,
            medium: self.medium,
            low: self.low,
            negligible: self.negligible,
            unknown: self.unknown,
        }
    }
}

/// Time to take up a fix, by severity; a level without its own has none. It runs from the date at
/// which a fix became available, else from publication, else from when history first saw the
/// finding; without a date there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grace {
    /// For severity critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Duration>,
    /// For severity high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Duration>,
    /// For severity medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Duration>,
    /// For severity low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Duration>,
    /// For severity negligible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negligible: Option<Duration>,
    /// For unknown severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Duration>,
}

/// Whose severity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SeverityFrom {
    /// The one that the scanner chose.
    Scanner,
    /// That of the National Vulnerability Database; without one it is unknown.
    Nvd,
    /// The worst that a distribution or project gives for its own package; without one it is
    /// unknown.
    Vendor,
    /// The worst of all.
    Highest,
}

/// What counts as one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CountBy {
    /// One id, wherever it was found.
    Vulnerability,
    /// One id in one package (name and installed version).
    VulnerabilityAndPackage,
    /// Each row of the report.
    Row,
}

/// Most findings with a CVSS score or more. Scores are taken as published, never computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CvssLimit {
    /// Whose score, by the name that reports use, such as `nvd`.
    pub source: Name,
    /// Of which version of CVSS.
    pub version: CvssLevel,
    /// Scores from here on count.
    pub at_least: Score,
    /// Most findings with such a score.
    pub max: Limit,
    /// Most findings for which the source published no such score; absent: as `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Limit>,
}

/// A version of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CvssLevel {
    /// 2.0.
    V2,
    /// 3.0 and 3.1.
    V3,
    /// 4.0.
    V4,
}

/// Most findings that are likely to be exploited, by EPSS: exactly one of `score` and
/// `percentile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpssLimit {
    /// Probabilities from here on count, such as `"0.1"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Fraction>,
    /// Percentiles from here on count, such as `"0.95"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentile: Option<Fraction>,
    /// Most such findings.
    pub max: Limit,
    /// Most findings without a score; absent: as `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Limit>,
}

/// Most findings that have been public for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishedLimits {
    /// Findings that were published longer ago count; so does one without a date.
    pub before: Duration,
    /// Most such findings of each severity.
    pub max: SeverityLimits,
}

/// A finding that never counts, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IgnoredVulnerability {
    /// The id.
    pub id: String,
    /// Only in these packages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<NameGlob>,
    /// Only in these images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImagePattern>,
    /// Why.
    pub reason: String,
    /// It counts again at and after this time.
    #[serde(with = "super::scalars::required_time")]
    #[cfg_attr(feature = "schema", schemars(with = "super::scalars::TimeText"))]
    pub expires: Timestamp,
}

/// Statements that a finding does not affect the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VexRule {
    /// Whose statements.
    pub from: EvidenceSource,
    /// Oldest statement that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    /// What a statement must name the image by; absent: `digest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_by: Option<VexMatchBy>,
}

/// What a statement must name the image by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum VexMatchBy {
    /// The image's digest.
    Digest,
    /// The image's digest, or its repository and tag.
    Version,
}

/// Feeds that the caller hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeedRules {
    /// FIRST's exploit prediction scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<FeedRule>,
    /// CISA's list of known exploited vulnerabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<FeedRule>,
}

/// A feed that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeedRule {
    /// Oldest feed that counts.
    pub max_age: Duration,
}

/// How a report must name the image it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BindBy {
    /// By the digest of the manifest or index.
    Manifest,
    /// By the digest of the manifest or of the configuration.
    Config,
}
