//! The reader of Grype's reports.

use std::sync::Arc;

use cocket::evidence::scan::{CvssVersion, Document, Finding, FixState, ScanReport, Status};
use cocket::evidence::{EvidenceError, EvidenceErrorKind, Severity};
use cocket::reference::Digest;
use serde_json::{Value, json};

fn document(value: &Value) -> Result<Document, EvidenceError> {
    Document::parse(&Arc::from(value.to_string().as_bytes()))
}

fn report(value: &Value) -> Result<ScanReport, EvidenceError> {
    ScanReport::parse(&Arc::from(value.to_string().as_bytes()))
}

fn refusal(value: &Value) -> EvidenceErrorKind {
    report(value).expect_err("a refusal").kind
}

/// A report about an image, with these matches.
fn with(matches: Value) -> Value {
    json!({
        "matches": matches,
        "source": {"type": "image", "target": {"userInput": "app:1", "imageID": "",
            "manifestDigest": Digest::sha256(b"made by grype").to_string(), "repoDigests": []}},
        "distro": {"name": "debian", "version": "12", "idLike": []},
        "descriptor": {"name": "grype", "version": "0.94.0"},
    })
}

fn changed(mut value: Value, pointer: &str, to: Value) -> Value {
    *value.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = to;
    value
}

/// A match as version 0.96 writes it.
fn newest() -> Value {
    json!({
        "vulnerability": {
            "id": "GHSA-1", "dataSource": "https://a.example/1", "namespace": "github:language:go",
            "severity": "High", "urls": ["x"], "risk": 5.620183333333334, "advisories": [],
            "cvss": [{"source": "security@a.example", "type": "Secondary", "version": "3.1",
                "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
                "metrics": {"baseScore": 7.5, "impactScore": 3.6}, "vendorMetadata": {}}],
            "epss": [{"cve": "CVE-1", "epss": 0.0719, "percentile": 0.91123, "date": "2026-06-18"},
                {"cve": "CVE-2", "epss": 0.9, "percentile": 1, "date": "0001-01-01"}],
            "knownExploited": [{"cve": "CVE-1", "knownRansomwareCampaignUse": "unknown"}],
            "fix": {"versions": ["1.2.1", "2.1.3"], "state": "fixed", "available": [
                {"version": "2.1.3", "date": "2026-02-03", "kind": "advisory"},
                {"version": "1.2.1", "date": "2026-01-02", "kind": "first-observed"}]},
        },
        "relatedVulnerabilities": [
            {"id": "CVE-1", "namespace": "nvd:cpe", "severity": "Critical", "cvss": [
                {"version": "2.0", "vector": "AV:N/AC:L/Au:N/C:P/I:P/A:P",
                    "metrics": {"baseScore": 7.5}},
                {"source": "nvd@nist.gov", "version": "4.0", "metrics": {"baseScore": 9}}],
                "epss": [{"epss": 0.5}]},
            {"id": "CVE-2", "namespace": "nvd:cpe", "severity": "Low"},
            {"id": "CVE-1"}, {"id": "GHSA-1"}, null],
        "matchDetails": [{"type": "exact-direct-match"}],
        "artifact": {"name": "a", "version": "1.2.0", "purl": "pkg:golang/a@1.2.0",
            "locations": [{"path": "/usr/bin/a"}, {"path": "/b"}]},
    })
}

#[test]
fn everything_that_is_read() {
    let value = changed(
        with(json!([newest()])),
        "/descriptor",
        json!({
            "name": "grype", "version": "0.96.0", "timestamp": "2026-11-01T12:00:00.5+02:00",
            "db": {"status": {"schemaVersion": "v6.0.2", "built": "2026-10-31T04:12:38Z",
                "valid": true}, "providers": {"kev": {"captured": "2026-10-31T00:00:00Z"}}},
        }),
    );
    let report = report(&value).unwrap();
    assert_eq!((report.scanner(), report.scanner_version()), ("grype", Some("0.96.0")));
    assert_eq!(report.created_at(), Some("2026-11-01T10:00:00.5Z".parse().unwrap()));
    let database = report.database().unwrap();
    assert_eq!(database.version, "v6.0.2");
    assert_eq!(database.built_at, Some("2026-10-31T04:12:38Z".parse().unwrap()));
    assert_eq!((report.artifact_name(), report.os().unwrap().family), ("app:1", "debian"));
    let one = report.findings().next().unwrap();
    assert_eq!((one.id(), one.package(), one.installed()), ("GHSA-1", "a", "1.2.0"));
    assert_eq!((one.fixed(), one.fix_state()), ("1.2.1, 2.1.3", Some(FixState::Fixed)));
    assert_eq!(one.fix_available_at(), Some("2026-01-02T00:00:00Z".parse().unwrap()));
    assert_eq!(one.aliases().collect::<Vec<_>>(), ["CVE-1", "CVE-2"]);
    assert_eq!(one.purl().as_deref(), Some("pkg:golang/a@1.2.0"));
    assert_eq!(one.location().as_deref(), Some("/usr/bin/a"));
    assert_eq!(one.primary_url(), Some("https://a.example/1"));
    assert_eq!((one.severity(), one.known_exploited()), (Severity::High, Some(true)));
    assert_eq!(one.severity_source().as_deref(), Some("github"));
    let mut severities: Vec<_> = one.severities().collect();
    assert_eq!(severities.remove(0), ("grype".into(), Severity::High));
    severities.sort();
    let expected =
        [("github", Severity::High), ("nvd", Severity::Low), ("nvd", Severity::Critical)];
    assert_eq!(severities, expected.map(|(source, severity)| (source.into(), severity)));
    let mut ratings: Vec<_> =
        one.cvss().map(|one| (one.version, one.source.into_owned(), one.score_tenths)).collect();
    ratings.sort();
    assert_eq!(
        ratings,
        [
            (CvssVersion::V2, String::new(), Some(75)),
            (CvssVersion::V3_1, "security@a.example".to_owned(), Some(75)),
            (CvssVersion::V4_0, "nvd@nist.gov".to_owned(), Some(90)),
        ]
    );
    let epss = one.epss().unwrap();
    assert_eq!((epss.score_millionths, epss.percentile_millionths), (900_000, Some(1_000_000)));
    assert_eq!(epss.date, None);
}

#[test]
fn the_manifest_digest_of_grype_binds_nothing() {
    let report = report(&with(json!([newest()]))).unwrap();
    assert!(report.repo_digests().is_empty() && report.config_digest().is_none());
    let digest = Digest::sha256(b"a");
    let named = changed(
        with(json!([])),
        "/source/target/repoDigests",
        json!([format!("library/app@{digest}"), format!("app@{digest}")]),
    );
    let named = changed(named, "/source/target/imageID", json!(digest.to_string()));
    let report = self::report(&named).unwrap();
    assert_eq!((report.repo_digests(), report.config_digest()), (&[digest][..], Some(digest)));
}

#[test]
fn a_redacted_name_does_not_pass_for_no_name() {
    let redacted = changed(with(json!([])), "/source/target/repoDigests", json!(["REDACTED"]));
    assert_eq!(refusal(&redacted), EvidenceErrorKind::Invalid);
    let short = changed(with(json!([])), "/source/target/imageID", json!("sha256:07a3eb7"));
    assert_eq!(refusal(&short), EvidenceErrorKind::Invalid);
    let digest = Digest::sha256(b"a");
    let beside = changed(redacted, "/source/target/imageID", json!(digest.to_string()));
    assert_eq!(report(&beside).unwrap().config_digest(), Some(digest));
}

#[test]
fn what_is_not_an_image_is_named() {
    for (kind, target) in
        [("directory", json!("/srv/app")), ("sbom", json!("x")), ("unknown", json!("unknown"))]
    {
        let value = changed(
            with(json!([newest()])),
            "/source",
            json!({"type": kind,
            "target": target}),
        );
        let shown = document(&value).unwrap();
        assert_eq!(
            (shown.artifact_type(), shown.artifact_name()),
            (kind, target.as_str().unwrap())
        );
        let error = report(&value).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::NotAnImage);
        assert!(error.detail.contains(kind), "{error}");
    }
    let mut none = with(json!([newest()]));
    none.as_object_mut().unwrap().remove("source");
    assert_eq!(refusal(&none), EvidenceErrorKind::NotAnImage);
}

#[test]
fn no_findings_in_an_image_without_packages_is_not_clean() {
    for distro in [
        json!({"name": "", "version": ""}),
        json!({"name": "busybox", "version": "1.32.1"}),
        json!({}),
        Value::Null,
    ] {
        let value = changed(with(json!([])), "/distro", distro.clone());
        assert_eq!(refusal(&value), EvidenceErrorKind::NothingScanned, "{distro}");
        let found = changed(value, "/matches", json!([newest()]));
        assert!(report(&found).is_ok(), "{distro}");
    }
    assert_eq!(report(&with(json!([]))).unwrap().findings().len(), 0);
    assert_eq!(report(&with(Value::Null)).unwrap().findings().len(), 0);
}

#[test]
fn reports_of_xeol_are_not_clean_ones() {
    for one in [
        json!({"cycle": {"ProductName": "x"}, "artifact": {"name": "a"}}),
        json!({"vulnerability": null, "artifact": {}}),
        json!({}),
        Value::Null,
    ] {
        let error = document(&with(json!([newest(), one]))).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Unsupported);
        assert_eq!(error.place, "/matches/1");
        assert!(error.detail.contains("xeol"), "{error}");
    }
    let error = document(&changed(with(json!([])), "/descriptor/name", json!("xeol"))).unwrap_err();
    assert_eq!((error.kind, &*error.place), (EvidenceErrorKind::Unsupported, "/descriptor/name"));
}

#[test]
fn the_oldest_dialect() {
    let old = json!([{
        "vulnerability": {"id": "CVE-1", "severity": "Negligible", "links": ["x"],
            "fixedInVersion": "5.1", "cvssV2": {"baseScore": 7.2,
            "vector": "AV:L/AC:L/Au:N/C:C/I:C/A:C", "impactScore": -1},
            "cvssV3": {"baseScore": 10, "vector": "CVSS:3.0/AV:N"}},
        "relatedVulnerabilities": null,
        "matchDetails": {"matcher": "dpkg-matcher", "searchKey": {}},
        "artifact": {"name": "bash", "version": "5.0-4", "cpes": [{"Part": "a"}]},
    }]);
    let value = changed(
        with(old),
        "/descriptor",
        json!({"name": "grype", "version": "0.7.0",
        "db": null}),
    );
    let report = report(&value).unwrap();
    assert!(report.database().is_none() && report.created_at().is_none());
    let one = report.findings().next().unwrap();
    assert_eq!((one.severity(), one.fixed(), one.fix_state()), (Severity::Negligible, "5.1", None));
    assert_eq!((one.known_exploited(), one.epss(), one.aliases().count()), (None, None, 0));
    let ratings: Vec<_> = one.cvss().map(|one| (one.version, one.score_tenths)).collect();
    assert_eq!(ratings, [(CvssVersion::V2, Some(72)), (CvssVersion::V3_0, Some(100))]);
}

#[test]
fn databases_of_every_version() {
    let with_database = |database: Value| {
        let value = changed(with(json!([newest()])), "/descriptor", json!({"db": database}));
        report(&value).map(|report| {
            let version = report.database().map(|database| database.version.to_owned());
            (version, report.database().and_then(|database| database.built_at))
        })
    };
    let built = Some("2026-10-31T04:12:38Z".parse().unwrap());
    for (database, version) in [
        (json!({"built": "2026-10-31T04:12:38Z", "schemaVersion": 5, "error": null}), "5"),
        (json!({"built": "2026-10-31T04:12:38Z", "schemaVersion": "6"}), "6"),
        (json!({"status": {"built": "2026-10-31T04:12:38Z", "schemaVersion": "v6.1"}}), "v6.1"),
    ] {
        assert_eq!(with_database(database).unwrap(), (Some(version.to_owned()), built));
    }
    // What Grype itself calls invalid is as good as none.
    let invalid = json!({"status": {"built": "2026-10-31T04:12:38Z", "valid": false}});
    assert_eq!(with_database(invalid).unwrap(), (None, None));
    assert_eq!(with_database(Value::Null).unwrap(), (None, None));
    assert_eq!(with_database(json!({})).unwrap(), (Some(String::new()), None));
    assert!(with_database(json!({"built": "soon"})).is_err());
    assert!(with_database(json!({"schemaVersion": {"a": 1}})).is_err());
    assert!(with_database(json!([])).is_err());
}

#[test]
fn not_marked_as_exploited_is_known_only_with_the_catalogue() {
    let mut one = newest();
    one["vulnerability"].as_object_mut().unwrap().remove("knownExploited");
    let known = |providers: Value| {
        let value = changed(
            with(json!([one])),
            "/descriptor",
            json!({"db": {
            "status": {"schemaVersion": "v6.0.2"}, "providers": providers}}),
        );
        report(&value).unwrap().findings().next().unwrap().known_exploited()
    };
    assert_eq!(known(json!({"kev": {}, "nvd": {}})), Some(false));
    assert_eq!(known(json!({"nvd": {}})), None);
    assert_eq!(known(Value::Null), None);
}

#[test]
fn fix_states() {
    for (fix, state, fixable) in [
        (json!({"versions": [], "state": ""}), Some(FixState::Unstated), false),
        (json!({"versions": null, "state": "not-fixed"}), Some(FixState::NotFixed), false),
        (json!({"versions": [""], "state": "wont-fix"}), Some(FixState::WontFix), false),
        (json!({"versions": ["1"], "state": "wont-fix"}), Some(FixState::WontFix), true),
        (json!({"versions": [], "state": "fixed"}), Some(FixState::Fixed), false),
        (json!({"state": "odd"}), Some(FixState::Unknown), false),
        (json!({}), None, false),
        (Value::Null, None, false),
    ] {
        let one = changed(newest(), "/vulnerability/fix", fix.clone());
        let report = report(&with(json!([one]))).unwrap();
        let one = report.findings().next().unwrap();
        assert_eq!((one.fix_state(), one.is_fixable()), (state, fixable), "{fix}");
    }
}

#[test]
fn severities_are_words_in_any_case() {
    for (word, severity) in [
        ("Critical", Severity::Critical),
        ("negligible", Severity::Negligible),
        ("Unknown", Severity::Unknown),
        ("Defcon1", Severity::Unknown),
    ] {
        let one = changed(newest(), "/vulnerability/severity", json!(word));
        let report = report(&with(json!([one]))).unwrap();
        let one = report.findings().next().unwrap();
        assert!(one.has_severity());
        assert_eq!(one.severity(), severity, "{word}");
    }
    let none = changed(newest(), "/vulnerability/severity", Value::Null);
    let report = report(&with(json!([none]))).unwrap();
    let one = report.findings().next().unwrap();
    assert_eq!((one.severity(), one.has_severity()), (Severity::Unknown, false));
}

#[test]
fn ignored_matches_are_set_aside_and_told() {
    let mut ignored = newest();
    ignored["appliedIgnoreRules"] = json!([{"vulnerability": "CVE-1", "reason": "not reachable"}]);
    let mut by_vex = newest();
    by_vex["appliedIgnoreRules"] = json!([{"namespace": "vex", "vex-status": "not_affected",
        "vex-justification": "component_not_present"}]);
    let mut value = with(json!([ignored]));
    value["ignoredMatches"] = json!([ignored, by_vex, newest()]);
    let report = report(&value).unwrap();
    let mut aside: Vec<_> = report.findings().map(|one| one.set_aside_as()).collect();
    aside.sort();
    // A match that counts is not set aside by what is written beside it.
    let expected = [None, Some(Status::NotAffected), Some(Status::Ignored), Some(Status::Ignored)];
    assert_eq!(aside, expected);
    let reasons: Vec<_> = report.findings().filter_map(|one| one.set_aside_reason()).collect();
    assert_eq!(reasons, ["not reachable", "component_not_present"]);
    let only_ignored = changed(with(json!([])), "/distro", Value::Null);
    let mut only_ignored = only_ignored;
    only_ignored["ignoredMatches"] = json!([newest()]);
    assert!(self::report(&only_ignored).is_ok());
}

#[test]
fn what_other_parsers_would_read_differently_is_refused() {
    let text = with(json!([newest()])).to_string();
    for (key, twin) in [
        ("matches", "Matches"),
        ("repoDigests", "repodigests"),
        ("severity", "Severity"),
        ("versions", "Versions"),
        ("epss", "EPSS"),
    ] {
        let key = format!("\"{key}\":");
        let twin = text.replacen(&key, &format!("\"{twin}\":null,{key}"), 1);
        let error = Document::parse(&Arc::from(twin.as_bytes())).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{key} {error}");
        let twice = text.replacen(&key, &format!("{key}null,{key}"), 1);
        let error = Document::parse(&Arc::from(twice.as_bytes())).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{key} {error}");
    }
    for (right, wrong) in [
        ("0.0719", "1.5"),
        ("\"percentile\":1", "\"percentile\":\"1\""),
        ("\"baseScore\":9", "\"baseScore\":11"),
        ("[\"1.2.1\"", "[1"),
        ("\"High\"", "3"),
    ] {
        assert!(text.contains(right), "{right}");
        let error = Document::parse(&Arc::from(text.replace(right, wrong).as_bytes())).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Invalid, "{wrong}");
    }
}

#[test]
fn a_cut_report_is_never_read() {
    let text = with(json!([newest()])).to_string();
    for end in 0..text.len() {
        assert!(Document::parse(&Arc::from(&text.as_bytes()[..end])).is_err(), "{end}");
    }
}

#[test]
fn the_order_of_matches_changes_only_their_order() {
    let matches: Vec<_> = ["Low", "High", "Critical", "Negligible"]
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let one = changed(newest(), "/vulnerability/id", json!(format!("GHSA-{at}")));
            changed(one, "/vulnerability/severity", json!(word))
        })
        .collect();
    let told = |matches: &[Value]| {
        let report = report(&with(json!(matches))).unwrap();
        let tell = |one: Finding<'_>| {
            let aliases: Vec<_> = one.aliases().collect();
            format!("{} {:?} {aliases:?} {:?}", one.id(), one.severity(), one.details())
        };
        let mut told: Vec<_> = report.findings().map(tell).collect();
        told.sort();
        told
    };
    let expected = told(&matches);
    for by in 1..matches.len() {
        let mut turned = matches.clone();
        turned.rotate_left(by);
        assert_eq!(told(&turned), expected);
    }
}

#[test]
fn an_empty_old_member_does_not_take_a_fix_away() {
    for fixed in ["", "3"] {
        let mut one = newest();
        one["vulnerability"]["fixedInVersion"] = json!(fixed);
        let report = report(&with(json!([one]))).unwrap();
        assert!(report.findings().next().unwrap().is_fixable(), "{fixed}");
    }
}
