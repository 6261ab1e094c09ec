//! The reader of predicates around scan reports.

use cocket::evidence::scan::{AttestedScan, CvssVersion, attested};
use cocket::evidence::{EvidenceError, EvidenceErrorKind, Severity};
use cocket::reference::Digest;
use serde_json::{Value, json};

const COSIGN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const IN_TOTO: [&str; 2] =
    ["https://in-toto.io/attestation/vulns/v0.1", "https://in-toto.io/attestation/vulns/v0.2"];

fn predicate(result: Value) -> Value {
    json!({
        "invocation": {"parameters": null, "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {"uri": "pkg:github/aquasecurity/trivy@0.70.0", "version": "0.70.0",
            "db": {"uri": "pkg:github/aquasecurity/trivy-db", "version": "2",
                "lastUpdate": "2026-10-31T00:00:00Z"}, "result": result},
        "metadata": {"scanStartedOn": "2026-11-01T09:00:00Z",
            "scanFinishedOn": "2026-11-01T10:00:00Z"},
    })
}

fn trivy() -> Value {
    json!({"SchemaVersion": 2, "ArtifactName": "app", "ArtifactType": "container_image",
        "Metadata": {"RepoDigests": [format!("app@{}", Digest::sha256(b"a"))]},
        "Results": [{"Target": "t", "Class": "os-pkgs", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-1", "PkgName": "a", "Severity": "HIGH"}]}]})
}

fn grype() -> Value {
    json!({"matches": [{"vulnerability": {"id": "CVE-1", "severity": "Low"}}],
        "source": {"type": "image", "target": {}}, "descriptor": {"name": "grype"}})
}

fn read(predicate_type: &str, predicate: &Value) -> Result<AttestedScan, EvidenceError> {
    attested(predicate_type, &predicate.to_string())
}

fn refusal(predicate_type: &str, predicate: &Value) -> (EvidenceErrorKind, String) {
    let error = read(predicate_type, predicate).expect_err("a refusal");
    (error.kind, error.place)
}

#[test]
fn cosign_holds_the_report_of_a_scanner() {
    let scan = read(COSIGN, &predicate(trivy())).unwrap();
    assert_eq!(scan.report.scanner(), "trivy");
    assert_eq!(scan.report.repo_digests(), [Digest::sha256(b"a")]);
    assert_eq!(scan.report.findings().len(), 1);
    assert_eq!(scan.started_at, Some("2026-11-01T09:00:00Z".parse().unwrap()));
    assert_eq!(scan.finished_at, Some("2026-11-01T10:00:00Z".parse().unwrap()));
    assert_eq!(scan.scanner_uri, "pkg:github/aquasecurity/trivy@0.70.0");
    let database = scan.database.unwrap();
    assert_eq!(database.version, "2");
    assert_eq!(database.updated_at, Some("2026-10-31T00:00:00Z".parse().unwrap()));
    let scan = read(COSIGN, &predicate(grype())).unwrap();
    assert_eq!((scan.report.scanner(), scan.report.findings().len()), ("grype", 1));
}

#[test]
fn no_result_is_a_scan_of_nothing() {
    let mut absent = predicate(Value::Null);
    absent["scanner"].as_object_mut().unwrap().remove("result");
    let no_scanner = json!({"metadata": {}});
    // As cosign writes it where it was told of no scan.
    let zero = json!({"scanner": {"uri": "", "version": "", "db": {"uri": "", "version": ""},
        "result": null}, "metadata": {"scanStartedOn": "0001-01-01T00:00:00Z",
        "scanFinishedOn": "0001-01-01T00:00:00Z"}});
    for nothing in [predicate(Value::Null), absent, no_scanner, zero, json!({}), Value::Null] {
        for predicate_type in [COSIGN, IN_TOTO[0], IN_TOTO[1]] {
            let found = refusal(predicate_type, &nothing);
            let expected = (EvidenceErrorKind::NothingScanned, "/scanner/result".to_owned());
            assert_eq!(found, expected, "{predicate_type} {nothing}");
        }
    }
}

#[test]
fn reports_that_are_no_evidence_are_none_inside_a_predicate() {
    let with = |pointer: &str, to: Value| {
        let mut report = trivy();
        *report.pointer_mut(pointer).unwrap() = to;
        predicate(report)
    };
    for (predicate, kind, place) in [
        (with("/Results", json!([])), EvidenceErrorKind::NothingScanned, "/Results"),
        (
            with("/ArtifactType", json!("filesystem")),
            EvidenceErrorKind::NotAnImage,
            "/ArtifactType",
        ),
        (with("/Metadata/RepoDigests", json!(["a"])), EvidenceErrorKind::Invalid, "/Metadata"),
        (predicate(json!({"version": "2.1.0", "runs": []})), EvidenceErrorKind::Unsupported, ""),
        (predicate(json!([])), EvidenceErrorKind::NothingScanned, ""),
        (predicate(json!("{}")), EvidenceErrorKind::Unsupported, ""),
        (predicate(json!([{"id": "CVE-1"}])), EvidenceErrorKind::NotAnImage, "/ArtifactType"),
    ] {
        let found = read(COSIGN, &predicate).expect_err("a refusal");
        if predicate.pointer("/scanner/result").is_some_and(Value::is_string) {
            assert_eq!(found.kind, EvidenceErrorKind::Invalid, "{found}");
            continue;
        }
        assert_eq!((found.kind, found.place), (kind, format!("/scanner/result{place}")));
    }
}

#[test]
fn only_the_exact_types_are_read() {
    for other in [
        "cosign.sigstore.dev/attestation/vuln/v1",
        "https://cosign.sigstore.dev/attestation/vuln/v2",
        "https://cosign.sigstore.dev/attestation/vuln/v1/",
        "https://in-toto.io/attestation/vulns",
        "in-toto.io/attestation/vulns/v0.1",
        "https://in-toto.io/attestation/vulns/v0.3",
        "",
    ] {
        let found = refusal(other, &predicate(trivy()));
        assert_eq!(found, (EvidenceErrorKind::Unsupported, "/predicateType".to_owned()), "{other}");
    }
}

#[test]
fn in_toto_lists_vulnerabilities() {
    let vector = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H";
    let result = json!([
        {"id": "CVE-1", "severity": [{"method": "nvd", "score": "medium"},
            {"method": "cvss_score", "score": "5.2"}], "annotations": [{"a": 1}]},
        {"id": "GHSA-7rjr", "severity": [{"method": "CVSSv31", "score": vector}]},
        {"id": "GHSA-3pxv"},
        {"severity": [{"method": "CVSSv2", "score": 9.9}], "id": "CVE-2"},
        {"vulnerability": {"id": "CVE-3", "severity": [{"method": "x", "score": "odd"}]}},
        null,
    ]);
    for predicate_type in IN_TOTO {
        let scan = read(predicate_type, &predicate(result.clone())).unwrap();
        let report = &scan.report;
        assert_eq!((report.scanner(), report.scanner_version()), ("trivy", Some("0.70.0")));
        assert_eq!(report.created_at(), scan.finished_at);
        assert!(report.repo_digests().is_empty() && report.config_digest().is_none());
        let found: Vec<_> = report.findings().map(|one| (one.id(), one.severity())).collect();
        assert_eq!(
            found,
            [
                ("CVE-1", Severity::Medium),
                ("GHSA-7rjr", Severity::Critical),
                ("GHSA-3pxv", Severity::Unknown),
                ("CVE-2", Severity::High),
                ("CVE-3", Severity::Unknown),
                ("", Severity::Unknown),
            ]
        );
        assert!(report.findings().all(|one| !one.is_fixable() && one.package().is_empty()));
        let ratings: Vec<_> = report
            .findings()
            .flat_map(|one| one.cvss().collect::<Vec<_>>())
            .map(|one| (one.source.into_owned(), one.version, one.score_tenths))
            .collect();
        assert_eq!(
            ratings,
            [
                ("cvss_score".to_owned(), CvssVersion::V3_1, Some(52)),
                ("CVSSv31".to_owned(), CvssVersion::V3_1, None),
                ("CVSSv2".to_owned(), CvssVersion::V2, Some(99)),
            ]
        );
        let first = report.findings().next().unwrap();
        let severities: Vec<_> = first.severities().collect();
        assert_eq!(
            severities[1..],
            [("nvd".into(), Severity::Medium), ("cvss_score".into(), Severity::Medium),]
        );
    }
}

#[test]
fn an_empty_list_counts_only_of_a_finished_scan() {
    let mut empty = predicate(json!([]));
    assert_eq!(read(IN_TOTO[1], &empty).unwrap().report.findings().len(), 0);
    for never in [json!("0001-01-01T00:00:00Z"), json!(""), Value::Null] {
        empty["metadata"]["scanFinishedOn"] = never;
        assert_eq!(refusal(IN_TOTO[1], &empty).0, EvidenceErrorKind::NothingScanned);
    }
}

#[test]
fn scanners_that_only_sound_like_others_keep_their_own_name() {
    for (uri, name) in [
        ("pkg:github/anchore/grype", "grype"),
        ("https://github.com/google/osv-scanner@v2", "osv-scanner"),
        ("https://a.example/aquasecurity/trivy", "https://a.example/aquasecurity/trivy"),
        ("pkg:github/evil/trivy", "pkg:github/evil/trivy"),
        ("pkg:github/aquasecurity/trivy-fork", "pkg:github/aquasecurity/trivy-fork"),
        ("osv.dev", "osv.dev"),
        ("", ""),
    ] {
        let mut predicate = predicate(json!([{"id": "CVE-1"}]));
        predicate["scanner"]["uri"] = json!(uri);
        assert_eq!(read(IN_TOTO[0], &predicate).unwrap().report.scanner(), name);
    }
}

#[test]
fn strict_in_every_part() {
    let text = predicate(trivy()).to_string();
    for (right, wrong, kind) in [
        ("\"scanFinishedOn\":", "\"scanFinishedOn\":null,", EvidenceErrorKind::Ambiguous),
        ("\"scanFinishedOn\":", "\"ScanFinishedOn\":null,", EvidenceErrorKind::Ambiguous),
        ("\"Severity\":", "\"Severity\":null,", EvidenceErrorKind::Ambiguous),
        ("\"event_id\":", "\"event_id\":1,", EvidenceErrorKind::Ambiguous),
        ("\"lastUpdate\":\"", "\"lastUpdate\":\"x\",\"y\":\"", EvidenceErrorKind::Invalid),
        ("\"result\":", "\"result\":null,", EvidenceErrorKind::Ambiguous),
    ] {
        assert!(text.contains(right), "{right}");
        let doubled = match kind {
            EvidenceErrorKind::Invalid => text.replacen(right, wrong, 1),
            _ => text.replacen(right, &format!("{wrong}{right}"), 1),
        };
        let error = attested(COSIGN, &doubled).expect_err(wrong);
        assert_eq!(error.kind, kind, "{wrong} {error}");
    }
    for (predicate_type, predicate) in
        [(COSIGN, predicate(trivy())), (IN_TOTO[1], predicate(json!([{"id": "CVE-1"}])))]
    {
        let text = predicate.to_string();
        for end in 0..text.len() {
            let cut = text.get(..end).unwrap();
            assert!(attested(predicate_type, cut).is_err(), "{end}");
        }
    }
}
