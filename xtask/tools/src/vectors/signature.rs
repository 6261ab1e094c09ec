//! `signature`.

use cocket_testkit::{Algorithm, Index, Signature, Signer};
use serde_json::json;

use super::case::{Case, REPOSITORY, authorities, good_image, image, policy, signed_policy};

const ANY: &str = "- id: signed\n  signature: {anyOf: [release]}";
const EITHER: &str = "- id: signed\n  signature: {anyOf: [release, other]}";

fn signed(name: &'static str, signature: &Signature) -> Case {
    let image = good_image();
    Case::of_policy(name, &signed_policy(&["release"], ANY))
        .image(&image)
        .attached(&image.digest(), signature)
}

pub(super) fn cases() -> Vec<Case> {
    [layouts(), attacks(), several(), platforms(), windows(), revocations(), algorithms()]
        .into_iter()
        .flatten()
        .collect()
}

fn layouts() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let (release, stranger) = (Signer::named("release"), Signer::named("stranger"));
    let simple = release.simple_signing(REPOSITORY, &digest, &json!(null));
    let annotated = release.simple_signing(REPOSITORY, &digest, &json!({"env": "prod"}));
    let wants = |value: &str| {
        signed_policy(
            &["release"],
            &format!(
                "- id: signed\n  signature: {{anyOf: [release], annotations: {{env: {value}}}}}"
            ),
        )
    };
    vec![
        signed("signature/simple-signing", &simple).expect("allow", &["signature.verified"]),
        signed("signature/bundle", &release.bundle(&digest))
            .expect("allow", &["signature.verified"]),
        signed("signature/junk-bundle-beside-good", &simple)
            .attached(&digest, &stranger.bundle(&digest))
            .expect("allow", &["signature.verified"]),
        Case::of_policy("signature/missing", &signed_policy(&["release"], ANY))
            .image(&image)
            .expect("deny", &["signature.missing"]),
        signed("signature/stranger", &stranger.bundle(&digest))
            .expect("deny", &["signature.untrusted"]),
        Case::of_policy("signature/annotation-equal", &wants("prod"))
            .image(&image)
            .attached(&digest, &annotated)
            .expect("allow", &["signature.verified"]),
        Case::of_policy("signature/annotation-other", &wants("staging"))
            .image(&image)
            .attached(&digest, &annotated)
            .expect("deny", &["signature.untrusted"]),
    ]
}

fn attacks() -> Vec<Case> {
    let digest = good_image().digest();
    let other = image(&json!({"User": "0"})).digest();
    let release = Signer::named("release");
    let copied = release.simple_signing("registry.example.com/other/app", &digest, &json!(null));
    let mut tampered = release.simple_signing(REPOSITORY, &other, &json!(null));
    tampered.bytes = String::from_utf8_lossy(&tampered.bytes).replace(&other, &digest).into_bytes();
    let same_digest = signed_policy(
        &["release"],
        "- id: signed\n  signature: {anyOf: [release], signedIdentity: sameDigest}",
    );
    let attestation = release.statement(&digest, "https://spdx.dev/Document", &json!({}));
    vec![
        signed("signature/moved", &release.simple_signing(REPOSITORY, &other, &json!(null)))
            .expect("deny", &["signature.untrusted"]),
        signed("signature/moved-bundle", &release.bundle(&other))
            .expect("deny", &["signature.untrusted"]),
        signed("signature/tampered", &tampered).expect("deny", &["signature.untrusted"]),
        signed("signature/copied-repository", &copied).expect("deny", &["signature.untrusted"]),
        Case::of_policy("signature/copied-same-digest", &same_digest)
            .image(&good_image())
            .attached(&digest, &copied)
            .expect("allow", &["signature.verified"]),
        signed("signature/attestation-is-no-approval", &attestation)
            .expect("deny", &["signature.untrusted"]),
    ]
}

fn several() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let sign = |name| Signer::named(name).bundle(&digest);
    let both = signed_policy(
        &["build", "release"],
        "- id: signed\n  signature: {allOf: [build, release]}",
    );
    let two = policy(
        &(authorities(&["build", "release", "audit"])
            .replace("build: {key:", "build: {party: ci, key:")
            .replace("release: {key:", "release: {party: ci, key:")),
        "- id: signed\n  signature: {atLeast: 2, of: [build, release, audit]}",
    );
    vec![
        Case::of_policy("signature/all-of", &both)
            .image(&image)
            .attached(&digest, &sign("build"))
            .attached(&digest, &sign("release"))
            .expect("allow", &["signature.verified"]),
        Case::of_policy("signature/too-few", &both)
            .image(&image)
            .attached(&digest, &sign("build"))
            .expect("deny", &["signature.too_few"]),
        Case::of_policy("signature/two-of-one-party", &two)
            .image(&image)
            .attached(&digest, &sign("build"))
            .attached(&digest, &sign("release"))
            .expect("deny", &["signature.too_few"]),
        Case::of_policy("signature/two-parties", &two)
            .image(&image)
            .attached(&digest, &sign("build"))
            .attached(&digest, &sign("audit"))
            .expect("allow", &["signature.verified"]),
    ]
}

fn platforms() -> Vec<Case> {
    let release = Signer::named("release");
    let (amd64, arm64) = (good_image(), image(&json!({"User": "10001"})));
    let index = Index::new(&[("linux/amd64", amd64.clone()), ("linux/arm64", arm64.clone())]);
    let case = |name| Case::of_policy(name, &signed_policy(&["release"], ANY)).index(&index);
    let child = format!("{REPOSITORY}@{}", amd64.digest());
    vec![
        case("signature/index")
            .attached(&index.digest(), &release.bundle(&index.digest()))
            .expect("allow", &["signature.verified"]),
        case("signature/every-platform")
            .attached(&amd64.digest(), &release.bundle(&amd64.digest()))
            .attached(&arm64.digest(), &release.bundle(&arm64.digest()))
            .expect("allow", &["signature.verified"]),
        case("signature/one-platform-only")
            .attached(&amd64.digest(), &release.bundle(&amd64.digest()))
            .expect("deny", &["signature.missing", "signature.verified"]),
        Case::of_policy("signature/child-of-signed-index", &signed_policy(&["release"], ANY))
            .request(json!({"image": child, "parent": index.digest()}))
            .blobs(index.blobs())
            .attached(&index.digest(), &release.bundle(&index.digest()))
            .expect("allow", &["signature.verified"]),
        Case::of_policy("signature/child-without-parent", &signed_policy(&["release"], ANY))
            .request(json!({"image": child}))
            .blobs(index.blobs())
            .attached(&index.digest(), &release.bundle(&index.digest()))
            .expect("deny", &["signature.missing"]),
    ]
}

fn windows() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let pem = json!(Signer::named("release").pem());
    let keyed = |window: &str| {
        policy(&format!("authorities:\n  release: {{key: {{pem: {pem}, {window}}}}}"), ANY)
    };
    let case = |name, window: &str| {
        Case::of_policy(name, &keyed(window))
            .image(&image)
            .attached(&digest, &Signer::named("release").bundle(&digest))
    };
    vec![
        case("signature/key-in-window", "notBefore: 2026-01-01, notAfter: 2027-01-01")
            .expect("allow", &["signature.verified"]),
        case("signature/key-not-yet-valid", "notBefore: 2026-12-01")
            .expect("deny", &["signature.untrusted"]),
        case("signature/key-expired", "notAfter: 2026-11-23")
            .expect("deny", &["signature.untrusted"]),
        case("signature/key-compromised", "compromisedAt: 2026-12-01")
            .expect("deny", &["signature.untrusted"]),
    ]
}

fn revocations() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let case = |name, signer: &str, revoked: &str| {
        let signer = Signer::named(signer);
        let root = format!(
            "---\napiVersion: cocket.dev/v1alpha1\nkind: TrustRoot\nmetadata: {{name: taken-back}}\n\
             spec: {{revoked: [{{key: \"{}\"{revoked}}}]}}\n",
            Signer::named("release").id()
        );
        Case::of_policy(name, &(signed_policy(&["release", "other"], EITHER) + &root))
            .image(&image)
            .attached(&digest, &signer.bundle(&digest))
    };
    vec![
        case("signature/key-revoked", "release", "").expect("deny", &["signature.untrusted"]),
        case("signature/key-revoked-since", "release", ", since: 2027-01-01")
            .expect("deny", &["signature.untrusted"]),
        case("signature/other-key-revoked", "other", "").expect("allow", &["signature.verified"]),
    ]
}

fn algorithms() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let case = |name, algorithm, signer: &str| {
        let trusted = Signer::of(algorithm, "release");
        let key = format!("authorities:\n  release: {{key: {{pem: {}}}}}", json!(trusted.pem()));
        let signer = Signer::of(algorithm, signer);
        Case::of_policy(name, &policy(&key, ANY))
            .image(&image)
            .attached(&digest, &signer.bundle(&digest))
    };
    vec![
        case("signature/key-p384", Algorithm::P384, "release")
            .expect("allow", &["signature.verified"]),
        case("signature/key-p521", Algorithm::P521, "release")
            .expect("allow", &["signature.verified"]),
        case("signature/key-ed25519", Algorithm::Ed25519, "release")
            .expect("allow", &["signature.verified"]),
        case("signature/key-ed25519-prehashed", Algorithm::Ed25519ph, "release")
            .expect("allow", &["signature.verified"]),
        case("signature/key-ed25519-stranger", Algorithm::Ed25519, "stranger")
            .expect("deny", &["signature.untrusted"]),
    ]
}
