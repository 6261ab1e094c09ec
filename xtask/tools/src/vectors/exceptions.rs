//! Exceptions.

use cocket_testkit::{Finding, Report};

use super::case::{Case, good_image, image, policy};

const SCAN: &str =
    "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {critical: 0}}";

fn exception(spec: &str) -> String {
    format!(
        "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicyException\nmetadata: {{name: waiver}}\nspec: {{{spec}, reason: firewall rule 17, approvedBy: security@example.com, ticket: SEC-1}}\n"
    )
}

fn scanned(name: &'static str, spec: &str, findings: Vec<Finding>, date: &str) -> Case {
    let image = good_image();
    Case::of_policy(name, &(policy("", SCAN) + &exception(spec)))
        .image(&image)
        .report(&Report::about(&image, date, findings))
}

pub(super) fn cases() -> Vec<Case> {
    let log4j = || Finding::new("CVE-2021-44228", "log4j-core", "2.14.1", "2.15.0", "CRITICAL");
    let curl = || Finding::new("CVE-2023-38545", "curl", "8.1.0", "8.4.0", "CRITICAL");
    let (today, old) = ("2026-11-23T06:00:00Z", "2026-10-01T06:00:00Z");
    let waiver = "rules: [production/scan], vulnerabilities: [CVE-2021-44228], expires: 2026-12-15";
    let root = image(&serde_json::json!({"User": "0"}));
    let nonroot = policy("", "- id: nonroot\n  config: {user: nonRoot}");
    let whole = |scope: &str| {
        nonroot.clone() + &exception(&format!("rules: [nonroot], {scope}expires: 2026-12-15"))
    };
    vec![
        scanned("exceptions/finding-waived", waiver, vec![log4j()], today)
            .expect("allow", &["vulnerabilities.too_many"]),
        scanned("exceptions/not-all-waived", waiver, vec![log4j(), curl()], today)
            .expect("deny", &["vulnerabilities.too_many"]),
        scanned("exceptions/stale-is-never-waived", waiver, vec![log4j()], old)
            .expect("deny", &["vulnerabilities.scan_too_old"]),
        scanned(
            "exceptions/expired",
            &waiver.replace("2026-12-15", "2026-11-23"),
            vec![log4j()],
            today,
        )
        .expect("deny", &["vulnerabilities.too_many"]),
        scanned("exceptions/until-fix", &format!("{waiver}, untilFix: true"), vec![log4j()], today)
            .expect("deny", &["vulnerabilities.too_many"]),
        scanned(
            "exceptions/other-package",
            &format!("{waiver}, packages: [log4j-api]"),
            vec![log4j()],
            today,
        )
        .expect("deny", &["vulnerabilities.too_many"]),
        Case::of_policy("exceptions/rule-waived", &whole(""))
            .image(&root)
            .expect("allow", &["config.user_root"]),
        Case::of_policy(
            "exceptions/other-image",
            &whole("images: ['registry.example.com/other/**'], "),
        )
        .image(&root)
        .expect("deny", &["config.user_root"]),
        Case::of_policy("exceptions/no-namespace-given", &whole("namespaces: [team-a], "))
            .image(&root)
            .expect("deny", &["config.user_root"]),
        Case::of_policy("exceptions/namespace", &whole("namespaces: [team-a], "))
            .image(&root)
            .context("namespace", serde_json::json!("team-a"))
            .expect("allow", &["config.user_root"]),
    ]
}
