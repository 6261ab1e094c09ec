//! The table and the workflow commands.

use cocket::decision::Reason;
use cocket::reasons::Code;
use cocket::reference::Digest;
use cocket::report::{github, junit, markdown, sarif, table};

use crate::sample::{acts_on_a_screen, denied, everywhere, excluded, hostile, sample};
use crate::sarif::results;

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
            waived by exception log4j-2026-11 (SEC-1234, security@acme.example) until 2026-12-15T00:00:00Z: shielded by WAF-17
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
fn hostile_text_stays_on_its_line_in_the_table() {
    let text = table(&hostile(), false);
    assert_eq!(acts_on_a_screen(&text), None);
    for line in text.lines() {
        assert!(!line.starts_with("::") && !line.starts_with("##["), "{line}");
    }
    assert_eq!(text.lines().count(), table(&everywhere("x"), false).lines().count());
}

#[test]
fn a_pass_that_belongs_to_no_rule_is_told_and_is_no_finding() {
    let mut judged = excluded();
    judged.decision.general = vec![Reason::new(Code::ReferenceAccepted).found("a\nb")];
    let judged = [judged];
    let expected = "  note      reference.accepted: the image is named as the policy asks: a\\nb\n";
    assert!(table(&judged, false).contains(expected), "{}", table(&judged, false));
    assert!(results(&sarif(&judged)).is_empty());
    assert_eq!(github(&judged), "1 image: 0 denied, 0 with warnings, 1 allowed\n");
}

#[test]
fn an_exception_that_waives_a_part_is_told_and_suppresses_nothing() {
    let mut judged = denied();
    judged.decision.exceptions[0].rule = "production/signed".to_owned();
    let judged = [judged];
    for (text, told) in [
        (table(&judged, false), "waived in part by exception log4j-2026-11 (SEC-1234,"),
        (markdown(&judged), "waived in part by exception `log4j-2026-11`, `SEC-1234`"),
        (github(&judged), "waived in part by log4j-2026-11 (SEC-1234) until"),
        (junit(&judged), "waived in part by log4j-2026-11 (SEC-1234) until"),
    ] {
        assert!(text.contains(told), "{text}");
    }
    for result in results(&sarif(&judged)) {
        assert_eq!(result["suppressions"], serde_json::json!([]));
    }
}
