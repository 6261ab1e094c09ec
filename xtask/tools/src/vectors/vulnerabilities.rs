//! `vulnerabilities`.

use cocket_testkit::{Finding, Image, Index, Report};
use serde_json::json;

use super::case::{Case, good_image, image as image_of};

const CRITICAL: &str = "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {critical: 0, high: 1}}";
const FIXABLE: &str =
    "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, fixable: {high: 0}}";
const SCANNED: &str = "2026-11-22T06:00:00Z";

fn log4j() -> Finding {
    Finding::new("CVE-2021-44228", "log4j-core", "2.14.1", "2.15.0", "CRITICAL")
}

fn openssl(package: &str) -> Finding {
    Finding::new("CVE-2022-3602", package, "3.0.5", "3.0.7", "HIGH")
}

fn glibc() -> Finding {
    Finding::new("CVE-2023-4911", "libc6", "2.36-9", "", "HIGH")
}

fn case(name: &'static str, rules: &str, findings: Vec<Finding>) -> Case {
    let image = good_image();
    Case::new(name, rules).image(&image).report(&Report::about(&image, SCANNED, findings))
}

pub(super) fn cases() -> Vec<Case> {
    [
        thresholds(),
        counting(),
        binding(),
        age(),
        bounds(),
        operating_systems(),
        feeds(),
        vex(),
        databases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn thresholds() -> Vec<Case> {
    let ignoring = |until: &str| {
        format!(
            "- id: scan\n  vulnerabilities: {{from: {{trust: caller}}, maxAge: 7d, max: {{critical: 0}}, ignore: [{{id: CVE-2021-44228, reason: not reachable, expires: {until}}}]}}"
        )
    };
    vec![
        case("vulnerabilities/none", CRITICAL, vec![]).expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/within", CRITICAL, vec![glibc()])
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/too-many", CRITICAL, vec![log4j(), glibc()])
            .expect("deny", &["vulnerabilities.too_many"]),
        case(
            "vulnerabilities/unknown-counts-like-high",
            CRITICAL,
            vec![
                Finding::new("CVE-2026-0001", "a", "1", "", "UNKNOWN"),
                Finding::new("CVE-2026-0002", "b", "1", "", "UNKNOWN"),
            ],
        )
        .expect("deny", &["vulnerabilities.too_many"]),
        case("vulnerabilities/worse-inherits-the-bound", FIXABLE, vec![log4j()])
            .expect("deny", &["vulnerabilities.too_many_fixable"]),
        case("vulnerabilities/not-fixable", FIXABLE, vec![glibc()])
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/ignored", &ignoring("2026-12-31"), vec![log4j()])
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/ignored-no-more", &ignoring("2026-11-23"), vec![log4j()])
            .expect("deny", &["vulnerabilities.too_many"]),
    ]
}

fn counting() -> Vec<Case> {
    let by = |count_by: &str| {
        format!(
            "- id: scan\n  vulnerabilities: {{from: {{trust: caller}}, maxAge: 7d, countBy: {count_by}, max: {{high: 1}}}}"
        )
    };
    let twice = || vec![openssl("libssl3"), openssl("openssl")];
    let repeated = || vec![openssl("openssl"), openssl("openssl")];
    vec![
        case("vulnerabilities/by-vulnerability", &by("vulnerability"), twice())
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/by-package", &by("vulnerabilityAndPackage"), twice())
            .expect("deny", &["vulnerabilities.too_many"]),
        case("vulnerabilities/repeated-row", &by("vulnerabilityAndPackage"), repeated())
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/by-row", &by("row"), repeated())
            .expect("deny", &["vulnerabilities.too_many"]),
    ]
}

fn binding() -> Vec<Case> {
    let image = good_image();
    let other = image_of(&json!({"User": "7"}));
    let about = |image: &Image| Report::about(image, SCANNED, vec![]);
    let by_config = Report { repo_digests: vec![], ..about(&image) };
    let nameless = Report { repo_digests: vec![], image_id: None, ..about(&image) };
    let manifest_only = "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {critical: 0}, bindBy: manifest}";
    let index = Index::new(&[("linux/amd64", image.clone()), ("linux/arm64", other.clone())]);
    let case = |name| Case::new(name, CRITICAL).image(&image);
    vec![
        case("vulnerabilities/bound-by-config")
            .report(&by_config)
            .expect("allow", &["vulnerabilities.within"]),
        Case::new("vulnerabilities/config-is-not-enough", manifest_only)
            .image(&image)
            .report(&by_config)
            .expect("deny", &["evidence.unbound"]),
        case("vulnerabilities/bound-by-caller")
            .vouched(nameless.to_json().as_bytes(), Some(&image.digest()))
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/unbound").report(&nameless).expect("deny", &["evidence.unbound"]),
        case("vulnerabilities/about-another")
            .report(&about(&other))
            .expect("deny", &["evidence.wrong_subject"]),
        case("vulnerabilities/caller-cannot-rename")
            .vouched(about(&other).to_json().as_bytes(), Some(&image.digest()))
            .expect("deny", &["evidence.wrong_subject"]),
        case("vulnerabilities/missing").expect("deny", &["evidence.missing"]),
        Case::new("vulnerabilities/every-platform", CRITICAL)
            .index(&index)
            .report(&about(&image))
            .report(&about(&other))
            .expect("allow", &["vulnerabilities.within"]),
        Case::new("vulnerabilities/one-platform-unscanned", CRITICAL)
            .index(&index)
            .report(&about(&image))
            .expect("deny", &["evidence.wrong_subject", "vulnerabilities.within"]),
    ]
}

fn age() -> Vec<Case> {
    let image = good_image();
    let dated = |date: &str, findings| Report::about(&image, date, findings);
    let undated = Report { created_at: None, ..dated(SCANNED, vec![]) };
    let case = |name| Case::new(name, CRITICAL).image(&image);
    vec![
        case("vulnerabilities/last-moment")
            .report(&dated("2026-11-16T12:00:00Z", vec![]))
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/too-old")
            .report(&dated("2026-11-16T11:59:59Z", vec![]))
            .expect("deny", &["vulnerabilities.scan_too_old"]),
        case("vulnerabilities/undated").report(&undated).expect("deny", &["evidence.undated"]),
        case("vulnerabilities/from-the-future")
            .report(&dated("2026-11-23T12:05:01Z", vec![]))
            .expect("deny", &["evidence.invalid"]),
        case("vulnerabilities/within-clock-skew")
            .report(&dated("2026-11-23T12:05:00Z", vec![]))
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/the-latest-counts")
            .report(&dated("2026-11-22T06:00:00Z", vec![log4j()]))
            .report(&dated("2026-11-23T06:00:00Z", vec![]))
            .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/older-clean-report-does-not-help")
            .report(&dated("2026-11-22T06:00:00Z", vec![]))
            .report(&dated("2026-11-23T06:00:00Z", vec![log4j()]))
            .expect("deny", &["vulnerabilities.too_many"]),
        case("vulnerabilities/a-tie-counts-whole")
            .report(&dated(SCANNED, vec![]))
            .report(&dated(SCANNED, vec![log4j()]))
            .expect("deny", &["vulnerabilities.too_many", "vulnerabilities.within"]),
    ]
}

fn bounds() -> Vec<Case> {
    let rule = |more: &str| {
        format!("- id: scan\n  vulnerabilities: {{from: {{trust: caller}}, maxAge: 7d, {more}}}")
    };
    let scored = |score: &str| {
        let cvss = format!(r#"{{"CVSS": {{"nvd": {{"V3Score": {score}, "V2Score": 10.0}}}}}}"#);
        glibc().with(serde_json::from_str(&cvss).unwrap_or_default())
    };
    let published = |date: &str| glibc().with(json!({"PublishedDate": date}));
    let cvss = rule("cvss: [{source: nvd, version: v3, atLeast: '7.8', max: 0, unknown: 0}]");
    let lenient =
        rule("cvss: [{source: nvd, version: v3, atLeast: 9, max: 0, unknown: unlimited}]");
    let old = rule("published: {before: 90d, max: {high: 0}}");
    let grace = rule("fixable: {high: 0, grace: {high: 14d}}");
    let fixable = |date: &str| openssl("openssl").with(json!({"PublishedDate": date}));
    let within = &["vulnerabilities.within"];
    vec![
        case("vulnerabilities/cvss", &cvss, vec![scored("7.8")])
            .expect("deny", &["vulnerabilities.cvss"]),
        case("vulnerabilities/cvss-below", &cvss, vec![scored("7.7")]).expect("allow", within),
        case("vulnerabilities/cvss-unknown", &cvss, vec![glibc()])
            .expect("deny", &["vulnerabilities.cvss_unknown"]),
        case("vulnerabilities/cvss-unknown-accepted", &lenient, vec![glibc()])
            .expect("allow", within),
        case("vulnerabilities/published", &old, vec![published("2026-08-25T11:59:59Z")])
            .expect("deny", &["vulnerabilities.published"]),
        case("vulnerabilities/published-lately", &old, vec![published("2026-08-25T12:00:00Z")])
            .expect("allow", within),
        case("vulnerabilities/published-at-no-date", &old, vec![glibc()])
            .expect("deny", &["vulnerabilities.published"]),
        case("vulnerabilities/grace", &grace, vec![fixable("2026-11-10T00:00:00Z")])
            .expect("allow", within),
        case("vulnerabilities/grace-is-over", &grace, vec![fixable("2026-11-09T11:59:59Z")])
            .expect("deny", &["vulnerabilities.too_many_fixable"]),
        case("vulnerabilities/no-date-no-grace", &grace, vec![openssl("openssl")])
            .expect("deny", &["vulnerabilities.too_many_fixable"]),
        case("vulnerabilities/first-seen", &grace, vec![openssl("openssl")])
            .with("history", json!({"firstSeen": {"CVE-2022-3602": "2026-11-20T00:00:00Z"}}))
            .expect("allow", within),
        case(
            "vulnerabilities/denied",
            &rule("deny: [CVE-2023-4911], max: {critical: 0}"),
            vec![glibc()],
        )
        .expect("deny", &["vulnerabilities.denied"]),
        case(
            "vulnerabilities/scanner-missing",
            &rule("max: {critical: 0}, requireScanners: [grype]"),
            vec![],
        )
        .expect("deny", &["vulnerabilities.scanner_missing", "vulnerabilities.within"]),
    ]
}

fn operating_systems() -> Vec<Case> {
    let image = good_image();
    let rule =
        "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, endOfLife: deny}";
    let on = |name, os| {
        let report = Report { os, ..Report::about(&image, SCANNED, vec![]) };
        Case::new(name, rule).image(&image).report(&report)
    };
    vec![
        on("vulnerabilities/maintained", json!({"Family": "debian", "Name": "12.8"}))
            .expect("allow", &["vulnerabilities.within"]),
        on("vulnerabilities/end-of-life", json!({"Family": "debian", "Name": "9.1", "EOSL": true}))
            .expect("deny", &["vulnerabilities.end_of_life"]),
        on("vulnerabilities/end-of-life-unknown", json!({"Family": "none", "Name": ""}))
            .expect("deny", &["vulnerabilities.end_of_life_unknown"]),
    ]
}

fn feeds() -> Vec<Case> {
    let rule = |more: &str| {
        format!("- id: scan\n  vulnerabilities: {{from: {{trust: caller}}, maxAge: 7d, {more}}}")
    };
    let epss = |date: &str| {
        format!(
            "#model_version:v2025.03.14,score_date:{date}T00:00:00+0000\ncve,epss,percentile\nCVE-2023-4911,0.81200,0.99100\n"
        )
    };
    let kev = |date: &str, cve: &str| {
        json!({
            "title": "Known exploited vulnerabilities", "catalogVersion": "2026.11.22",
            "dateReleased": date, "count": 1,
            "vulnerabilities": [{
                "cveID": cve, "vendorProject": "a", "product": "b", "vulnerabilityName": "c",
                "dateAdded": "2023-11-21", "shortDescription": "d", "requiredAction": "e",
                "dueDate": "2023-12-12", "knownRansomwareCampaignUse": "Unknown", "notes": "",
                "cwes": [],
            }],
        })
        .to_string()
    };
    let fed = |name, more: &str, feed: &str| {
        case(name, &rule(more), vec![glibc()]).vouched(feed.as_bytes(), None)
    };
    let by_epss = "epss: {percentile: '0.95', max: 0}, feeds: {epss: {maxAge: 7d}}";
    let exploited = "knownExploited: 0, feeds: {kev: {maxAge: 7d}}";
    vec![
        fed("vulnerabilities/epss", by_epss, &epss("2026-11-22"))
            .expect("deny", &["vulnerabilities.epss"]),
        fed("vulnerabilities/epss-below", &by_epss.replace("0.95", "0.992"), &epss("2026-11-22"))
            .expect("allow", &["vulnerabilities.within"]),
        fed("vulnerabilities/epss-old", by_epss, &epss("2026-11-02"))
            .expect("deny", &["vulnerabilities.feed_too_old"]),
        case("vulnerabilities/epss-missing", &rule(by_epss), vec![glibc()])
            .expect("deny", &["evidence.missing"]),
        fed(
            "vulnerabilities/epss-unknown",
            &by_epss.replace("max: 0", "max: 0, unknown: 0"),
            &epss("2026-11-22").replace("CVE-2023-4911", "CVE-2023-4912"),
        )
        .expect("deny", &["vulnerabilities.epss_unknown"]),
        fed(
            "vulnerabilities/known-exploited",
            exploited,
            &kev("2026-11-22T12:00:00.0000Z", "CVE-2023-4911"),
        )
        .expect("deny", &["vulnerabilities.known_exploited"]),
        fed(
            "vulnerabilities/not-known-exploited",
            exploited,
            &kev("2026-11-22T12:00:00.0000Z", "CVE-2023-0001"),
        )
        .expect("allow", &["vulnerabilities.within"]),
        case("vulnerabilities/exploitation-unknown", &rule("knownExploited: 0"), vec![glibc()])
            .expect("deny", &["vulnerabilities.exploitation_unknown"]),
    ]
}

fn vex() -> Vec<Case> {
    let image = good_image();
    let other = image_of(&json!({"User": "7"}));
    let rule = "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {critical: 0}, vex: {from: {trust: caller}, maxAge: 90d}}";
    let statement = |digest: &str, status: &str, date: &str| {
        let product = format!(
            "pkg:oci/app@{}?repository_url=registry.example.com/team",
            digest.replace(':', "%3A")
        );
        json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1",
            "author": "security@example.com", "timestamp": date, "version": 1,
            "statements": [{
                "vulnerability": {"name": "CVE-2021-44228"},
                "products": [{"@id": product}],
                "status": status, "justification": "vulnerable_code_not_in_execute_path",
            }],
        })
        .to_string()
    };
    let with =
        |name, statement: &str| case(name, rule, vec![log4j()]).vouched(statement.as_bytes(), None);
    let (mine, within) = (image.digest(), &["vulnerabilities.within"]);
    let too_many = &["vulnerabilities.too_many"];
    let today = "2026-11-20T00:00:00Z";
    vec![
        with("vulnerabilities/vex", &statement(&mine, "not_affected", today))
            .expect("allow", within),
        with(
            "vulnerabilities/vex-of-another-image",
            &statement(&other.digest(), "not_affected", today),
        )
        .expect("deny", too_many),
        with(
            "vulnerabilities/vex-under-investigation",
            &statement(&mine, "under_investigation", today),
        )
        .expect("deny", too_many),
        with(
            "vulnerabilities/vex-too-old",
            &statement(&mine, "not_affected", "2026-06-01T00:00:00Z"),
        )
        .expect("deny", too_many),
        with(
            "vulnerabilities/vex-from-the-future",
            &statement(&mine, "not_affected", "2026-12-01T00:00:00Z"),
        )
        .expect("deny", too_many),
        case(
            "vulnerabilities/vex-nobody-asked-for",
            &rule.replace(", vex: {from: {trust: caller}, maxAge: 90d}", ""),
            vec![log4j()],
        )
        .vouched(statement(&mine, "not_affected", today).as_bytes(), None)
        .expect("deny", too_many),
    ]
}

fn databases() -> Vec<Case> {
    let image = good_image();
    let rule = "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 30d, databaseMaxAge: 5d, max: {critical: 0}}";
    let grype = |built: &str| {
        json!({
            "matches": [],
            "source": {"type": "image", "target": {
                "userInput": "registry.example.com/team/app", "imageID": image.config_digest(),
                "manifestDigest": "sha256:".to_owned() + &"1".repeat(64), "repoDigests": [],
                "tags": [], "layers": [], "mediaType": "", "imageSize": 0,
            }},
            "distro": {"name": "debian", "version": "12", "idLike": []},
            "descriptor": {
                "name": "grype", "version": "0.90.0", "timestamp": "2026-11-22T06:00:00Z",
                "db": {"status": {"schemaVersion": "v6.0.2", "built": built, "valid": true}},
            },
        })
        .to_string()
    };
    let with = |name, built: &str| {
        Case::new(name, rule).image(&image).vouched(grype(built).as_bytes(), None)
    };
    vec![
        with("vulnerabilities/database", "2026-11-22T04:00:00Z")
            .expect("allow", &["vulnerabilities.within"]),
        with("vulnerabilities/database-too-old", "2026-11-12T04:00:00Z")
            .expect("deny", &["vulnerabilities.database_too_old"]),
        case("vulnerabilities/database-unknown", rule, vec![])
            .expect("deny", &["evidence.undated"]),
    ]
}
