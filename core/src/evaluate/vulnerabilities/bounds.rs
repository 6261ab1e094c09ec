//! Bounds: how many findings of which kind are too many.

use jiff::Timestamp;

use super::feeds::Feeds;
use super::groups::{Group, groups, levels, worst};
use super::rows::Row;
use crate::decision::{Detail, Reason};
use crate::evaluate::case::Case;
use crate::evidence::Severity;
use crate::evidence::scan::CvssVersion;
use crate::policy::model::{
    CountBy, CvssLevel, CvssLimit, EpssLimit, Grace, Limit, PublishedLimits, SeverityLimits,
};
use crate::reasons::Code;

/// Most findings that one reason lists.
const SHOWN: usize = 5;

/// The bound of each level.
#[derive(Debug)]
pub(super) struct Bounds([(Severity, Option<u32>); 6]);

impl Bounds {
    /// Each level's own bound, else that of the next milder bounded one; `unknown` without one
    /// is bounded like `high`.
    pub(super) fn new(limits: &SeverityLimits) -> Self {
        let own = [
            (Severity::Negligible, limits.negligible),
            (Severity::Low, limits.low),
            (Severity::Medium, limits.medium),
            (Severity::High, limits.high),
            (Severity::Critical, limits.critical),
            (Severity::Unknown, limits.unknown),
        ];
        let mut milder = None;
        let mut high = None;
        Self(own.map(|(severity, limit)| {
            let limit = match severity {
                Severity::Unknown => limit.or(high),
                _ => limit.or(milder),
            };
            milder = limit;
            if severity == Severity::High {
                high = limit;
            }
            (severity, limit.and_then(at_most))
        }))
    }

    /// A reason for each level with more than its bound, worst first.
    pub(super) fn over(
        &self,
        rows: &[Row<'_>],
        by: CountBy,
        code: Code,
        kind: &str,
    ) -> Vec<Reason> {
        let counts = levels(rows, by);
        let is_over = |(severity, most): &&(Severity, Option<u32>)| {
            let count = counts.iter().find(|(level, _)| level == severity);
            most.is_some_and(|most| count.is_some_and(|(_, count)| exceeds(*count, most)))
        };
        let mut over = self.0.iter().rev().filter(is_over).peekable();
        if over.peek().is_none() {
            return Vec::new();
        }
        let groups = groups(rows, by);
        let reason = |(severity, most): &(Severity, Option<u32>)| {
            let level: Vec<&Group<'_>> =
                groups.iter().filter(|group| group.severity == *severity).collect();
            let (items, shown) = worst(&level, SHOWN);
            let found = Detail::Findings {
                count: u64::try_from(level.len()).unwrap_or(u64::MAX),
                severity: *severity,
                more: u64::try_from(level.len().saturating_sub(shown)).unwrap_or(u64::MAX),
                items,
            };
            let most = most.unwrap_or_default();
            let expected = format!("at most {most} {kind}{}", severity.name());
            Reason::new(code).found(found).expected(expected)
        };
        over.map(reason).collect()
    }
}

/// Whether the time to take up a row's fix is over.
pub(super) fn is_due(row: &Row<'_>, grace: &Grace, case: &mut Case<'_>) -> bool {
    let time = match row.severity() {
        Severity::Critical => grace.critical,
        Severity::High => grace.high,
        Severity::Medium => grace.medium,
        Severity::Low => grace.low,
        Severity::Negligible => grace.negligible,
        Severity::Unknown => grace.unknown,
    };
    let seen = || case.history.first_seen.get(row.name()).copied();
    let since = || row.fixed_since().or_else(seen);
    let Some((time, since)) = time.and_then(|time| Some((time, since()?))) else { return true };
    // A date in the future would be grace without end.
    case.is_older(since, time.seconds()).unwrap_or(true)
}

/// Whether a row was published longer ago than the bound allows; one without a date was.
pub(super) fn is_old(row: &Row<'_>, bound: &PublishedLimits, case: &mut Case<'_>) -> bool {
    match row.finding().published_at() {
        None => true,
        Some(date) => case.is_older(date, bound.before.seconds()).unwrap_or(true),
    }
}

/// Findings with a published score that is too high, and those without one.
pub(super) fn cvss(bound: &CvssLimit, groups: &[Group<'_>]) -> Vec<Reason> {
    let score = |row: &Row<'_>| -> Option<u32> {
        let own = row.finding().cvss().filter(|cvss| {
            source_is(&cvss.source, bound.source.as_str())
                && match bound.version {
                    CvssLevel::V2 => cvss.version == CvssVersion::V2,
                    CvssLevel::V3 => {
                        matches!(cvss.version, CvssVersion::V3_0 | CvssVersion::V3_1)
                    }
                    CvssLevel::V4 => cvss.version == CvssVersion::V4_0,
                }
        });
        own.filter_map(|cvss| cvss.score_tenths).map(u32::from).max()
    };
    let level = format!("CVSS of {} at {} or more", bound.source, bound.at_least);
    scored(
        groups,
        score,
        bound.at_least.units(),
        (bound.max, bound.unknown.unwrap_or(bound.max)),
        (Code::VulnerabilitiesCvss, Code::VulnerabilitiesCvssUnknown),
        &level,
    )
}

/// Whether a report's name for a source is the policy's; Grype adds an address, as in
/// `nvd@nist.gov`.
fn source_is(found: &str, wanted: &str) -> bool {
    found == wanted || found.split_once('@').is_some_and(|(name, _)| name == wanted)
}

/// Findings that are too likely to be exploited, and those of which that is not known.
pub(super) fn epss(bound: &EpssLimit, groups: &[Group<'_>], feeds: &Feeds<'_>) -> Vec<Reason> {
    let (least, by_score) = match (bound.score, bound.percentile) {
        (Some(score), _) => (score, true),
        (None, Some(percentile)) => (percentile, false),
        // The loader asks for one of them; without any, every score counts.
        (None, None) => return vec![Reason::new(Code::VulnerabilitiesEpssUnknown)],
    };
    let value = |row: &Row<'_>| -> Option<u32> {
        let own = row.finding().epss().and_then(|epss| match by_score {
            true => Some(epss.score_millionths),
            false => epss.percentile_millionths,
        });
        let fed =
            feeds.epss(row).map(|(score, percentile)| if by_score { score } else { percentile });
        // Of two answers the worse counts.
        own.max(fed)
    };
    let level = format!("EPSS {} {least} or more", if by_score { "score" } else { "percentile" });
    scored(
        groups,
        value,
        least.units(),
        (bound.max, bound.unknown.unwrap_or(bound.max)),
        (Code::VulnerabilitiesEpss, Code::VulnerabilitiesEpssUnknown),
        &level,
    )
}

/// Known exploited findings over the bound, or that it cannot be known.
pub(super) fn known_exploited(
    limit: Limit,
    groups: &[Group<'_>],
    feeds: &Feeds<'_>,
) -> Vec<Reason> {
    let Some(most) = at_most(limit) else { return Vec::new() };
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for group in groups {
        let answers: Vec<Option<bool>> = group
            .rows
            .iter()
            .map(|row| match (row.finding().known_exploited(), feeds.known_exploited(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (own, fed) => own.or(fed),
            })
            .collect();
        if answers.contains(&Some(true)) {
            known.push(group);
        } else if answers.contains(&None) {
            unknown.push(group);
        }
    }
    let mut reasons = Vec::new();
    if exceeds(known.len(), most) {
        let expected = format!("at most {most} known to be exploited");
        let code = Code::VulnerabilitiesKnownExploited;
        reasons.push(Reason::new(code).found(list(&known)).expected(expected));
    }
    if !unknown.is_empty() {
        let code = Code::VulnerabilitiesExploitationUnknown;
        let expected = "a report or a feed that knows";
        reasons.push(Reason::new(code).found(list(&unknown)).expected(expected));
    }
    reasons
}

fn scored(
    groups: &[Group<'_>],
    score: impl Fn(&Row<'_>) -> Option<u32>,
    least: u32,
    (max, unknown): (Limit, Limit),
    (over, not_known): (Code, Code),
    level: &str,
) -> Vec<Reason> {
    let worst = |group: &Group<'_>| group.rows.iter().filter_map(&score).max();
    let high: Vec<&Group<'_>> =
        groups.iter().filter(|group| worst(group).is_some_and(|score| score >= least)).collect();
    let none: Vec<&Group<'_>> = groups.iter().filter(|group| worst(group).is_none()).collect();
    let mut reasons = Vec::new();
    for (code, groups, limit, what) in [
        (over, high, max, format!("with {level}")),
        (not_known, none, unknown, format!("without a known {level}")),
    ] {
        if let Some(most) = at_most(limit).filter(|most| exceeds(groups.len(), *most)) {
            let expected = format!("at most {most} {what}");
            reasons.push(Reason::new(code).found(list(&groups)).expected(expected));
        }
    }
    reasons
}

pub(super) fn list(groups: &[&Group<'_>]) -> Detail {
    let (items, shown) = worst(groups, SHOWN);
    let more = groups.len().saturating_sub(shown);
    Detail::List { items, more: u64::try_from(more).unwrap_or(u64::MAX) }
}

fn at_most(limit: Limit) -> Option<u32> {
    match limit {
        Limit::AtMost(most) => Some(most),
        Limit::Unlimited => None,
    }
}

fn exceeds(count: usize, most: u32) -> bool {
    u64::try_from(count).unwrap_or(u64::MAX) > u64::from(most)
}

/// Whether a moment is known and past the age that is allowed.
pub(super) fn too_old(
    date: Option<Timestamp>,
    seconds: u64,
    case: &mut Case<'_>,
) -> Result<bool, Reason> {
    match date {
        None => Err(Reason::new(Code::EvidenceUndated)),
        Some(date) => case.is_older(date, seconds),
    }
}
