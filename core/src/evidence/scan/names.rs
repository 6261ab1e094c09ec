//! One name for one vulnerability, and an order of findings that does not depend on the report's.

use std::collections::BTreeMap;

use super::Document;
use super::store::{Span, Stored};

/// The findings with the id that stands for each among its aliases, by that, package, installed
/// version, own id and fixed version.
pub(super) fn named(report: &Document) -> impl Iterator<Item = (Span, Stored)> {
    let names = Names::new(report);
    let text = |span| report.texts.text(span);
    let mut found: Vec<(Span, &Stored)> =
        report.findings.iter().map(|stored| (names.of(stored), stored)).collect();
    found.sort_by_cached_key(|(name, stored)| {
        [*name, stored.package, stored.installed, stored.id, stored.fixed].map(text)
    });
    found.into_iter().map(|(name, stored)| (name, *stored))
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
