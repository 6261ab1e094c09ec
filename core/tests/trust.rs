//! Keys in policies and trust roots: what loads, what an engine makes of it, and keys that were
//! taken back.
#![cfg(test)]

use cocket::Timestamp;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::policy::{Policies, PolicyErrorKind as Kind};
use cocket::reference::Digest;
use cocket::verify::PublicKey;
use cocket_testkit::Signer;
use serde_json::{Value, json};

const NOW: &str = "2026-11-23T15:00:00Z";
const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsMmX4yGfH1bbtcfJ2k3L
-----END PUBLIC KEY-----";

fn pem(name: &str) -> String {
    Signer::named(name).pem()
}

fn id(name: &str) -> String {
    let id = Signer::named(name).id();
    assert_eq!(PublicKey::from_pem(&pem(name)).unwrap().id(), id);
    id
}

/// A policy whose one authority has these members, and trust roots with these contents.
fn documents(authority: &Value, roots: &[Value]) -> String {
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
        "metadata": {"name": "signed"},
        "spec": {
            "authorities": {"release": authority},
            "rules": [{"id": "signed", "signature": {"anyOf": ["release"]}}],
        },
    });
    let roots = roots.iter().enumerate().map(|(number, spec)| {
        json!({
            "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot",
            "metadata": {"name": format!("root-{number}")}, "spec": spec,
        })
    });
    let all: Vec<String> = [policy].into_iter().chain(roots).map(|one| one.to_string()).collect();
    all.join("\n---\n")
}

/// The first error of the loader: kind and path.
fn refused(authority: &Value, roots: &[Value]) -> (Kind, String) {
    let errors = Policies::from_text("case.yaml", &documents(authority, roots)).unwrap_err();
    let first = errors.as_slice().first().unwrap();
    (first.kind, first.path.clone())
}

/// What keeps an engine from being made.
fn unusable(authority: &Value, roots: &[Value]) -> String {
    let policies = Policies::from_text("case.yaml", &documents(authority, roots)).unwrap();
    Engine::new(&policies).unwrap_err().to_string()
}

/// The decision about an image that `signer` signed.
fn decided(signer: &str, authority: &Value, roots: &[Value]) -> Decision {
    let policies = Policies::from_text("case.yaml", &documents(authority, roots)).unwrap();
    let digest = Digest::sha256(b"the image");
    let signature = Signer::named(signer).bundle(&digest.to_string());
    let mut evidence = Evidence::new();
    let kind = AttachedKind::from_media_type(signature.media_type);
    evidence.attach(Some(digest), kind, signature.bytes, signature.annotations);
    let image = format!("registry.example.com/app@{digest}");
    let request = ImageRequest { image, ..Default::default() };
    let now: Timestamp = NOW.parse().unwrap();
    Engine::new(&policies).unwrap().check(&request, &evidence, &History::default(), now)
}

fn refusal(decision: &Decision) -> String {
    assert_eq!(decision.verdict, Verdict::Deny);
    serde_json::to_value(decision).unwrap().to_string()
}

#[test]
fn a_revoked_key_counts_nowhere() {
    let by_pem = json!({"key": {"pem": pem("release")}});
    let by_name = json!({"key": {"trustRoot": "root-0", "name": "release"}});
    let keys = json!({"keys": {"release": {"pem": pem("release")}}});
    let list = json!({"revoked": [{"key": id("other")}, {"key": id("release")}]});
    let both = json!({
        "keys": {"release": {"pem": pem("release")}}, "revoked": [{"key": id("release")}],
    });
    let harmless = json!({"revoked": [{"key": id("other")}]});
    for (authority, good, bad) in [
        (&by_pem, vec![harmless.clone()], vec![list.clone()]),
        (&by_pem, vec![keys.clone()], vec![harmless.clone(), list.clone()]),
        (&by_name, vec![keys.clone(), harmless], vec![keys, list]),
        (&by_name, vec![json!({"keys": {"release": {"pem": pem("release")}}})], vec![both]),
    ] {
        assert_eq!(decided("release", authority, &good).verdict, Verdict::Allow);
        let why = refusal(&decided("release", authority, &bad));
        assert!(why.contains(&format!("the key `{}` is revoked", id("release"))), "{why}");
    }
}

#[test]
fn the_other_key_of_a_rotation_still_counts() {
    let keys = json!({"keys": [{"pem": pem("old")}, {"pem": pem("new")}]});
    let list = [json!({"revoked": [{"key": id("old"), "since": "2026-06-01"}]})];
    assert_eq!(decided("new", &keys, &list).verdict, Verdict::Allow);
    let why = refusal(&decided("old", &keys, &list));
    assert!(why.contains("revoked since 2026-06-01T00:00:00Z, and nothing proves"), "{why}");
}

#[test]
fn the_earliest_revocation_holds_and_one_without_a_time_is_the_earliest() {
    let authority = json!({"key": {"pem": pem("release")}});
    let list = |since: Option<&str>| match since {
        Some(since) => json!({"revoked": [{"key": id("release"), "since": since}]}),
        None => json!({"revoked": [{"key": id("release")}]}),
    };
    let why = |roots: [Value; 2]| refusal(&decided("release", &authority, &roots));
    let text = why([list(Some("2026-06-01")), list(Some("2026-05-01"))]);
    assert!(text.contains("revoked since 2026-05-01"), "{text}");
    for roots in [[list(Some("2026-06-01")), list(None)], [list(None), list(Some("2026-06-01"))]] {
        let text = why(roots);
        assert!(text.contains("is revoked") && !text.contains("revoked since"), "{text}");
    }
}

#[test]
fn a_trust_root_says_something_and_says_it_once() {
    let authority = json!({"key": {"pem": pem("release")}});
    for (spec, kind, path) in [
        (json!({}), Kind::MissingKey, "spec"),
        (json!({"revoked": []}), Kind::MissingKey, "spec"),
        (json!({"revoked": [{"key": "release"}]}), Kind::Value, "spec.revoked[0].key"),
        (
            json!({"revoked": [{"key": format!("sha512:{}", "0".repeat(128))}]}),
            Kind::Value,
            "spec.revoked[0].key",
        ),
        (
            json!({"revoked": [{"key": id("a")}, {"key": id("a"), "since": "2026-01-01"}]}),
            Kind::Duplicate,
            "spec.revoked[1].key",
        ),
        (json!({"revoked": [{"key": id("a"), "at": "x"}]}), Kind::UnknownKey, "spec.revoked[0].at"),
    ] {
        let found = refused(&authority, std::slice::from_ref(&spec));
        assert_eq!(found, (kind, path.to_owned()), "{spec}");
    }
}

#[test]
fn padding_is_for_rsa_keys() {
    let authority = |padding: &str| json!({"key": {"pem": pem("release"), "padding": padding}});
    let (kind, path) = refused(&authority("oaep"), &[]);
    assert_eq!((kind, path.as_str()), (Kind::Value, "spec.authorities.release.key.padding"));
    for padding in ["pss", "pkcs1v15"] {
        let error = unusable(&authority(padding), &[]);
        assert!(
            error.contains("`padding` is for RSA keys, and this one is ECDSA P-256"),
            "{error}"
        );
    }
    // One key in the list twice, unless it is with another padding.
    let keys = |paddings: [Value; 2]| {
        let [one, two] = paddings.map(|padding| json!({"pem": RSA, "padding": padding}));
        json!({"keys": [one, two]})
    };
    let twice = keys([json!("pss"), json!("pss")]);
    let path = "spec.authorities.release.keys[1]".to_owned();
    assert_eq!(refused(&twice, &[]), (Kind::Duplicate, path.clone()));
    let both = keys([json!("pss"), json!("pkcs1v15")]);
    assert!(Policies::from_text("case.yaml", &documents(&both, &[])).is_ok());
    let said = json!({"keys": [{"pem": RSA}, {"pem": RSA, "padding": "pkcs1v15"}]});
    assert_eq!(refused(&said, &[]), (Kind::Duplicate, path));
}

/// A certificate of the named key, valid from the start of 2026 until its end.
fn certificate(name: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let body: String = pem(name).lines().filter(|line| !line.starts_with('-')).collect();
    let sequence = |parts: &[&[u8]]| {
        let content = parts.concat();
        let length = u8::try_from(content.len()).unwrap();
        let header = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
        [header, content].concat()
    };
    let (empty, serial) = (sequence(&[]), [0x02, 0x01, 0x01]);
    let dates = sequence(&[b"\x17\x0d260101000000Z", b"\x17\x0d261231235959Z"]);
    let info = STANDARD.decode(body).unwrap();
    let signed = sequence(&[&serial, &empty, &empty, &dates, &empty, &info]);
    let der = sequence(&[&signed, &empty, &[0x03, 0x01, 0x00]]);
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

#[test]
fn the_dates_of_a_certificate_are_a_window_beside_the_others() {
    let keyed = |window: Value| {
        let mut key = json!({"pem": certificate("release")});
        key.as_object_mut().unwrap().extend(window.as_object().unwrap().clone());
        json!({"key": key})
    };
    let decision = decided("release", &keyed(json!({})), &[]);
    assert_eq!(decision.verdict, Verdict::Allow);
    let valid_until = decision.valid_until.map(|until| until.to_string());
    assert_eq!(valid_until.as_deref(), Some("2027-01-01T00:00:00Z"));
    let ended = decided("release", &keyed(json!({"notAfter": "2026-11-01"})), &[]);
    assert!(refusal(&ended).contains("counted until 2026-11-01"));
    let later = decided("release", &keyed(json!({"notAfter": "2030-01-01"})), &[]);
    assert_eq!(later.valid_until, decision.valid_until);
    let root = [json!({"keys": {"release": {"pem": certificate("release")}}})];
    let named = json!({"key": {
        "trustRoot": "root-0", "name": "release", "notBefore": "2026-12-01",
    }});
    assert!(refusal(&decided("release", &named, &root)).contains("counts from 2026-12-01"));
    let never = unusable(&keyed(json!({"notBefore": "2027-01-01"})), &[]);
    assert!(never.contains("so it never does"), "{never}");
}

#[test]
fn a_key_and_its_certificate_are_one_signer() {
    let policy = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "ImagePolicy",
        "metadata": {"name": "signed"},
        "spec": {
            "authorities": {
                "one": {"key": {"pem": pem("release")}},
                "two": {"key": {"pem": certificate("release")}},
            },
            "rules": [{"id": "signed", "signature": {"allOf": ["one", "two"]}}],
        },
    });
    let policies = Policies::from_text("case.json", &policy.to_string()).unwrap();
    let error = Engine::new(&policies).unwrap_err().to_string();
    assert!(error.contains("belongs to two parties"), "{error}");
}
