//! `evidence/INDEX.json`: one entry a file, with what a reader must find in it.

use std::path::Path;

use cocket::Timestamp;
use serde_json::Value;

use super::{
    Outcome, Tally, admission, bundles, facts, feeds, foreign_policies, globs, pods, references,
    scans, slsa, tables, vex,
};

/// A row of the index, with the bytes it is about.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) kind: &'a str,
    pub(super) file: &'a str,
    pub(super) check: &'a Value,
    pub(super) expected: &'a Value,
    pub(super) bytes: &'a [u8],
    /// Files beside it.
    pub(super) companions: &'a Value,
}

pub(super) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    let folder = root.join("evidence");
    let index = read_json(&folder.join("INDEX.json"))?;
    let now = index.get("now").and_then(Value::as_str).and_then(|now| now.parse().ok());
    let now: Timestamp = now.ok_or("no `now`")?;
    let entries = index.get("entries").and_then(Value::as_array).ok_or("no `entries`")?;
    for entry in entries {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let check = entry.get("check").unwrap_or(&Value::Null);
        let kind = text("kind");
        if check.is_null() || !tally.wants(kind) {
            continue;
        }
        let bytes = read(&folder.join(text("file")))?;
        let expected = entry.get("expected").unwrap_or(&Value::Null);
        let companions = entry.get("companions").unwrap_or(&Value::Null);
        let row = Row { kind, file: text("file"), check, expected, bytes: &bytes, companions };
        match (kind, check.get("how").and_then(Value::as_str)) {
            ("sigstore-bundle", Some("verify")) => {
                tally.row(kind, row.file, bundles::row(&row, &folder, now)?);
            }
            (_, Some("slsa")) => slsa::rows(&row, &folder, now, tally)?,
            ("k8s-pod", Some("table")) => pods::table(&row, &folder, now, tally)?,
            _ => self::row(&row, tally),
        }
    }
    Ok(())
}

fn row(row: &Row<'_>, tally: &mut Tally) {
    let outcome = match row.kind {
        "image-config" => facts::image_config(row),
        "oci-manifest" => facts::manifest(row),
        "oci-index" => facts::index(row),
        "sigstore-bundle" if row.check.get("how").and_then(Value::as_str) == Some("facts") => {
            facts::bundle(row)
        }
        // A file of the kind `vsa` is one envelope on one line.
        "dsse" | "vsa" => facts::envelope(row),
        "npm-attestations" => facts::npm_attestations(row),
        "slsa-provenance" => facts::provenance(row),
        "intoto-statement" => facts::statement(row),
        "trivy-json" | "grype-json" | "osv-scanner-json" => scans::report(row),
        "cosign-vuln" => scans::statement(row),
        "harbor-scan-json" | "sarif" | "trivy-k8s-json" | "trivy-operator-report" | "xeol-json" => {
            scans::refused(row)
        }
        "k8s-admission-review" => admission::review(row),
        "clusterimagepolicy" => foreign_policies::cluster_image_policy(row),
        "openvex" => vex::openvex(row),
        "epss" => feeds::epss(row),
        "kev" => feeds::kev(row),
        "cvss-vectors" => return tables::cvss(row, tally),
        "purl-vectors" => return tables::purl(row, tally),
        "glob-vectors" => return globs::table(row, tally),
        "image-reference-vectors" => return references::table(row, tally),
        _ => return skip(row, tally),
    };
    tally.row(row.kind, row.file, outcome);
}

/// Counts the rows of something that is not read yet.
fn skip(row: &Row<'_>, tally: &mut Tally) {
    let rows = match row.check.get("how").and_then(Value::as_str) {
        Some("table") => serde_json::from_slice(row.bytes).map_or(1, |table| rows_of(&table)),
        _ => 1,
    };
    for position in 0..rows {
        let outcome = Outcome::Skipped("not read yet".to_owned());
        tally.row(row.kind, &format!("{}#{position}", row.file), outcome);
    }
}

/// How many rows a table has: the members of its longest list.
fn rows_of(table: &Value) -> usize {
    match table {
        Value::Array(rows) => rows.len(),
        Value::Object(members) => {
            members.values().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(1)
        }
        _ => 1,
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

pub(crate) fn read_json(path: &Path) -> Result<Value, String> {
    serde_json::from_slice(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}
