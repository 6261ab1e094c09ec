//! The operation `verify`.

use std::collections::BTreeMap;

use cocket_testkit::{Certified, Instance, San, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image, policy, signed_policy};

const RULES: &str = "- id: signed\n  signature: {anyOf: [release]}";
const HARDENED: &str = "https://acme.example/hardening/v1";
const ISSUER: &str = "https://accounts.example.com";
const EMAIL: &str = "dev@acme.example";

fn image_target() -> Value {
    json!({"image": format!("{REPOSITORY}:1.2"), "digest": good_image().digest()})
}

fn asked(name: &'static str, policy: &str, verify: &Value) -> Case {
    Case::of_policy(name, policy).with("op", json!("verify")).with("verify", verify.clone())
}

fn of_release(name: &'static str, more: &Value) -> Case {
    let mut verify = json!({"authority": "release", "target": image_target()});
    for (key, value) in more.as_object().into_iter().flatten() {
        verify[key] = value.clone();
    }
    asked(name, &signed_policy(&["release"], RULES), &verify)
}

pub(super) fn cases() -> Vec<Case> {
    [keys(), contents(), keyless(), files(), faults()].into_iter().flatten().collect()
}

fn keys() -> Vec<Case> {
    let digest = good_image().digest();
    let (release, stranger) = (Signer::named("release"), Signer::named("stranger"));
    let good = release.simple_signing(REPOSITORY, &digest, &json!({"env": "prod"}));
    let moved = release.simple_signing("registry.example.com/other/app", &digest, &json!(null));
    let none = json!({});
    vec![
        of_release("verify/good-beside-a-strangers", &none)
            .attached(&digest, &good)
            .attached(&digest, &stranger.bundle(&digest))
            .expect("verified", &["signature"]),
        of_release("verify/strangers", &none)
            .attached(&digest, &stranger.bundle(&digest))
            .expect("refused", &["signature"]),
        // That of the document that came furthest is the cause.
        of_release("verify/of-another-repository", &none)
            .attached(&digest, &stranger.bundle(&digest))
            .attached(&digest, &moved)
            .expect("refused", &["repository", "signature"]),
        of_release("verify/by-digest-alone", &json!({"signedIdentity": "sameDigest"}))
            .attached(&digest, &moved)
            .expect("verified", &[]),
        of_release("verify/about-another-image", &none)
            .attached(&digest, &release.bundle(&format!("sha256:{}", "0".repeat(64))))
            .expect("refused", &["subject"]),
        of_release("verify/annotation-equal", &json!({"annotations": {"env": "prod"}}))
            .attached(&digest, &good)
            .expect("verified", &[]),
        of_release("verify/annotation-other", &json!({"annotations": {"env": "staging"}}))
            .attached(&digest, &good)
            .expect("refused", &["annotations"]),
        of_release("verify/hash-of-the-key", &json!({"signedHash": "sha256"}))
            .attached(&digest, &good)
            .expect("verified", &[]),
        of_release("verify/another-hash", &json!({"signedHash": "sha512"}))
            .attached(&digest, &good)
            .expect("refused", &["signature"]),
        of_release("verify/unknown-hash", &json!({"signedHash": "md5"}))
            .attached(&digest, &good)
            .expect("error", &["request"]),
        // What nothing proves is not among what was passed.
        asked(
            "verify/key-expired",
            &windowed(),
            &json!({"authority": "release", "target": image_target()}),
        )
        .attached(&digest, &good)
        .expect("refused", &["key"]),
        of_release("verify/nothing-attached", &none).expect("refused", &[]),
        of_release("verify/not-read", &none).gap("unavailable", &digest).expect("refused", &[]),
    ]
}

/// A policy whose key has had its time.
fn windowed() -> String {
    let pem = json!(Signer::named("release").pem());
    let key = format!("{{pem: {pem}, notAfter: 2026-01-01T00:00:00Z}}");
    policy(&format!("authorities:\n  release: {{key: {key}}}"), RULES)
}

fn contents() -> Vec<Case> {
    let digest = good_image().digest();
    let release = Signer::named("release");
    let hardened = release.statement(&digest, HARDENED, &json!({"profile": "cis-level-2"}));
    vec![
        of_release("verify/attestation", &json!({"type": HARDENED}))
            .attached(&digest, &hardened)
            .expect("verified", &[]),
        of_release("verify/attestation-of-another-type", &json!({"type": "vuln"}))
            .attached(&digest, &hardened)
            .expect("refused", &["content"]),
        of_release("verify/attestation-is-no-approval", &json!({}))
            .attached(&digest, &hardened)
            .expect("refused", &["content"]),
        of_release("verify/anything-signed", &json!({"type": "any"}))
            .attached(&digest, &hardened)
            .expect("verified", &[]),
    ]
}

fn certified(name: &'static str, subject: &str, change: impl Fn(&mut Value)) -> Case {
    let authority = format!(
        "authorities:\n  release: {{keyless: {{issuer: '{ISSUER}', subject: {subject}, trustRoot: root}}}}"
    );
    let instance = Instance::of(2026);
    let trust = json!({
        "apiVersion": "cocket.dev/v1alpha1", "kind": "TrustRoot", "metadata": {"name": "root"},
        "spec": {"sigstore": {"trustedRoot": instance.trusted_root().to_string()}},
    });
    let digest = good_image().digest();
    let dev = Certified::new(ISSUER, San::Email(EMAIL.to_owned()));
    let mut bundle = instance.approval(&digest, &dev, 7);
    change(&mut bundle);
    let signature = Signature {
        media_type: "application/vnd.dev.sigstore.bundle.v0.3+json",
        bytes: bundle.to_string().into_bytes(),
        annotations: BTreeMap::new(),
    };
    let verify = json!({"authority": "release", "target": image_target()});
    asked(name, &policy(&authority, RULES), &verify)
        .with("trust", json!([{"name": "root.json", "text": trust.to_string()}]))
        .attached(&digest, &signature)
}

fn keyless() -> Vec<Case> {
    let unchanged = |_: &mut Value| ();
    vec![
        certified("verify/keyless", EMAIL, unchanged).expect("verified", &[]),
        certified("verify/keyless-of-another", "eve@acme.example", unchanged)
            .expect("refused", &["identity"]),
        certified("verify/keyless-without-log", EMAIL, |bundle| {
            bundle["verificationMaterial"]["tlogEntries"] = json!([]);
        })
        .expect("refused", &["log"]),
    ]
}

fn files() -> Vec<Case> {
    let digest = good_image().digest();
    let bundle = Signer::named("release").bundle(&digest);
    let simple = Signer::named("release").simple_signing(REPOSITORY, &digest, &json!(null));
    let file = |name, target: &Value| of_release(name, &json!({"target": target}));
    vec![
        file("verify/file-by-digest", &json!({"digest": digest}))
            .attached(&digest, &bundle)
            .expect("verified", &[]),
        file("verify/another-file", &json!({"artifact": "aGVsbG8="}))
            .attached(&digest, &bundle)
            .expect("refused", &["subject"]),
        file("verify/file-without-bundle", &json!({"digest": digest}))
            .attached(&digest, &simple)
            .expect("refused", &["document"]),
    ]
}

fn faults() -> Vec<Case> {
    let other = format!("{REPOSITORY}@sha256:{}", "1".repeat(64));
    let policy = signed_policy(&["release"], RULES);
    let digest = good_image().digest();
    let of = |name, verify: &Value| asked(name, &policy, verify).expect("error", &["request"]);
    vec![
        of("verify/unknown-authority", &json!({"authority": "nobody", "target": image_target()})),
        of(
            "verify/unknown-policy",
            &json!({"authority": "release", "policy": "staging", "target": image_target()}),
        ),
        of(
            "verify/two-digests",
            &json!({"authority": "release", "target": {"image": other, "digest": digest}}),
        ),
        of("verify/no-digest", &json!({"authority": "release", "target": {"image": "nginx:1"}})),
        of(
            "verify/no-predicate-type",
            &json!({"authority": "release", "target": image_target(), "type": "hardening"}),
        ),
        of(
            "verify/annotations-of-attestations",
            &json!({
                "authority": "release", "target": image_target(), "type": "vuln",
                "annotations": {"env": "prod"},
            }),
        ),
    ]
}
