//! The report formats: decisions made by hand, rendered, and read back by other parsers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what it is for"
)]

use cocket::Timestamp;
use cocket::decision::{
    Decision, Detail, ExceptionEffect, ExceptionUse, JudgedImage, JudgedPlatform, Outcome,
    PolicyUse, Reason, RuleResult, Verdict,
};
use cocket::policy::model::{Mode, RuleSeverity};
use cocket::reasons::{Code, ReasonKind};
use cocket::reference::Digest;
use cocket::report::{
    Format, Judged, Origin, github, json, junit, markdown, reasons_markdown, sarif, table, yaml,
};

/// What an image, a file name or a label could hold to break out of a format.
const HOSTILE: &str = "]]>--><script>\n::error::x\r\n##[error]x|a\\|b`c``d\u{1b}[2J\u{202e}\u{0}\u{fffe}\u{85}\
    [link](https://evil.example)@team#1{0}\"'&amp;%0A*_~$(x)\u{2028}- x: y #";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn image(given: &str, namespace: Option<&str>) -> JudgedImage {
    JudgedImage {
        given: given.to_owned(),
        canonical: Some(given.to_owned()),
        mirror: None,
        digest: Some(Digest::sha256(given.as_bytes())),
        namespace: namespace.map(str::to_owned),
        platforms: Vec::new(),
    }
}

fn decision(verdict: Verdict, image: JudgedImage) -> Decision {
    Decision {
        verdict,
        now: time("2026-11-23T12:00:00Z"),
        inputs: Digest::sha256(b"inputs"),
        valid_until: None,
        image,
        policies: Vec::new(),
        results: Vec::new(),
        general: Vec::new(),
        exceptions: Vec::new(),
        evidence: Vec::new(),
    }
}

fn rule(id: &str, outcome: Outcome, mode: Mode, reasons: Vec<Reason>) -> RuleResult {
    RuleResult {
        policy: "production".to_owned(),
        rule: id.to_owned(),
        outcome,
        mode,
        severity: None,
        message: None,
        controls: Vec::new(),
        reasons,
        counts: None,
    }
}

fn exception(name: &str, rule: &str, effect: ExceptionEffect) -> ExceptionUse {
    ExceptionUse {
        name: name.to_owned(),
        rule: rule.to_owned(),
        effect,
        reason: "shielded by WAF-17".to_owned(),
        approved_by: "security@acme.example".to_owned(),
        ticket: "SEC-1234".to_owned(),
        expires: time("2026-12-15T00:00:00Z"),
    }
}

fn policy(name: &str, outcome: Outcome, excluded_by: Option<&str>) -> PolicyUse {
    PolicyUse {
        name: name.to_owned(),
        version: None,
        digest: Digest::sha256(name.as_bytes()),
        mode: Mode::Enforce,
        outcome,
        excluded_by: excluded_by.map(str::to_owned),
    }
}

fn origin(file: &str, line: u32, object: &str) -> Option<Origin> {
    Some(Origin {
        file: file.to_owned(),
        line: Some(line),
        object: object.to_owned(),
        field: "spec.template.spec.containers[0].image".to_owned(),
    })
}

/// Denied: every outcome and every mode at once.
fn denied() -> Judged {
    let mut image = image("registry.example.com/shop/api:1.4", Some("production-a"));
    image.platforms = ["linux/amd64", "linux/arm64"]
        .map(|platform| JudgedPlatform {
            digest: Digest::sha256(platform.as_bytes()),
            platform: Some(platform.parse().unwrap()),
        })
        .to_vec();
    let root = |platform: &str| {
        let mut reason =
            Reason::new(Code::ConfigUserRoot).found("user `0`").expected("a number other than 0");
        reason.platform = Some(platform.parse().unwrap());
        reason
    };
    let mut signed = rule(
        "signed",
        Outcome::Fail,
        Mode::Enforce,
        vec![
            Reason::new(Code::SignatureUntrusted)
                .found("1 signature by an unknown key")
                .expected("one of `ci-key`, `release`"),
        ],
    );
    signed.severity = Some(RuleSeverity::High);
    signed.message = Some("ask #platform for a signing key".to_owned());
    let findings = Detail::List { items: vec!["CVE-2021-44228 log4j-core".to_owned()], more: 0 };
    let mut denied = decision(Verdict::Deny, image);
    denied.valid_until = Some(time("2026-12-15T00:00:00Z"));
    denied.results = vec![
        rule(
            "base",
            Outcome::Fail,
            Mode::Audit,
            vec![Reason::new(Code::BaseImageNotInCatalog).found("no member")],
        ),
        rule(
            "fresh",
            Outcome::Fail,
            Mode::Warn,
            vec![
                Reason::new(Code::ConfigTooOld)
                    .found(Detail::Time(time("2025-01-01T00:00:00Z")))
                    .expected("at most 90d"),
            ],
        ),
        rule(
            "nonroot",
            Outcome::Fail,
            Mode::Enforce,
            vec![root("linux/amd64"), root("linux/arm64")],
        ),
        rule(
            "pinned",
            Outcome::Pass,
            Mode::Enforce,
            vec![Reason::new(Code::ReferenceAccepted).found("1.4")],
        ),
        rule(
            "registries",
            Outcome::Pass,
            Mode::Enforce,
            vec![Reason::new(Code::RegistryAllowed).found("x")],
        ),
        signed,
        rule(
            "vulnerabilities",
            Outcome::Waived,
            Mode::Enforce,
            vec![
                Reason::new(Code::VulnerabilitiesTooMany)
                    .found(findings)
                    .expected("critical at most 0"),
            ],
        ),
        rule("windows", Outcome::Skipped, Mode::Enforce, Vec::new()),
        rule("legacy", Outcome::Excluded, Mode::Enforce, Vec::new()),
    ];
    denied.exceptions = vec![
        exception("log4j-2026-11", "production/vulnerabilities", ExceptionEffect::Used),
        exception("old-debt", "production/nonroot", ExceptionEffect::Expired),
        exception("small-debt", "production/signed", ExceptionEffect::NotEnough),
    ];
    denied.policies = vec![
        policy("production", Outcome::Fail, None),
        policy("staging", Outcome::Skipped, Some("notMatched")),
    ];
    Judged { decision: denied, origin: origin("deploy/shop.yaml", 17, "Deployment/shop-api") }
}

fn warned() -> Judged {
    let digest = Digest::sha256(b"pinned");
    let mut image = image(&format!("nginx@{digest}"), None);
    image.canonical = Some(format!("docker.io/library/nginx@{digest}"));
    image.mirror = Some(format!("mirror.example.com/library/nginx@{digest}"));
    image.digest = Some(digest);
    let mut warned = decision(Verdict::Warn, image);
    warned.general = vec![Reason::new(Code::PolicyNotCovered)];
    Judged { decision: warned, origin: None }
}

fn excluded() -> Judged {
    let mut allowed =
        decision(Verdict::Allow, image("registry.k8s.io/pause:3.10", Some("kube-system")));
    allowed.policies =
        vec![policy("production", Outcome::Excluded, Some("excluded: namespace `kube-system`"))];
    Judged { decision: allowed, origin: origin("-", 3, "Pod/pause") }
}

fn sample() -> Vec<Judged> {
    vec![denied(), warned(), excluded()]
}

/// Every text that can come from outside, hostile.
fn hostile() -> Vec<Judged> {
    everywhere(HOSTILE)
}

/// A decision with `text` wherever text can come from outside.
fn everywhere(text: &str) -> Vec<Judged> {
    let mut one = denied();
    one.decision.image.given = text.to_owned();
    one.decision.image.canonical = Some(text.to_owned());
    one.decision.image.mirror = Some(text.to_owned());
    one.decision.image.namespace = Some(text.to_owned());
    for rule in &mut one.decision.results {
        rule.policy = text.to_owned();
        rule.rule.push_str(text);
        rule.message = Some(text.to_owned());
        for reason in &mut rule.reasons {
            reason.found = Some(text.to_owned().into());
            reason.expected = Some(Detail::List { items: vec![text.to_owned()], more: 2 });
        }
    }
    one.decision.general = vec![Reason::new(Code::ReferenceInvalid).found(text.to_owned())];
    for used in &mut one.decision.exceptions {
        used.name = text.to_owned();
        used.rule = format!("{text}/vulnerabilities{text}");
        used.reason = text.to_owned();
        used.ticket = text.to_owned();
        used.approved_by = text.to_owned();
    }
    for policy in &mut one.decision.policies {
        policy.name = text.to_owned();
        policy.excluded_by = Some(text.to_owned());
    }
    one.origin = Some(Origin {
        file: text.to_owned(),
        line: Some(1),
        object: text.to_owned(),
        field: text.to_owned(),
    });
    vec![one]
}

/// Characters that act on the reader's screen, other than line feeds.
fn acts_on_a_screen(text: &str) -> Option<char> {
    text.chars().find(|&character| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{fffe}')
    })
}

const TABLE: &str = "\
DENY   registry.example.com/shop/api:1.4  (Deployment/shop-api in deploy/shop.yaml:17, namespace production-a)
       digest sha256:DIGEST…, platforms linux/amd64, linux/arm64
  FAIL      production/nonroot
            config.user_root [linux/amd64]: the image runs as root by default
              found     user `0`
              expected  a number other than 0
            config.user_root [linux/arm64]: the image runs as root by default
              found     user `0`
              expected  a number other than 0
              do        set `USER` to a number other than 0 in the image's build
  FAIL      production/signed  severity high
            ask #platform for a signing key
            signature.untrusted: the image has signatures, but none that a named authority stands for
              found     1 signature by an unknown key
              expected  one of `ci-key`, `release`
              do        sign the image with the key of a named authority; if the signer is right, add it to the policy
  warning   production/fresh  warns, does not block
            config.too_old: the image is older than the policy allows
              found     2025-01-01T00:00:00Z
              expected  at most 90d
              do        rebuild the image
  audit     production/base  audited only, does not block
            baseImage.not_in_catalog: the image is built on no member of the catalog
              found     no member
              do        rebuild the image on a base of the catalog
  waived    production/vulnerabilities
            by exception log4j-2026-11 (SEC-1234, security@acme.example) until 2026-12-15T00:00:00Z: shielded by WAF-17
            vulnerabilities.too_many: more vulnerabilities of one severity than the policy allows
              found     CVE-2021-44228 log4j-core
              expected  critical at most 0
  note      exception old-debt (SEC-1234) for production/nonroot has expired on 2026-12-15T00:00:00Z and does nothing
  note      exception small-debt (SEC-1234) for production/signed is in force until 2026-12-15T00:00:00Z and does not cover all that fails
  pass      production: pinned, registries
  excluded  production: legacy
  no match  production: windows; staging

WARN   nginx@sha256:PINNED…
       means docker.io/library/nginx, judged as mirror.example.com/library/nginx@sha256:PINNED…
  warning   policy set  warns, does not block
            policy.not_covered: no enforced or warned rule covers the image
              do        write a policy that covers it, or set the policy set's `default`

ALLOW  registry.k8s.io/pause:3.10  (Pod/pause in standard input:3, namespace kube-system)
       digest sha256:PAUSE…
  excluded  production (excluded: namespace `kube-system`)

3 images: 1 denied, 1 with warnings, 1 allowed; rules not satisfied: 2 enforced, 1 warned, 1 audited, 1 waived
decided for 2026-11-23T12:00:00Z; a date in it can change the answer from 2026-12-15T00:00:00Z on
";

#[test]
fn the_table_reads_like_this() {
    let short = |text: &str| Digest::sha256(text.as_bytes()).hex()[..12].to_owned();
    let expected = TABLE
        .replace("DIGEST", &short("registry.example.com/shop/api:1.4"))
        .replace("PINNED", &short("pinned"))
        .replace("PAUSE", &short("registry.k8s.io/pause:3.10"));
    let found = table(&sample(), false);
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}

#[test]
fn the_table_in_colour_says_the_same() {
    let mut plain = table(&sample(), true);
    assert!(plain.contains("\u{1b}[1;31mDENY\u{1b}[0m"));
    for code in ["0", "1", "2", "1;31", "32", "33", "34"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, table(&sample(), false));
}

#[test]
fn nothing_judged_is_said_and_is_no_allow() {
    assert_eq!(table(&[], false), "no image was judged\n");
    assert_eq!(json(&[]), r#"{"decisions":[],"verdict":null}"#);
    for format in [Format::Yaml, Format::Junit, Format::Github, Format::Markdown] {
        assert!(!format.render(&[], false).contains("allow"), "{format}");
    }
    assert!(results(&sarif(&[])).is_empty());
}

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

fn results(text: &str) -> Vec<serde_json::Value> {
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
    later.decision.image.digest = Some(Digest::sha256(b"later"));
    later.decision.image.canonical =
        Some(format!("registry.example.com/shop/api:1.4@{}", Digest::sha256(b"later")));
    later.decision.results[5].reasons[0].found = Some("2 signatures".into());
    assert_eq!(fingerprints(&[later.clone()]), before);
    later.decision.image.namespace = Some("other".to_owned());
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

#[test]
fn github_commands_carry_place_title_and_remedy() {
    let text = github(&sample());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[1],
        "::error file=deploy/shop.yaml,line=17,title=denied%3A production/signed::\
         registry.example.com/shop/api:1.4%0Aask #platform for a signing key%0A\
         signature.untrusted: the image has signatures, but none that a named authority stands \
         for: found 1 signature by an unknown key, expected one of `ci-key`, `release`%0A\
         do: sign the image with the key of a named authority; if the signer is right, add it to the policy"
    );
    let commands: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        commands,
        ["::error", "::error", "::warning", "::notice", "::notice", "::warning", "3"]
    );
}

#[test]
fn hostile_text_starts_no_github_command() {
    let text = github(&hostile());
    assert_eq!(acts_on_a_screen(&text), None);
    let findings = results(&sarif(&hostile())).len() - 1; // the two platforms share a command
    assert_eq!(text.lines().count(), findings + 1, "{text}");
    for line in text.lines().filter(|line| line.starts_with("::")) {
        let (properties, _) = line.trim_start_matches(':').split_once("::").unwrap();
        let (_, properties) = properties.split_once(' ').unwrap();
        let names: Vec<_> =
            properties.split(',').map(|one| one.split('=').next().unwrap()).collect();
        assert_eq!(names, ["file", "line", "title"], "{line}");
    }
}

#[test]
fn markdown_shows_a_table_and_what_to_do() {
    let text = markdown(&sample());
    assert!(text.starts_with("## cocket: deny\n\n3 images: 1 denied,"), "{text}");
    for line in [
        "| **deny** | `registry.example.com/shop/api:1.4` | `Deployment/shop-api`, `deploy/shop.yaml:17`, \
         namespace `production-a` | `baseImage.not_in_catalog`, `config.too_old`, `config.user_root`, `signature.untrusted` |",
        "| **allow** | `registry.k8s.io/pause:3.10` | `Pod/pause`, `standard input:3`, namespace `kube-system` |  |",
        "### deny: `registry.example.com/shop/api:1.4` in `Deployment/shop-api`, `deploy/shop.yaml:17`, namespace `production-a`",
        "- **fails** `production/signed`",
        "- **audited** `production/base` (does not block)",
        "- passed: `production/pinned`, `production/registries`",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nin\n{text}");
    }
}

/// A line without its code spans, read as CommonMark reads them.
fn outside_of_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        let run = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
        out.push_str(&rest[..start]);
        let after = &rest[start + run..];
        let mut end = None;
        let mut from = 0;
        while let Some(at) = after[from..].find('`') {
            let found = from + at;
            let length = after[found..].bytes().take_while(|byte| *byte == b'`').count();
            if length == run {
                end = Some(found + length);
                break;
            }
            from = found + length;
        }
        rest = &after[end.unwrap_or_else(|| panic!("an open code span in {line}"))..];
    }
    out.push_str(rest);
    out
}

#[test]
fn hostile_text_stays_in_code_spans_in_markdown() {
    let text = markdown(&hostile());
    assert_eq!(acts_on_a_screen(&text), None);
    for line in text.lines() {
        let open = outside_of_code(line);
        assert!(!open.contains(['<', '@', '[']), "{open}\nfrom\n{line}");
        assert!(!open.contains("evil.example"), "{line}");
        if line.starts_with('|') {
            assert_eq!(line.matches('|').count(), 5, "{line}");
        }
    }
}

#[test]
fn hostile_text_stays_on_its_line_in_the_table() {
    let text = table(&hostile(), false);
    assert_eq!(acts_on_a_screen(&text), None);
    for line in text.lines() {
        assert!(!line.starts_with("::") && !line.starts_with("##["), "{line}");
    }
    assert_eq!(text.lines().count(), table(&everywhere("x"), false).lines().count());
}

#[test]
fn endless_text_is_cut_where_people_read() {
    let mut one = warned();
    one.decision.image.given = "x".repeat(1_000_000);
    let judged = [one];
    for format in [Format::Table, Format::Github, Format::Markdown, Format::Junit, Format::Sarif] {
        let text = format.render(&judged, false);
        assert!(text.len() < 60_000, "{format}");
        assert!(text.contains("… (998000 characters more)"), "{format}");
    }
    assert!(json(&judged).len() > 1_000_000);
}

#[test]
fn formats_are_found_by_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(*format));
        assert_eq!(format.render(&sample(), false), format.render(&sample(), false));
    }
    let error = "Table".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Table` is not a format: table, json, yaml, junit, sarif, github or markdown"
    );
}

#[test]
fn the_page_of_reasons_has_every_code_once() {
    let page = reasons_markdown();
    for code in Code::ALL {
        assert_eq!(page.matches(&format!("| `{code}` |")).count(), 1, "{code}");
    }
    for line in page.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "{line}");
    }
}
