//! `vulnerabilities`: what scanners found is within bounds.

mod attested;
mod bounds;
mod feeds;
mod groups;
mod listing;
mod reports;
mod rows;
mod summary;
mod vex;
mod waivers;

use std::sync::Arc;

use super::case::{Case, Judgement};
use super::exceptions::CompiledException;
use super::requirement::Parties;
use super::scope;
use crate::decision::{Counts, Detail, Reason};
use crate::evidence::Platform;
use crate::facts::PlatformFacts;
use crate::policy::model::{CountBy, IgnoredVulnerability, SeverityFrom, VulnerabilitiesRule};
use crate::reasons::Code;
use crate::reference::PatternIndex;
use bounds::Bounds;
use feeds::Feeds;
use groups::{counts, groups};
use reports::Bound;
use rows::{Row, rows};
use vex::Statements;
use waivers::Waivers;

pub use summary::{Levels, ScanSummary, counting_rule, summary};

#[derive(Debug)]
pub(super) struct Compiled {
    rule: VulnerabilitiesRule,
    max: Option<Bounds>,
    fixable: Option<Bounds>,
    published: Option<Bounds>,
    ignored: Vec<Ignored>,
    from: Source,
    vex: Option<Source>,
}

/// Whose evidence counts.
#[derive(Debug)]
pub(super) enum Source {
    /// What the caller vouches for.
    Caller,
    /// Signed statements of these.
    Attested(Parties),
}

/// An entry of the ignore list.
#[derive(Debug)]
struct Ignored {
    entry: IgnoredVulnerability,
    images: Option<PatternIndex>,
    /// What a finding is told by that it keeps from counting.
    why: Arc<str>,
}

/// What a rule looks at beside the reports.
struct Beside<'a> {
    waivers: Waivers<'a>,
    feeds: Feeds<'a>,
}

impl Compiled {
    pub(super) fn new(rule: &VulnerabilitiesRule, from: Source, vex: Option<Source>) -> Self {
        Self {
            from,
            vex,
            max: rule.max.as_ref().map(Bounds::new),
            fixable: rule.fixable.as_ref().map(|fixable| Bounds::new(&fixable.limits())),
            published: rule.published.as_ref().map(|published| Bounds::new(&published.max)),
            ignored: rule.ignore.iter().map(Ignored::new).collect(),
            rule: rule.clone(),
        }
    }

    pub(super) fn judge(
        &self,
        platforms: &[Platform],
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        let feeds = match Feeds::new(&self.rule, case) {
            Ok(feeds) => feeds,
            Err(reason) => return reason.into(),
        };
        let waivers = Waivers {
            ignored: self.ignored_here(case),
            filters: &self.rule.accept_filters,
            exceptions,
        };
        let beside = Beside { waivers, feeds };
        let mut whole = Judgement::default();
        whole.reasons = case.each_platform(platforms, |case, facts| {
            let own = self.platform(case, facts, &beside);
            whole.counts = worse(whole.counts, own.counts);
            whole.used.extend(own.used);
            listing::join(&mut whole.findings, own.findings, case.listed);
            own.reasons
        });
        whole
    }

    fn platform(
        &self,
        case: &mut Case<'_>,
        facts: &PlatformFacts,
        beside: &Beside<'_>,
    ) -> Judgement {
        let bound = match reports::bound(&self.rule, &self.from, case, facts) {
            Ok(bound) => bound,
            Err(reason) => return reason.into(),
        };
        let statements = Statements::new(&self.rule, self.vex.as_ref(), case, facts);
        let mut judgement = Judgement::default();
        for one in reports::latest_by_scanner(&bound) {
            let mut reasons = self.freshness(case, one);
            self.findings(case, one, &statements, beside, &mut reasons, &mut judgement);
            if reasons.is_empty() {
                let scanner = one.report.scanner().to_owned();
                reasons.push(Reason::new(Code::VulnerabilitiesWithin).found(scanner));
            }
            let reasons = reasons.into_iter().map(|reason| reason.from_evidence(one.digest));
            judgement.reasons.extend(reasons);
        }
        judgement.reasons.extend(self.missing_scanners(&bound));
        judgement
    }

    fn findings(
        &self,
        case: &mut Case<'_>,
        one: &Bound<'_>,
        statements: &Statements<'_>,
        beside: &Beside<'_>,
        reasons: &mut Vec<Reason>,
        judgement: &mut Judgement,
    ) {
        let report = one.report.document();
        let from = self.rule.severity_from.unwrap_or(SeverityFrom::Scanner);
        let mut counted: Vec<Row<'_>> = rows(report, from).collect();
        reasons.extend(self.denied(&counted));
        let waived = beside.waivers.take(&mut counted, report, from, statements, judgement);
        reasons.extend(self.end_of_life(one));
        self.bounds(case, &counted, &beside.feeds, reasons);
        judgement.counts = worse(judgement.counts, Some(counts(&counted)));
        let listed = listing::listed(&counted, &waived, case.listed);
        listing::join(&mut judgement.findings, listed, case.listed);
    }

    fn bounds(
        &self,
        case: &mut Case<'_>,
        counted: &[Row<'_>],
        feeds: &Feeds<'_>,
        reasons: &mut Vec<Reason>,
    ) {
        let by = self.rule.count_by.unwrap_or(CountBy::VulnerabilityAndPackage);
        if let Some(bounds) = &self.max {
            reasons.extend(bounds.over(counted, by, Code::VulnerabilitiesTooMany, ""));
        }
        if let (Some(bounds), Some(rule)) = (&self.fixable, &self.rule.fixable) {
            let grace = rule.grace.clone().unwrap_or_default();
            let due = |row: &Row<'_>, case: &mut Case<'_>| {
                row.ranked.is_fixable && bounds::is_due(row, &grace, case)
            };
            let due: Vec<Row<'_>> = counted.iter().copied().filter(|row| due(row, case)).collect();
            let code = Code::VulnerabilitiesTooManyFixable;
            reasons.extend(bounds.over(&due, by, code, "fixable "));
        }
        if let (Some(bounds), Some(rule)) = (&self.published, &self.rule.published) {
            let old: Vec<Row<'_>> =
                counted.iter().copied().filter(|row| bounds::is_old(row, rule, case)).collect();
            let kind = format!("published more than {} ago of severity ", rule.before);
            reasons.extend(bounds.over(&old, by, Code::VulnerabilitiesPublished, &kind));
        }
        let is_rated = !self.rule.cvss.is_empty()
            || self.rule.epss.is_some()
            || self.rule.known_exploited.is_some();
        let all = if is_rated { groups(counted, by) } else { Vec::new() };
        for bound in &self.rule.cvss {
            reasons.extend(bounds::cvss(bound, &all));
        }
        if let Some(bound) = &self.rule.epss {
            reasons.extend(bounds::epss(bound, &all, feeds));
        }
        if let Some(limit) = self.rule.known_exploited {
            reasons.extend(bounds::known_exploited(limit, &all, feeds));
        }
    }

    /// Findings that nothing waives.
    fn denied(&self, rows: &[Row<'_>]) -> Option<Reason> {
        if self.rule.deny.is_empty() {
            return None;
        }
        let is_denied = |row: &Row<'_>| self.rule.deny.iter().any(|id| row.is_called(id));
        let denied: Vec<Row<'_>> = rows.iter().copied().filter(is_denied).collect();
        let denied = groups(&denied, CountBy::VulnerabilityAndPackage);
        let denied: Vec<_> = denied.iter().collect();
        (!denied.is_empty()).then(|| {
            Reason::new(Code::VulnerabilitiesDenied)
                .found(bounds::list(&denied))
                .expected("none that the policy denies")
        })
    }

    fn end_of_life(&self, one: &Bound<'_>) -> Option<Reason> {
        self.rule.end_of_life?;
        let expected = "an operating system that is maintained";
        let reason = |code| Reason::new(code).expected(expected);
        match one.report.os() {
            Some(os) if os.is_end_of_life => {
                let found = format!("{} {}", os.family, os.name);
                Some(reason(Code::VulnerabilitiesEndOfLife).found(found))
            }
            Some(os) if !os.family.is_empty() && os.family != "none" => None,
            _ => Some(reason(Code::VulnerabilitiesEndOfLifeUnknown)),
        }
    }

    fn freshness(&self, case: &mut Case<'_>, bound: &Bound<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for (limit, date, code) in [
            (self.rule.max_age, bound.oldest(), Code::VulnerabilitiesScanTooOld),
            (self.rule.database_max_age, bound.database_at, Code::VulnerabilitiesDatabaseTooOld),
        ] {
            let Some(limit) = limit else { continue };
            let expected = format!("not older than {limit}");
            match bounds::too_old(date, limit.seconds(), case) {
                Ok(false) => {}
                Ok(true) => {
                    let found = date.map_or_else(|| Detail::from("no date"), Detail::Time);
                    reasons.push(Reason::new(code).found(found).expected(expected));
                }
                Err(reason) => reasons.push(reason.expected(expected)),
            }
        }
        reasons
    }

    fn missing_scanners(&self, bound: &[Bound<'_>]) -> Option<Reason> {
        let required = self.rule.require_scanners.as_deref().unwrap_or_default();
        let missing: Vec<&str> = required
            .iter()
            .map(|name| name.as_str())
            .filter(|name| !bound.iter().any(|one| one.report.scanner() == *name))
            .collect();
        (!missing.is_empty()).then(|| {
            Reason::new(Code::VulnerabilitiesScannerMissing)
                .found("no report of it")
                .expected(Detail::list(missing))
        })
    }

    /// The entries of the ignore list that hold for this image now.
    fn ignored_here(&self, case: &mut Case<'_>) -> Vec<&Ignored> {
        let mut found = Vec::with_capacity(self.ignored.len());
        for ignored in &self.ignored {
            let images = ignored.images.as_ref();
            let here = images.is_none_or(|images| images.matches(case.reference).is_some());
            if here && !case.is_past(ignored.entry.expires) {
                found.push(ignored);
            }
        }
        found
    }
}

impl Ignored {
    fn new(entry: &IgnoredVulnerability) -> Self {
        let images = (!entry.images.is_empty()).then(|| PatternIndex::new(&entry.images));
        let why = format!("ignored until {}: {}", entry.expires, entry.reason).into();
        Self { images, why, entry: entry.clone() }
    }

    /// Whether it is about a package.
    fn holds_in(&self, package: &str) -> bool {
        let packages = &self.entry.packages;
        packages.is_empty() || scope::any(packages, package).is_some()
    }
}

/// The worst platform's counts stand for the image.
fn worse(a: Option<Counts>, b: Option<Counts>) -> Option<Counts> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.row > a.row { b } else { a }),
        (a, b) => a.or(b),
    }
}
