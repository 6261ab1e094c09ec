//! Who may run, where, and why not.

use serde_json::Value;

use crate::run::{NOW, check, cocket, copy, example};

/// Verdict, object, namespace, and the codes of what failed, of every decision.
fn decisions(more: &[&str]) -> Vec<(String, String, String, Vec<String>)> {
    let ran = check(&example(), &["deploy"], &[&["-o", "json"], more].concat());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let decisions = report["decisions"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    decisions
        .map(|decision| {
            let results = decision["results"].as_array().unwrap().iter();
            let failed = results.filter(|result| result["outcome"] == "fail");
            let mut codes: Vec<String> = failed
                .flat_map(|result| result["reasons"].as_array().unwrap())
                .map(|reason| text(&reason["code"]))
                .collect();
            codes.dedup();
            let namespace = text(&decision["image"]["namespace"]);
            (text(&decision["verdict"]), text(&decision["origin"]["object"]), namespace, codes)
        })
        .collect()
}

#[test]
fn one_is_allowed_and_the_others_are_denied_for_reasons_of_their_own() {
    let found = decisions(&[]);
    let of = |object: &str, namespace: &str| {
        let mut rows = found.iter().filter(|row| row.1 == object && row.2 == namespace);
        let last = rows.next_back().unwrap_or_else(|| panic!("{object} in {namespace}"));
        (last.0.as_str(), last.3.join(" "))
    };
    let newsletter = "registry.not_allowed config.user_root config.label_missing \
                      reference.tag_denied baseImage.not_in_catalog signature.missing \
                      vulnerabilities.too_many vulnerabilities.too_many_fixable";
    for (object, namespace, verdict, codes) in [
        ("Deployment/checkout", "production-a", "allow", ""),
        ("Deployment/search", "production-a", "deny", "signature.missing"),
        ("Deployment/payments", "production-a", "deny", "signature.untrusted"),
        ("Deployment/orders", "production-a", "deny", "vulnerabilities.too_many"),
        ("Deployment/newsletter", "production-a", "deny", newsletter),
        // The same images: audited, and kept out.
        ("Deployment/search", "staging", "allow", "signature.missing"),
        ("Deployment/newsletter", "staging", "allow", newsletter),
        ("Deployment/search", "kube-system", "allow", ""),
    ] {
        assert_eq!(of(object, namespace), (verdict, codes.to_owned()), "{object} in {namespace}");
    }
    assert_eq!(found.len(), 10);
}

#[test]
fn the_screen_says_why() {
    let ran = check(&example(), &["deploy"], &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    for part in [
        "ALLOW  registry.acme.example/shop/checkout:2.8.1@sha256:",
        "DENY   docker.io/acme-labs/newsletter:latest",
        "signature.untrusted: the image has signatures, but none that a named authority stands for",
        "found     no key of the authority made the signature",
        "expected  a signature of `release`",
        "do        sign the image in the pipeline",
        "waived in part by exception orders-log4shell (SEC-1234",
        "exception orders-log4j-context (SEC-1187) for production/vulnerabilities has expired",
        "log4j-core 2.14.1: CVE-2021-45046 (fixed in",
        "audited only, does not block",
        "excluded  production (namespace `kube-system`)",
        "10 images: 4 denied",
    ] {
        assert!(ran.stdout.contains(part), "{part}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colour without a terminal");
}

#[test]
fn the_exit_status_is_what_was_asked_for() {
    let example = example();
    let checkout = "registry.acme.example/shop/checkout:2.8.1";
    assert_eq!(check(&example, &[checkout], &[]).status, 0);
    assert_eq!(check(&example, &["deploy"], &["--audit"]).status, 0);
    assert_eq!(check(&example, &["deploy/staging.yaml"], &[]).status, 0);
    // In another namespace the same images are denied.
    let production = ["--namespace", "production-b"];
    assert_eq!(check(&example, &["deploy/staging.yaml"], &production).status, 1);
    assert_eq!(check(&example, &["images"], &[]).status, 1);
    assert_eq!(check(&example, &["registry.acme.example/shop/unknown:1"], &[]).status, 1);
}

#[test]
fn a_warning_fails_where_asked() {
    let copy = copy();
    let policy = copy.path().join("policy/policy.yaml");
    let text = std::fs::read_to_string(&policy).unwrap();
    let text = text.replace("mode: audit", "mode: warn");
    std::fs::write(&policy, text).unwrap();
    assert_eq!(check(copy.path(), &["deploy/staging.yaml"], &[]).status, 0);
    assert_eq!(check(copy.path(), &["deploy/staging.yaml"], &["--fail-on", "warn"]).status, 1);
}

#[test]
fn without_the_caller_reports_are_only_files() {
    let example = example();
    let checkout = "registry.acme.example/shop/checkout:2.8.1";
    let without = ["check", checkout, "--policy", "policy", "--evidence", "images", "--at", NOW];
    let ran = cocket(&example, &without);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("evidence.missing"), "{}", ran.stdout);
    // Beside the image, or among the evidence, a report is nothing that anybody vouches for.
    let copy = copy();
    std::fs::rename(copy.path().join("reports"), copy.path().join("images/reports")).unwrap();
    let ran = cocket(copy.path(), &without);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("evidence.missing"), "{}", ran.stdout);
}

#[test]
fn the_policies_have_no_fault_and_few_doubts() {
    let ran = cocket(&example(), &["policy", "lint", "policy", "--at", NOW]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let text = ran.stdout + &ran.stderr;
    assert!(text.contains("the exception has no effect since"), "{text}");
}

#[test]
fn objects_come_from_standard_input_too() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_cocket"))
        .current_dir(example())
        .args(["check", "-", "--policy", "policy", "--evidence", "images"])
        .args(["--vouch", "reports", "--at", NOW])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let objects = std::fs::read(example().join("deploy/production.yaml")).unwrap();
    child.stdin.take().unwrap().write_all(&objects).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Deployment/payments in "), "{text}");
}

#[test]
fn a_summary_shows_the_scanners_numbers_beside_the_rules() {
    let example = example();
    let ran = cocket(&example, &["scan-summary", "reports/newsletter.json", "--at", NOW]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let numbers = |name: &str| -> Vec<u64> {
        let line = ran.stdout.lines().find(|line| line.contains(name)).unwrap();
        let (_, numbers) = line.split_at(46);
        numbers.split_whitespace().map(|number| number.parse().unwrap()).collect()
    };
    // Two critical rows are one id in two packages.
    assert_eq!(numbers("the scanner's own rows")[0], 2);
    assert_eq!(numbers("countBy: vulnerabilityAndPackage")[0], 2);
    assert_eq!(numbers("countBy: vulnerability ")[0], 1);
    let all = cocket(&example, &["scan-summary", "reports", "--policy", "policy", "--at", NOW]);
    assert_eq!(all.status, 0, "{}", all.stderr);
    assert_eq!(all.stdout.matches("counted under production/vulnerabilities").count(), 5);
    let broken = cocket(&example, &["scan-summary", "policy/policy.yaml"]);
    assert_eq!(broken.status, 3);
}
