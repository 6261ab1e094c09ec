//! Kyverno's `ImageValidatingPolicy`: what its functions about signatures count.
#![cfg(test)]

use std::collections::BTreeMap;

use cocket::decision::{Decision, Verdict};
use cocket::evaluate::{Engine, ObjectRequest};
use cocket::evidence::{AttachedKind, Evidence};
use cocket::import::{self, Options};
use cocket::kubernetes::{Objects, Operation};
use cocket::policy::{Policies, PolicyErrors, PolicySource};
use cocket::reference::Digest;
use cocket_testkit::{Signature, Signer};
use serde_json::{Value, json};

const IMAGE: &str = "registry.example.com/team/app:1";
const SBOM: &str = "https://cyclonedx.org/bom";

fn digest() -> Digest {
    Digest::sha256(b"the image")
}

fn key(signer: &str) -> Value {
    json!({
        "key": {"data": Signer::named(signer).pem()},
        "ctlog": {"url": "https://rekor.example", "insecureIgnoreTlog": true},
    })
}

fn policy(cosign: &Value, expression: &str) -> Value {
    json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy",
        "metadata": {"name": "signed"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                "resources": ["pods"],
            }]},
            "matchImageReferences": [{"glob": "registry.example.com/*"}],
            "attestors": [{"name": "ours", "cosign": cosign}],
            "attestations": [{"name": "sbom", "intoto": {"type": SBOM}}],
            "validations": [{"expression": expression, "message": "not signed by us"}],
        },
    })
}

const SIGNED: &str =
    "images.containers.map(i, verifyImageSignatures(i, [attestors.ours])).all(n, n > 0)";

fn load(policy: &Value, options: Options) -> Result<Policies, PolicyErrors> {
    let bytes = policy.to_string().into_bytes();
    import::load(&[PolicySource { name: "policy.json".to_owned(), bytes }], options)
}

fn decide(policy: &Value, digest_known: bool, attached: &[Signature]) -> Decision {
    let policies = load(policy, Options::default()).unwrap();
    let mut evidence = Evidence::new();
    for one in attached {
        let kind = AttachedKind::from_media_type(one.media_type);
        evidence.attach(Some(digest()), kind, one.bytes.clone(), one.annotations.clone());
    }
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": IMAGE}]},
    });
    let objects = Objects::parse("pod.json", pod.to_string().as_bytes()).unwrap();
    let digests = match digest_known {
        true => BTreeMap::from([(IMAGE.to_owned(), digest())]),
        false => BTreeMap::new(),
    };
    let request = ObjectRequest {
        object: &objects.all[0],
        old: None,
        operation: Operation::Create,
        subresource: "",
        user: None,
        namespace: Some("shop"),
        namespace_labels: None,
        owner_labels: None,
        digests: &digests,
    };
    let now = "2026-11-23T15:00:00Z".parse().unwrap();
    Engine::new(&policies).unwrap().check_object(&request, &evidence, now).unwrap()
}

/// The verdict, and the codes of the policy's one rule with what was found.
fn told(decision: &Decision) -> (Verdict, Vec<String>) {
    let reasons = decision.results.iter().flat_map(|result| &result.reasons);
    let told = reasons.map(|reason| {
        let found = reason.found.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{}: {found}", reason.code.code())
    });
    (decision.verdict, told.collect())
}

fn signature(by: &str, optional: &Value) -> Signature {
    let repository = "registry.example.com/team/app";
    Signer::named(by).simple_signing(repository, &digest().to_string(), optional)
}

fn statement(by: &str, predicate: &Value) -> Signature {
    Signer::named(by).statement(&digest().to_string(), SBOM, predicate)
}

#[test]
fn a_signature_of_the_attestor_counts_and_is_named() {
    let signature = signature("a", &json!(null));
    let decision = decide(&policy(&key("a"), SIGNED), true, std::slice::from_ref(&signature));
    assert_eq!(told(&decision), (Verdict::Allow, vec!["foreign.passed: success".to_owned()]));
    assert_eq!(decision.results[0].reasons[0].evidence, [Digest::sha256(&signature.bytes)]);
}

#[test]
fn what_does_not_count_is_explained_by_its_first_cause() {
    let policy = policy(&key("a"), SIGNED);
    let cause = |attached: &[Signature]| told(&decide(&policy, true, attached));
    let (verdict, reasons) = cause(&[signature("b", &json!(null))]);
    assert_eq!(verdict, Verdict::Deny);
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert_eq!(reasons[1], "foreign.failed: not signed by us");
    assert!(reasons[0].contains("no key of the authority made the signature"), "{reasons:?}");
    let (verdict, reasons) = cause(&[]);
    assert_eq!(verdict, Verdict::Deny);
    assert!(reasons[0].contains("nothing signed is at hand"), "{reasons:?}");
    // An attestation approves of nothing.
    let (verdict, reasons) = cause(&[statement("a", &json!({}))]);
    assert_eq!(verdict, Verdict::Deny);
    assert!(reasons[0].contains("https://cyclonedx.org/bom"), "{reasons:?}");
}

#[test]
fn a_tag_without_a_known_digest_is_an_error() {
    let decision = decide(&policy(&key("a"), SIGNED), false, &[signature("a", &json!(null))]);
    let (verdict, reasons) = told(&decision);
    assert_eq!(verdict, Verdict::Deny);
    assert!(reasons[0].starts_with("foreign.error: error: "), "{reasons:?}");
    assert!(reasons[0].contains("its digest is not known"), "{reasons:?}");
}

#[test]
fn annotations_of_the_attestor_must_be_signed() {
    let mut cosign = key("a");
    cosign["annotations"] = json!({"env": "production"});
    let policy = policy(&cosign, SIGNED);
    let verdict = |optional| decide(&policy, true, &[signature("a", &optional)]).verdict;
    assert_eq!(verdict(json!({"env": "production", "more": "x"})), Verdict::Allow);
    assert_eq!(verdict(json!({"env": "staging"})), Verdict::Deny);
    assert_eq!(verdict(json!(null)), Verdict::Deny);
}

#[test]
fn a_payload_is_had_once_it_is_verified() {
    let verified = "images.containers.all(i, \
        verifyAttestationSignatures(i, attestations.sbom, [attestors.ours]) > 0 && \
        extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX')";
    let verdict = |expression: &str, attached: &[Signature]| {
        decide(&policy(&key("a"), expression), true, attached).verdict
    };
    let (good, bad) = (json!({"bomFormat": "CycloneDX"}), json!({"bomFormat": "other"}));
    assert_eq!(verdict(verified, &[statement("a", &good)]), Verdict::Allow);
    assert_eq!(verdict(verified, &[statement("a", &bad)]), Verdict::Deny);
    assert_eq!(verdict(verified, &[statement("b", &good)]), Verdict::Deny);
    // Which of two would be given rests on chance.
    assert_eq!(verdict(verified, &[statement("a", &good), statement("a", &bad)]), Verdict::Deny);
    let unverified = "images.containers.all(i, \
        extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX')";
    let decision = decide(&policy(&key("a"), unverified), true, &[statement("a", &good)]);
    assert!(told(&decision).1[0].contains("before its signature is verified"));
}

#[test]
fn a_digest_is_asked_for_where_none_is_put_in() {
    let mut policy = policy(&key("a"), SIGNED);
    policy["spec"]["validationConfigurations"] = json!({"mutateDigest": false});
    let decision = decide(&policy, true, &[signature("a", &json!(null))]);
    assert_eq!(told(&decision).1, [format!("foreign.failed: missing digest for {IMAGE}")]);
    policy["spec"]["validationConfigurations"]["verifyDigest"] = json!(false);
    assert_eq!(decide(&policy, true, &[signature("a", &json!(null))]).verdict, Verdict::Allow);
}

#[test]
fn a_literal_image_that_the_policy_is_not_about_has_no_signature() {
    let expression = "verifyImageSignatures('docker.io/library/nginx:1', [attestors.ours]) == 0";
    let decision = decide(&policy(&key("a"), expression), true, &[]);
    assert_eq!(decision.verdict, Verdict::Allow);
}

#[test]
fn what_is_not_taken_is_said_and_denies() {
    let cases = [
        (json!({"name": "ours", "notary": {"certs": {"value": "x"}}}), ".notary"),
        (json!({"name": "ours", "cosign": {"key": {"kms": "azurekms://x"}}}), ".cosign.key"),
        (json!({"name": "ours", "cosign": {"key": {"expression": "x"}}}), ".cosign.key.expression"),
        (
            json!({"name": "ours", "cosign": {"tuf": {}, "keyless": {"identities": []}}}),
            ".cosign.tuf",
        ),
    ];
    for (attestor, place) in cases {
        let mut policy = policy(&key("a"), SIGNED);
        policy["spec"]["attestors"] = json!([attestor]);
        let errors = load(&policy, Options::default()).unwrap_err();
        assert_eq!(errors.as_slice()[0].path, format!("spec.attestors[0]{place}"));
        let options = Options { allow_partial: true, ..Options::default() };
        let taken = load(&policy, options).unwrap();
        assert_eq!(taken.notes()[0].kind.name(), "notTaken");
    }
}
