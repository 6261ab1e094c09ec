//! Every format, on the example.

use serde_json::Value;

use crate::run::{check, copy, example};

#[test]
fn every_format_says_the_same_and_the_same_again() {
    for format in ["table", "json", "yaml", "junit", "sarif", "github", "markdown"] {
        let ran = check(&example(), &["deploy"], &["-o", format]);
        assert_eq!(ran.status, 1, "{format}");
        assert!(ran.stdout.contains("signature.untrusted"), "{format}: {}", ran.stdout);
        assert_eq!(ran.stdout, check(&example(), &["deploy"], &["-o", format]).stdout, "{format}");
    }
}

#[test]
fn several_formats_go_to_files_beside_the_table() {
    let copy = copy();
    let outputs = ["-o", "json=out.json", "-o", "sarif=out.sarif", "-o", "table"];
    let ran = check(copy.path(), &["deploy"], &outputs);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("DENY"));
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(copy.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("out.json")["verdict"], "deny");
    let results = read("out.sarif")["runs"][0]["results"].as_array().unwrap().clone();
    let place = |result: &Value| {
        let location = &result["locations"][0]["physicalLocation"];
        (location["artifactLocation"]["uri"].clone(), location["region"]["startLine"].clone())
    };
    let unsigned = results.iter().find(|result| result["ruleId"] == "signature.untrusted").unwrap();
    assert_eq!(place(unsigned), ("deploy/production.yaml".into(), 42.into()));
}

#[test]
fn a_decision_is_canonical_json() {
    let ran = check(&example(), &["registry.acme.example/shop/checkout:2.8.1"], &["-o", "json"]);
    let text = ran.stdout.trim_end();
    let value: Value = serde_json::from_str(text).unwrap();
    // serde_json sorts keys and writes integers and plain text as RFC 8785 does.
    assert_eq!(value.to_string(), text);
}
