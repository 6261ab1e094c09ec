//! The reader of Trivy's reports, and how other formats are called.

use std::sync::Arc;

use cocket::evidence::scan::{
    CvssVersion, Dialect, Document, Finding, FixState, ScanReport, Status,
};
use cocket::evidence::{EvidenceError, EvidenceErrorKind, Severity};

pub(crate) fn document(text: impl AsRef<[u8]>) -> Result<Document, EvidenceError> {
    Document::parse(&Arc::from(text.as_ref()))
}

pub(crate) fn report(text: impl AsRef<[u8]>) -> Result<ScanReport, EvidenceError> {
    ScanReport::parse(&Arc::from(text.as_ref()))
}

pub(crate) fn refusal(text: &str) -> (EvidenceErrorKind, String) {
    let error = report(text).expect_err(text);
    assert!(!error.detail.is_empty(), "{text}");
    (error.kind, error.place)
}

#[test]
fn other_formats_are_called_by_their_name() {
    for (text, word) in [
        (r#"{"version":"2.1.0","runs":[{"tool":{},"results":[]}]}"#, "SARIF"),
        (r#"{"ClusterName":"c","Resources":[]}"#, "trivy k8s"),
        (r#"{"ClusterName":"c","Vulnerabilities":[]}"#, "trivy k8s"),
        (r#"{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"x"}"#, "Kubernetes"),
        (r#"{"apiVersion":"v1","metadata":{},"results":[{"policy":"p"}]}"#, "Kubernetes"),
        (r#"{"application/vnd.security.vulnerability.report; version=1.1":{}}"#, "Harbor"),
        (r#"{"bomFormat":"CycloneDX","metadata":{}}"#, "CycloneDX"),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, "SPDX"),
        (r#"{"@context":"https://openvex.dev/ns"}"#, "OpenVEX"),
        (r#"{"_type":"x","predicateType":"y"}"#, "in-toto"),
        (r#"{"payloadType":"x","payload":""}"#, "DSSE"),
        (r#"{"schemaVersion":2,"manifests":[]}"#, "OCI"),
        (r#"{"artifacts":[],"source":{"type":"image","target":{}},"distro":{}}"#, "Syft"),
        (r#"{"source":[],"artifacts":7}"#, "Syft"),
        (r#"{"vulnerabilities":[],"CreatedAt":1}"#, "another scanner"),
        (r#"{"scanner":{"uri":"x"},"metadata":{}}"#, "summary"),
        (r#"{"SchemaVersion":null,"Results":[]}"#, "without `SchemaVersion`"),
    ] {
        let error = document(text).expect_err(text);
        assert_eq!(error.kind, EvidenceErrorKind::Unsupported, "{text}: {error}");
        assert!(error.detail.contains(word), "{text}: {error}");
    }
}

#[test]
fn a_report_in_two_formats_is_neither() {
    let trivy = full();
    let with = |member: &str| trivy.replacen('{', &format!("{{{member},"), 1);
    for (member, place) in [
        (r#""matches":[]"#, "/matches"),
        (r#""results":[]"#, "/results"),
        (r#""source":{"target":{"repoDigests":[]}}"#, "/source"),
        (r#""descriptor":null"#, "/descriptor"),
        (r#""image_metadata":{}"#, "/image_metadata"),
    ] {
        let found = refusal(&with(member));
        assert_eq!(found, (EvidenceErrorKind::Ambiguous, place.to_owned()), "{member}");
    }
    for (text, place) in [
        (r#"{"matches":[],"results":[]}"#, "/results"),
        (r#"{"matches":[],"ArtifactType":"container_image"}"#, "/ArtifactType"),
        (r#"{"results":[],"Results":[]}"#, "/Results"),
        (r#"{"results":[],"distro":{}}"#, "/distro"),
    ] {
        assert_eq!(refusal(text), (EvidenceErrorKind::Ambiguous, place.to_owned()), "{text}");
    }
}

#[test]
fn what_trivy_wrote_before_its_version_2_can_be_shown_but_proves_nothing() {
    let list = r#"[{"Target":"a (debian 10)","Type":"debian","Vulnerabilities":[
        {"VulnerabilityID":"CVE-1","PkgName":"apt","Severity":"HIGH","SeveritySource":"debian"}]},
        {"Target":"b","Type":"npm","Vulnerabilities":null}]"#;
    let shown = document(list).unwrap();
    assert_eq!((shown.dialect(), shown.findings().len()), (Dialect::TrivyV1, 1));
    let finding = shown.findings().next().unwrap();
    assert_eq!((finding.severity(), finding.target()), (Severity::High, "a (debian 10)"));
    assert_eq!(finding.severity_source().as_deref(), Some("debian"));
    assert_eq!(refusal(list).0, EvidenceErrorKind::NotAnImage);
    for nothing in ["null", " null\n", "[]", "{}", "{ }"] {
        assert_eq!(document(nothing).unwrap().findings().len(), 0);
        assert_eq!(refusal(nothing).0, EvidenceErrorKind::NothingScanned, "{nothing}");
    }
    for broken in ["nul", "nulls", "null null", "[", "[{}", "[1]", "[[]]", "[]]", "\"null\"", "1"] {
        assert!(document(broken).is_err(), "{broken}");
    }
}

pub(crate) const HEAD: &str =
    r#""SchemaVersion":2,"ArtifactName":"app","ArtifactType":"container_image""#;

/// A report with one result about packages, which holds `inner`.
pub(crate) fn with(inner: &str) -> String {
    format!(r#"{{{HEAD},"Results":[{{"Target":"t","Class":"os-pkgs",{inner}}}]}}"#)
}

pub(crate) fn full() -> String {
    let digest = cocket::reference::Digest::sha256(b"a");
    let vulnerability = |id: &str, severity: &str| {
        format!(
            r#"{{"VulnerabilityID":"{id}","PkgName":"a\u0062c","InstalledVersion":"1\/2",
            "FixedVersion":"2, 3","Severity":"{severity}","Status":"fixed",
            "VendorIDs":["DSA-1","DSA-1","{id}",""],"SeveritySource":"ghsa","PkgPath":"a/b.jar",
            "PkgIdentifier":{{"PURL":"pkg:deb/debian/abc@1?a=b\u0026c=d"}},
            "VendorSeverity":{{"nvd":4,"gh\u0073a":3,"odd":9}},
            "CVSS":{{"nvd":{{"V2Vector":"AV:N/AC:M","V2Score":4.3,
                "V3Vector":"CVSS:3.0/AV:N","V3Score":9.8}},"ghsa":{{"V40Score":10}},"x":{{}}}},
            "PublishedDate":"2021-11-01T10:00:00.5Z",
            "PrimaryURL":"https://example.com/é","Layer":{{"DiffID":"x"}}}}"#
        )
    };
    let (one, two) = (vulnerability("CVE-1", "HIGH"), vulnerability("CVE-2", "ODD"));
    let aside = vulnerability("CVE-3", "CRITICAL");
    format!(
        r#"{{"Trivy":{{"Version":"0.70.0"}},"CreatedAt":"2026-11-01T10:00:00.5Z",{HEAD},
        "Metadata":{{"OS":{{"Family":"debian","Name":"12.5","EOSL":true}},
        "DiffIDs":["{digest}"],"ImageConfig":{{"config":{{"User":"nova"}}}},
        "ImageID":"{digest}","RepoDigests":["","library/app@{digest}","app@{digest}","junk"]}},
        "Results":[{{"Vulnerabilities":[{one},{two}],"Class":"os-pkgs","Target":"app (debian)",
        "Secrets":[{{"RuleID":"k","Severity":"CRITICAL"}}],
        "ExperimentalModifiedFindings":[
        {{"Finding":{aside},"Type":"vulnerability","Status":"not_affected","Source":"vex",
        "Statement":"not in the path"}},
        {{"Type":"secret","Status":"ignored","Finding":{{"RuleID":"k"}}}}]}}]}}"#
    )
}

#[test]
fn everything_that_is_read() {
    let report = report(full()).unwrap();
    let digest = cocket::reference::Digest::sha256(b"a");
    assert_eq!(report.scanner_version(), Some("0.70.0"));
    assert_eq!(report.artifact_name(), "app");
    let os = report.os().unwrap();
    assert_eq!((os.family, os.name, os.is_end_of_life), ("debian", "12.5", true));
    assert_eq!(report.created_at(), Some("2026-11-01T10:00:00.5Z".parse().unwrap()));
    assert_eq!((report.config_digest(), report.repo_digests()), (Some(digest), &[digest][..]));
    let findings: Vec<_> = report.findings().collect();
    let ids: Vec<_> = findings.iter().map(Finding::id).collect();
    assert_eq!(ids, ["CVE-1", "CVE-2", "CVE-3"]);
    for one in &findings {
        assert_eq!((one.package(), one.installed(), one.fixed()), ("abc", "1/2", "2, 3"));
        assert_eq!(one.primary_url(), Some("https://example.com/é"));
        assert_eq!((one.target(), one.location().as_deref()), ("app (debian)", Some("a/b.jar")));
        assert_eq!(one.aliases().collect::<Vec<_>>(), ["DSA-1"]);
        assert_eq!(one.purl().as_deref(), Some("pkg:deb/debian/abc@1?a=b&c=d"));
        assert_eq!(one.severity_source().as_deref(), Some("ghsa"));
        assert_eq!(one.published_at(), Some("2021-11-01T10:00:00.5Z".parse().unwrap()));
        assert_eq!(one.fix_state(), Some(FixState::Fixed));
        assert_eq!((one.epss(), one.known_exploited(), one.fix_available_at()), (None, None, None));
        assert_eq!(one.status(), Some(Status::Fixed));
        assert!(one.is_fixable() && one.has_severity());
    }
    let severities: Vec<_> = findings.iter().map(Finding::severity).collect();
    assert_eq!(severities, [Severity::High, Severity::Unknown, Severity::Critical]);
    let aside: Vec<_> = findings.iter().map(Finding::set_aside_as).collect();
    assert_eq!(aside, [None, None, Some(Status::NotAffected)]);
    assert!(findings[2].is_set_aside() && !findings[0].is_set_aside());
    assert_eq!(findings[2].set_aside_reason().as_deref(), Some("not in the path"));
    assert_eq!(findings[0].set_aside_reason(), None);
    let document = report.document();
    assert_eq!((document.image_user(), document.diff_ids().len()), (Some("nova"), 1));
}

#[test]
fn severities_and_ratings_are_told_by_source_as_published() {
    let report = report(full()).unwrap();
    let findings: Vec<_> = report.findings().collect();
    for (one, own) in [
        (&findings[0], Severity::High),
        (&findings[1], Severity::Unknown),
        (&findings[2], Severity::Critical),
    ] {
        let severities: Vec<_> = one.severities().collect();
        let expected = [
            ("trivy", own),
            ("nvd", Severity::Critical),
            ("ghsa", Severity::High),
            ("odd", Severity::Unknown),
        ];
        assert_eq!(severities, expected.map(|(source, severity)| (source.into(), severity)));
        let ratings: Vec<_> = one
            .cvss()
            .map(|one| (one.source.into_owned(), one.version, one.score_tenths, one.vector))
            .collect();
        let vector = |text: &'static str| Some(text.into());
        // The second vector is incomplete: the published score stands all the same.
        assert_eq!(
            ratings,
            [
                ("nvd".to_owned(), CvssVersion::V2, Some(43), vector("AV:N/AC:M")),
                ("nvd".to_owned(), CvssVersion::V3_0, Some(98), vector("CVSS:3.0/AV:N")),
                ("ghsa".to_owned(), CvssVersion::V4_0, Some(100), None),
            ]
        );
    }
}

#[test]
fn what_is_read_later_is_read_strictly_at_once() {
    for (right, wrong) in [
        ("\"nvd\":4", "\"nvd\":\"4\""),
        ("\"nvd\":4", "\"nvd\":4,\"nvd\":4"),
        ("9.8", "10.1"),
        ("9.8", "\"9.8\""),
        ("\"V3Score\"", "\"v3Score\":1,\"V3Score\""),
        ("\"AV:N/AC:M\"", "{}"),
        ("[\"DSA-1\"", "[1"),
        ("\"pkg:deb", "1,\"pkg:deb"),
        ("\"PublishedDate\":\"", "\"PublishedDate\":1,\"x\":\""),
        ("{\"VulnerabilityID\":\"CVE-1\"", "{\"Vulnerability\\u0049D\":\"CVE-1\""),
    ] {
        assert!(full().contains(right), "{right}");
        let text = full().replacen(right, wrong, 1);
        assert!(report(&text).is_err(), "{wrong}");
    }
}

#[test]
fn a_broken_date_of_a_finding_is_no_date() {
    for date in ["yesterday", "", "0001-01-01T00:00:00Z"] {
        let text = full().replace("2021-11-01T10:00:00.5Z", date);
        let report = report(&text).unwrap();
        assert!(report.findings().all(|one| one.published_at().is_none()), "{date}");
    }
    let text = full().replace("2021-11-01T10:00:00.5Z", "2021-11-01");
    let day = report(&text).unwrap().findings().next().unwrap().published_at();
    assert_eq!(day, Some("2021-11-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn findings_about_which_little_is_known_count() {
    let report = report(with(
        r#""Vulnerabilities":[{},null,{"VulnerabilityID":"","Severity":""},{"FixedVersion":" "},
        {"Severity":"critical"},{"Severity":"NEGLIGIBLE"}],
        "ExperimentalModifiedFindings":[{},null,{"Type":"secret","Finding":{"VulnerabilityID":"x"}},
        {"Type":"misconfiguration","Finding":{"ID":"y"}}]"#,
    ))
    .unwrap();
    let found: Vec<_> = report.findings().collect();
    assert_eq!(found.len(), 9);
    assert!(found.iter().all(|one| !one.is_fixable()));
    let critical = found.iter().filter(|one| one.severity() == Severity::Critical).count();
    let unknown = found.iter().filter(|one| one.severity() == Severity::Unknown).count();
    assert_eq!((critical, unknown), (1, 8));
    assert_eq!(found.iter().filter(|one| one.is_set_aside()).count(), 3);
}

#[test]
fn secrets_and_the_like_are_no_findings() {
    let report = report(with(
        r#""Secrets":[{"Severity":"CRITICAL"}],"Misconfigurations":[{"Severity":"HIGH"}],
        "Licenses":[{"Severity":"HIGH"}],"Packages":[{"ID":"a"}]"#,
    ));
    assert_eq!(report.unwrap().findings().len(), 0);
}

#[test]
fn a_scan_of_nothing_is_not_a_clean_one() {
    let about = |results: &str| format!("{{{HEAD}{results}}}");
    for results in [
        "",
        r#","Results":null"#,
        r#","Results":[]"#,
        r#","Results":[{}]"#,
        r#","Results":[null]"#,
        r#","Results":[{"Class":"secret","Type":"x"},{"Class":"config"},{"Class":"license"}]"#,
        r#","Metadata":{"OS":{"Family":"none"}}"#,
        r#","Metadata":{"OS":{"Family":"alpine","EOSL":true}},"Results":[]"#,
    ] {
        let found = refusal(&about(results));
        assert_eq!(found, (EvidenceErrorKind::NothingScanned, "/Results".to_owned()), "{results}");
    }
    for results in [
        r#","Results":[{"Class":"os-pkgs"}]"#,
        r#","Results":[{"Class":"secret"},{"Class":"lang-pkgs"}]"#,
        r#","Results":[{"Target":"t","Type":"alpine"}]"#,
        r#","Results":[{"Class":"custom","Vulnerabilities":[{}]}]"#,
    ] {
        assert!(report(about(results)).is_ok(), "{results}");
    }
}

#[test]
fn what_is_not_about_an_image_is_named() {
    for other in ["repository", "filesystem", "cyclonedx", "vm", "Container_Image", ""] {
        let text = with("").replace(",}", "}").replace("container_image", other);
        let error = report(&text).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::NotAnImage, "{error}");
        assert!(error.detail.contains(other), "{error}");
    }
    let none = r#"{"SchemaVersion":2,"Results":[{"Class":"os-pkgs"}]}"#;
    assert_eq!(refusal(none).0, EvidenceErrorKind::NotAnImage);
    for version in ["1", "3"] {
        let text = full().replace("\"SchemaVersion\":2", &format!("\"SchemaVersion\":{version}"));
        assert_eq!(refusal(&text), (EvidenceErrorKind::Unsupported, "/SchemaVersion".to_owned()));
    }
}

#[test]
fn a_name_without_a_digest_does_not_pass_for_no_name() {
    let about = |metadata: &str| {
        format!(r#"{{{HEAD},"Metadata":{{{metadata}}},"Results":[{{"Class":"os-pkgs"}}]}}"#)
    };
    let digest = cocket::reference::Digest::sha256(b"a").to_string();
    let upper = digest.to_uppercase().replace("SHA256", "sha256");
    for metadata in [
        format!(r#""RepoDigests":["app@{upper}"]"#),
        format!(r#""ImageID":"{upper}""#),
        r#""RepoDigests":["app:1"]"#.to_owned(),
    ] {
        assert_eq!(refusal(&about(&metadata)).0, EvidenceErrorKind::Invalid, "{metadata}");
        let beside = about(&format!(r#"{metadata},"Size":1"#)).replace(
            "\"Size\":1",
            &match metadata.contains("ImageID") {
                true => format!(r#""RepoDigests":["a@{digest}"]"#),
                false => format!(r#""ImageID":"{digest}""#),
            },
        );
        assert!(report(&beside).is_ok(), "{beside}");
    }
    for metadata in [r#""RepoDigests":[""]"#, r#""RepoDigests":null,"ImageID":"""#, ""] {
        let report = report(about(metadata)).unwrap();
        assert!(report.repo_digests().is_empty() && report.config_digest().is_none());
    }
}

#[test]
fn dates() {
    let dated = |date: &str| report(with(r#""Type":"x""#).replace(HEAD, &format!("{HEAD},{date}")));
    assert_eq!(dated(r#""CreatedAt":"""#).unwrap().created_at(), None);
    assert_eq!(dated(r#""CreatedAt":null"#).unwrap().created_at(), None);
    assert_eq!(dated(r#""CreatedAt":"0001-01-01T00:00:00Z""#).unwrap().created_at(), None);
    let offset = dated(r#""CreatedAt":"2026-01-01T01:00:00+01:00""#).unwrap().created_at();
    assert_eq!(offset, Some("2026-01-01T00:00:00Z".parse().unwrap()));
    for wrong in [r#""CreatedAt":"yesterday""#, r#""CreatedAt":"2026-01-01""#] {
        let error = dated(wrong).unwrap_err();
        assert_eq!((error.kind, &*error.place), (EvidenceErrorKind::Invalid, "/CreatedAt"));
    }
    assert_eq!(dated(r#""CreatedAt":1"#).unwrap_err().kind, EvidenceErrorKind::Invalid);
}
