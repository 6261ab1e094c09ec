//! Every format, on the example.

use serde_json::Value;

use crate::run::{check, cocket, copy, example};

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

#[test]
fn sarif_and_explain_carry_the_links_of_the_findings() {
    const LINK: &str = "https://avd.aquasec.com/nvd/cve-2021-45046";
    let copy = copy();
    let outputs = ["-o", "json=out.json", "-o", "sarif=out.sarif"];
    check(copy.path(), &["deploy"], &outputs);
    let read = |name: &str| std::fs::read_to_string(copy.path().join(name)).unwrap();
    let sarif: Value = serde_json::from_str(&read("out.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let linked = results.iter().filter(|result| {
        let findings = result["properties"]["findings"].as_array();
        findings.is_some_and(|findings| findings.iter().any(|one| one["link"] == LINK))
    });
    let rules: Vec<_> = linked.map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert!(!rules.is_empty() && rules.iter().all(|rule| rule.starts_with("vulnerabilities.")));

    let ran = cocket(copy.path(), &["explain", "--decisions", "out.json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("critical CVE-2021-45046 in "), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("      see  {LINK}\n")), "{}", ran.stdout);
    assert!(ran.stdout.contains("signature.untrusted"), "{}", ran.stdout);

    let other = cocket(copy.path(), &["explain", "--decisions", "out.sarif"]);
    assert_eq!(other.status, 3);
    assert!(other.stderr.contains("out.sarif: this is no record"), "{}", other.stderr);
}
