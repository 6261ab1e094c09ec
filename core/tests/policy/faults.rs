//! How faults and warnings are told.

use cocket::policy::{DocumentKind, PolicyErrorKind, limits};

use crate::sample::{example, example_with, load, policy_with, rule};

#[test]
fn independent_faults_come_together_in_order() {
    let text = policy_with(
        "  mode: block\n  rules:\n    - id: a\n      registery: {}\n    - id: b\n      config: {user: 5, maxAge: 1y}\n    - registry: {allow: [x*]}\n",
    ) + "---\napiVersion: cocket.dev/v1alpha1\nkind: TrustRoot\nmetadata: {}\nspec: {kyes: {}}\n";
    let found: Vec<(u32, String)> =
        load(&text).unwrap_err().into_iter().map(|error| (error.line, error.path)).collect();
    let expected = [
        (5, "spec.mode"),
        (8, "spec.rules[0].registery"),
        (10, "spec.rules[1].config.user"),
        (10, "spec.rules[1].config.maxAge"),
        (11, "spec.rules[2]"),
        (11, "spec.rules[2].registry.allow[0]"),
        (15, "metadata"),
        (16, "spec.kyes"),
    ];
    let expected: Vec<(u32, String)> =
        expected.into_iter().map(|(line, path)| (line, path.to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn more_faults_than_a_person_reads_are_counted() {
    let patterns = "x*, ".repeat(limits::MAX_FAULTS + 20);
    let errors = load(&rule(&format!("registry: {{allow: [{patterns}]}}"))).unwrap_err();
    assert_eq!(errors.len(), limits::MAX_FAULTS + 1);
    assert_eq!(errors.last().unwrap().kind, PolicyErrorKind::Limit);
}

#[test]
fn a_fault_shows_its_line() {
    let errors = load(&rule("config: {user: nonroot}")).unwrap_err();
    assert_eq!(
        errors[0].render(),
        "`nonroot` is not a word that is known here\n  --> p.yaml:7:22 (spec.rules[0].config.user)\n  \
         |\n7 |       config: {user: nonroot}\n  |                      ^^^^^^^\n  help: did you mean `nonRoot`?\n"
    );
    assert_eq!(errors[0].to_string(), "p.yaml:7:22: `nonroot` is not a word that is known here");
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_tolerated() {
    let plain = load(&example()).unwrap();
    let odd = format!("\u{feff}{}", example().replace('\n', "\r\n"));
    assert_eq!(load(&odd).unwrap().digest(), plain.digest());
    let errors = load(&odd.replace("nonRoot", "nonroot")).unwrap_err();
    assert_eq!((errors[0].line, errors[0].column), (35, 22));
}

#[test]
fn later_faults_find_their_place() {
    let loaded = load(&example()).unwrap();
    let place = |path: &str| {
        let error = loaded.error_at(DocumentKind::ImagePolicy, "production", path, "x".to_owned());
        (error.line, error.column)
    };
    assert_eq!(place("spec.authorities.ci-key.key.pem"), (15, 25));
    assert_eq!(place("spec.rules[2].signature.anyOf[1]"), (25, 35));
    assert_eq!(place("spec.rules[2].signature.allOf[9].x"), (25, 18));
    assert_eq!(place(""), (6, 1));
    let unknown = loaded.error_at(DocumentKind::TrustRoot, "none", "spec", "x".to_owned());
    assert_eq!((unknown.line, unknown.snippet), (1, None));
}

#[test]
fn warnings_are_about_what_loads() {
    let text =
        example_with("signature: {anyOf: [ci-key, release]}", "signature: {anyOf: [ci-key]}")
            .replacen("\"registry.k8s.io/**\"", "\"registry.k8s.io/**\", registry.k8s.io/pause", 1)
            .replacen("catalog: hardened-bases", "catalog: hardened-bases, proof: label", 1)
            .replacen("high: 5", "high: unlimited", 1)
            .replacen("mode: enforce\n", "mode: audit\n  enforceFrom: 2026-06-01\n", 1);
    let loaded = load(&text).unwrap();
    let paths = |now: &str| -> Vec<String> {
        let found = loaded.warnings(now.parse().unwrap());
        assert!(
            found.iter().all(|one| one.kind == PolicyErrorKind::Doubtful && one.snippet.is_some())
        );
        found.into_iter().map(|one| one.path).collect()
    };
    let always = [
        "spec.authorities.release",
        "spec.rules[0].registry.allow[2]",
        "spec.rules[3].vulnerabilities.max.high",
        "spec.rules[4].baseImage.proof",
    ];
    assert_eq!(paths("2026-05-01T00:00:00Z"), always);
    let late = [&["spec.enforceFrom"], &always[..], &["spec.expires"]].concat();
    assert_eq!(paths("2026-12-15T00:00:00Z"), late);
    assert_eq!(load(&example()).unwrap().warnings("2026-05-01T00:00:00Z".parse().unwrap()), []);
}
