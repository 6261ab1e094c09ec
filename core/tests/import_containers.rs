//! `policy.json` of the containers project: what it becomes, and what the engine decides by it.
#![cfg(test)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::import::{self, Options};
use cocket::policy::{Policies, PolicyErrorKind, PolicyErrors, PolicySource};
use cocket::reference::Digest;
use cocket_testkit::{Certified, Instance, San, Signature, Signer};
use serde_json::{Value, json};

fn load(policy: &Value) -> Result<Policies, PolicyErrors> {
    load_with(policy, &[], Options::default())
}

fn load_with(
    policy: &Value,
    files: &[(&str, String)],
    options: Options,
) -> Result<Policies, PolicyErrors> {
    let mut sources = vec![PolicySource {
        name: "policy.json".to_owned(),
        bytes: policy.to_string().into_bytes(),
    }];
    for (name, text) in files {
        sources.push(PolicySource { name: (*name).to_owned(), bytes: text.clone().into_bytes() });
    }
    import::load(&sources, options)
}

fn digest() -> Digest {
    Digest::sha256(b"the image")
}

fn decide(policies: &Policies, image: &str, attached: &[Signature]) -> Decision {
    let mut evidence = Evidence::new();
    for one in attached {
        let kind = AttachedKind::from_media_type(one.media_type);
        evidence.attach(Some(digest()), kind, one.bytes.clone(), one.annotations.clone());
    }
    let request =
        ImageRequest { image: image.to_owned(), digest: Some(digest()), ..Default::default() };
    let now = "2026-11-23T15:00:00Z".parse().unwrap();
    Engine::new(policies).unwrap().check(&request, &evidence, &History::default(), now)
}

fn verdict(policies: &Policies, image: &str, attached: &[Signature]) -> Verdict {
    decide(policies, image, attached).verdict
}

fn signed(by: &str, name: &str) -> Signature {
    Signer::named(by).simple_signing(name, &digest().to_string(), &json!(null))
}

fn data(text: &str) -> String {
    STANDARD.encode(text)
}

/// Signed by the key of `signer`, the name compared as said.
fn sigstore(signer: &str, identity: &str) -> Value {
    json!({
        "type": "sigstoreSigned", "keyData": data(&Signer::named(signer).pem()),
        "signedIdentity": {"type": identity},
    })
}

fn docker(scopes: &Value) -> Value {
    json!({"default": [{"type": "reject"}], "transports": {"docker": scopes}})
}

#[test]
fn the_most_specific_scope_alone_counts() {
    let accept = json!([{"type": "insecureAcceptAnything"}]);
    let reject = json!([{"type": "reject"}]);
    let policies = load(&docker(&json!({
        "registry.example.com": reject,
        "registry.example.com/open": accept,
        "registry.example.com/open/closed": reject,
        "registry.example.com/open/closed:free": accept,
        "*.example.org": accept,
        "docker.io/library/busybox": accept,
    })))
    .unwrap();
    for (image, expected) in [
        ("registry.example.com/app:1", Verdict::Deny),
        ("registry.example.com/open/app:1", Verdict::Allow),
        ("registry.example.com/opener/app:1", Verdict::Deny),
        ("registry.example.com/open/closed/app:1", Verdict::Deny),
        ("registry.example.com/open/closed:1", Verdict::Deny),
        ("registry.example.com/open/closed:free", Verdict::Allow),
        ("a.b.example.org/app:1", Verdict::Allow),
        ("example.org/app:1", Verdict::Deny),
        ("busybox", Verdict::Allow),
        ("nginx", Verdict::Deny),
    ] {
        let decision = decide(&policies, image, &[]);
        assert_eq!(decision.verdict, expected, "{image}");
        assert_eq!(decision.results.len(), 1, "{image}");
    }
}

#[test]
fn every_requirement_of_a_scope_must_hold() {
    let both = [sigstore("a", "matchRepository"), sigstore("b", "matchRepository")];
    let policies = load(&docker(&json!({"registry.example.com": both}))).unwrap();
    let image = "registry.example.com/app:1";
    let (a, b) = (signed("a", "registry.example.com/app"), signed("b", "registry.example.com/app"));
    assert_eq!(verdict(&policies, image, &[a.clone(), b.clone()]), Verdict::Allow);
    assert_eq!(verdict(&policies, image, &[a]), Verdict::Deny);
    assert_eq!(verdict(&policies, image, &[b]), Verdict::Deny);
}

#[test]
fn names_in_signatures_are_compared_as_the_policy_says() {
    let image = "registry.example.com/app:1";
    let row = |identity: Option<&str>, name: &str| {
        let mut one = sigstore("a", identity.unwrap_or_default());
        if identity.is_none() {
            one.as_object_mut().unwrap().remove("signedIdentity");
        }
        let policies = load(&docker(&json!({"registry.example.com": [one]}))).unwrap();
        verdict(&policies, image, &[signed("a", name)])
    };
    assert_eq!(row(Some("matchRepository"), "registry.example.com/app"), Verdict::Allow);
    assert_eq!(row(Some("matchRepository"), "registry.example.com/other"), Verdict::Deny);
    assert_eq!(row(Some("matchExact"), "registry.example.com/app:1"), Verdict::Allow);
    // Without a word, tags count, and cosign writes none.
    assert_eq!(row(None, "registry.example.com/app"), Verdict::Deny);
    assert_eq!(row(None, "registry.example.com/app:1"), Verdict::Allow);
}

#[test]
fn names_of_mirrors_are_put_back() {
    let mut one = sigstore("a", "");
    one["signedIdentity"] = json!({
        "type": "remapIdentity", "prefix": "mirror.example.com/vendor",
        "signedPrefix": "vendor.example.com",
    });
    let policies = load(&docker(&json!({"mirror.example.com": [one]}))).unwrap();
    let image = "mirror.example.com/vendor/app:1";
    let good = signed("a", "vendor.example.com/app:1");
    assert_eq!(verdict(&policies, image, &[good]), Verdict::Allow);
    let bad = signed("a", "mirror.example.com/vendor/app:1");
    assert_eq!(verdict(&policies, image, &[bad]), Verdict::Deny);
}

#[test]
fn keys_are_handed_in_by_their_path() {
    let policy = docker(&json!({"registry.example.com": [{
        "type": "sigstoreSigned", "keyPaths": ["/keys/old.pub", "/keys/new.pub"],
        "signedIdentity": {"type": "matchRepository"},
    }]}));
    let errors = load(&policy).unwrap_err();
    assert_eq!(errors.as_slice()[0].kind, PolicyErrorKind::NotTaken);
    assert!(errors.to_string().contains("/keys/old.pub"), "{errors}");
    let files = [
        ("/keys/old.pub", Signer::named("old").pem()),
        ("backup/keys/new.pub", Signer::named("new").pem()),
    ];
    let policies = load_with(&policy, &files, Options::default()).unwrap();
    let image = "registry.example.com/app:1";
    for (signer, expected) in
        [("old", Verdict::Allow), ("new", Verdict::Allow), ("other", Verdict::Deny)]
    {
        let signature = signed(signer, "registry.example.com/app");
        assert_eq!(verdict(&policies, image, &[signature]), expected, "{signer}");
    }
}

#[test]
fn certificates_count_with_an_entry_of_the_log() {
    let instance = Instance::of(2026);
    let root = instance.trusted_root();
    let log = root["tlogs"][0]["publicKey"]["rawBytes"].as_str().unwrap();
    let log = format!("-----BEGIN PUBLIC KEY-----\n{log}\n-----END PUBLIC KEY-----\n");
    let root_pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        instance.root_certificate()
    );
    let policy = |email: &str| {
        docker(&json!({"registry.example.com": [{
            "type": "sigstoreSigned",
            "fulcio": {
                "caData": data(&root_pem),
                "oidcIssuer": "https://accounts.example.com", "subjectEmail": email,
            },
            "rekorPublicKeyData": data(&log),
            "signedIdentity": {"type": "matchRepository"},
        }]}))
    };
    let who = Certified::new("https://accounts.example.com", San::Email("dev@acme.example".into()));
    let mut signature = signed("unused", "registry.example.com/app");
    signature.annotations = instance
        .annotations(&signature.bytes, &who, 7)
        .into_iter()
        .collect::<BTreeMap<String, String>>();
    let image = "registry.example.com/app:1";
    let policies = load(&policy("dev@acme.example")).unwrap();
    let decision = decide(&policies, image, &[signature.clone()]);
    assert_eq!(decision.verdict, Verdict::Allow, "{:?}", decision.results);
    let policies = load(&policy("eve@acme.example")).unwrap();
    assert_eq!(verdict(&policies, image, &[signature]), Verdict::Deny);
}

#[test]
fn what_is_not_taken_is_an_error_or_a_note_and_never_passes() {
    let policy = docker(&json!({
        "registry.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}],
    }));
    let errors = load(&policy).unwrap_err();
    let found = &errors.as_slice()[0];
    assert_eq!(found.kind, PolicyErrorKind::NotTaken);
    assert_eq!(found.path, "transports.docker[\"registry.example.com\"][0]");
    assert!(found.detail.contains("GPG"), "{found}");
    let policies =
        load_with(&policy, &[], Options { allow_partial: true, ..Options::default() }).unwrap();
    assert_eq!(verdict(&policies, "registry.example.com/app:1", &[]), Verdict::Deny);
}

#[test]
fn a_scope_for_all_images_takes_the_place_of_the_default() {
    let mut policy = docker(&json!({"": [{"type": "insecureAcceptAnything"}]}));
    policy["transports"]["dir"] = json!({"": [{"type": "insecureAcceptAnything"}]});
    let policies = load(&policy).unwrap();
    assert_eq!(verdict(&policies, "registry.example.com/app:1", &[]), Verdict::Allow);
    let paths: Vec<_> = policies.notes().iter().map(|note| note.path.clone()).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
}

#[test]
fn faults_are_those_of_the_containers_project() {
    let requirement = |one: Value| docker(&json!({"r.example": [one]}));
    let pem = data(&Signer::named("a").pem());
    for (policy, words) in [
        (json!({"transports": {}, "default": []}), "at least one requirement"),
        (json!({"default": [{"type": "reject"}], "defaults": []}), "`defaults` is not known"),
        (docker(&json!({"r.example": []})), "at least one requirement"),
        (requirement(json!({})), "`type` is missing"),
        (requirement(json!({"type": "accept"})), "`accept` is not known"),
        (requirement(json!({"type": "reject", "keyPath": "/k"})), "`keyPath` is not known"),
        (requirement(json!({"type": "sigstoreSigned"})), "there is none"),
        (
            requirement(json!({"type": "sigstoreSigned", "keyPath": "/k", "keyData": pem})),
            "there are several",
        ),
        (requirement(json!({"type": "sigstoreSigned", "keyPaths": []})), "the list is empty"),
        (
            requirement(
                json!({"type": "sigstoreSigned", "keyData": pem, "signedIdentity": {"type": "exactReference", "dockerReference": "r.example/app"}}),
            ),
            "neither a tag nor a digest",
        ),
        (
            requirement(
                json!({"type": "sigstoreSigned", "keyData": pem, "signedIdentity": {"type": "matchAll"}}),
            ),
            "matchAll",
        ),
        (
            requirement(
                json!({"type": "sigstoreSigned", "keyData": pem, "signedIdentity": {"type": "matchExact", "x": 1}}),
            ),
            "`x`",
        ),
        (requirement(json!({"type": "signedBy", "keyType": "PGP", "keyPath": "/k"})), "`PGP`"),
        (
            requirement(
                json!({"type": "sigstoreSigned", "fulcio": {"caData": pem, "oidcIssuer": "i", "subjectEmail": "e"}}),
            ),
            "`rekorPublicKeyPath`",
        ),
    ] {
        let errors = load(&policy).unwrap_err();
        assert!(errors.to_string().contains(words), "{words}: {errors}");
    }
}
