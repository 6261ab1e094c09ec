//! `vulnerabilities`: what scanners found is within bounds.

mod count;
mod reports;

use std::collections::BTreeSet;

use super::case::{Case, Judgement};
use super::exceptions::{CompiledException, Waivable};
use super::scope;
use crate::decision::{Counts, Detail, Reason};
use crate::evidence::Platform;
use crate::evidence::scan::ScanReport;
use crate::facts::PlatformFacts;
use crate::policy::model::{CountBy, EvidenceSource, IgnoredVulnerability, VulnerabilitiesRule};
use crate::reasons::Code;
use crate::reference::PatternIndex;
use count::{Bounds, Counted};
use reports::Bound;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: VulnerabilitiesRule,
    max: Option<Bounds>,
    fixable: Option<Bounds>,
    ignored_images: Vec<Option<PatternIndex>>,
}

/// What keeps findings from counting.
struct Waivers<'a> {
    ignored: Vec<&'a IgnoredVulnerability>,
    exceptions: &'a [&'a CompiledException],
}

impl Compiled {
    pub(super) fn new(rule: &VulnerabilitiesRule) -> Result<Self, String> {
        if !matches!(rule.from, EvidenceSource::Trust(_)) {
            return Err("reports from attestations are not supported yet; `{trust: caller}` \
                        takes them from the caller"
                .to_owned());
        }
        let index = |ignored: &IgnoredVulnerability| {
            (!ignored.images.is_empty()).then(|| PatternIndex::new(&ignored.images))
        };
        Ok(Self {
            max: rule.max.as_ref().map(Bounds::new),
            fixable: rule.fixable.as_ref().map(Bounds::new),
            ignored_images: rule.ignore.iter().map(index).collect(),
            rule: rule.clone(),
        })
    }

    pub(super) fn judge(
        &self,
        platforms: &[Platform],
        case: &mut Case<'_>,
        exceptions: &[&CompiledException],
    ) -> Judgement {
        let waivers = Waivers { ignored: self.ignored_here(case), exceptions };
        let mut counts: Option<Counts> = None;
        let mut used = BTreeSet::new();
        let reasons = case.each_platform(platforms, |case, facts| {
            let judgement = self.platform(case, facts, &waivers);
            counts = worse(counts, judgement.counts);
            used.extend(judgement.used);
            judgement.reasons
        });
        Judgement { reasons, counts, used }
    }

    fn platform(
        &self,
        case: &mut Case<'_>,
        facts: &PlatformFacts,
        waivers: &Waivers<'_>,
    ) -> Judgement {
        let bound = match reports::bound(&self.rule, case, facts) {
            Ok(bound) => bound,
            Err(reason) => return reason.into(),
        };
        let mut judgement = Judgement::default();
        for one in reports::latest_by_scanner(&bound) {
            let mut reasons = Vec::new();
            reasons.extend(self.freshness(case, one));
            let counted = counted(one.report, waivers, &mut judgement.used);
            judgement.counts = worse(judgement.counts, Some(counted.counts()));
            let by = self.rule.count_by.unwrap_or(CountBy::VulnerabilityAndPackage);
            if let Some(bounds) = &self.max {
                reasons.extend(counted.over(bounds, by, false, Code::VulnerabilitiesTooMany));
            }
            if let Some(bounds) = &self.fixable {
                let code = Code::VulnerabilitiesTooManyFixable;
                reasons.extend(counted.over(bounds, by, true, code));
            }
            if reasons.is_empty() {
                let scanner = one.report.scanner().to_owned();
                reasons.push(Reason::new(Code::VulnerabilitiesWithin).found(scanner));
            }
            let reasons = reasons.into_iter().map(|reason| reason.from_evidence(one.digest));
            judgement.reasons.extend(reasons);
        }
        judgement
    }

    fn freshness(&self, case: &mut Case<'_>, bound: &Bound<'_>) -> Option<Reason> {
        let limit = self.rule.max_age?;
        let expected = format!("not older than {}", String::from(limit));
        let Some(created) = bound.report.created_at() else {
            return Some(Reason::new(Code::EvidenceUndated).expected(expected));
        };
        match case.is_older(created, limit.seconds()) {
            Ok(false) => None,
            Ok(true) => Some(
                Reason::new(Code::VulnerabilitiesScanTooOld)
                    .found(Detail::Time(created))
                    .expected(expected),
            ),
            Err(reason) => Some(reason),
        }
    }

    /// The entries of the ignore list that hold for this image now.
    fn ignored_here(&self, case: &mut Case<'_>) -> Vec<&IgnoredVulnerability> {
        let mut found = Vec::new();
        for (ignored, images) in self.rule.ignore.iter().zip(&self.ignored_images) {
            let here =
                images.as_ref().is_none_or(|images| images.matches(case.reference).is_some());
            if here && !case.is_past(ignored.expires) {
                found.push(ignored);
            }
        }
        found
    }
}

/// The findings that nothing keeps from counting; notes the exceptions that kept one.
fn counted<'a>(
    report: &'a ScanReport,
    waivers: &Waivers<'_>,
    used: &mut BTreeSet<usize>,
) -> Counted<'a> {
    let mut counted = Counted::default();
    for finding in report.findings() {
        let is_ignored = waivers.ignored.iter().any(|ignored| {
            ignored.id == finding.id()
                && (ignored.packages.is_empty()
                    || scope::any(&ignored.packages, finding.package()).is_some())
        });
        if is_ignored {
            continue;
        }
        let waivable = Waivable {
            id: finding.id(),
            package: finding.package(),
            fixable: finding.is_fixable(),
        };
        match waivers.exceptions.iter().position(|exception| exception.waives(waivable)) {
            Some(position) => {
                used.insert(position);
            }
            None => counted.add(finding),
        }
    }
    counted
}

/// The worst platform's counts stand for the image.
fn worse(a: Option<Counts>, b: Option<Counts>) -> Option<Counts> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.row > a.row { b } else { a }),
        (a, b) => a.or(b),
    }
}
