//! Reports that are refused, and what no byte and no order of a report may change.

use cocket::evidence::EvidenceErrorKind;
use cocket::evidence::scan::Document;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::trivy::{HEAD, document, full, refusal, report, with};

#[test]
fn what_other_parsers_would_read_differently_is_refused() {
    let good = full();
    for (key, twin, place) in [
        ("CreatedAt", "createdAt", "/createdAt"),
        ("Results", "results", "/results"),
        ("ImageID", "ImageId", "/Metadata/ImageId"),
        ("Family", "family", "/Metadata/OS/family"),
        ("Class", "class", "/Results/0/class"),
        ("Severity", "severity", "/Results/0/Vulnerabilities/0/severity"),
        ("Status", "\u{17f}tatus", "/Results/0/Vulnerabilities/0/\u{17f}tatus"),
    ] {
        let key = format!("\"{key}\":");
        let (before, after) = good.split_at(good.find(&key).unwrap());
        let text = format!("{before}\"{twin}\":null,{after}");
        assert_eq!(refusal(&text), (EvidenceErrorKind::Ambiguous, place.to_owned()));
        let text = format!("{before}{key}null,{after}");
        assert_eq!(refusal(&text).0, EvidenceErrorKind::Ambiguous, "{key} twice");
    }
    let inside = good.replace("\"DiffID\":\"x\"", "\"DiffID\":\"x\",\"DiffID\":\"x\"");
    let place = "/Results/0/Vulnerabilities/0/Layer/DiffID".to_owned();
    assert_eq!(refusal(&inside), (EvidenceErrorKind::Ambiguous, place));
}

#[test]
fn wrong_types_are_refused() {
    for (right, wrong) in [
        ("\"SchemaVersion\":2", "\"SchemaVersion\":\"2\""),
        ("\"SchemaVersion\":2", "\"SchemaVersion\":-2"),
        ("\"CVE-1\"", "1"),
        ("\"HIGH\"", "[]"),
        ("\"debian\"", "{}"),
        ("\"EOSL\":true", "\"EOSL\":\"true\""),
        ("\"ArtifactName\":\"app\"", "\"ArtifactName\":1"),
        ("\"junk\"", "7"),
    ] {
        let text = full().replace(right, wrong);
        assert_eq!(refusal(&text).0, EvidenceErrorKind::Invalid, "{wrong}");
    }
    for results in ["{}", "1", "\"x\"", "[1]", "[[]]", r#"[{"Vulnerabilities":{}}]"#] {
        let text = format!("{{{HEAD},\"Results\":{results}}}");
        assert_eq!(refusal(&text).0, EvidenceErrorKind::Invalid, "{results}");
    }
}

#[test]
fn sizes_are_bounded() {
    let many = format!("{}{{}}", "{},".repeat(200_000));
    assert_eq!(
        refusal(&with(&format!("\"Vulnerabilities\":[{many}]"))).0,
        EvidenceErrorKind::TooLarge
    );
    assert_eq!(refusal(&format!("{{{HEAD},\"Results\":[{many}]}}")).0, EvidenceErrorKind::TooLarge);
    let deep = format!("\"Custom\":{}{}", "[".repeat(80), "]".repeat(80));
    assert_eq!(refusal(&with(&deep)).0, EvidenceErrorKind::TooLarge);
    assert_eq!(refusal(&" ".repeat(64 * 1024 * 1024 + 1)).0, EvidenceErrorKind::TooLarge);
}

#[test]
fn a_cut_report_is_never_read() {
    let text = full();
    for end in 0..text.len() {
        assert!(report(&text.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(report(format!("{text}{text}")).is_err());
    assert!(report(format!("\u{feff}{text}")).is_err());
    assert!(report(format!("{text}\0")).is_err());
}

/// Everything that counting can depend on, in no order.
fn summary(document: &Document) -> Vec<String> {
    let findings = document.findings();
    let mut rows: Vec<_> = findings
        .map(|one| {
            let (severity, status) = (one.severity(), one.status());
            let (package, installed) = (one.package(), one.installed());
            let aliases: Vec<_> = one.aliases().collect();
            let rest = format!("{aliases:?} {:?} {:?}", one.details(), one.known_exploited());
            let head = format!("{} {package} {installed} {}", one.id(), one.fixed());
            format!("{head} {severity:?} {status:?} {rest}")
        })
        .collect();
    rows.sort();
    rows
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics(at: proptest::sample::Index, byte: u8) {
        let mut bytes = full().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(document) = document(&bytes) {
            // Whatever was read can be asked for everything.
            prop_assert_eq!(summary(&document).len(), document.findings().len());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[{}\\[\\]\":,a-zA-Z0-9 ]{0,200}") {
        prop_assert!(report(&text).is_err());
    }

    #[test]
    fn the_order_of_findings_changes_no_count(
        findings in proptest::collection::vec(
            (0_usize..5, 0_usize..4, "[a-c]{1,2}", proptest::option::of("[0-9]{1,2}")), 0..30),
        by in 0_usize..30,
    ) {
        let words = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"];
        let one = |(severity, id, package, fixed): &(usize, usize, String, Option<String>)| {
            json!({
                "VulnerabilityID": format!("CVE-{id}"), "PkgName": package,
                "Severity": words[*severity], "FixedVersion": fixed,
            })
        };
        let list: Vec<_> = findings.iter().map(one).collect();
        let mut turned = list.clone();
        turned.rotate_left(by.min(list.len()));
        let (front, back) = turned.split_at(turned.len() / 2);
        let text = |results: Value| json!({
            "SchemaVersion": 2, "ArtifactType": "container_image", "Results": results,
        }).to_string();
        let whole = document(text(json!([{"Type": "t", "Vulnerabilities": list}]))).unwrap();
        let parts = document(text(json!([
            {"Type": "t", "Vulnerabilities": front}, {"Type": "t", "Vulnerabilities": back},
        ]))).unwrap();
        prop_assert_eq!(summary(&whole), summary(&parts));
        prop_assert_eq!(whole.findings().len(), findings.len());
        for (found, given) in whole.findings().zip(&findings) {
            prop_assert_eq!(found.fixed(), given.3.as_deref().unwrap_or_default());
            prop_assert_eq!(found.package(), &given.2);
        }
    }
}
