//! Policies of sigstore's policy-controller: what they become, and what the engine decides by them.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::Timestamp;
use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, History, ImageRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::import::{self, Options};
use cocket::policy::model::{Family, LogUse, Mode, TimestampUse};
use cocket::policy::{Policies, PolicyErrorKind, PolicyErrors, PolicySource};
use cocket::reference::Digest;
use cocket_testkit::{Certified, Instance, San, Signature, Signer};
use serde_json::{Value, json};

const REPOSITORY: &str = "registry.example.com/team/app";

fn source(name: &str, text: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn load(text: &str) -> Result<Policies, PolicyErrors> {
    import::load(&[source("cip.yaml", text)], Options::default())
}

fn partly(text: &str) -> Policies {
    import::load(&[source("cip.yaml", text)], Options { allow_partial: true, ..Options::default() })
        .unwrap()
}

/// A policy of these authorities (JSON), for everything in one registry.
fn policy(authorities: &Value) -> String {
    with(authorities, &json!({}))
}

fn with(authorities: &Value, more: &Value) -> String {
    let mut spec = json!({
        "images": [{"glob": "registry.example.com/**"}],
        "authorities": authorities,
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    json!({
        "apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy",
        "metadata": {"name": "signed"}, "spec": spec,
    })
    .to_string()
}

fn digest() -> Digest {
    Digest::sha256(b"the image")
}

fn decide(policies: &Policies, attached: &[Signature]) -> Decision {
    let mut evidence = Evidence::new();
    for one in attached {
        let kind = AttachedKind::from_media_type(one.media_type);
        let annotations: BTreeMap<String, String> =
            serde_json::from_value(json!(one.annotations)).unwrap();
        evidence.attach(Some(digest()), kind, one.bytes.clone(), annotations);
    }
    judge(policies, &evidence)
}

fn judge(policies: &Policies, evidence: &Evidence) -> Decision {
    let request =
        ImageRequest { image: format!("{REPOSITORY}@{}", digest()), ..Default::default() };
    let now: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
    Engine::new(policies).unwrap().check(&request, evidence, &History::default(), now)
}

fn simple(signer: &str, repository: &str) -> Signature {
    Signer::named(signer).simple_signing(repository, &digest().to_string(), &json!(null))
}

fn key(signer: &str) -> Value {
    json!({"key": {"data": Signer::named(signer).pem()}})
}

#[test]
fn one_of_several_authorities_is_enough() {
    let policies = load(&policy(&json!([key("a"), key("b")]))).unwrap();
    assert_eq!(decide(&policies, &[simple("b", REPOSITORY)]).verdict, Verdict::Allow);
    assert_eq!(decide(&policies, &[simple("c", REPOSITORY)]).verdict, Verdict::Deny);
    assert_eq!(decide(&policies, &[]).verdict, Verdict::Deny);
    assert!(matches!(policies.image_policies()[0].spec.rules[0].family, Family::Signature(_)));
}

#[test]
fn each_policy_that_matches_must_hold() {
    let second = policy(&json!([key("b")])).replace("\"signed\"", "\"second\"");
    let both = format!("{}\n---\n{second}", policy(&json!([key("a")])));
    let policies = load(&both).unwrap();
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Deny);
    let signed = [simple("a", REPOSITORY), simple("b", REPOSITORY)];
    assert_eq!(decide(&policies, &signed).verdict, Verdict::Allow);
}

#[test]
fn the_name_that_a_signature_gives_is_not_compared() {
    let policies = load(&policy(&json!([key("a")]))).unwrap();
    let elsewhere = simple("a", "registry.example.com/elsewhere/app");
    assert_eq!(decide(&policies, &[elsewhere]).verdict, Verdict::Allow);
}

#[test]
fn two_authorities_may_have_one_key() {
    let mut logged = key("a");
    logged["ctlog"] = json!({"url": "https://rekor.sigstore.dev"});
    let policies = load(&policy(&json!([logged, key("a")]))).unwrap();
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Allow);
}

#[test]
fn images_of_no_policy_are_not_covered() {
    let elsewhere =
        policy(&json!([key("a")])).replace("registry.example.com/**", "other.example/*");
    let decision = decide(&load(&elsewhere).unwrap(), &[simple("a", REPOSITORY)]);
    assert_eq!(decision.general[0].code.code(), "policy.not_covered");
}

#[test]
fn attestations_take_the_place_of_signatures() {
    let mut attested = key("a");
    attested["attestations"] = json!([{"name": "scan", "predicateType": "vuln"}, {"name": "own", "predicateType": "https://acme.example/x"}]);
    let policies = load(&policy(&json!([attested]))).unwrap();
    let statement = |kind: &str| {
        Signer::named("a").statement(&digest().to_string(), kind, &json!({"ok": true}))
    };
    let scan = "https://cosign.sigstore.dev/attestation/vuln/v1";
    let both = [statement(scan), statement("https://acme.example/x")];
    assert_eq!(decide(&policies, &both).verdict, Verdict::Allow);
    assert_eq!(decide(&policies, &both[..1]).verdict, Verdict::Deny);
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Deny);
}

#[test]
fn static_authorities_decide_alone() {
    let fixed = |action: &str| json!([{"static": {"action": action, "message": "no way"}}]);
    assert_eq!(decide(&load(&policy(&fixed("pass"))).unwrap(), &[]).verdict, Verdict::Allow);
    let decision = decide(&load(&policy(&fixed("fail"))).unwrap(), &[]);
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(decision.results[0].reasons[0].found.as_ref().unwrap().to_string().contains("no way"));
    let either = json!([{"static": {"action": "fail"}}, key("a")]);
    let policies = load(&policy(&either)).unwrap();
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Allow);
    assert_eq!(decide(&policies, &[]).verdict, Verdict::Deny);
}

#[test]
fn the_mode_is_the_policys() {
    let policies = load(&with(&json!([key("a")]), &json!({"mode": "warn"}))).unwrap();
    assert_eq!(policies.image_policies()[0].spec.mode, Some(Mode::Warn));
    assert_eq!(decide(&policies, &[]).verdict, Verdict::Warn);
}

#[test]
fn bundles_count_unless_the_authority_wants_the_other_form() {
    let bundle = Signer::named("a").bundle(&digest().to_string());
    for (format, expected) in
        [("", Verdict::Allow), ("bundle", Verdict::Allow), ("legacy", Verdict::Deny)]
    {
        let mut one = key("a");
        one["signatureFormat"] = json!(format);
        let policies = load(&policy(&json!([one]))).unwrap();
        assert_eq!(decide(&policies, std::slice::from_ref(&bundle)).verdict, expected, "{format}");
    }
}

/// A trust root of the controller with what a test instance trusts.
fn own_root(instance: &Instance) -> String {
    let root = instance.trusted_root();
    let pem = |label: &str, base64: &Value| {
        let text = format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            base64.as_str().unwrap()
        );
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
    };
    let chains = |list: &Value| -> Vec<Value> {
        list.as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                let certificates = one["certChain"]["certificates"].as_array().unwrap();
                let texts = certificates.iter().map(|one| {
                    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", one["rawBytes"].as_str().unwrap())
                });
                let chain = texts.collect::<String>();
                json!({
                    "subject": {"organization": "acme", "commonName": "acme"},
                    "uri": "https://ca.example",
                    "certChain": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, chain),
                })
            })
            .collect()
    };
    let logs = |list: &Value| -> Vec<Value> {
        let each = list.as_array().into_iter().flatten();
        each.map(|one| {
            json!({
                "baseURL": one["baseUrl"], "hashAlgorithm": "sha-256",
                "publicKey": pem("PUBLIC KEY", &one["publicKey"]["rawBytes"]),
            })
        })
        .collect()
    };
    json!({
        "apiVersion": "policy.sigstore.dev/v1alpha1", "kind": "TrustRoot",
        "metadata": {"name": "own"},
        "spec": {"sigstoreKeys": {
            "certificateAuthorities": chains(&root["certificateAuthorities"]),
            "timestampAuthorities": chains(&root["timestampAuthorities"]),
            "tLogs": logs(&root["tlogs"]), "ctLogs": logs(&root["ctlogs"]),
        }},
    })
    .to_string()
}

const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn keyless(identity: &Value) -> Value {
    json!([{
        "keyless": {"url": "https://fulcio.example", "trustRootRef": "own", "identities": [identity]},
        "ctlog": {"url": "https://rekor.example", "trustRootRef": "own"},
    }])
}

#[test]
fn identities_are_compared_as_go_does() {
    let instance = Instance::of(2026);
    let who = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let bundle = instance.approval(&digest().to_string(), &who, 7).to_string().into_bytes();
    let mut evidence = Evidence::new();
    evidence.attach(Some(digest()), AttachedKind::Bundle, bundle, BTreeMap::new());
    for (identity, expected) in [
        (json!({"issuer": ISSUER, "subject": EMAIL}), Verdict::Allow),
        // Expressions match anywhere.
        (json!({"issuerRegExp": "accounts", "subjectRegExp": "@acme[.]"}), Verdict::Allow),
        (json!({"issuerRegExp": "^accounts", "subjectRegExp": ".*"}), Verdict::Deny),
        (json!({"issuer": ISSUER, "subject": "acme"}), Verdict::Deny),
    ] {
        let text = format!("{}\n---\n{}", policy(&keyless(&identity)), own_root(&instance));
        let policies = load(&text).unwrap();
        assert_eq!(judge(&policies, &evidence).verdict, expected, "{identity}");
    }
}

#[test]
fn logs_and_timestamps_are_asked_as_the_authority_says() {
    let authority = |one: Value| {
        let text = format!("{}\n---\n{}", policy(&json!([one])), own_root(&Instance::of(2026)));
        let policies = load(&text).unwrap();
        let one = policies.image_policies()[0].spec.authorities.values().next().unwrap().clone();
        (one.log, one.timestamp, one.log_trust_root.map(|name| name.to_string()))
    };
    assert_eq!(authority(key("a")), (Some(LogUse::Ignore), None, None));
    let mut logged = key("a");
    logged["ctlog"] = json!({"url": "https://rekor.sigstore.dev"});
    let public = Some("sigstore-public-good".to_owned());
    assert_eq!(authority(logged.clone()), (Some(LogUse::Required), None, public));
    logged["ctlog"] = json!({"trustRootRef": "own"});
    let own = Some("own".to_owned());
    assert_eq!(authority(logged.clone()), (Some(LogUse::Required), None, own.clone()));
    logged["rfc3161timestamp"] = json!({"trustRootRef": "own"});
    let stamped = (Some(LogUse::Ignore), Some(TimestampUse::Required), own);
    assert_eq!(authority(logged), stamped);
}

#[test]
fn what_is_not_taken_is_an_error_or_a_note_and_never_passes() {
    let mut attested = key("a");
    attested["attestations"] = json!([{
        "name": "scan", "predicateType": "vuln",
        "policy": {"type": "cue", "data": "predicateType: string"},
    }]);
    let statement = Signer::named("a").statement(
        &digest().to_string(),
        "https://cosign.sigstore.dev/attestation/vuln/v1",
        &json!({}),
    );
    let rows = [
        (
            with(
                &json!([{"static": {"action": "pass"}}]),
                &json!({"policy": {"type": "rego", "data": "x"}}),
            ),
            "spec.policy",
        ),
        (policy(&json!([attested])), "spec.authorities[0].attestations[0].policy"),
        (policy(&json!([{"key": {"kms": "hashivault://key"}}])), "spec.authorities[0].key.kms"),
        (
            policy(&json!([{"key": {"secretRef": {"name": "s"}}}])),
            "spec.authorities[0].key.secretRef",
        ),
        (
            policy(&keyless(&json!({"issuer": ISSUER, "subject": EMAIL}))),
            "spec.authorities[0].keyless",
        ),
    ];
    for (text, path) in rows {
        let errors = load(&text).unwrap_err();
        let found: Vec<_> =
            errors.as_slice().iter().map(|error| (error.kind, error.path.as_str())).collect();
        assert_eq!(found, [(PolicyErrorKind::NotTaken, path)]);
        let policies = partly(&text);
        assert_eq!(policies.notes().len(), 1, "{path}");
        let attached = [statement.clone(), simple("a", REPOSITORY)];
        assert_eq!(decide(&policies, &attached).verdict, Verdict::Deny, "{path}");
    }
}

#[test]
fn a_part_that_is_not_taken_does_not_stand_in_the_way_of_another() {
    let text = policy(&json!([{"key": {"kms": "hashivault://key"}}, key("a")]));
    let policies = partly(&text);
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Allow);
    assert_eq!(decide(&policies, &[]).verdict, Verdict::Deny);
}

#[test]
fn keys_may_be_handed_in_beside_the_policy() {
    let pem = Signer::named("a").pem();
    let secret = format!(
        "{}\n---\n{}",
        policy(&json!([{"key": {"secretRef": {"name": "cosign"}}}])),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cosign"}, "stringData": {"cosign.pub": pem}}),
    );
    let policies = load(&secret).unwrap();
    assert_eq!(decide(&policies, &[simple("a", REPOSITORY)]).verdict, Verdict::Allow);
    assert_eq!(decide(&policies, &[simple("b", REPOSITORY)]).verdict, Verdict::Deny);
}

#[test]
fn a_root_of_our_own_takes_the_place_of_a_repository() {
    let native = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot", "metadata": {"name": "own"},
        "spec": {"sigstore": {"trustedRoot": Instance::of(2026).trusted_root().to_string()}},
    });
    let remote = json!({
        "apiVersion": "policy.sigstore.dev/v1alpha1", "kind": "TrustRoot", "metadata": {"name": "own"},
        "spec": {"remote": {"mirror": "https://tuf.example", "root": "eyJzaWduYXR1cmVzIjpbXX0="}},
    });
    let wanted = policy(&keyless(&json!({"issuer": ISSUER, "subject": EMAIL})));
    let policies = load(&format!("{wanted}\n---\n{remote}\n---\n{native}")).unwrap();
    assert_eq!(policies.trust_roots().len(), 1);
    let errors = load(&format!("{wanted}\n---\n{remote}")).unwrap_err();
    assert!(errors.to_string().contains("TUF repository"), "{errors}");
}

#[test]
fn differences_are_noted() {
    let more = json!({"match": [{"resource": "pods", "version": "v1"}]});
    let policies = load(&with(&json!([key("a")]), &more)).unwrap();
    let notes: Vec<_> =
        policies.notes().iter().map(|note| (note.kind, note.path.as_str(), note.line)).collect();
    assert_eq!(notes, [(PolicyErrorKind::Inexact, "spec.match", 1)]);
}

#[test]
fn faults_have_their_place() {
    let text = "\
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: signed}
spec:
  mode: garbage
  images:
    - glob: 'registry.example.com/[a-z]'
  authorities:
    - keyless:
        identities:
          - issuer: https://accounts.example.com
            subjectRegExp: '****'
    - key: {date: x}
";
    let errors = load(text).unwrap_err();
    let found: Vec<_> =
        errors.as_slice().iter().map(|error| (error.line, error.path.as_str())).collect();
    assert_eq!(found, [(13, "spec.authorities[1].key.date")]);
    let errors = load(&text.replace("    - key: {date: x}\n", "")).unwrap_err();
    let found: Vec<_> =
        errors.as_slice().iter().map(|error| (error.line, error.path.as_str())).collect();
    assert_eq!(
        found,
        [
            (5, "spec.mode"),
            (7, "spec.images[0].glob"),
            (12, "spec.authorities[0].keyless.identities[0].subjectRegExp"),
        ]
    );
}

#[test]
fn what_it_becomes_can_be_loaded_again() {
    let text = format!(
        "{}\n---\n{}",
        policy(&keyless(&json!({"issuerRegExp": ".*", "subject": EMAIL}))),
        own_root(&Instance::of(2026))
    );
    let policies = load(&text).unwrap();
    let sources: Vec<PolicySource> = policies
        .to_canonical_json()
        .into_iter()
        .enumerate()
        .map(|(position, bytes)| PolicySource { name: format!("{position}.json"), bytes })
        .collect();
    assert_eq!(Policies::load(&sources).unwrap().digest(), policies.digest());
    let yaml = policies.to_yaml();
    assert_eq!(Policies::from_text("p.yaml", &yaml).unwrap().digest(), policies.digest(), "{yaml}");
}
