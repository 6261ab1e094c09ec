//! Findings ranked: by name, place and severity, with numbers where rules only ask what is the same.
//! That is done once for a report and a choice of severity, however many rules and decisions look.

use std::cmp::Reverse;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use super::names::named;
use super::store::{Span, Stored};
use super::{Document, Finding, ListedFinding};
use crate::evidence::Severity;

/// Whose severity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rating {
    /// The one that the scanner chose.
    Scanner,
    /// That of the National Vulnerability Database.
    Nvd,
    /// The worst that a distribution or project gives for its own package.
    Vendor,
    /// The worst of all.
    Highest,
}

/// The findings of a report by name, package, installed version, severity (worst first), own id and
/// fixed version, so that those that may count as one stand beside each other. Two that are alike in
/// these say the same of the same package: their order in a report never matters to what is shown.
#[derive(Debug, Clone)]
pub(crate) struct Ranking {
    pub(crate) findings: Vec<Ranked>,
    /// The positions of findings by a number of their names and ids.
    ids: Vec<(u64, usize)>,
}

/// A finding among those of its report.
#[derive(Debug, Clone)]
pub(crate) struct Ranked {
    stored: Stored,
    name: Span,
    pub(crate) severity: Severity,
    pub(crate) is_fixable: bool,
    /// The same for findings of one name. What has no name is never the same as another.
    pub(crate) vulnerability: u32,
    /// The same for findings of one name in one package of one version.
    pub(crate) place: u32,
    /// Its place in a list, worst first, then by name and package; the same for what is listed alike.
    pub(crate) line: u32,
    listed: OnceLock<Arc<ListedFinding>>,
}

impl Document {
    /// The findings in their order, under a choice of severity.
    pub(crate) fn ranking(&self, rating: Rating) -> &Ranking {
        let [scanner, nvd, vendor, highest] = &self.rankings;
        let kept = match rating {
            Rating::Scanner => scanner,
            Rating::Nvd => nvd,
            Rating::Vendor => vendor,
            Rating::Highest => highest,
        };
        kept.get_or_init(|| Ranking::new(self, rating))
    }

    /// The positions in a ranking of the findings that go by an id.
    pub(crate) fn positions<'a>(
        &'a self,
        ranking: &'a Ranking,
        id: &'a str,
    ) -> impl Iterator<Item = usize> + 'a {
        let number = number(id);
        let start = ranking.ids.partition_point(|(other, _)| *other < number);
        let ids = ranking.ids.get(start..).unwrap_or_default().iter();
        let same = ids.take_while(move |(other, _)| *other == number);
        same.map(|(_, position)| *position).filter(move |position| {
            let one = ranking.findings.get(*position);
            one.is_some_and(|one| one.name(self) == id || one.finding(self).id() == id)
        })
    }
}

/// A number of an id, by which it is looked for. Another id may have the same.
fn number(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Ranked {
    /// The finding itself.
    pub(crate) fn finding<'a>(&'a self, document: &'a Document) -> Finding<'a> {
        Finding { document, stored: &self.stored }
    }

    /// The id that stands for it among its aliases.
    pub(crate) fn name<'a>(&self, document: &'a Document) -> &'a str {
        document.texts.text(self.name)
    }

    /// As decisions list it that count it.
    pub(crate) fn listed(&self, document: &Document) -> Arc<ListedFinding> {
        let listed = || {
            let finding = self.finding(document);
            Arc::new(ListedFinding::new(&finding, self.name(document), self.severity))
        };
        Arc::clone(self.listed.get_or_init(listed))
    }

    /// The name and where it is.
    fn place<'a>(&self, document: &'a Document) -> [&'a str; 3] {
        let Stored { package, installed, .. } = self.stored;
        [self.name, package, installed].map(|span| document.texts.text(span))
    }

    /// What lists are sorted by.
    fn line<'a>(&self, document: &'a Document) -> (Reverse<Severity>, [&'a str; 5]) {
        let Stored { package, installed, fixed, url, .. } = self.stored;
        let texts = [self.name, package, installed, fixed, url];
        (Reverse(self.severity), texts.map(|span| document.texts.text(span)))
    }
}

impl Ranking {
    fn new(document: &Document, rating: Rating) -> Self {
        let ranked = |(name, stored)| {
            let finding = Finding { document, stored: &stored };
            Ranked {
                severity: severity(&finding, rating),
                is_fixable: finding.is_fixable(),
                stored,
                name,
                vulnerability: 0,
                place: 0,
                line: 0,
                listed: OnceLock::new(),
            }
        };
        let mut findings: Vec<Ranked> = named(document).map(ranked).collect();
        numbered(document, &mut findings);
        for run in findings.chunk_by_mut(|a, b| a.place(document) == b.place(document)) {
            run.sort_by_key(|one| Reverse(one.severity));
        }
        lined(document, &mut findings);
        let mut ids = Vec::with_capacity(findings.len());
        for (position, one) in findings.iter().enumerate() {
            let (id, name) = (one.finding(document).id(), one.name(document));
            ids.push((number(id), position));
            if name != id {
                ids.push((number(name), position));
            }
        }
        ids.sort_unstable();
        Self { findings, ids }
    }
}

/// Numbers names and places.
fn numbered(document: &Document, findings: &mut [Ranked]) {
    let (mut vulnerability, mut place) = (0_u32, 0_u32);
    let mut before = None;
    for one in findings {
        let here = one.place(document);
        let [name, ..] = here;
        let is_same = |[other, ..]: [&str; 3]| other == name && !name.is_empty();
        if !before.is_some_and(is_same) {
            vulnerability = vulnerability.saturating_add(1);
            place = place.saturating_add(1);
        } else if before != Some(here) {
            place = place.saturating_add(1);
        }
        before = Some(here);
        (one.vulnerability, one.place) = (vulnerability, place);
    }
}

/// Numbers the order in which they are listed.
fn lined(document: &Document, findings: &mut [Ranked]) {
    let mut lines: Vec<_> = findings.iter().map(|one| one.line(document)).zip(0_usize..).collect();
    lines.sort_unstable();
    let runs = lines.chunk_by(|(a, _), (b, _)| a == b);
    let numbers: Vec<(usize, u32)> = (0_u32..)
        .zip(runs)
        .flat_map(|(line, run)| run.iter().map(move |(_, position)| (*position, line)))
        .collect();
    for (position, line) in numbers {
        if let Some(one) = findings.get_mut(position) {
            one.line = line;
        }
    }
}

fn severity(finding: &Finding<'_>, rating: Rating) -> Severity {
    /// Sources that judge a vulnerability wherever it is, not in a package of their own.
    const GENERAL: [&str; 6] = ["nvd", "ghsa", "glad", "osv", "cvelist", "scanner"];
    let by = |wanted: &dyn Fn(&str) -> bool| {
        let own = finding
            .severities()
            .filter(|(source, _)| wanted(source.split('@').next().unwrap_or_default()));
        own.map(|(_, severity)| severity).max().unwrap_or(Severity::Unknown)
    };
    match rating {
        Rating::Scanner => finding.severity(),
        Rating::Nvd => by(&|source| source == "nvd"),
        Rating::Vendor => by(&|source| !GENERAL.contains(&source)),
        Rating::Highest => by(&|_| true).max(finding.severity()),
    }
}
