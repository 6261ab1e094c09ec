//! The reader of OSV-Scanner's reports.

use std::sync::Arc;

use cocket::evidence::scan::{CvssVersion, Document, ScanReport};
use cocket::evidence::{EvidenceError, EvidenceErrorKind, Severity};
use serde_json::{Value, json};

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";

fn document(value: &Value) -> Result<Document, EvidenceError> {
    Document::parse(&Arc::from(value.to_string().as_bytes()))
}

fn report(value: &Value) -> Result<ScanReport, EvidenceError> {
    ScanReport::parse(&Arc::from(value.to_string().as_bytes()))
}

/// A report about an image with one package.
fn with(advisories: Value, groups: Value) -> Value {
    json!({"results": [{"source": {"path": "/lib/apk/db/installed", "type": "docker"},
        "packages": [{"vulnerabilities": advisories, "groups": groups,
            "package": {"name": "time", "version": "0.1.45", "ecosystem": "crates.io"}}]}]})
}

#[test]
fn everything_that_is_read() {
    let advisory = json!({
        "id": "GHSA-1", "aliases": ["CVE-1", "GHSA-1"], "published": "2024-01-02T03:04:05Z",
        "severity": [{"type": "CVSS_V3", "score": HIGH}],
        "affected": [
            {"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.2.23"}]},
                {"type": "GIT", "events": [{"fixed": "d20ace"}]},
                {"type": "ECOSYSTEM", "events": [{"fixed": "0.1.46"}, {"fixed": "0.2.23"}]}],
                "package": {"name": "time", "ecosystem": "crates.io"}},
            {"package": {"name": "other", "ecosystem": "crates.io"},
                "ranges": [{"events": [{"fixed": "9"}]}]},
            {"package": {"name": "time", "ecosystem": "npm"},
                "ranges": [{"events": [{"fixed": "8"}]}]}],
        "database_specific": {"severity": "MODERATE"},
    });
    let second = json!({"id": "RUSTSEC-1", "severity": [{"type": "CVSS_V3", "score": HIGH}]});
    let third = json!({"id": "GHSA-3"});
    let groups = json!([{"ids": ["GHSA-1", "RUSTSEC-1"], "aliases": ["GHSA-1", "CVE-9"],
        "max_severity": ""}, {"ids": ["GHSA-3"], "aliases": null}]);
    let report = report(&with(json!([advisory, second, third]), groups)).unwrap();
    assert_eq!((report.scanner(), report.scanner_version()), ("osv-scanner", None));
    assert!(report.created_at().is_none() && report.database().is_none());
    assert!(report.repo_digests().is_empty() && report.config_digest().is_none());
    assert_eq!((report.document().packages(), report.document().groups()), (Some(1), Some(2)));
    let findings: Vec<_> = report.findings().collect();
    for one in &findings {
        assert_eq!((one.package(), one.installed()), ("time", "0.1.45"));
        assert_eq!((one.target(), one.known_exploited()), ("/lib/apk/db/installed", None));
    }
    let aliases = |position: usize| {
        let mut aliases: Vec<_> = findings[position].aliases().collect();
        aliases.sort_unstable();
        aliases.join(" ")
    };
    assert_eq!(
        (&*aliases(0), &*aliases(1), &*aliases(2)),
        ("CVE-1 CVE-9 RUSTSEC-1", "CVE-9 GHSA-1", "")
    );
    assert_eq!((findings[0].fixed(), findings[1].fixed()), ("0.1.46, 0.2.23", ""));
    assert_eq!(findings[0].published_at(), Some("2024-01-02T03:04:05Z".parse().unwrap()));
    // The word of the database, else the vector; else nothing is known.
    let severities: Vec<_> = findings.iter().map(|one| one.severity()).collect();
    assert_eq!(severities, [Severity::Medium, Severity::High, Severity::Unknown]);
    assert!(!findings[2].has_severity());
    let rating = findings[1].cvss().next().unwrap();
    assert_eq!((&*rating.source, rating.version), ("osv", CvssVersion::V3_1));
    assert_eq!((rating.score_tenths, rating.vector.as_deref()), (None, Some(HIGH)));
}

#[test]
fn severities_of_vectors_and_words() {
    for (severity, expected) in [
        (json!([{"type": "CVSS_V3", "score": HIGH}]), Severity::High),
        (json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L"}]), Severity::Unknown),
        (json!([{"type": "Ubuntu", "score": "negligible"}]), Severity::Negligible),
        (json!([{"type": "CVSS_V2", "score": "AV:L/AC:H/Au:N/C:N/I:P/A:N"}]), Severity::Low),
        (
            json!([{"type": "Ubuntu", "score": "low"}, {"type": "CVSS_V3", "score": HIGH}]),
            Severity::High,
        ),
        (json!([{"type": "CVSS_V3", "score": ""}]), Severity::Unknown),
        (json!([]), Severity::Unknown),
    ] {
        let advisory = json!([{"id": "X", "severity": severity}]);
        let report = report(&with(advisory, json!([]))).unwrap();
        assert_eq!(report.findings().next().unwrap().severity(), expected, "{severity}");
        // The schema allows them for each package, too.
        let advisory = json!([{"id": "X", "affected": [{"severity": severity}]}]);
        let report = self::report(&with(advisory, json!([]))).unwrap();
        assert_eq!(report.findings().next().unwrap().severity(), expected, "{severity}");
    }
    let odd = json!([{"database_specific": {"severity": "TERRIBLE"},
        "severity": [{"type": "Ubuntu", "score": "low"}], "id": "X"}]);
    let report = report(&with(odd, json!([]))).unwrap();
    assert_eq!(report.findings().next().unwrap().severity(), Severity::Unknown);
}

#[test]
fn a_fix_for_another_release_is_no_fix() {
    let fixed = |of: &str, ecosystem: &str| {
        let advisory = json!([{"id": "X", "affected": [{"package": {"name": "time",
            "ecosystem": of}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2"}]}]}]}]);
        let mut value = with(advisory, json!([]));
        value["results"][0]["packages"][0]["package"]["ecosystem"] = json!(ecosystem);
        report(&value).unwrap().findings().next().unwrap().is_fixable()
    };
    assert!(fixed("Debian:12", "Debian:12") && fixed("Debian", "Debian:12"));
    assert!(fixed("Debian:12", "Debian") && !fixed("Debian:12", "Debian:11"));
    assert!(!fixed("npm", "PyPI"));
}

#[test]
fn only_scans_of_images_are_evidence() {
    let mut value = with(json!([]), json!([]));
    assert!(report(&value).is_ok(), "a package without advisories was looked at");
    value["results"][0]["source"]["type"] = json!("lockfile");
    let shown = document(&value).unwrap();
    assert_eq!((shown.artifact_type(), shown.packages()), ("lockfile", Some(1)));
    let error = report(&value).unwrap_err();
    assert_eq!(error.kind, EvidenceErrorKind::NotAnImage);
    assert!(error.detail.contains("lockfile"), "{error}");
    value["image_metadata"] = json!({"os": "Alpine Linux v3.20", "layer_metadata": []});
    assert_eq!(report(&value).unwrap().os().unwrap().family, "Alpine Linux v3.20");
    // One file tree among images makes the whole a report about something else.
    let mut mixed = with(json!([]), json!([]));
    for position in [0, 1] {
        let other = json!({"source": {"type": "sbom"}, "packages": []});
        mixed["results"].as_array_mut().unwrap().insert(position, other);
        assert_eq!(report(&mixed).unwrap_err().kind, EvidenceErrorKind::NotAnImage);
        mixed["results"].as_array_mut().unwrap().remove(position);
    }
}

#[test]
fn a_report_without_packages_is_not_a_clean_one() {
    for results in [json!([]), Value::Null, json!([{"source": {"type": "docker"}}])] {
        let value = json!({"results": results, "image_metadata": {}});
        let error = report(&value).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::NothingScanned, "{value}");
        assert_eq!(document(&value).unwrap().findings().len(), 0);
    }
    let empty = json!({"results": [], "experimental_config": {"licenses": {"summary": false}}});
    assert_eq!(report(&empty).unwrap_err().kind, EvidenceErrorKind::NotAnImage);
}

#[test]
fn a_cut_report_is_never_read() {
    let advisory = json!([{"id": "X", "aliases": ["Y"], "severity": [{"score": HIGH}]}]);
    let text = with(advisory, json!([{"ids": ["X"]}])).to_string();
    for end in 0..text.len() {
        assert!(Document::parse(&Arc::from(&text.as_bytes()[..end])).is_err(), "{end}");
    }
}

#[test]
fn what_other_parsers_would_read_differently_is_refused() {
    let text = with(json!([{"id": "X", "aliases": []}]), json!([{"ids": []}])).to_string();
    for (key, twin) in [("aliases", "Aliases"), ("ids", "IDs"), ("ecosystem", "Ecosystem")] {
        let key = format!("\"{key}\":");
        for other in [format!("\"{twin}\":null,"), format!("{key}null,")] {
            let text = text.replacen(&key, &format!("{other}{key}"), 1);
            let error = Document::parse(&Arc::from(text.as_bytes())).unwrap_err();
            assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{other}{key} {error}");
        }
    }
}

#[test]
fn large_groups_do_not_fill_the_memory() {
    let ids: Vec<_> = (0..2_000).map(|at| format!("X-{at}")).collect();
    let advisories: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    let value = with(json!(advisories), json!([{"ids": ids}]));
    let error = document(&value).unwrap_err();
    assert_eq!((error.kind, &*error.place), (EvidenceErrorKind::TooLarge, "/results/0/packages/0"));
    let few = with(json!(advisories.get(..100)), json!([{"ids": ids}]));
    assert_eq!(document(&few).unwrap().findings().next().unwrap().aliases().count(), 1_999);
}
