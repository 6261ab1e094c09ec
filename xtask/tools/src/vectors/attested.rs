//! Scan reports and statements about vulnerabilities in signed attestations.

use cocket_testkit::{Finding, Index, Report, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, good_image, image, signed_policy};

const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const RULE: &str = "- id: scan\n  vulnerabilities: {from: {attestation: {anyOf: [ci]}}, maxAge: 7d, max: {critical: 0}}";
const BOTH: &str = "- id: scan\n  vulnerabilities: {from: {attestation: {allOf: [ci, audit]}}, maxAge: 7d, max: {critical: 0}}";
const SCANNED: &str = "2026-11-22T06:00:00Z";

/// The predicate of a scan, as cosign wraps a report.
fn predicate(report: &Value, finished: &str) -> Value {
    json!({
        "invocation": {"parameters": [], "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {
            "uri": "pkg:github/aquasecurity/trivy@0.70.0", "version": "0.70.0",
            "db": {"uri": "", "version": "", "lastUpdate": ""}, "result": report,
        },
        "metadata": {"scanStartedOn": finished, "scanFinishedOn": finished},
    })
}

fn report(findings: Vec<Finding>) -> Value {
    let report = Report::about(&good_image(), SCANNED, findings);
    serde_json::from_str(&report.to_json()).unwrap_or_default()
}

fn scan(signer: &str, subject: &str, report: &Value, finished: &str) -> Signature {
    Signer::named(signer).statement(subject, VULN, &predicate(report, finished))
}

fn log4j() -> Finding {
    Finding::new("CVE-2021-44228", "log4j-core", "2.14.1", "2.15.0", "CRITICAL")
}

fn case(name: &'static str, rule: &str, signatures: &[Signature]) -> Case {
    let image = good_image();
    let case = Case::of_policy(name, &signed_policy(&["ci", "audit"], rule)).image(&image);
    signatures.iter().fold(case, |case, one| case.attached(&image.digest(), one))
}

pub(super) fn cases() -> Vec<Case> {
    [scans(), attacks(), statements()].into_iter().flatten().collect()
}

fn scans() -> Vec<Case> {
    let image = good_image();
    let mine = image.digest();
    let clean = |signer| scan(signer, &mine, &report(vec![]), SCANNED);
    let bad = |signer| scan(signer, &mine, &report(vec![log4j()]), SCANNED);
    let older = scan("ci", &mine, &report(vec![log4j()]), "2026-11-21T06:00:00Z");
    let within = &["vulnerabilities.within"];
    let index = Index::new(&[("linux/amd64", image.clone())]);
    let on_index = Case::of_policy("attested/index", &signed_policy(&["ci", "audit"], RULE))
        .index(&index)
        .attached(&index.digest(), &scan("ci", &index.digest(), &report(vec![]), SCANNED));
    vec![
        case("attested/clean", RULE, &[clean("ci")]).expect("allow", within),
        case("attested/too-many", RULE, &[bad("ci")]).expect("deny", &["vulnerabilities.too_many"]),
        case("attested/missing", RULE, &[]).expect("deny", &["evidence.missing"]),
        case("attested/stranger", RULE, &[clean("stranger")]).expect("deny", &["evidence.missing"]),
        case("attested/the-latest-counts", RULE, &[older, clean("ci")]).expect("allow", within),
        case("attested/all-of", BOTH, &[clean("ci"), clean("audit")]).expect("allow", within),
        case("attested/one-of-two", BOTH, &[clean("ci")]).expect("deny", &["evidence.missing"]),
        case("attested/one-finds-more", BOTH, &[clean("ci"), bad("audit")])
            .expect("deny", &["vulnerabilities.too_many", "vulnerabilities.within"]),
        case(
            "attested/too-old",
            RULE,
            &[scan("ci", &mine, &report(vec![]), "2026-11-01T06:00:00Z")],
        )
        .expect("deny", &["vulnerabilities.scan_too_old"]),
        // The index's statement speaks for a manifest that the report itself names.
        on_index.expect("allow", within),
    ]
}

fn attacks() -> Vec<Case> {
    let mine = good_image().digest();
    let other = image(&json!({"User": "7"}));
    let foreign: Value =
        serde_json::from_str(&Report::about(&other, SCANNED, vec![]).to_json()).unwrap_or_default();
    let clean = scan("ci", &mine, &report(vec![]), SCANNED);
    let bad = scan("audit", &mine, &report(vec![log4j()]), SCANNED);
    let any = RULE.replace("[ci]", "[ci, audit]");
    let undated = json!({"scanner": {"uri": "", "version": "", "result": report_without_date()}});
    vec![
        // Two clean scanners beside a bad one.
        case("attested/clean-beside-bad", &any, &[clean.clone(), bad])
            .expect("deny", &["vulnerabilities.too_many", "vulnerabilities.within"]),
        case(
            "attested/foreign-report-in-a-right-statement",
            RULE,
            &[scan("ci", &mine, &foreign, SCANNED)],
        )
        .expect("deny", &["evidence.wrong_subject"]),
        case("attested/moved", RULE, &[scan("ci", &other.digest(), &report(vec![]), SCANNED)])
            .expect("deny", &["evidence.missing"]),
        case("attested/nothing-scanned", RULE, &[scan("ci", &mine, &Value::Null, SCANNED)])
            .expect("deny", &["evidence.nothing_scanned"]),
        case("attested/undated", RULE, &[Signer::named("ci").statement(&mine, VULN, &undated)])
            .expect("deny", &["evidence.undated"]),
        case(
            "attested/from-the-future",
            RULE,
            &[scan("ci", &mine, &report(vec![]), "2026-12-01T00:00:00Z")],
        )
        .expect("deny", &["evidence.invalid"]),
        // A statement that calls itself vouched is still a stranger's.
        case("attested/unsigned-report-beside", RULE, &[])
            .vouched(report(vec![]).to_string().as_bytes(), Some(&mine))
            .expect("deny", &["evidence.missing"]),
        case(
            "attested/strangers-bad-report",
            RULE,
            &[clean, scan("stranger", &mine, &report(vec![log4j()]), SCANNED)],
        )
        .expect("allow", &["vulnerabilities.within"]),
        case(
            "attested/alias-bridge",
            RULE,
            &[scan(
                "ci",
                &mine,
                &report(vec![log4j().with(json!({"VendorIDs": ["CVE-2026-0001"]}))]),
                SCANNED,
            )],
        )
        .expect("deny", &["vulnerabilities.too_many"]),
    ]
}

fn report_without_date() -> Value {
    let report = Report { created_at: None, ..Report::about(&good_image(), SCANNED, vec![]) };
    serde_json::from_str(&report.to_json()).unwrap_or_default()
}

fn statements() -> Vec<Case> {
    let mine = good_image().digest();
    let rule = RULE.replace(
        "max: {critical: 0}",
        "max: {critical: 0}, vex: {from: {attestation: {anyOf: [ci, audit]}}, maxAge: 90d}",
    );
    let vex = |signer: &str, status: &str, date: &str| {
        let product = format!("pkg:oci/app@{}", mine.replace(':', "%3A"));
        let document = json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1",
            "author": signer, "timestamp": date, "version": 1,
            "statements": [{
                "vulnerability": {"name": "CVE-2021-44228"}, "products": [{"@id": product}],
                "status": status, "justification": "vulnerable_code_not_in_execute_path",
            }],
        });
        Signer::named(signer).statement(&mine, "https://openvex.dev/ns", &document)
    };
    let bad = || scan("ci", &mine, &report(vec![log4j()]), SCANNED);
    let today = "2026-11-20T00:00:00Z";
    let (within, too_many) = (&["vulnerabilities.within"], &["vulnerabilities.too_many"]);
    vec![
        case("attested/vex", &rule, &[bad(), vex("audit", "not_affected", today)])
            .expect("allow", within),
        case("attested/vex-of-a-stranger", &rule, &[bad(), vex("stranger", "not_affected", today)])
            .expect("deny", too_many),
        case(
            "attested/vex-affected-wins",
            &rule,
            &[
                bad(),
                vex("audit", "not_affected", today),
                vex("ci", "affected", "2026-11-01T00:00:00Z"),
            ],
        )
        .expect("deny", too_many),
        case(
            "attested/vex-replayed",
            &rule,
            &[bad(), vex("audit", "not_affected", "2026-01-01T00:00:00Z")],
        )
        .expect("deny", too_many),
    ]
}
