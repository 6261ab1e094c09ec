//! The committed example, and what a command line may get wrong.

use std::fs;

use cocket_testkit::Signer;
use serde_json::Value;
use tempfile::TempDir;

use crate::run::{example, verify};

const CHECKOUT: &str = "registry.acme.example/shop/checkout:2.8.1";
const PAYMENTS: &str = "registry.acme.example/shop/payments:3.2.0";
const SEARCH: &str = "registry.acme.example/shop/search:1.4.0";

fn of_policy(image: &str, more: &[&str]) -> crate::run::Ran {
    let fixed = ["--policy", "policy", "--authority", "release", "--evidence", "images"];
    verify(&example(), &[&fixed, more, &["--at", "2026-11-23", image]].concat())
}

fn keys() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key.pub"), Signer::named("somebody").pem()).unwrap();
    folder
}

#[test]
fn each_check_is_told_and_the_first_cause_of_a_refusal() {
    let good = of_policy(CHECKOUT, &[]);
    assert_eq!(good.status, 0, "{}", good.stderr);
    for check in ["document", "subject", "signature", "key", "content", "repository"] {
        assert!(good.stdout.contains(&format!("  pass  {check}")), "{check}: {}", good.stdout);
    }
    // Nothing proves when a key signed without a log.
    assert!(!good.stdout.contains("  pass  time"), "{}", good.stdout);
    let strangers = of_policy(PAYMENTS, &[]);
    assert_eq!(strangers.status, 1);
    let cause = "  cause     signature: no key of the authority made the signature\n";
    assert!(strangers.stdout.contains(cause), "{}", strangers.stdout);
    let unsigned = of_policy(SEARCH, &[]);
    assert_eq!(unsigned.status, 1);
    assert!(unsigned.stdout.contains("no signed document stands beside it"));
}

#[test]
fn a_signature_over_another_hash_than_the_one_asked_for_does_not_count() {
    let own = of_policy(CHECKOUT, &["--signature-digest-algorithm", "sha256"]);
    assert_eq!(own.status, 0, "{}", own.stderr);
    let other = of_policy(CHECKOUT, &["--signature-digest-algorithm=sha384"]);
    assert_eq!(other.status, 1);
    let cause = "  cause     signature: the signature is good by `ecdsa-p256-sha256`, where sha384";
    assert!(other.stdout.contains(cause), "{}", other.stdout);
    assert!(!other.stdout.contains("  pass  signature"), "{}", other.stdout);
    assert_eq!(of_policy(CHECKOUT, &["--signature-digest-algorithm", "sha224"]).status, 2);
}

#[test]
fn json_says_the_same_as_the_text() {
    let of = |image| {
        let ran = of_policy(image, &["-o", "json"]);
        (ran.status, serde_json::from_str::<Value>(&ran.stdout).unwrap())
    };
    let (status, good) = of(CHECKOUT);
    assert_eq!((status, &good["verified"]), (0, &Value::Bool(true)));
    assert!(good.get("cause").is_none());
    let (status, strangers) = of(PAYMENTS);
    assert_eq!((status, &strangers["verified"]), (1, &Value::Bool(false)));
    assert_eq!(strangers["cause"]["check"], "signature");
}

#[test]
fn what_cannot_be_read_is_another_status_than_a_refusal() {
    let keys = keys();
    let key = keys.path().join("key.pub");
    let key = key.to_str().unwrap();
    for (arguments, status) in [
        (vec!["--key", key, "-e", "images", CHECKOUT], 1),
        (vec!["--key", key, "-e", "images", "registry.acme.example/shop/none:1"], 3),
        (vec!["--key", key, "-e", "nowhere", CHECKOUT], 3),
        (vec!["--key", "nowhere.pub", "-e", "images", CHECKOUT], 3),
        (vec!["--key", key, "--bundle", "nowhere.json", "policy/policy.yaml"], 3),
        (vec!["--key", key, "images"], 2),
        (vec!["--key", key, CHECKOUT], 2),
        (vec!["--key", "policy/policy.yaml", "-e", "images", CHECKOUT], 2),
        (vec!["-e", "images", CHECKOUT], 2),
        (vec!["--policy", "policy", "--authority", "nobody", "-e", "images", CHECKOUT], 2),
        (vec!["--certificate-identity", "a@b.example", "-e", "images", CHECKOUT], 2),
    ] {
        let ran = verify(&example(), &arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        assert!(status == 1 || ran.stderr.contains("error: "), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn flags_that_would_weaken_the_answer_are_refused_with_what_to_do_instead() {
    let keys = keys();
    for flag in [
        "--check-claims=false",
        "--insecure-ignore-sct",
        "--allow-certificate-chain",
        "--private-infrastructure",
        "--certificate-github-workflow-name=release",
        "--rekor-url=https://rekor.example",
    ] {
        let ran = verify(keys.path(), &["--key", "key.pub", flag, CHECKOUT]);
        assert_eq!(ran.status, 2, "{flag}");
        assert!(ran.stderr.contains(" is not taken here: "), "{flag}: {}", ran.stderr);
    }
    for key in ["awskms://alias/x", "k8s://a/b", "https://example.com/key.pub"] {
        let ran = verify(keys.path(), &["--key", key, "--evidence", ".", CHECKOUT]);
        assert_eq!(ran.status, 2, "{key}");
        assert!(ran.stderr.contains("cosign public-key"), "{key}: {}", ran.stderr);
    }
    // A flag that nobody would look at says something that does not hold.
    let one = ["--source-repository", "https://github.com/acme/app"];
    let ran = verify(keys.path(), &[&["--key", "key.pub", CHECKOUT], one.as_slice()].concat());
    assert_eq!(ran.status, 2, "{}", ran.stderr);
}

#[test]
fn what_is_not_asked_is_said() {
    let ran = verify(
        &example(),
        &[
            "--certificate-identity-regexp",
            ".+",
            "--certificate-oidc-issuer",
            "https://accounts.example.com",
            "--insecure-ignore-tlog",
            "--signed-identity",
            "same-digest",
            "-e",
            "images",
            PAYMENTS,
        ],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    for part in ["not asked: the source repository", "not asked: log", "not asked: the repository"]
    {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("no `--trusted-root`"), "{}", ran.stderr);
}

#[test]
fn an_expression_matches_the_whole_text() {
    let help = verify(&example(), &["--help"]);
    assert!(help.stdout.contains("Regular expressions have to match the whole text"));
}

/// The page of the documentation, run as it stands there.
#[test]
fn the_command_of_the_page_runs() {
    let page = fs::read_to_string(example().join("../../verify.md")).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix("cocket verify --policy ")).unwrap();
    let given: Vec<&str> = ["--policy"].into_iter().chain(line.split(' ')).collect();
    let ran = verify(&example(), &[&["--at", "2026-11-23"], given.as_slice()].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(CHECKOUT), "{}", ran.stdout);
}
