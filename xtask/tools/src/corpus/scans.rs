//! Scan reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cocket::Timestamp;
use cocket::evidence::Severity;
use cocket::evidence::scan::{Document, Finding, ScanReport, Status};
use serde_json::{Value, json};

use super::Outcome;
use super::facts::compare;
use super::index::Row;

/// Reports of Trivy's version 2, whatever they are about.
pub(super) fn trivy(row: &Row<'_>) -> Outcome {
    match Document::parse(&Arc::from(row.bytes)) {
        Ok(document) => {
            let expected = expected(row.expected);
            compare(&Row { expected: &expected, ..*row }, Ok(facts(&document)))
        }
        Err(error) if row.expected.get("schema") != Some(&json!("v2")) => {
            Outcome::Skipped(error.to_string())
        }
        Err(error) => Outcome::failed("facts", error.to_string()),
    }
}

/// What only looks like a scan report of an image.
pub(super) fn refused(row: &Row<'_>) -> Outcome {
    match ScanReport::parse(&Arc::from(row.bytes)) {
        Err(_) => Outcome::Passed,
        Ok(_) => Outcome::failed("a refusal", "it was read"),
    }
}

/// What the reader says, under the names of the index. Findings that were set aside stand in
/// another list of the file, which the index does not count.
fn facts(document: &Document) -> Value {
    let findings: Vec<_> = document.findings().filter(|one| !one.is_set_aside()).collect();
    let ids: BTreeSet<_> = findings.iter().map(Finding::id).collect();
    let rows: BTreeSet<_> =
        findings.iter().map(|one| (one.id(), one.package(), one.installed())).collect();
    let status = |one: &Finding<'_>| one.status().map_or("ABSENT", Status::name);
    json!({
        "schema": "v2",
        "artifact_type": document.artifact_type(),
        "artifact_name": document.artifact_name(),
        "created_at": document.created_at().map(|time| time.to_string()),
        "trivy_version": document.scanner_version(),
        "severity_counts": counted(findings.iter().map(severity_word)),
        "status_counts": counted(findings.iter().map(status)),
        "vulnerabilities": findings.len(),
        "unique_ids": ids.len(),
        "unique_id_pkg_version": rows.len(),
        "unfixed": findings.iter().filter(|one| !one.is_fixable()).count(),
        "ImageID": document.config_digest(),
        "RepoDigests": document.repo_digests(),
    })
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in words {
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    json!(counts)
}

/// The scanner's own spelling.
fn severity_word(finding: &Finding<'_>) -> &'static str {
    match finding.severity() {
        _ if !finding.has_severity() => "ABSENT",
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Negligible => "NEGLIGIBLE",
        Severity::Unknown => "UNKNOWN",
    }
}

/// The index's values in the form in which the reader gives them: times by their meaning, names
/// by their digests.
fn expected(row: &Value) -> Value {
    let mut expected = row.clone();
    let Value::Object(members) = &mut expected else { return expected };
    for (key, value) in members {
        match key.as_str() {
            "created_at" => {
                let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                *value = json!(time.map(|time| time.to_string()));
            }
            "RepoDigests" => {
                let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                let digests = names.filter_map(|name| Some(name.split_once('@')?.1));
                *value = json!(digests.collect::<Vec<_>>());
            }
            "artifact_type" | "artifact_name" => *value = json!(value.as_str().unwrap_or_default()),
            _ => {}
        }
    }
    expected
}
