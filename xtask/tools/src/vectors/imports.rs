//! Policies of other engines, as they are written for those.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_testkit::{Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image};

pub(super) fn cases() -> Vec<Case> {
    let areas = [cluster_image_policies(), containers_policies(), kyverno_policies()];
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
