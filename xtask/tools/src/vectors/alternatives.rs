//! `alternatives` and `static`, and what policies of other engines need of rules and scopes.

use cocket_testkit::Signer;
use serde_json::json;

use super::case::{Case, REPOSITORY, authorities, good_image, policy, signed_policy};

pub(super) fn cases() -> Vec<Case> {
    [alternatives(), fixed(), formats(), identities(), patterns()].into_iter().flatten().collect()
}

/// Rules under which one signer, or another in a place of its own, is enough.
const VETTED: &str = "\
- id: vetted
  alternatives:
    of:
      - name: released
        all: [{signature: {anyOf: [release]}}]
      - name: built
        all:
          - signature: {anyOf: [build]}
          - registry: {allow: ['registry.example.com/**']}";

const BOTH: &str = "\
- id: vetted
  alternatives:
    atLeast: 2
    of:
      - name: released
        all: [{signature: {anyOf: [release]}}]
      - name: built
        all: [{signature: {anyOf: [build]}}]";

const NESTED: &str = "\
- id: vetted
  alternatives:
    atLeast: 2
    of:
      - name: place
        all: [{registry: {allow: ['registry.example.com/**']}}]
      - name: people
        all:
          - alternatives:
              of:
                - name: released
                  all: [{signature: {anyOf: [release]}}]
                - name: built
                  all: [{signature: {anyOf: [build]}}]";

fn alternatives() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let case = |name, rules| {
        Case::of_policy(name, &signed_policy(&["build", "release"], rules)).image(&image)
    };
    let built = Signer::named("build").bundle(&digest);
    let met = &["alternatives.met", "registry.allowed", "signature.verified"];
    vec![
        case("alternatives/second-is-met", VETTED).attached(&digest, &built).expect("allow", met),
        case("alternatives/none-is-met", VETTED)
            .expect("deny", &["alternatives.too_few", "signature.missing"]),
        case("alternatives/one-of-two-is-too-few", BOTH)
            .attached(&digest, &built)
            .expect("deny", &["alternatives.too_few", "signature.untrusted"]),
        case("alternatives/nested", NESTED).attached(&digest, &built).expect("allow", met),
        case("alternatives/more-than-there-are", &BOTH.replace("atLeast: 2", "atLeast: 3"))
            .expect("error", &["policy.contradiction"]),
    ]
}

fn fixed() -> Vec<Case> {
    let case = |name, action: &str| {
        let rule = format!("- {{id: fixed, static: {{action: {action}, message: so it is}}}}");
        Case::new(name, &rule).named(&format!("{REPOSITORY}:1.2"))
    };
    vec![
        case("static/pass", "pass").expect("allow", &["static.passed"]),
        case("static/fail", "fail").expect("deny", &["static.failed"]),
    ]
}

fn formats() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let release = Signer::named("release");
    let case = |name, format: &str, signature| {
        let pem = json!(release.pem());
        let keys = format!("authorities:\n  release: {{key: {{pem: {pem}}}, format: {format}}}");
        let rules = "- id: signed\n  signature: {anyOf: [release]}";
        Case::of_policy(name, &policy(&keys, rules)).image(&image).attached(&digest, signature)
    };
    let simple = release.simple_signing(REPOSITORY, &digest, &json!(null));
    let bundle = release.bundle(&digest);
    vec![
        case("signature/format-legacy", "legacy", &simple).expect("allow", &["signature.verified"]),
        case("signature/format-bundle", "bundle", &bundle).expect("allow", &["signature.verified"]),
        case("signature/format-legacy-asked", "legacy", &bundle)
            .expect("deny", &["signature.untrusted"]),
        case("signature/format-bundle-asked", "bundle", &simple)
            .expect("deny", &["signature.untrusted"]),
    ]
}

fn identities() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let case = |name, signed: &str, identity: &str| {
        let rules = format!(
            "- id: signed\n  signature: {{anyOf: [release], signedIdentity: {{containers: {{{identity}}}}}}}"
        );
        let signature = Signer::named("release").simple_signing(signed, &digest, &json!(null));
        Case::of_policy(name, &policy(&authorities(&["release"]), &rules))
            .image(&image)
            .attached(&digest, &signature)
    };
    vec![
        case("signature/containers-repository", REPOSITORY, "type: matchRepository")
            .expect("allow", &["signature.verified"]),
        case("signature/containers-tag-is-asked", REPOSITORY, "type: matchRepoDigestOrExact")
            .expect("deny", &["signature.untrusted"]),
        case(
            "signature/containers-fixed-repository",
            "registry.example.com/built/app",
            "type: exactRepository, dockerRepository: registry.example.com/built/app",
        )
        .expect("allow", &["signature.verified"]),
    ]
}

fn patterns() -> Vec<Case> {
    let case = |name, pattern: &str| {
        let spec = format!("match: {{imagesAs: [{{{pattern}}}]}}");
        Case::of_policy(name, &policy(&spec, "- {id: open, static: {action: pass}}"))
            .named(&format!("{REPOSITORY}:1.2"))
    };
    let (passed, outside) = (&["static.passed"], &["policy.not_covered"]);
    vec![
        case("scope/sigstore-glob", "sigstore: 'registry.example.com/**'").expect("allow", passed),
        case("scope/sigstore-glob-in-a-segment", "sigstore: 'registry.example.com/*'")
            .expect("deny", outside),
        case(
            "scope/containers-most-specific",
            "containers: {scope: registry.example.com/team, except: ['', registry.example.com]}",
        )
        .expect("allow", passed),
        case(
            "scope/containers-less-specific",
            "containers: {scope: registry.example.com, except: [registry.example.com/team]}",
        )
        .expect("deny", outside),
    ]
}
