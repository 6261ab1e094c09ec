//! VEX in CSAF.

use serde_json::{Value, json};

use super::*;

fn helper(purl: &str) -> Value {
    json!({"purl": purl})
}

fn document() -> Value {
    json!({
        "document": {
            "category": "csaf_vex", "csaf_version": "2.0", "title": "one",
            "publisher": {"category": "vendor", "name": "Acme", "namespace": "https://acme.example"},
            "tracking": {
                "id": "ACME-1", "version": "2", "status": "final",
                "initial_release_date": "2026-01-01T00:00:00Z",
                "current_release_date": "2026-11-01T00:00:00Z",
                "revision_history": [
                    {"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "first"},
                    {"number": "2", "date": "2026-11-01T00:00:00Z", "summary": "second"}],
            },
        },
        "product_tree": {
            "branches": [{"category": "vendor", "name": "Acme", "branches": [
                {"category": "product_name", "name": "App", "product": {
                    "product_id": "IMAGE", "name": "App",
                    "product_identification_helper": helper(&format!("pkg:oci/app@{}", judged()))}},
                {"category": "product_name", "name": "zlib1g", "branches": [
                    {"category": "product_version", "name": "1:1.2.13", "product": {
                        "product_id": "ZLIB", "name": "zlib1g 1.2.13",
                        "product_identification_helper": helper("pkg:deb/debian/zlib1g")}}]}]}],
            "relationships": [
                {"category": "default_component_of", "product_reference": "ZLIB",
                 "relates_to_product_reference": "IMAGE",
                 "full_product_name": {"product_id": "IMAGE:ZLIB", "name": "zlib1g in App"}}],
            "product_groups": [{"group_id": "G", "product_ids": ["IMAGE:ZLIB"]}],
        },
        "vulnerabilities": [{
            "cve": ID, "ids": [{"system_name": "Acme", "text": "ACME-V-1"}],
            "product_status": {"known_not_affected": ["IMAGE:ZLIB"]},
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["IMAGE:ZLIB"]}],
        }],
    })
}

fn changed(changes: &[(&str, Value)]) -> Value {
    let mut source = document();
    for (pointer, value) in changes {
        *source.pointer_mut(pointer).expect(pointer) = value.clone();
    }
    source
}

fn decide(changes: &[(&str, Value)]) -> Option<(VexStatus, bool)> {
    decided(&parse(&changed(changes)).unwrap())
}

const STATUS: &str = "/vulnerabilities/0/product_status";
const FLAGS: &str = "/vulnerabilities/0/flags";

#[test]
fn products_by_relationship() {
    let parsed = parse(&document()).unwrap();
    assert_eq!((parsed.format(), parsed.format_version()), (VexFormat::Csaf, "2.0"));
    assert_eq!((parsed.author(), parsed.id()), (Some("Acme"), Some("ACME-1")));
    assert_eq!(parsed.timestamp(), parsed.last_updated());
    assert_eq!(parsed.statements()[0].timestamp, parsed.timestamp());
    assert_eq!(decided(&parsed), SUPPRESSED);
    assert_eq!(decided_for(&parsed, PURL, &["ACME-V-1"]), SUPPRESSED);
    assert_eq!(decided_for(&parsed, "pkg:deb/debian/zlib1g@1.3", &[ID]), None, "another version");
    assert_eq!(decided_for(&parsed, "pkg:deb/debian/bash@5", &[ID]), None);
    assert_eq!(decide(&[(STATUS, json!({"known_not_affected": ["ZLIB"]}))]), None, "no image");
    let whole = [(STATUS, json!({"fixed": ["IMAGE"]}))];
    assert_eq!(decide(&whole), Some((VexStatus::Fixed, true)));
}

#[test]
fn statuses() {
    for (name, expected) in [
        ("known_affected", Some((VexStatus::Affected, false))),
        ("first_affected", Some((VexStatus::Affected, false))),
        ("last_affected", Some((VexStatus::Affected, false))),
        ("fixed", Some((VexStatus::Fixed, true))),
        ("first_fixed", Some((VexStatus::Fixed, true))),
        ("under_investigation", Some((VexStatus::UnderInvestigation, false))),
        ("recommended", None),
        ("other", None),
    ] {
        assert_eq!(decide(&[(STATUS, json!({name: ["IMAGE:ZLIB"]}))]), expected, "{name}");
    }
    let both = json!({"known_not_affected": ["IMAGE:ZLIB"], "known_affected": ["IMAGE"]});
    assert_eq!(decide(&[(STATUS, both)]), Some((VexStatus::Affected, false)), "a tie");
}

#[test]
fn reasons() {
    let unreasoned = Some((VexStatus::NotAffected, false));
    assert_eq!(decide(&[(FLAGS, json!([]))]), unreasoned);
    let label = |about: Value| {
        let mut flag = json!({"label": "component_not_present"});
        flag.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
        decide(&[(FLAGS, json!([flag]))])
    };
    assert_eq!(label(json!({"group_ids": ["G"]})), SUPPRESSED);
    assert_eq!(label(json!({"group_ids": ["H"]})), unreasoned);
    assert_eq!(label(json!({"product_ids": ["IMAGE"]})), unreasoned);
    assert_eq!(label(json!({})), unreasoned, "about nothing");
    let threat = |category: &str, ids: Value| {
        let mut source = changed(&[(FLAGS, json!([]))]);
        source["vulnerabilities"][0]["threats"] =
            json!([{"category": category, "details": "not linked", "product_ids": ids}]);
        decided(&parse(&source).unwrap())
    };
    assert_eq!(threat("impact", json!(["IMAGE:ZLIB"])), SUPPRESSED);
    assert_eq!(threat("impact", json!(null)), unreasoned);
    assert_eq!(threat("exploit_status", json!(["IMAGE:ZLIB"])), unreasoned);
}

#[test]
fn relationships_that_are_no_containment_fit_nothing() {
    let relation = |category: &str, part: &str, whole: &str| {
        let relation = |category: &str, part: &str, whole: &str, id: &str| {
            json!({"category": category, "product_reference": part,
                "relates_to_product_reference": whole,
                "full_product_name": {"product_id": id, "name": id}})
        };
        let inner = relation("default_component_of", "ZLIB", "IMAGE", "INNER");
        let tested = relation(category, part, whole, "IMAGE:ZLIB");
        decide(&[("/product_tree/relationships", json!([inner, tested]))])
    };
    assert_eq!(relation("installed_on", "ZLIB", "IMAGE"), SUPPRESSED);
    assert_eq!(relation("installed_with", "ZLIB", "IMAGE"), None);
    assert_eq!(relation("default_component_of", "ZLIB", "INNER"), None);
    assert_eq!(relation("default_component_of", "INNER", "IMAGE"), None);
    assert_eq!(relation("default_component_of", "NOTHING", "IMAGE"), None);
    assert_eq!(relation("default_component_of", "IMAGE", "ZLIB"), None, "the wrong way round");
}

#[test]
fn an_image_by_its_hash() {
    let helper = |value: String| {
        json!({"hashes": [{"filename": "app", "file_hashes": [
            {"algorithm": "sha256", "value": value}]}]})
    };
    let place = "/product_tree/branches/0/branches/0/product/product_identification_helper";
    assert_eq!(decide(&[(place, helper(judged().hex()))]), SUPPRESSED);
    assert_eq!(decide(&[(place, helper(Digest::sha256(b"other").hex()))]), None);
    assert_eq!(decide(&[(place, helper(judged().hex().to_uppercase()))]), None);
}

#[test]
fn broken_documents_are_refused() {
    use EvidenceErrorKind as Kind;
    let change = |pointer: &str, value: Value| kind(&changed(&[(pointer, value)]));
    assert_eq!(change("/document/csaf_version", json!("1.2")), Kind::Unsupported);
    assert_eq!(change("/document/category", json!("csaf_base")), Kind::Unsupported);
    assert_eq!(change("/document/tracking/status", json!("draft")), Kind::Unsupported);
    assert_eq!(change("/document/tracking/status", json!("done")), Kind::Invalid);
    assert_eq!(change("/document/tracking/current_release_date", json!(null)), Kind::Invalid);
    assert_eq!(change(STATUS, json!({"fixed": ["NOTHING"]})), Kind::Invalid);
    let label = json!([{"label": "fine", "product_ids": ["IMAGE:ZLIB"]}]);
    assert_eq!(change(FLAGS, label), Kind::Invalid);
    let twice = json!([{"product_id": "IMAGE", "name": "again"}]);
    let mut source = document();
    source["product_tree"]["full_product_names"] = twice;
    assert_eq!(kind(&source), Kind::Ambiguous);
    let place = "/product_tree/relationships/0/full_product_name/product_id";
    assert_eq!(change(place, json!("ZLIB")), Kind::Ambiguous);
    let nameless = [("/vulnerabilities/0/cve", json!(null)), ("/vulnerabilities/0/ids", json!([]))];
    assert_eq!(kind(&changed(&nameless)), Kind::Invalid);
}

#[test]
fn groups_are_not_opened_without_bound() {
    let mut source = document();
    let many: Vec<String> = (0..2_000).map(|number| format!("P{number}")).collect();
    source["product_tree"]["product_groups"] = json!([{"group_id": "G", "product_ids": many}]);
    let one = json!({"cve": ID, "flags": [
        {"label": "component_not_present", "group_ids": ["G"]}]});
    source["vulnerabilities"] = json!(vec![one; 600]);
    assert_eq!(kind(&source), EvidenceErrorKind::TooLarge);
}

#[test]
fn cut_at_any_byte() {
    refused_at_every_cut(&document());
}
