//! JUnit XML, read back by another parser.

use cocket::report::junit;

use crate::sample::{acts_on_a_screen, hostile, sample};

#[test]
fn junit_fails_what_denies_and_skips_the_rest() {
    let text = junit(&sample());
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("tests"), Some("12"));
    assert_eq!(root.attribute("failures"), Some("3"));
    assert_eq!(root.attribute("skipped"), Some("6"));
    let case = |name: &str| {
        let found = document.descendants().find(|node| node.attribute("name") == Some(name));
        let case = found.unwrap_or_else(|| panic!("{name} in\n{text}"));
        case.first_element_child().map(|child| {
            (child.tag_name().name().to_owned(), child.attribute("message").unwrap().to_owned())
        })
    };
    let (tag, message) = case("verdict").unwrap();
    assert_eq!((tag.as_str(), message.as_str()), ("failure", "the verdict is deny"));
    assert_eq!(case("production/pinned"), None);
    assert_eq!(case("production/signed").unwrap().0, "failure");
    for (name, start) in [
        ("production/fresh", "warning, does not block: config.too_old"),
        ("production/base", "audited only, does not block: baseImage.not_in_catalog"),
        ("production/vulnerabilities", "waived by log4j-2026-11 (SEC-1234) until 2026-12-15"),
        ("production/windows", "not concerned"),
        ("production/legacy", "excluded"),
    ] {
        let (tag, message) = case(name).unwrap();
        assert_eq!(tag, "skipped", "{name}");
        assert!(message.starts_with(start), "{name}: {message}");
    }
    let types: Vec<_> = document.descendants().filter_map(|node| node.attribute("type")).collect();
    assert_eq!(types, ["deny", "config.user_root", "signature.untrusted"]);
}

#[test]
fn hostile_text_stays_text_in_junit() {
    let text = junit(&hostile());
    assert_eq!(acts_on_a_screen(&text), None);
    let document = roxmltree::Document::parse(&text).unwrap();
    let known = ["testsuites", "testsuite", "testcase", "failure", "skipped"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{node:?}");
    }
    let tests = document.root_element().attribute("tests").unwrap().to_owned();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(tests, cases.to_string());
    assert_eq!(cases, hostile()[0].decision.results.len() + 1);
}
