//! Laws about counting findings.

use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::Evidence;
use cocket::policy::Policies;
use cocket_testkit::{Finding, Image, Report};
use proptest::prelude::*;
use serde_json::json;

use super::world::now;

const SEVERITIES: [&str; 5] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"];

fn verdict(rule: &str, findings: &[Finding]) -> Verdict {
    decided(rule, findings, &[]).verdict
}

/// With further documents that the caller vouches for.
fn decided(rule: &str, findings: &[Finding], more: &[&str]) -> Decision {
    let policy = format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n    - id: scan\n      vulnerabilities: {{from: {{trust: caller}}, maxAge: 7d, {rule}}}\n"
    );
    let policies = Policies::from_text("p.yaml", &policy).unwrap_or_else(|e| panic!("{e}"));
    let image = Image::new(&["layer"], &json!({}), &json!({}));
    let mut evidence = Evidence::new();
    for (media_type, bytes) in image.blobs() {
        evidence.add_blob(Some(media_type), bytes.to_vec());
    }
    let report = Report::about(&image, "2026-11-22T06:00:00Z", findings.to_vec());
    evidence.vouch(None, report.to_json().into_bytes());
    for document in more {
        evidence.vouch(None, document.as_bytes().to_vec());
    }
    let request = ImageRequest {
        image: format!("registry.example.com/app@{}", image.digest()),
        ..ImageRequest::default()
    };
    let engine = Engine::new(&policies).unwrap();
    engine.check(&request, &evidence, &History::default(), now())
}

/// A statement about something else, for which each finding is asked about one by one.
const ELSEWHERE: &str = r#"{"@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://acme.example/vex/1", "author": "acme", "timestamp": "2026-11-01T00:00:00Z",
    "version": 1, "statements": [{"vulnerability": {"name": "CVE-1999-0001"}, "status": "fixed",
    "products": [{"@id": "pkg:oci/other?repository_url=registry.example.com/other"}]}]}"#;

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let alias = proptest::option::of((0..4_u8, any::<bool>()));
    let one = (0..4_u8, 0..3_u8, 0..SEVERITIES.len(), any::<bool>(), alias);
    let one = one.prop_map(|(id, package, severity, fixed, alias)| {
        let fixed = if fixed { "2.0" } else { "" };
        let (cve, package) = (format!("CVE-2026-{id}"), format!("p{package}"));
        let (id, aliases) = match alias {
            None => (cve, Vec::new()),
            Some((alias, false)) => (cve, vec![format!("GHSA-{alias}")]),
            Some((alias, true)) => (format!("GHSA-{alias}"), vec![cve]),
        };
        Finding::new(&id, &package, "1.0", fixed, SEVERITIES[severity])
            .with(json!({"VendorIDs": aliases}))
    });
    prop::collection::vec(one, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn order_and_duplicates_change_nothing(
        findings in findings(),
        limit in 0..3_u32,
        by in prop::sample::select(vec!["vulnerability", "vulnerabilityAndPackage"]),
        turn: prop::sample::Index,
    ) {
        let rule = format!("countBy: {by}, max: {{critical: {limit}, high: {limit}}}, fixable: {{low: 2}}");
        let straight = verdict(&rule, &findings);
        let mut other = findings.clone();
        other.extend(findings.clone());
        let turned = turn.index(other.len().max(1)).min(other.len());
        other.rotate_left(turned);
        prop_assert_eq!(verdict(&rule, &other), straight);
    }

    #[test]
    fn a_stricter_bound_never_passes_more(findings in findings(), limit in 1..4_u32) {
        let rule = |limit: u32| format!("max: {{medium: {limit}}}, fixable: {{high: {limit}}}");
        let stricter = rule(limit.saturating_sub(1));
        prop_assert!(verdict(&stricter, &findings) >= verdict(&rule(limit), &findings));
    }

    #[test]
    fn what_a_rule_does_not_bound_changes_nothing(findings in findings(), extra in 0..3_usize) {
        // Milder levels than the bounded ones.
        let rule = "max: {critical: 0, unknown: 1}";
        let mut more = findings.clone();
        for number in 0..extra {
            more.push(Finding::new(&format!("CVE-2025-{number}"), "other", "1", "", "LOW"));
        }
        prop_assert_eq!(verdict(rule, &findings), verdict(rule, &more));
    }

    #[test]
    fn an_ignored_id_is_found_as_if_each_finding_were_asked(
        mut findings in findings(), ids in prop::collection::vec((0..5_u8, 0..3_u8, any::<bool>()), 1..5),
        nameless in 0..3_usize,
    ) {
        for number in 0..nameless {
            findings.push(Finding::new("", &format!("p{number}"), "1.0", "", "HIGH"));
        }
        let entry = |&(number, package, is_alias): &(u8, u8, bool)| {
            let id = if is_alias { format!("GHSA-{number}") } else { format!("CVE-2026-{number}") };
            format!("{{id: {id}, packages: [p{package}], reason: r{number}, expires: 2027-01-01}}")
        };
        // One entry holds in every package.
        let mut entries: Vec<String> = ids.iter().map(entry).collect();
        entries.push("{id: CVE-2026-1, reason: everywhere, expires: 2027-02-01}".to_owned());
        let ignored = format!("max: {{low: 1}}, ignore: [{}]", entries.join(", "));
        let asked = format!("{ignored}, vex: {{from: {{trust: caller}}}}");
        let found = decided(&ignored, &findings, &[]);
        let one_by_one = decided(&asked, &findings, &[ELSEWHERE]);
        prop_assert!(one_by_one.evidence.iter().any(|one| one.kind == "vex"));
        prop_assert_eq!(found.verdict, one_by_one.verdict);
        prop_assert_eq!(&found.results[0].findings, &one_by_one.results[0].findings);
        prop_assert_eq!(&found.results[0].counts, &one_by_one.results[0].counts);
    }

    #[test]
    fn an_alias_never_hides_the_worst_member(findings in findings(), worst in findings()) {
        // A critical finding under another name of any finding's, in the same package.
        for one in &worst {
            let mut named = findings.clone();
            named.push(
                Finding::new("GHSA-0", &one.package, "1.0", "", "CRITICAL")
                    .with(json!({"VendorIDs": [one.id]})),
            );
            prop_assert_eq!(verdict("max: {critical: 0}", &named), Verdict::Deny);
        }
    }
}

#[test]
fn an_alias_bridge_joins_no_two_vulnerabilities() {
    let bridge = |aliases: &[&str]| {
        vec![
            Finding::new("CVE-2026-1", "p", "1.0", "", "HIGH"),
            Finding::new("CVE-2026-2", "p", "1.0", "", "HIGH"),
            Finding::new("GHSA-1", "p", "1.0", "", "HIGH").with(json!({"VendorIDs": aliases})),
        ]
    };
    // Named after one of them it is that one; named after both it is neither.
    assert_eq!(verdict("max: {high: 2}", &bridge(&["CVE-2026-1"])), Verdict::Allow);
    assert_eq!(verdict("max: {high: 2}", &bridge(&["CVE-2026-1", "CVE-2026-2"])), Verdict::Deny);
    assert_eq!(verdict("max: {high: 1}", &bridge(&["CVE-2026-1"])), Verdict::Deny);
}
