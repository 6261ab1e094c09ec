//! Scan reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cocket::Timestamp;
use cocket::evidence::Severity;
use cocket::evidence::scan::{Dialect, Document, Finding, FixState, ScanReport, Status};
use serde_json::{Value, json};

use super::Outcome;
use super::facts::{self, compare, or_absent};
use super::index::Row;

/// Reports, whatever they are about.
pub(super) fn report(row: &Row<'_>) -> Outcome {
    let expected = expected(row.expected);
    let facts = Document::parse(&Arc::from(row.bytes)).map(|document| match document.dialect() {
        Dialect::Grype => grype(&document),
        Dialect::OsvScanner => osv_scanner(&document),
        _ => trivy(&document),
    });
    compare(&Row { expected: &expected, ..*row }, facts.map_err(|error| error.to_string()))
}

/// Statements about scans, some of them in an envelope. What their predicate says is not in the
/// index.
pub(super) fn statement(row: &Row<'_>) -> Outcome {
    let mut expected = row.expected.clone();
    let subjects = expected.get_mut("subjects").and_then(Value::as_array_mut);
    for subject in subjects.into_iter().flatten().filter_map(Value::as_object_mut) {
        // A subject without digests and one with none of them name nothing.
        subject.entry("digest").and_modify(|digest| {
            if digest.is_null() {
                *digest = json!({});
            }
        });
    }
    let row = Row { expected: &expected, ..*row };
    match expected.get("payload_type") {
        Some(_) => facts::envelope(&row),
        None => facts::statement(&row),
    }
}

/// What only looks like a scan report of an image.
pub(super) fn refused(row: &Row<'_>) -> Outcome {
    match ScanReport::parse(&Arc::from(row.bytes)) {
        Err(_) => Outcome::Passed,
        Ok(_) => Outcome::failed("a refusal", "it was read"),
    }
}

/// The findings that count. Those that were set aside stand in another list of the file, which
/// the index counts by itself.
fn counting(document: &Document) -> Vec<Finding<'_>> {
    document.findings().filter(|one| !one.is_set_aside()).collect()
}

fn unique_ids(findings: &[Finding<'_>]) -> usize {
    findings.iter().map(Finding::id).collect::<BTreeSet<_>>().len()
}

fn unique_rows(findings: &[Finding<'_>]) -> usize {
    let row = |one: &Finding<'_>| {
        (one.id().to_owned(), one.package().to_owned(), one.installed().to_owned())
    };
    findings.iter().map(row).collect::<BTreeSet<_>>().len()
}

/// What the reader says of a report of Trivy, under the names of the index.
fn trivy(document: &Document) -> Value {
    let findings = counting(document);
    let status = |one: &Finding<'_>| one.status().map_or("ABSENT", Status::name).to_owned();
    let source = |one: &Finding<'_>| or_absent(one.severity_source().as_deref());
    let source = |one| source(one).as_str().unwrap_or_default().to_owned();
    json!({
        "schema": match document.dialect() {
            Dialect::TrivyV1 => "v1-array",
            _ => "v2",
        },
        "artifact_type": document.artifact_type(),
        "artifact_name": document.artifact_name(),
        "created_at": document.created_at().map(|time| time.to_string()),
        "trivy_version": document.scanner_version(),
        "severity_counts": counted(findings.iter().map(|one| severity_word(one).to_uppercase())),
        "status_counts": counted(findings.iter().map(status)),
        "severity_sources": counted(findings.iter().map(source)),
        "vulnerabilities": findings.len(),
        "unique_ids": unique_ids(&findings),
        "unique_id_pkg_version": unique_rows(&findings),
        "unfixed": findings.iter().filter(|one| !one.is_fixable()).count(),
        "ImageID": document.config_digest(),
        "RepoDigests": document.repo_digests(),
        "diff_ids": document.diff_ids().len(),
        "image_config_user": document.image_user(),
    })
}

/// What the reader says of a report of Grype.
fn grype(document: &Document) -> Value {
    let findings = counting(document);
    let state = |one: &Finding<'_>| match one.fix_state() {
        Some(FixState::Unstated) => "EMPTY",
        Some(state) => state.name(),
        None if one.is_fixable() => "fixedInVersion(legacy)",
        None => "ABSENT",
    };
    let known_exploited = |one: &&Finding<'_>| one.known_exploited() == Some(true);
    json!({
        "grype_version": document.scanner_version(),
        "timestamp": document.created_at().map(|time| time.to_string()),
        "source_type": document.artifact_type(),
        "severity_counts": counted(findings.iter().map(|one| severity_word(one).to_owned())),
        "matches": findings.len(),
        "unique_ids": unique_ids(&findings),
        "unique_id_pkg_version": unique_rows(&findings),
        "fix_states": counted(findings.iter().map(|one| state(one).to_owned())),
        "with_epss": findings.iter().filter(|one| one.epss().is_some()).count(),
        "with_kev": findings.iter().filter(known_exploited).count(),
        "ignored_matches": document.findings().len().saturating_sub(findings.len()),
    })
}

/// What the reader says of a report of OSV-Scanner.
fn osv_scanner(document: &Document) -> Value {
    let with_aliases = document.findings().filter(|one| !one.details().aliases.is_empty());
    json!({
        "packages": document.packages(),
        "vulnerabilities": document.findings().len(),
        "groups": document.groups(),
        "with_aliases": with_aliases.count(),
    })
}

fn counted(words: impl Iterator<Item = String>) -> Value {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for word in words {
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    json!(counts)
}

/// Grype's spelling, of which Trivy's is the upper case.
fn severity_word(finding: &Finding<'_>) -> &'static str {
    match finding.severity() {
        _ if !finding.has_severity() => "ABSENT",
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Negligible => "Negligible",
        Severity::Unknown => "Unknown",
    }
}

/// The index's values in the form in which the reader gives them: times by their meaning, names
/// by their digests.
fn expected(row: &Value) -> Value {
    let mut expected = row.clone();
    let Value::Object(members) = &mut expected else { return expected };
    for (key, value) in members {
        match key.as_str() {
            "created_at" | "timestamp" => {
                let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                *value = json!(time.map(|time| time.to_string()));
            }
            "RepoDigests" => {
                let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                let digests = names.filter_map(|name| Some(name.split_once('@')?.1));
                *value = json!(digests.collect::<Vec<_>>());
            }
            "artifact_type" | "artifact_name" | "source_type" => {
                *value = json!(value.as_str().unwrap_or_default())
            }
            _ => {}
        }
    }
    expected
}
