//! VEX in CycloneDX.

use serde_json::{Value, json};

use super::*;

fn document(state: &str, reference: &str) -> Value {
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 2,
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": {
            "timestamp": "2026-11-01T00:00:00Z", "supplier": {"name": "Acme"},
            "component": {"bom-ref": "image", "type": "container", "name": "app",
                "purl": format!("pkg:oci/app@{}", judged())},
        },
        "components": [{"bom-ref": "outer", "type": "library", "name": "outer", "components": [
            {"bom-ref": "zlib", "type": "library", "name": "zlib1g", "version": "1:1.2.13",
             "purl": "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64"}]}],
        "vulnerabilities": [{
            "id": ID, "affects": [{"ref": reference}],
            "analysis": {"state": state, "detail": "the code is not there"},
        }],
    })
}

fn decide(document: &Value) -> Option<(VexStatus, bool)> {
    decided(&parse(document).unwrap())
}

#[test]
fn states_and_references() {
    for (state, expected) in [
        ("not_affected", (VexStatus::NotAffected, true)),
        ("false_positive", (VexStatus::NotAffected, true)),
        ("resolved", (VexStatus::Fixed, true)),
        ("resolved_with_pedigree", (VexStatus::Fixed, true)),
        ("in_triage", (VexStatus::UnderInvestigation, false)),
        ("exploitable", (VexStatus::Affected, false)),
    ] {
        for reference in ["image", "zlib", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2#zlib"] {
            assert_eq!(decide(&document(state, reference)), Some(expected), "{state} {reference}");
        }
    }
    let parsed = parse(&document("resolved", "zlib")).unwrap();
    assert_eq!((parsed.format(), parsed.format_version()), (VexFormat::CycloneDx, "1.5"));
    assert_eq!((parsed.author(), parsed.version()), (Some("Acme"), Some("2")));
}

#[test]
fn references_to_something_else_do_not_suppress() {
    let other = "urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#";
    for reference in [
        "outer",
        "nothing",
        "",
        &format!("{other}zlib"),
        &format!("{other}pkg:deb/debian/zlib1g@1:1.2.13"),
        &format!("{other}pkg:oci/app@{}", Digest::sha256(b"other")),
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2",
        &format!("{other}%zz"),
    ] {
        assert_eq!(decide(&document("not_affected", reference)), None, "{reference}");
    }
    // A link to the image itself, by its digest.
    let digest = judged().to_string().replace(':', "%3A");
    for fragment in [format!("pkg:oci/app@{digest}"), format!("pkg%3Aoci%2Fapp%40{digest}")] {
        let reference = format!("{other}{fragment}");
        assert_eq!(decide(&document("not_affected", &reference)), SUPPRESSED, "{reference}");
    }
    let mut unbound = document("not_affected", "zlib");
    unbound["metadata"]["component"] = json!(null);
    assert_eq!(decide(&unbound), None);
}

#[test]
fn a_state_without_a_reason_does_not_suppress() {
    let mut source = document("not_affected", "zlib");
    source["vulnerabilities"][0]["analysis"]["detail"] = json!(" ");
    assert_eq!(decide(&source), Some((VexStatus::NotAffected, false)));
    source["vulnerabilities"][0]["analysis"]["justification"] = json!("code_not_reachable");
    assert_eq!(decide(&source), SUPPRESSED);
    source["vulnerabilities"][0]["analysis"]["justification"] = json!("component_not_present");
    assert_eq!(kind(&source), EvidenceErrorKind::Invalid);
}

#[test]
fn versions_narrow_an_analysis() {
    let decide = |state: &str, versions: Value| {
        let mut source = document(state, "zlib");
        source["vulnerabilities"][0]["affects"][0]["versions"] = versions;
        decide(&source)
    };
    let own = json!("1:1.2.13");
    for (versions, fits) in [
        (json!([]), true),
        (json!([{"version": own}]), true),
        (json!([{"version": "2"}, {"version": own, "status": "unaffected"}]), true),
        (json!([{"version": "2"}]), false),
        (json!([{"range": "vers:deb/>=0"}]), false),
        (json!([{"version": own, "status": "affected"}]), false),
        (json!([{"version": own, "status": "unknown"}]), false),
        (json!([{"version": own}, {"version": own, "status": "affected"}]), false),
    ] {
        assert_eq!(decide("not_affected", versions.clone()).is_some(), fits, "{versions}");
    }
    for (versions, fits) in [
        (json!([{"range": "vers:deb/>=2"}]), true),
        (json!([{"version": own}]), true),
        (json!([{"version": "2"}]), false),
        (json!([{"version": own, "status": "unaffected"}]), false),
    ] {
        assert_eq!(decide("exploitable", versions.clone()).is_some(), fits, "{versions}");
    }
}

#[test]
fn the_last_update_is_the_time() {
    let mut source = document("resolved", "zlib");
    let time = |source: &Value| parse(source).unwrap().statements()[0].timestamp.unwrap();
    assert_eq!(time(&source).to_string(), "2026-11-01T00:00:00Z");
    let analysis = &mut source["vulnerabilities"][0]["analysis"];
    analysis["firstIssued"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(time(&source).to_string(), "2026-01-01T00:00:00Z");
    source["vulnerabilities"][0]["analysis"]["lastUpdated"] = json!("2026-02-01T00:00:00Z");
    assert_eq!(time(&source).to_string(), "2026-02-01T00:00:00Z");
}

#[test]
fn broken_documents_are_refused() {
    use EvidenceErrorKind as Kind;
    let change = |pointer: &str, value: Value| {
        let mut source = document("not_affected", "zlib");
        *source.pointer_mut(pointer).unwrap() = value;
        kind(&source)
    };
    assert_eq!(change("/bomFormat", json!("cyclonedx")), Kind::Unsupported);
    assert_eq!(change("/specVersion", json!("1.3")), Kind::Unsupported);
    assert_eq!(change("/vulnerabilities", json!([])), Kind::Unsupported);
    assert_eq!(change("/vulnerabilities/0/analysis", json!(null)), Kind::Unsupported);
    assert_eq!(change("/vulnerabilities/0/analysis/state", json!("fine")), Kind::Invalid);
    assert_eq!(change("/vulnerabilities/0/id", json!("")), Kind::Invalid);
    assert_eq!(change("/components/0/bom-ref", json!("zlib")), Kind::Ambiguous);
    assert_eq!(change("/components/0/bom-ref", json!("image")), Kind::Ambiguous);
}

#[test]
fn cut_at_any_byte() {
    refused_at_every_cut(&document("not_affected", "zlib"));
}
