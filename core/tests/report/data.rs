//! JSON and YAML.

use cocket::decision::{Outcome, Reason, Verdict};
use cocket::policy::model::Mode;
use cocket::reasons::Code;
use cocket::report::{Judged, json, yaml};

use crate::sample::{acts_on_a_screen, decision, hostile, image, rule, sample, warned};

#[test]
fn one_decision_keeps_its_canonical_bytes() {
    let warned = warned();
    let alone = warned.decision.to_canonical_json().unwrap();
    assert_eq!(json(&[warned]), format!(r#"{{"decisions":[{alone}],"verdict":"warn"}}"#));
}

#[test]
fn json_holds_the_decision_and_its_origin() {
    for judged in [sample(), hostile()] {
        let document: serde_json::Value = serde_json::from_str(&json(&judged)).unwrap();
        assert_eq!(document["verdict"], "deny");
        for (one, read) in judged.iter().zip(document["decisions"].as_array().unwrap()) {
            assert_eq!(read.get("origin").is_some(), one.origin.is_some());
            let mut read = read.clone();
            read.as_object_mut().unwrap().remove("origin");
            assert_eq!(read, serde_json::to_value(&one.decision).unwrap());
        }
    }
    let document: serde_json::Value = serde_json::from_str(&json(&sample())).unwrap();
    assert_eq!(
        document["decisions"][0]["origin"],
        serde_json::json!({"file": "deploy/shop.yaml", "line": 17, "object": "Deployment/shop-api",
            "field": "spec.template.spec.containers[0].image"})
    );
}

#[test]
fn yaml_is_the_same_document() {
    for judged in [sample(), hostile(), ambiguous()] {
        let text = yaml(&judged);
        assert_eq!(acts_on_a_screen(&text), None);
        let read: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(read, serde_json::from_str::<serde_json::Value>(&json(&judged)).unwrap());
    }
}

/// Texts that YAML readers like to take for something else.
fn ambiguous() -> Vec<Judged> {
    let words = [
        "no",
        "Yes",
        "~",
        "null",
        "",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "1:20",
        "- a",
        "a: b",
        "#x",
        " x",
        "x ",
        "---",
        "...",
        "2026-11-23",
        "@x",
        "`x`",
        "*a",
        "&a",
        "!t",
        "%d",
        "'q'",
        "<<",
        "=",
        ".5",
        ".inf",
        "? x",
        "{a}",
        "[b]",
        "a #b",
        "tab\t",
        "\\",
        "y",
        "n",
        "on",
    ];
    let reasons = words.map(|word| Reason::new(Code::ConfigEnvDenied).found(word)).to_vec();
    let mut decision = decision(Verdict::Deny, image("nginx", None));
    decision.results = vec![rule("env", Outcome::Fail, Mode::Enforce, reasons)];
    vec![Judged { decision, origin: None }]
}

#[test]
fn ambiguous_words_are_quoted_in_yaml() {
    let text = yaml(&ambiguous());
    for word in ["no", "Yes", "null", "1e3", "1:20", "2026-11-23", "y", "on"] {
        assert!(text.contains(&format!("found: \"{word}\"\n")), "{word}:\n{text}");
    }
}
