//! Policies of other engines, as they are written for those.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_testkit::{Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image};

pub(super) fn cases() -> Vec<Case> {
    let areas =
        [cluster_image_policies(), containers_policies(), kyverno_policies(), kyverno_extractors()];
    areas.into_iter().flatten().collect()
}

/// A `ClusterImagePolicy` of these authorities.
fn cluster_image_policy(authorities: &Value) -> String {
    let document = json!({
        "apiVersion": "policy.sigstore.dev/v1beta1",
        "kind": "ClusterImagePolicy",
        "metadata": {"name": "signed"},
        "spec": {"images": [{"glob": "registry.example.com/**"}], "authorities": authorities},
    });
    format!("{document:#}\n")
}

fn cluster_image_policies() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let release = Signer::named("release");
    let key = json!({"key": {"data": release.pem()}});
    let signature = release.simple_signing(REPOSITORY, &digest, &json!(null));
    let case = |name, authorities: Value| {
        Case::of_policy(name, &cluster_image_policy(&authorities))
            .image(&image)
            .attached(&digest, &signature)
    };
    let untaken = json!([{"key": {"kms": "hashivault://release"}}, {
        "name": "scan",
        "key": key["key"],
        "attestations": [{
            "name": "scan",
            "predicateType": "vuln",
            "policy": {"type": "cue", "data": "predicateType: string"},
        }],
    }]);
    vec![
        case("import/sigstore-key", json!([key])).expect("allow", &["signature.verified"]),
        case("import/sigstore-other-key", json!([{"key": {"data": Signer::named("other").pem()}}]))
            .expect("deny", &["signature.untrusted"]),
        case(
            "import/sigstore-second-authority",
            json!([{"static": {"action": "fail", "message": "not by itself"}}, key]),
        )
        .expect("allow", &["alternatives.met", "signature.verified"]),
        case("import/sigstore-invalid", json!([{"key": {}}]))
            .expect("error", &["policy.missingKey"]),
        case("import/sigstore-not-taken", untaken.clone()).expect("error", &["policy.notTaken"]),
        case("import/sigstore-partly", untaken)
            .with("allowPartial", json!(true))
            .expect("deny", &["alternatives.too_few", "attestation.missing", "static.failed"]),
    ]
}

fn containers_policies() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let release = Signer::named("release");
    let signature = release.simple_signing(REPOSITORY, &digest, &json!(null));
    let case = |name, requirement: Value| {
        let policy = json!({
            "default": [{"type": "insecureAcceptAnything"}],
            "transports": {"docker": {"registry.example.com/team": [requirement]}},
        });
        Case::of_policy(name, &format!("{policy:#}\n")).image(&image).attached(&digest, &signature)
    };
    let signed = |identity: &str| {
        json!({
            "type": "sigstoreSigned", "keyData": STANDARD.encode(release.pem()),
            "signedIdentity": {"type": identity},
        })
    };
    vec![
        case("import/containers-accept", json!({"type": "insecureAcceptAnything"}))
            .expect("allow", &["static.passed"]),
        case("import/containers-reject", json!({"type": "reject"}))
            .expect("deny", &["static.failed"]),
        case("import/containers-signed", signed("matchRepository"))
            .expect("allow", &["signature.verified"]),
        case("import/containers-tag-is-asked", signed("matchExact"))
            .expect("deny", &["signature.untrusted"]),
        case(
            "import/containers-gpg",
            json!({"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/gpg"}),
        )
        .expect("error", &["policy.notTaken"]),
    ]
}

fn kyverno_policies() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let release = Signer::named("release");
    let case = |name, form: &str, signature: &Signature| {
        let attestor = json!({
            "keys": {"publicKeys": release.pem(), "rekor": {"ignoreTlog": true}},
        });
        let policy = json!({
            "apiVersion": "kyverno.io/v1",
            "kind": "ClusterPolicy",
            "metadata": {"name": "signed"},
            "spec": {
                "validationFailureAction": "Enforce",
                "rules": [{
                    "name": "signed",
                    "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                    "verifyImages": [{
                        "imageReferences": ["registry.example.com/*"],
                        "type": form,
                        "attestors": [{"entries": [attestor]}],
                    }],
                }],
            },
        });
        Case::of_policy(name, &format!("{policy:#}\n")).image(&image).attached(&digest, signature)
    };
    let simple = release.simple_signing(REPOSITORY, &digest, &json!(null));
    vec![
        case("import/kyverno-key", "Cosign", &simple).expect("allow", &["signature.verified"]),
        case("import/kyverno-bundle", "Cosign", &release.bundle(&digest))
            .expect("allow", &["signature.verified"]),
        case("import/kyverno-bundle-asked", "SigstoreBundle", &simple)
            .expect("deny", &["signature.untrusted"]),
        case("import/kyverno-notary", "Notary", &simple).expect("error", &["policy.notTaken"]),
    ]
}

/// Rules about images that stand elsewhere than in pods.
fn kyverno_extractors() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let release = Signer::named("release");
    let policy = |body: Value| {
        let mut rule = json!({
            "name": "tasks",
            "match": {"any": [{"resources": {"kinds": ["tekton.dev/v1/Task"]}}]},
            "imageExtractors": {"Task": [
                {"path": "/spec/steps/*", "name": "steps", "value": "image", "key": "name"},
            ]},
        });
        for (key, value) in body.as_object().into_iter().flatten() {
            rule[key] = value.clone();
        }
        let document = json!({
            "apiVersion": "kyverno.io/v1",
            "kind": "ClusterPolicy",
            "metadata": {"name": "tasks"},
            "spec": {"validationFailureAction": "Enforce", "rules": [rule]},
        });
        format!("{document:#}\n")
    };
    let task = |images: [&str; 1]| {
        let steps = images.map(|image| json!({"name": "build", "image": image}));
        json!({"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "build"},
            "spec": {"steps": steps}})
    };
    let named = format!("{REPOSITORY}@{digest}");
    let verified = json!({"verifyImages": [{
        "imageReferences": ["*"],
        "attestors": [{"entries": [
            {"keys": {"publicKeys": release.pem(), "rekor": {"ignoreTlog": true}}},
        ]}],
    }]});
    let of_registry = json!({"validate": {
        "message": "steps come from our registry",
        "deny": {"conditions": {"any": [{
            "key": "{{ images.steps.*.registry }}",
            "operator": "AnyNotIn",
            "value": ["registry.example.com"],
        }]}},
    }});
    let case = |name, body: &Value, object: Value| {
        Case::of_policy(name, &policy(body.clone()))
            .context("objects", json!([{"name": "task.json", "text": object.to_string()}]))
    };
    let signature = release.simple_signing(REPOSITORY, &digest, &json!(null));
    vec![
        case("import/kyverno-extracted", &verified, task([&named]))
            .blobs(image.blobs())
            .attached(&digest, &signature)
            .expect("allow", &["signature.verified"]),
        case("import/kyverno-extracted-unsigned", &verified, task([&named]))
            .blobs(image.blobs())
            .expect("deny", &["signature.missing"]),
        case("import/kyverno-extracted-variable", &of_registry, task([&named]))
            .expect("allow", &["foreign.passed"]),
        case("import/kyverno-extracted-variable-failing", &of_registry, task(["nginx:1"]))
            .expect("deny", &["foreign.failed"]),
        case("import/kyverno-extracted-nothing", &of_registry, task([""]))
            .expect("deny", &["foreign.error"]),
    ]
}
