//! `vulnerabilities`: what scanners found is within bounds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::case::{Case, Judgement, code, reason};
use super::exceptions::{CompiledException, Waivable};
use super::scope;
use crate::decision::{Counts, Detail, EvidenceRecord, Reason};
use crate::evidence::scan::{Finding, ScanReport};
use crate::evidence::{Platform, Severity};
use crate::facts::PlatformFacts;
use crate::policy::model::{
    BindBy, CountBy, EvidenceSource, Limit, SeverityLimits, VulnerabilitiesRule,
};
use crate::reasons::Code;
use crate::reference::{Digest, PatternIndex};

/// Most findings that one reason lists.
const SHOWN: usize = 5;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: VulnerabilitiesRule,
    ignored_images: Vec<Option<PatternIndex>>,
}

/// A report that is about the manifest in hand.
struct Bound {
    report: ScanReport,
    digest: Digest,
}

/// What is counted: groups of rows, by severity.
type Groups = BTreeMap<Severity, BTreeSet<String>>;

impl Compiled {
    pub(super) fn new(rule: &VulnerabilitiesRule) -> Result<Self, String> {
        if !matches!(rule.from, EvidenceSource::Trust(_)) {
            return Err("reports from attestations are not supported yet; `from: {trust: caller}` \
                        takes them from the caller"
                .to_owned());
        }
        let index = |ignored: &crate::policy::model::IgnoredVulnerability| {
            (!ignored.images.is_empty())
                .then(|| PatternIndex::new(&ignored.images))
                .transpose()
                .map_err(|error| error.to_string())
        };
        let ignored_images = rule.ignore.iter().map(index).collect::<Result<_, _>>()?;
        Ok(Self { rule: rule.clone(), ignored_images })
    }

    pub(super) fn judge(
        &self,
        platforms: &[Platform],
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        let mut counts: Option<Counts> = None;
        let reasons = case.each_platform(platforms, |case, facts| {
            let judgement = self.platform(case, facts, exceptions);
            // The worst platform's counts stand for the image.
            counts = counts.max_by_row(judgement.counts);
            judgement.reasons
        });
        Judgement { reasons, counts }
    }

    fn platform(
        &self,
        case: &mut Case<'_>,
        facts: &PlatformFacts,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        let (bound, refusal) = match self.bound(case, facts) {
            Ok(found) => found,
            Err(reason) => return reason.into(),
        };
        let mut reasons = Vec::new();
        let mut counts: Option<Counts> = None;
        for report in latest_by_scanner(&bound) {
            reasons.extend(self.freshness(case, report));
            let (own, found) = self.findings(case, &report.report, exceptions);
            counts = counts.max_by_row(Some(own));
            reasons.extend(found.into_iter().map(|reason| reason.from_evidence(report.digest)));
        }
        if bound.is_empty() {
            reasons.push(refusal.unwrap_or_else(|| {
                Reason::new(Code::EvidenceMissing)
                    .found("no scan report")
                    .expected("a report that the caller hands in")
            }));
        } else if reasons.is_empty() {
            reasons.push(Reason::new(Code::VulnerabilitiesWithin));
        }
        Judgement { reasons, counts }
    }

    /// The reports about this manifest, and why the first other one is not.
    fn bound(
        &self,
        case: &mut Case<'_>,
        facts: &PlatformFacts,
    ) -> Result<(Vec<Bound>, Option<Reason>), Reason> {
        let mut bound = Vec::new();
        let mut refusal: Option<Reason> = None;
        for vouched in case.evidence.vouched() {
            let refused = match ScanReport::parse(&vouched.bytes) {
                Err(error) => {
                    // A broken report that the caller names for this image must not be
                    // passed over in favour of a better one.
                    let about = vouched.subject;
                    let reason = Reason::new(code(error.kind))
                        .found(error.to_string())
                        .from_evidence(vouched.digest);
                    if about.is_some_and(|digest| digest == facts.digest) {
                        return Err(reason);
                    }
                    reason
                }
                Ok(report) => match self.binding(facts, &report, vouched.subject)? {
                    Ok(by) => {
                        case.records.push(EvidenceRecord {
                            digest: vouched.digest,
                            kind: "scan",
                            accepted_from: Some("caller".to_owned()),
                            bound_by: Some(by),
                            refused: None,
                        });
                        bound.push(Bound { report, digest: vouched.digest });
                        continue;
                    }
                    Err(code) => Reason::new(code).from_evidence(vouched.digest),
                },
            };
            refusal = refusal.or(Some(refused));
        }
        Ok((bound, refusal))
    }

    /// How the report names this manifest, or the code for why it does not.
    fn binding(
        &self,
        facts: &PlatformFacts,
        report: &ScanReport,
        subject: Option<Digest>,
    ) -> Result<Result<&'static str, Code>, Reason> {
        let content = facts.content.as_ref().map_err(reason)?;
        if let Some(scanners) = &self.rule.scanners
            && !scanners.iter().any(|name| name.as_str() == report.scanner())
        {
            return Ok(Err(Code::EvidenceUnsupported));
        }
        if subject.is_some_and(|subject| subject != facts.digest) {
            return Ok(Err(Code::EvidenceWrongSubject));
        }
        if report.repo_digests().contains(&facts.digest) {
            return Ok(Ok("manifest"));
        }
        let by_config = report.config_digest() == Some(content.manifest.config.digest);
        let names_nothing = report.repo_digests().is_empty() && report.config_digest().is_none();
        Ok(match self.rule.bind_by {
            _ if names_nothing && subject.is_some() => Ok("caller"),
            _ if names_nothing => Err(Code::EvidenceUnbound),
            Some(BindBy::Manifest) if by_config => Err(Code::EvidenceUnbound),
            _ if by_config => Ok("config"),
            _ => Err(Code::EvidenceWrongSubject),
        })
    }

    fn freshness(&self, case: &mut Case<'_>, bound: &Bound) -> Option<Reason> {
        let limit = self.rule.max_age?;
        let expected = format!("not older than {}", String::from(limit));
        let Some(created) = bound.report.created_at() else {
            return Some(
                Reason::new(Code::EvidenceUndated)
                    .expected(expected)
                    .from_evidence(bound.digest),
            );
        };
        match case.is_older(created, limit.seconds()) {
            Ok(false) => None,
            Ok(true) => Some(
                Reason::new(Code::VulnerabilitiesScanTooOld)
                    .found(Detail::Time(created))
                    .expected(expected)
                    .from_evidence(bound.digest),
            ),
            Err(reason) => Some(reason.from_evidence(bound.digest)),
        }
    }

    fn findings(
        &self,
        case: &mut Case<'_>,
        report: &ScanReport,
        exceptions: &[&CompiledException],
    ) -> (Counts, Vec<Reason>) {
        let ignored = self.ignored_here(case);
        let by = self.rule.count_by.unwrap_or(CountBy::VulnerabilityAndPackage);
        let mut counted: Vec<(usize, &Finding)> = Vec::new();
        for (row, finding) in report.findings().iter().enumerate() {
            let (id, package) = (report.id(finding), report.package(finding));
            let waivable =
                Waivable { ids: &[id], package, fixable: report.is_fixable(finding) };
            let is_ignored = ignored.iter().any(|position| {
                self.rule.ignore.get(*position).is_some_and(|ignored| {
                    ignored.id == id
                        && (ignored.packages.is_empty() || scope::any(&ignored.packages, package))
                })
            });
            if !is_ignored && !exceptions.iter().any(|exception| exception.waives(&waivable)) {
                counted.push((row, finding));
            }
        }
        let group = |fixable: bool| -> Groups {
            let mut worst: BTreeMap<String, (Severity, String)> = BTreeMap::new();
            for (row, finding) in &counted {
                if fixable && !report.is_fixable(finding) {
                    continue;
                }
                let severity = finding.severity();
                let entry = worst
                    .entry(key(report, finding, by, *row))
                    .or_insert_with(|| (severity, name(report, finding, by)));
                entry.0 = entry.0.max(severity);
            }
            let mut groups = Groups::new();
            for (key, (severity, name)) in worst {
                groups.entry(severity).or_default().insert(match by {
                    CountBy::Row => key,
                    _ => name,
                });
            }
            groups
        };
        let mut reasons = Vec::new();
        let all = Code::VulnerabilitiesTooMany;
        let fixable = Code::VulnerabilitiesTooManyFixable;
        reasons.extend(over(self.rule.max.as_ref(), &group(false), all));
        reasons.extend(over(self.rule.fixable.as_ref(), &group(true), fixable));
        (count(report, &counted), reasons)
    }

    /// Positions in the ignore list that hold for this image now.
    fn ignored_here(&self, case: &mut Case<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        for (position, ignored) in self.rule.ignore.iter().enumerate() {
            let images = self.ignored_images.get(position).and_then(Option::as_ref);
            let here = images.is_none_or(|images| images.matches(case.reference).is_some());
            if here && !case.is_past(ignored.expires) {
                found.push(position);
            }
        }
        found
    }
}

trait MaxByRow {
    fn max_by_row(self, other: Option<Counts>) -> Option<Counts>;
}

impl MaxByRow for Option<Counts> {
    fn max_by_row(self, other: Self) -> Self {
        match (self, other) {
            (Some(a), Some(b)) => Some(if b.row > a.row { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

/// The latest report of each scanner; of several with one date, all of them.
fn latest_by_scanner(bound: &[Bound]) -> Vec<&Bound> {
    let mut latest: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for one in bound {
        let date = latest.entry(one.report.scanner()).or_default();
        *date = (*date).max(one.report.created_at());
    }
    let mut found: Vec<&Bound> = bound
        .iter()
        .filter(|one| {
            // An undated report cannot be shown to be older than any other.
            let date = one.report.created_at();
            date.is_none() || latest.get(one.report.scanner()) == Some(&date)
        })
        .collect();
    found.sort_by_key(|one| one.digest);
    found.dedup_by_key(|one| one.digest);
    found
}

fn key(report: &ScanReport, finding: &Finding, by: CountBy, row: usize) -> String {
    let id = report.id(finding);
    match by {
        CountBy::Vulnerability => id.to_owned(),
        CountBy::VulnerabilityAndPackage => {
            format!("{id}\0{}\0{}", report.package(finding), report.installed(finding))
        }
        CountBy::Row => format!("{} in {} ({row})", id, report.package(finding)),
    }
}

fn name(report: &ScanReport, finding: &Finding, by: CountBy) -> String {
    match by {
        CountBy::Vulnerability => report.id(finding).to_owned(),
        CountBy::VulnerabilityAndPackage | CountBy::Row => format!(
            "{} in {} {}",
            report.id(finding),
            report.package(finding),
            report.installed(finding)
        ),
    }
}

fn count(report: &ScanReport, counted: &[(usize, &Finding)]) -> Counts {
    let distinct = |by| {
        let keys: BTreeSet<String> =
            counted.iter().map(|(row, finding)| key(report, finding, by, *row)).collect();
        u64::try_from(keys.len()).unwrap_or(u64::MAX)
    };
    Counts {
        vulnerability: distinct(CountBy::Vulnerability),
        vulnerability_and_package: distinct(CountBy::VulnerabilityAndPackage),
        row: u64::try_from(counted.len()).unwrap_or(u64::MAX),
    }
}

fn over(limits: Option<&SeverityLimits>, groups: &Groups, code: Code) -> Vec<Reason> {
    let Some(limits) = limits else { return Vec::new() };
    let bounds = bounds(limits);
    let mut reasons = Vec::new();
    for (severity, names) in groups {
        let Some(Limit::AtMost(most)) = bounds.get(severity) else { continue };
        let found = u64::try_from(names.len()).unwrap_or(u64::MAX);
        if found > u64::from(*most) {
            let items = names.iter().take(SHOWN).cloned().collect();
            let more = u64::try_from(names.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
            let list = Detail::List { items, more };
            reasons.push(
                Reason::new(code)
                    .found(format!("{found} {}: {list}", severity.name()))
                    .expected(format!("at most {most}")),
            );
        }
    }
    reasons
}

/// The bound of each level: its own, else that of the next milder bounded level; `unknown`
/// without one is bounded like `high`.
fn bounds(limits: &SeverityLimits) -> BTreeMap<Severity, Limit> {
    let own = [
        (Severity::Negligible, limits.negligible),
        (Severity::Low, limits.low),
        (Severity::Medium, limits.medium),
        (Severity::High, limits.high),
        (Severity::Critical, limits.critical),
    ];
    let mut found = BTreeMap::new();
    let mut milder = None;
    for (severity, limit) in own {
        let limit = limit.or(milder);
        milder = limit;
        found.extend(limit.map(|limit| (severity, limit)));
    }
    let unknown = limits.unknown.or_else(|| found.get(&Severity::High).copied());
    found.extend(unknown.map(|limit| (Severity::Unknown, limit)));
    found
}
