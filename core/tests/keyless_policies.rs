//! Authorities with certificates and logs in policies: what loads, and what the engine decides.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::decision::Verdict;
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::Policies;
use cocket::reference::Digest;
use cocket_testkit::{Certified, Instance, San, Signer};
use serde_json::{Value, json};

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn digest() -> Digest {
    Digest::sha256(b"the image")
}

fn documents(authority: &Value, root: &Value) -> String {
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy", "metadata": {"name": "p"},
        "spec": {
            "authorities": {"one": authority},
            "rules": [{"id": "signed", "signature": {"anyOf": ["one"]}}],
        },
    });
    let root = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
        "metadata": {"name": "root"},
        "spec": match root.get("roots") {
            Some(_) => json!({"pki": root}),
            None if root.get("pki").is_some() => root.clone(),
            None => json!({"sigstore": root}),
        },
    });
    format!("{policy}\n---\n{root}")
}

fn inline() -> Value {
    json!({"trustedRoot": Instance::of(2026).trusted_root().to_string()})
}

fn faults(authority: &Value, root: &Value) -> Vec<String> {
    match Policies::from_text("p.yaml", &documents(authority, root)) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.to_string().lines().map(str::to_owned).collect(),
    }
}

fn decide(authority: &Value, bundle: &Value) -> Verdict {
    decide_under(&inline(), authority, bundle)
}

fn decide_under(root: &Value, authority: &Value, bundle: &Value) -> Verdict {
    let policies = Policies::from_text("p.yaml", &documents(authority, root)).unwrap();
    let engine = Engine::new(&policies).unwrap();
    let mut evidence = Evidence::new();
    let bytes = bundle.to_string().into_bytes();
    evidence.attach(Some(digest()), AttachedKind::Bundle, bytes, BTreeMap::new());
    let request = ImageRequest {
        image: "registry.example.com/app".to_owned(),
        digest: Some(digest()),
        ..Default::default()
    };
    let now: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
    engine.check(&request, &evidence, &History::default(), now).verdict
}

fn keyless(edit: impl Fn(&mut Value)) -> Value {
    let mut authority = json!({
        "keyless": {"issuer": ISSUER, "subject": EMAIL, "trustRoot": "root"},
    });
    edit(&mut authority);
    authority
}

#[test]
fn an_image_signed_by_the_named_person_is_allowed() {
    let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let bundle = Instance::of(2026).approval(&digest().to_string(), &who, 7);
    assert_eq!(decide(&keyless(|_| {}), &bundle), Verdict::Allow);
    let other = keyless(|one| one["keyless"]["subject"] = json!("eve@acme.example"));
    assert_eq!(decide(&other, &bundle), Verdict::Deny);
    let mut unlogged = bundle.clone();
    unlogged["verificationMaterial"]["tlogEntries"] = json!([]);
    assert_eq!(decide(&keyless(|_| {}), &unlogged), Verdict::Deny);
    let optional = keyless(|one| one["log"] = json!("optional"));
    assert_eq!(decide(&optional, &unlogged), Verdict::Allow);
}

#[test]
fn entries_beside_the_signature_of_a_key_are_verified_where_a_root_is_named() {
    let key = Signer::named("release");
    let bundle = Instance::of(2026).approval_by_key(&digest().to_string(), &key, 7);
    let authority = |more: Value| {
        let mut authority = json!({"key": {"pem": key.pem()}});
        for (name, value) in more.as_object().unwrap() {
            authority[name] = value.clone();
        }
        authority
    };
    assert_eq!(decide(&authority(json!({})), &bundle), Verdict::Deny);
    assert_eq!(decide(&authority(json!({"log": "ignore"})), &bundle), Verdict::Allow);
    let trusting = authority(json!({"logTrustRoot": "root", "log": "required"}));
    assert_eq!(decide(&trusting, &bundle), Verdict::Allow);
    // The window of the key holds at the proven time.
    let mut over = trusting.clone();
    over["key"]["notAfter"] = json!("2026-06-08");
    assert_eq!(decide(&over, &bundle), Verdict::Allow);
    over["key"]["notAfter"] = json!("2026-06-07");
    assert_eq!(decide(&over, &bundle), Verdict::Deny);
    let mut compromised = trusting.clone();
    compromised["key"]["compromisedAt"] = json!("2026-06-08");
    assert_eq!(decide(&compromised, &bundle), Verdict::Allow);
    // An entry of another key for the same payload.
    let other = Instance::of(2026).approval_by_key(&digest().to_string(), &Signer::named("x"), 7);
    let mut borrowed = bundle.clone();
    borrowed["verificationMaterial"]["tlogEntries"] =
        other["verificationMaterial"]["tlogEntries"].clone();
    assert_eq!(decide(&trusting, &borrowed), Verdict::Deny);
    let mut unlogged = bundle.clone();
    unlogged["verificationMaterial"]["tlogEntries"] = json!([]);
    assert_eq!(decide(&trusting, &unlogged), Verdict::Deny);
}

#[test]
fn what_an_authority_lacks_is_told_when_it_is_loaded() {
    assert_eq!(faults(&keyless(|_| {}), &inline()), Vec::<String>::new());
    let github = "https://token.actions.githubusercontent.com";
    type Edit<'a> = &'a dyn Fn(&mut Value);
    let cases: [(Edit<'_>, &str); 12] = [
        (&|one| one["keyless"]["issuer"] = json!(github), "no source repository is named"),
        (
            &|one| {
                one["keyless"] = json!({"issuerRegex": "https://.+", "subject": EMAIL,
                "trustRoot": "root"})
            },
            "no source repository is named",
        ),
        (
            &|one| {
                one["keyless"]["anyRepository"] = json!(true);
                one["keyless"]["repository"] = json!("https://github.com/acme/app");
            },
            "`anyRepository` beside",
        ),
        (&|one| one["keyless"]["issuerRegex"] = json!("x"), "`issuer` beside `issuerRegex`"),
        (
            &|one| one["keyless"] = json!({"issuer": ISSUER, "trustRoot": "root"}),
            "`subject` or `subjectRegex`",
        ),
        (&|one| one["keyless"]["subject"] = json!(""), "white space"),
        (&|one| one["keyless"]["ref"] = json!(" main"), "white space"),
        (&|one| one["keyless"]["trustRoot"] = json!("rood"), "there is no `TrustRoot` `rood`"),
        (&|one| one["keyless"]["repositoryRegex"] = json!("x)|(?:.*"), "regular expression"),
        (&|one| one["logTrustRoot"] = json!("root"), "for the signatures of keys alone"),
        (&|one| one["key"] = json!({"pem": Signer::named("a").pem()}), "exactly one is expected"),
        (&|one| one["keyless"]["email"] = json!("x"), "`email`"),
    ];
    for (edit, expected) in cases {
        let found = faults(&keyless(edit), &inline());
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected}: {found:?}");
    }
    let repository = keyless(|one| {
        one["keyless"]["issuer"] = json!(github);
        one["keyless"]["repositoryRegex"] = json!("https://github.com/acme/.+");
    });
    assert_eq!(faults(&repository, &inline()), Vec::<String>::new());
}

#[test]
fn a_trusted_root_comes_one_way() {
    for (root, expected) in [
        (json!({}), "`instance` or `trustedRoot` is missing"),
        (json!({"instance": "staging", "trustedRoot": "{}"}), "beside `trustedRoot`"),
    ] {
        let found = faults(&keyless(|_| {}), &root);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected}: {found:?}");
    }
    for (root, compiles) in [
        (json!({"instance": "public-good"}), true),
        (json!({"instance": "github"}), true),
        (json!({"trustedRoot": "{}"}), false),
    ] {
        let text = documents(&keyless(|_| {}), &root);
        let policies = Policies::from_text("p.yaml", &text).unwrap();
        assert_eq!(Engine::new(&policies).is_ok(), compiles, "{root}");
    }
}

/// A signer whose certificate names no issuer, as those of one's own authorities do.
fn colleague() -> Certified {
    let mut who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    who.texts.clear();
    who
}

#[test]
fn certificates_of_ones_own_authorities_count_where_a_time_is_proven() {
    let instance = Instance::of(2026);
    let bundle = instance.approval(&digest().to_string(), &colleague(), 7);
    let own = instance.pki();
    let by_name = json!({"keyless": {"subject": EMAIL, "trustRoot": "root"}, "log": "ignore"});
    assert_eq!(decide_under(&own, &by_name, &bundle), Verdict::Allow);
    let mut other = by_name.clone();
    other["keyless"]["subject"] = json!("eve@acme.example");
    assert_eq!(decide_under(&own, &other, &bundle), Verdict::Deny);
    // Without logs of its own, entries cannot be verified.
    let mut logged = by_name.clone();
    logged["log"] = json!("required");
    assert_eq!(decide_under(&own, &logged, &bundle), Verdict::Deny);
    let mut issued = by_name.clone();
    issued["keyless"]["issuer"] = json!(ISSUER);
    assert_eq!(decide_under(&own, &issued, &bundle), Verdict::Deny, "no issuer is in it");
    let mut timeless = own.clone();
    timeless.as_object_mut().unwrap().remove("timestampAuthority");
    assert_eq!(decide_under(&timeless, &by_name, &bundle), Verdict::Deny, "nothing proves a time");
    let stranger = Instance::of(2024).approval(&digest().to_string(), &colleague(), 7);
    assert_eq!(decide_under(&own, &by_name, &stranger), Verdict::Deny);
}

#[test]
fn ones_own_authorities_take_the_place_of_an_instances_beside_its_logs() {
    let instance = Instance::of(2026);
    let bundle = instance.approval(&digest().to_string(), &colleague(), 7);
    let mut elsewhere = instance.trusted_root();
    elsewhere["certificateAuthorities"] =
        Instance::of(2024).trusted_root()["certificateAuthorities"].clone();
    let sigstore = json!({"trustedRoot": elsewhere.to_string()});
    let both = json!({"sigstore": sigstore, "pki": instance.pki()});
    let by_name = json!({"keyless": {"subject": EMAIL, "trustRoot": "root"}});
    assert_eq!(decide_under(&both, &by_name, &bundle), Verdict::Allow);
    let other = json!({"sigstore": inline(), "pki": Instance::of(2024).pki()});
    assert_eq!(
        decide_under(&other, &by_name, &bundle),
        Verdict::Deny,
        "the instance's do not count"
    );
}

#[test]
fn own_authorities_that_are_none_do_not_load() {
    let own = Instance::of(2026).pki();
    let by_name = json!({"keyless": {"subject": EMAIL, "trustRoot": "root"}, "log": "ignore"});
    let loaded = |root: &Value| {
        let policies = Policies::from_text("p.yaml", &documents(&by_name, root)).unwrap();
        Engine::new(&policies).map(|_| ()).map_err(|errors| errors.to_string())
    };
    assert_eq!(loaded(&own), Ok(()));
    for (member, value, part) in [
        ("roots", own["intermediates"].clone(), "names another issuer"),
        ("intermediates", own["roots"].clone(), "is a root"),
        (
            "roots",
            json!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "`roots`",
        ),
        (
            "timestampAuthority",
            json!("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
            "`timestampAuthority`",
        ),
    ] {
        let mut wrong = own.clone();
        wrong[member] = value;
        let fault = loaded(&wrong).unwrap_err();
        assert!(fault.contains(part), "{fault}");
    }
    let fault = faults(&by_name, &inline()).join("\n");
    assert!(fault.contains("`issuer` or `issuerRegex` is missing"), "{fault}");
}

#[test]
fn thresholds_count_each_log_and_each_timestamp_authority_once() {
    let (here, there) = (Instance::of(2026), Instance::of(2026).logging_elsewhere());
    let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let (one, other) = (
        here.approval(&digest().to_string(), &who, 7),
        there.approval(&digest().to_string(), &who, 7),
    );
    let entries = "/verificationMaterial/tlogEntries";
    let stamps = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps";
    let add = |to: &Value, from: &Value, list: &str| {
        let mut both = to.clone();
        let more = from.pointer(list).unwrap().as_array().unwrap().clone();
        both.pointer_mut(list).unwrap().as_array_mut().unwrap().extend(more);
        both
    };
    let mut root = here.trusted_root();
    for list in ["tlogs", "timestampAuthorities"] {
        let more = there.trusted_root()[list].as_array().unwrap().clone();
        root[list].as_array_mut().unwrap().extend(more);
    }
    let root = json!({"trustedRoot": root.to_string()});
    let asking = |name: &str, many: u32| keyless(|one| one[name] = json!(many));
    for (name, list) in [("logThreshold", entries), ("timestampThreshold", stamps)] {
        let both = add(&one, &other, list);
        assert_eq!(decide_under(&root, &asking(name, 1), &one), Verdict::Allow, "{name}");
        assert_eq!(decide_under(&root, &asking(name, 2), &one), Verdict::Deny, "{name}");
        assert_eq!(decide_under(&root, &asking(name, 2), &both), Verdict::Allow, "{name}");
        assert_eq!(decide_under(&root, &asking(name, 3), &both), Verdict::Deny, "{name}");
        let twice = add(&one, &here.approval(&digest().to_string(), &who, 8), list);
        assert_eq!(decide_under(&root, &asking(name, 2), &twice), Verdict::Deny, "{name} twice");
        let none = faults(&asking(name, 0), &inline()).join("\n");
        assert!(none.contains("from 1 to 8"), "{none}");
    }
    // Timestamps that are counted are looked at, though log entries are ignored.
    let key = Signer::named("release");
    let stamped = json!({
        "key": {"pem": key.pem()}, "log": "ignore", "timestampThreshold": 1, "logTrustRoot": "root",
    });
    let keyed = here.approval_by_key(&digest().to_string(), &key, 7);
    assert_eq!(decide_under(&root, &stamped, &keyed), Verdict::Allow);
    let mut bare = keyed.clone();
    *bare.pointer_mut(stamps).unwrap() = json!([]);
    assert_eq!(decide_under(&root, &stamped, &bare), Verdict::Deny);
    let ignoring = keyless(|one| {
        one["logThreshold"] = json!(1);
        one["log"] = json!("ignore");
    });
    assert!(faults(&ignoring, &inline()).join("\n").contains("`logThreshold` beside"));
    let keyed = json!({"key": {"pem": key.pem()}, "logThreshold": 1});
    assert!(faults(&keyed, &inline()).join("\n").contains("`logTrustRoot`"));
    let keyed = json!({"key": {"pem": key.pem()}, "logThreshold": 1, "logTrustRoot": "root"});
    let bundle = here.approval_by_key(&digest().to_string(), &key, 7);
    assert_eq!(decide(&keyed, &bundle), Verdict::Allow);
    let mut unlogged = bundle.clone();
    unlogged["verificationMaterial"]["tlogEntries"] = json!([]);
    assert_eq!(decide(&keyed, &unlogged), Verdict::Deny);
}
