//! Counting findings.

use crate::decision::{Counts, Detail, Reason};
use crate::evidence::Severity;
use crate::evidence::scan::Finding;
use crate::policy::model::{CountBy, Limit, SeverityLimits};
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
            let most = match limit {
                Some(Limit::AtMost(most)) => Some(most),
                Some(Limit::Unlimited) | None => None,
            };
            (severity, most)
        }))
    }
}

/// The findings that count, in the report's order.
#[derive(Default)]
pub(super) struct Counted<'a>(Vec<Finding<'a>>);

/// Findings that count as one.
struct Group<'a> {
    severity: Severity,
    shown: Finding<'a>,
}

impl<'a> Counted<'a> {
    pub(super) fn add(&mut self, finding: Finding<'a>) {
        self.0.push(finding);
    }

    /// In each of the three ways.
    pub(super) fn counts(&self) -> Counts {
        let count = |by| u64::try_from(self.groups(by, false).len()).unwrap_or(u64::MAX);
        Counts {
            vulnerability: count(CountBy::Vulnerability),
            vulnerability_and_package: count(CountBy::VulnerabilityAndPackage),
            row: count(CountBy::Row),
        }
    }

    /// A reason for each level with more than its bound, worst first.
    pub(super) fn over(
        &self,
        bounds: &Bounds,
        by: CountBy,
        fixable: bool,
        code: Code,
    ) -> Vec<Reason> {
        let groups = self.groups(by, fixable);
        let mut reasons = Vec::new();
        for (severity, most) in &bounds.0 {
            let Some(most) = most else { continue };
            let level: Vec<&Group<'_>> =
                groups.iter().filter(|group| group.severity == *severity).collect();
            if level.len() > usize::try_from(*most).unwrap_or(usize::MAX) {
                let kind = if fixable { "fixable " } else { "" };
                reasons.push(
                    Reason::new(code)
                        .found(Detail::Findings {
                            count: u64::try_from(level.len()).unwrap_or(u64::MAX),
                            severity: *severity,
                            items: level
                                .iter()
                                .take(SHOWN)
                                .map(|group| name(&group.shown))
                                .collect(),
                        })
                        .expected(format!("at most {most} {kind}{}", severity.name())),
                );
            }
        }
        reasons
    }

    /// The findings grouped, each group under its worst severity, sorted by what is shown.
    fn groups(&self, by: CountBy, fixable: bool) -> Vec<Group<'a>> {
        let mut rows: Vec<(usize, Finding<'a>)> = self
            .0
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, finding)| !fixable || finding.is_fixable())
            .collect();
        rows.sort_by(|(row, a), (other, b)| order(a, b).then(row.cmp(other)));
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (_, finding) in rows {
            match groups.last_mut().filter(|group| one(by, &group.shown, &finding)) {
                Some(group) => group.severity = group.severity.max(finding.severity()),
                None => groups.push(Group { severity: finding.severity(), shown: finding }),
            }
        }
        groups
    }
}

/// Equal where two rows say the same of the same package, so that the order of rows in a report
/// never matters to what is shown.
fn order(a: &Finding<'_>, b: &Finding<'_>) -> std::cmp::Ordering {
    let key =
        |finding: &Finding<'_>| (finding.severity(), std::cmp::Reverse(finding.fixed().to_owned()));
    (a.id(), a.package(), a.installed())
        .cmp(&(b.id(), b.package(), b.installed()))
        .then_with(|| key(b).cmp(&key(a)))
}

/// Whether two findings count as one. What has no id is never the same as another.
fn one(by: CountBy, a: &Finding<'_>, b: &Finding<'_>) -> bool {
    let same = !a.id().is_empty() && a.id() == b.id();
    match by {
        CountBy::Vulnerability => same,
        CountBy::VulnerabilityAndPackage => {
            same && a.package() == b.package() && a.installed() == b.installed()
        }
        CountBy::Row => false,
    }
}

fn name(finding: &Finding<'_>) -> String {
    let id = if finding.id().is_empty() { "a finding without an id" } else { finding.id() };
    let fix = match finding.fixed() {
        "" => String::new(),
        fixed => format!(" (fixed in {fixed})"),
    };
    format!("{id} in {} {}{fix}", finding.package(), finding.installed())
}
