//! SLSA provenance of builders that have a certificate: the rows of the index that say `slsa`.

use std::path::Path;

use cocket::Timestamp;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket::source::{EvidenceSource as _, ImageLayout};
use serde_json::{Value, json};

use super::index::{Row, read};
use super::signed::text;
use super::{Outcome, Tally};

const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// One row a case: the provenance of one file or layout, and what is asked of it.
pub(super) fn rows(
    row: &Row<'_>,
    folder: &Path,
    now: Timestamp,
    tally: &mut Tally,
) -> Result<(), String> {
    let with = row.check.get("with").unwrap_or(&Value::Null);
    let subject: Digest =
        text(with, "subjectDigest").parse().map_err(|_| format!("{}: no subject", row.file))?;
    let root = read(&folder.join(text(with, "trustRoot")))?;
    let root = String::from_utf8_lossy(&root);
    let evidence = evidence(row, folder, subject)?;
    let cases = row.check.get("cases").and_then(Value::as_array).ok_or("no `cases`")?;
    for case in cases {
        let name = format!("{}: {}", row.file, text(case, "name"));
        tally.row(row.kind, &name, self::case(case, &root, &evidence, subject, now)?);
    }
    Ok(())
}

/// What the file holds: a layout's attachments, or envelopes and bundles, one a line.
fn evidence(row: &Row<'_>, folder: &Path, subject: Digest) -> Result<Evidence, String> {
    let path = folder.join(row.file);
    if path.file_name().is_some_and(|name| name == "index.json") {
        let layout = path.parent().ok_or("a layout without a folder")?;
        let layout = ImageLayout::open(layout).map_err(|error| error.to_string())?;
        return layout.collect(&subject).map_err(|error| error.to_string());
    }
    let mut evidence = Evidence::new();
    for line in row.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let kind = match value.get("payloadType") {
            Some(_) => AttachedKind::Envelope,
            None => AttachedKind::Bundle,
        };
        evidence.attach(Some(subject), kind, line.to_vec(), Default::default());
    }
    Ok(evidence)
}

fn case(
    case: &Value,
    root: &str,
    evidence: &Evidence,
    subject: Digest,
    now: Timestamp,
) -> Result<Outcome, String> {
    let asked = |key: &str| case.get(key).and_then(Value::as_str);
    if case.get("inputs").is_some_and(|inputs| !inputs.is_null()) {
        return Ok(Outcome::Skipped("inputs of a workflow are not compared".to_owned()));
    }
    // Nobody is trusted, which no policy can say: nothing is good enough.
    let Some(builder) = asked("builder") else {
        return Ok(Outcome::equal(&text(case, "expect"), &"fail"));
    };
    let references = ["branch", "tag", "versionedTag"].into_iter();
    let references: Vec<(&str, &str)> =
        references.filter_map(|key| Some((key, asked(key)?))).collect();
    let decision =
        decide(&policy(builder, text(case, "source"), &references, root), evidence, subject, now)?;
    let found = match decision.verdict {
        Verdict::Allow => "pass",
        _ => "fail",
    };
    let expect = text(case, "expect");
    Ok(match found == expect {
        true => Outcome::Passed,
        false => Outcome::failed(expect, why(&decision)),
    })
}

/// The builder is whom the certificate names, at any version; the source repository stands both in
/// the certificate and in the provenance.
fn policy(builder: &str, source: &str, references: &[(&str, &str)], root: &str) -> Vec<Value> {
    let mut rule = serde_json::Map::new();
    rule.insert("anyOf".to_owned(), json!(["builder"]));
    rule.insert("sources".to_owned(), json!([source]));
    rule.extend(references.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    let subject = format!("{}(@.+)?", regex_escaped(builder));
    vec![
        json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
            "metadata": {"name": "root"}, "spec": {"sigstore": {"trustedRoot": root}},
        }),
        json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
            "metadata": {"name": "case"},
            "spec": {
                "authorities": {"builder": {"keyless": {
                    "issuer": ISSUER, "subjectRegex": subject,
                    "repository": format!("https://{source}"), "trustRoot": "root",
                }}},
                "rules": [{"id": "built", "provenance": rule}],
            },
        }),
    ]
}

fn regex_escaped(text: &str) -> String {
    let escape = |character: char| match character.is_ascii_alphanumeric() {
        true => character.to_string(),
        false => format!("\\{character}"),
    };
    text.chars().map(escape).collect()
}

fn decide(
    policy: &[Value],
    evidence: &Evidence,
    subject: Digest,
    now: Timestamp,
) -> Result<Decision, String> {
    let documents: Vec<String> = policy.iter().map(Value::to_string).collect();
    let policies = Policies::from_text("case.yaml", &documents.join("\n---\n"))
        .map_err(|errors| errors.to_string())?;
    let engine = Engine::new(&policies).map_err(|errors| errors.to_string())?;
    let request = ImageRequest {
        image: "registry.example.com/artifact".to_owned(),
        digest: Some(subject),
        ..Default::default()
    };
    Ok(engine.check(&request, evidence, &History::default(), now))
}

fn why(decision: &Decision) -> String {
    let reasons = decision.results.iter().flat_map(|result| &result.reasons);
    let told: Vec<String> =
        reasons.map(|reason| format!("{} {:?}", reason.code.code(), reason.found)).collect();
    told.join("; ")
}
