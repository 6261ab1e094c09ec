//! A scan report in numbers, for people: what the scanner says beside what a rule counts.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::visible;
use crate::evaluate::{Levels, ScanSummary};
use crate::evidence::scan::Document;
use crate::evidence::{EvidenceError, Severity};
use crate::policy::model::CountBy;

/// The summary as text. `rule` is how the rule is called under which it was made; `evidence` is
/// why the report would not count for any image, where it would not.
#[must_use]
pub fn scan_summary(
    file: &str,
    document: &Document,
    summary: &ScanSummary,
    rule: Option<&str>,
    evidence: Option<&EvidenceError>,
) -> String {
    let mut out = String::new();
    head(&mut out, file, document, evidence);
    let mut title = format!("  {:<44}", "");
    for severity in Severity::WORST_FIRST {
        let _ = write!(title, "{:>11}", severity.name());
    }
    let _ = writeln!(out, "{title}{:>8}", "all");
    row(&mut out, "the scanner's own rows", &summary.scanner);
    if !summary.set_aside.is_empty() {
        row(&mut out, "  and those that it set aside", &summary.set_aside);
    }
    row(&mut out, "countBy: row", &summary.rows);
    row(&mut out, "countBy: vulnerabilityAndPackage", &summary.vulnerabilities_and_packages);
    row(&mut out, "countBy: vulnerability", &summary.vulnerabilities);
    let by = match summary.count_by {
        CountBy::Vulnerability => "vulnerability",
        CountBy::VulnerabilityAndPackage => "vulnerabilityAndPackage",
        CountBy::Row => "row",
    };
    let rule = rule.map_or_else(|| "without a rule".to_owned(), visible);
    row(&mut out, &format!("counted {rule}"), &summary.counted);
    row(&mut out, "  of these fixable", &summary.fixable);
    let _ = writeln!(out, "  counted by `{by}`, after ignored ids and accepted filters");
    out
}

fn head(out: &mut String, file: &str, document: &Document, evidence: Option<&EvidenceError>) {
    let version = document.scanner_version().unwrap_or("of unknown version");
    let (scanner, artifact) = (document.scanner(), document.artifact_name());
    let lines = [
        format!("{file}: {scanner} {version}, of {artifact}"),
        match document.created_at() {
            Some(date) => format!("  made {date}"),
            None => "  made at no known time".to_owned(),
        },
        match (document.config_digest(), document.repo_digests()) {
            (None, []) => "  names no image by digest".to_owned(),
            (config, repositories) => {
                let digests = config.into_iter().chain(repositories.iter().copied());
                let digests: Vec<String> = digests.map(|digest| digest.to_string()).collect();
                format!("  names {}", digests.join(", "))
            }
        },
    ];
    for line in lines {
        let _ = writeln!(out, "{}", visible(&line));
    }
    if let Some(error) = evidence {
        let _ = writeln!(out, "{}", visible(&format!("  counts for no image: {error}")));
    }
}

fn row(out: &mut String, name: &str, levels: &Levels) {
    let mut line = format!("  {name:<44}");
    for severity in Severity::WORST_FIRST {
        let count = levels.get(&Reverse(severity)).copied().unwrap_or_default();
        let _ = write!(line, "{count:>11}");
    }
    let all = levels.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let _ = writeln!(out, "{line}{all:>8}");
}
