//! SARIF.

use cocket::reasons::{Code, ReasonKind};
use cocket::reference::Digest;
use cocket::report::{Judged, sarif};

use crate::sample::{acts_on_a_screen, denied, hostile, image_of, sample};

pub(crate) fn results(text: &str) -> Vec<serde_json::Value> {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    document["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn sarif_has_the_members_that_the_standard_requires() {
    let text = sarif(&sample());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let driver = &document["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "cocket");
    let rules = driver["rules"].as_array().unwrap();
    let failures = Code::ALL.iter().filter(|code| code.kind() == ReasonKind::Fail).count();
    assert_eq!(rules.len(), failures);
    assert!(
        rules.iter().all(|rule| rule["help"]["text"].as_str().is_some_and(|text| text.len() > 15))
    );
    let results = results(&text);
    for result in &results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["message"]["text"].is_string());
    }
    let levels: Vec<_> = results
        .iter()
        .map(|result| (result["ruleId"].as_str().unwrap(), result["level"].as_str().unwrap()))
        .collect();
    assert_eq!(
        levels,
        [
            ("config.user_root", "error"),
            ("config.user_root", "error"),
            ("signature.untrusted", "error"),
            ("config.too_old", "warning"),
            ("baseImage.not_in_catalog", "note"),
            ("vulnerabilities.too_many", "note"),
            ("policy.not_covered", "warning"),
        ]
    );
    assert_eq!(results[5]["suppressions"][0]["status"], "accepted");
    assert_eq!(results[0]["suppressions"], serde_json::json!([]));
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "deploy/shop.yaml");
    assert_eq!(place["region"]["startLine"], 17);
    let named = &results[6]["locations"][0];
    assert!(named.get("physicalLocation").is_none());
    assert!(
        named["logicalLocations"][0]["fullyQualifiedName"]
            .as_str()
            .unwrap()
            .starts_with("docker.io/")
    );
}

fn fingerprints(judged: &[Judged]) -> Vec<String> {
    let of = |result: &serde_json::Value| {
        result["partialFingerprints"]["cocketReason/v1"].as_str().unwrap().to_owned()
    };
    results(&sarif(judged)).iter().map(of).collect()
}

#[test]
fn sarif_fingerprints_outlive_lines_digests_and_findings() {
    let before = fingerprints(&[denied()]);
    let distinct: std::collections::BTreeSet<_> = before.iter().collect();
    assert_eq!(distinct.len(), before.len());
    let mut later = denied();
    later.origin.as_mut().unwrap().line = Some(99);
    image_of(&mut later.decision).digest = Some(Digest::sha256(b"later"));
    image_of(&mut later.decision).canonical =
        Some(format!("registry.example.com/shop/api:1.4@{}", Digest::sha256(b"later")));
    later.decision.results[5].reasons[0].found = Some("2 signatures".into());
    assert_eq!(fingerprints(&[later.clone()]), before);
    image_of(&mut later.decision).namespace = Some("other".to_owned());
    assert_ne!(fingerprints(&[later]), before);
    let mut same_code = denied();
    let twin = same_code.decision.results[5].reasons[0].clone();
    same_code.decision.results[5].reasons.push(twin);
    let distinct: std::collections::BTreeSet<_> = fingerprints(&[same_code]).into_iter().collect();
    assert_eq!(distinct.len(), before.len() + 1);
}

#[test]
fn hostile_text_sets_no_link_or_placeholder_in_sarif() {
    for result in results(&sarif(&hostile())) {
        let text = result["message"]["text"].as_str().unwrap();
        assert_eq!(acts_on_a_screen(text), None);
        assert!(!text.contains('\n') && !text.contains("]("), "{text}");
        assert!(!text.replace("{{", "").replace("}}", "").contains(['{', '}']), "{text}");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = uri.as_str().unwrap();
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
    }
}
