//! Findings by name: one name for one vulnerability, and an order that does not depend on that of
//! the report. It is found once for a report, however many rules and decisions look at it.

use std::collections::BTreeMap;

use super::store::{Span, Stored};
use super::{Document, Finding};

/// A finding by its position, with the id that stands for it among its aliases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    name: Span,
    position: u32,
}

impl Document {
    /// The findings with the id that stands for each among its aliases, by that, package, installed
    /// version, own id and fixed version.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = (&str, Finding<'_>)> {
        let named = self.named.get_or_init(|| named(self)).iter();
        // None is lost: a report's findings do not change any more, and positions are theirs.
        named.filter_map(|one| {
            let stored = self.findings.get(one.position)?;
            Some((self.texts.text(one.name), Finding { document: self, stored }))
        })
    }
}

fn named(report: &Document) -> Vec<Named> {
    let names = Names::new(report);
    let text = |span| report.texts.text(span);
    let mut found: Vec<(Named, &Stored)> = (0..)
        .zip(report.findings.iter())
        .map(|(position, stored)| (Named { name: names.of(stored), position }, stored))
        .collect();
    found.sort_by_cached_key(|(named, stored)| {
        let [package, installed, id, fixed] =
            [stored.package, stored.installed, stored.id, stored.fixed].map(text);
        (text(named.name), package, installed, id, fixed)
    });
    found.into_iter().map(|(named, _)| named).collect()
}

/// The id that stands for a finding, by package: a CVE for itself, and for everything that only
/// this CVE is called in the same package. What two CVEs are called joins neither.
struct Names<'a> {
    report: &'a Document,
    found: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, Span>>,
}

impl<'a> Names<'a> {
    fn new(report: &'a Document) -> Self {
        let mut found: BTreeMap<(&str, &str), BTreeMap<&str, Span>> = BTreeMap::new();
        for stored in report.findings.iter() {
            let (id, package) = (report.texts.text(stored.id), report.texts.text(stored.package));
            for span in report.aliases.run(stored.aliases) {
                let alias = report.texts.text(span);
                match (is_cve(id), is_cve(alias)) {
                    _ if alias == id => {}
                    (false, true) => {
                        _ = found.entry((package, id)).or_default().insert(alias, span)
                    }
                    (true, false) => {
                        found.entry((package, alias)).or_default().insert(id, stored.id);
                    }
                    _ => {}
                }
            }
        }
        Self { report, found }
    }

    fn of(&self, stored: &Stored) -> Span {
        let text = |span| self.report.texts.text(span);
        let mut cves =
            self.found.get(&(text(stored.package), text(stored.id))).into_iter().flatten();
        match (cves.next(), cves.next()) {
            (Some((_, only)), None) if !is_cve(text(stored.id)) => *only,
            _ => stored.id,
        }
    }
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}
