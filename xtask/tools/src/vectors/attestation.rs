//! `attestation`.

use cocket_testkit::{Index, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, REPOSITORY, good_image, image, signed_policy};

/// A type of the policy author's own.
const TYPE: &str = "https://acme.example/hardening/v1";
const HARDENED: &str =
    "time: /performedOn, maxAge: 30d, where: [{path: /profile, equals: cis-level-2}]";

/// A rule that asks the authority `ci`.
fn asks(rest: &str) -> String {
    format!("- id: hardened\n  attestation: {{type: '{TYPE}', anyOf: [ci], {rest}}}")
}

fn attest(key: &str, subject: &str, predicate: &Value) -> Signature {
    Signer::named(key).statement(subject, TYPE, predicate)
}

fn hardened(on: &str) -> Value {
    json!({"profile": "cis-level-2", "performedOn": on})
}

/// A case about the good image, with what `ci` attests about it.
fn attested(name: &'static str, rest: &str, predicates: &[Value]) -> Case {
    let image = good_image();
    let case = Case::of_policy(name, &signed_policy(&["ci", "audit"], &asks(rest))).image(&image);
    predicates.iter().fold(case, |case, predicate| {
        case.attached(&image.digest(), &attest("ci", &image.digest(), predicate))
    })
}

pub(super) fn cases() -> Vec<Case> {
    [usage(), trust(), age(), selection(), conditions(), scopes()].into_iter().flatten().collect()
}

fn usage() -> Vec<Case> {
    let good = hardened("2026-11-20T08:00:00Z");
    let weak = json!({"profile": "cis-level-1", "performedOn": "2026-11-20T08:00:00Z"});
    let digest = good_image().digest();
    let sbom = "- id: sbom\n  attestation: {type: spdxjson, anyOf: [ci]}";
    let spdx = Signer::named("ci").statement(
        &digest,
        "https://spdx.dev/Document",
        &json!({"spdxVersion": "SPDX-2.3", "creationInfo": {"created": "2026-11-20T08:00:00Z"}}),
    );
    let by_type = |name| Case::of_policy(name, &signed_policy(&["ci"], sbom)).image(&good_image());
    vec![
        attested("attestation/hardened", HARDENED, &[good])
            .expect("allow", &["attestation.verified"]),
        attested("attestation/missing", HARDENED, &[]).expect("deny", &["attestation.missing"]),
        attested("attestation/condition", HARDENED, &[weak])
            .expect("deny", &["attestation.condition"]),
        by_type("attestation/by-short-name")
            .attached(&digest, &spdx)
            .expect("allow", &["attestation.verified"]),
        by_type("attestation/other-type")
            .attached(&digest, &attest("ci", &digest, &json!({})))
            .expect("deny", &["attestation.missing"]),
        by_type("attestation/approval-is-no-attestation")
            .attached(&digest, &Signer::named("ci").bundle(&digest))
            .expect("deny", &["attestation.missing"]),
    ]
}

fn trust() -> Vec<Case> {
    let good = hardened("2026-11-20T08:00:00Z");
    let digest = good_image().digest();
    let other = image(&json!({"User": "0"})).digest();
    let both = format!("- id: hardened\n  attestation: {{type: '{TYPE}', allOf: [ci, audit]}}");
    let both =
        |name| Case::of_policy(name, &signed_policy(&["ci", "audit"], &both)).image(&good_image());
    let named = |name, identity: &str| attested(name, &format!("subjectName: {identity}"), &[]);
    let about =
        |name: &str| Signer::named("ci").statement_about(&[(Some(name), &digest)], TYPE, &good);
    vec![
        attested("attestation/stranger", HARDENED, &[])
            .attached(&digest, &attest("stranger", &digest, &good))
            .expect("deny", &["attestation.untrusted"]),
        attested("attestation/about-another-image", HARDENED, &[])
            .attached(&digest, &attest("ci", &other, &good))
            .expect("deny", &["attestation.untrusted"]),
        both("attestation/too-few")
            .attached(&digest, &attest("ci", &digest, &good))
            .expect("deny", &["attestation.too_few"]),
        both("attestation/all-of")
            .attached(&digest, &attest("ci", &digest, &good))
            .attached(&digest, &attest("audit", &digest, &good))
            .expect("allow", &["attestation.verified"]),
        named("attestation/subject-name", "exactRepository")
            .attached(&digest, &about(REPOSITORY))
            .expect("allow", &["attestation.verified"]),
        named("attestation/subject-name-other", "whenNamed")
            .attached(&digest, &about("registry.example.com/team/other"))
            .expect("deny", &["attestation.untrusted"]),
        named("attestation/subject-without-name", "exactRepository")
            .attached(&digest, &attest("ci", &digest, &good))
            .expect("deny", &["attestation.untrusted"]),
    ]
}

fn age() -> Vec<Case> {
    let known = |name, finished: &str| {
        let image = good_image();
        let rule = "- id: scanned\n  attestation: {type: vuln, anyOf: [ci], maxAge: 7d}";
        let kind = "https://cosign.sigstore.dev/attestation/vuln/v1";
        let predicate = json!({"metadata": {"scanFinishedOn": finished}});
        Case::of_policy(name, &signed_policy(&["ci"], rule)).image(&image).attached(
            &image.digest(),
            &Signer::named("ci").statement(&image.digest(), kind, &predicate),
        )
    };
    vec![
        attested("attestation/too-old", HARDENED, &[hardened("2026-10-20T08:00:00Z")])
            .expect("deny", &["attestation.too_old"]),
        attested("attestation/undated", HARDENED, &[json!({"profile": "cis-level-2"})])
            .expect("deny", &["evidence.undated"]),
        attested("attestation/from-the-future", HARDENED, &[hardened("2026-11-23T12:10:00Z")])
            .expect("deny", &["evidence.invalid"]),
        attested("attestation/time-is-no-time", HARDENED, &[hardened("last week")])
            .expect("deny", &["evidence.invalid"]),
        known("attestation/known-place-of-time", "2026-11-20T08:00:00Z")
            .expect("allow", &["attestation.verified"]),
        known("attestation/unset-time", "0001-01-01T00:00:00Z")
            .expect("deny", &["evidence.undated"]),
    ]
}

fn selection() -> Vec<Case> {
    let at = |profile: &str, on: &str| json!({"profile": profile, "performedOn": on});
    let good = at("cis-level-2", "2026-11-20T08:00:00Z");
    let later = at("cis-level-1", "2026-11-21T08:00:00Z");
    let earlier = at("cis-level-1", "2026-11-19T08:00:00Z");
    let tie = at("cis-level-1", "2026-11-20T08:00:00Z");
    let undated = json!({"profile": "cis-level-2"});
    let digest = good_image().digest();
    let all = format!("select: all, {HARDENED}");
    let any = format!("select: any, {HARDENED}");
    vec![
        attested("attestation/latest-passes", HARDENED, &[earlier.clone(), good.clone()])
            .expect("allow", &["attestation.verified"]),
        attested("attestation/latest-fails", HARDENED, &[good.clone(), later.clone()])
            .expect("deny", &["attestation.condition"]),
        attested("attestation/tie", HARDENED, &[good.clone(), tie])
            .expect("deny", &["attestation.condition"]),
        attested("attestation/order-not-known", HARDENED, &[good.clone(), undated])
            .expect("deny", &["evidence.undated"]),
        attested("attestation/all-of-them", &all, &[earlier.clone(), good.clone()])
            .expect("deny", &["attestation.condition"]),
        attested("attestation/any-of-them", &any, &[earlier, good.clone(), later])
            .expect("allow", &["attestation.verified"]),
        attested("attestation/listing-cut-short", HARDENED, std::slice::from_ref(&good))
            .gap("incomplete", &digest)
            .expect("deny", &["evidence.incomplete"]),
        attested("attestation/any-of-a-listing-cut-short", &any, &[good])
            .gap("incomplete", &digest)
            .expect("allow", &["attestation.verified"]),
    ]
}

fn conditions() -> Vec<Case> {
    let report = json!({
        "score": 7.50, "big": 9_007_199_254_740_993_u64, "text": "5", "count": 5, "open": false,
        "on": "2026-11-22T12:00:00Z", "nothing": null, "empty": [],
        "checks": [{"id": "a", "result": "pass"}, {"id": "b", "result": "pass"}, {"id": "c"}],
        "tags": ["stable", 3],
    });
    let case = |name, condition: &str| {
        attested(name, &format!("where: [{{{condition}}}]"), std::slice::from_ref(&report))
    };
    let yes =
        |name, condition: &str| case(name, condition).expect("allow", &["attestation.verified"]);
    let no =
        |name, condition: &str| case(name, condition).expect("deny", &["attestation.condition"]);
    vec![
        yes("attestation/number-exactly", "path: /big, equals: {number: '9007199254740993'}"),
        no("attestation/number-beside", "path: /big, equals: {number: '9007199254740992'}"),
        yes("attestation/number-at-most", "path: /score, atMost: '7.5'"),
        no("attestation/text-is-no-number", "path: /text, equals: 5"),
        no("attestation/text-is-not-even-different", "path: /text, notEquals: 6"),
        no("attestation/missing-is-not-different", "path: /absent, notEquals: 6"),
        no("attestation/not-of-missing", "not: {path: /absent, equals: 6}"),
        yes("attestation/not-of-found", "not: {path: /count, equals: 6}"),
        yes("attestation/absent-as-asked", "path: /absent, exists: false"),
        no("attestation/null-is-not-there", "path: /nothing, exists: true"),
        no("attestation/all-over-nothing", "path: /empty/*, quantifier: all, equals: x"),
        yes("attestation/none-over-nothing", "path: /empty/*, quantifier: none, equals: x"),
        no("attestation/none-over-missing", "path: /absent/*, quantifier: none, equals: x"),
        no("attestation/all-with-a-gap", "path: /checks/*/result, quantifier: all, equals: pass"),
        no("attestation/none-with-a-gap", "path: /checks/*/result, quantifier: none, equals: fail"),
        yes("attestation/any-with-a-gap", "path: /checks/*/result, quantifier: any, equals: pass"),
        yes(
            "attestation/count",
            "path: /checks/*/result, quantifier: {count: {atLeast: 2}}, equals: pass",
        ),
        no(
            "attestation/count-with-a-gap",
            "path: /checks/*/result, quantifier: {count: {atMost: 2}}, equals: pass",
        ),
        yes("attestation/list-contains", "path: /tags, contains: stable"),
        yes("attestation/within", "path: /on, within: 2d"),
        no("attestation/not-within", "path: /on, within: 12h"),
        yes(
            "attestation/one-of-several",
            "anyOf: [{path: /count, equals: 4}, {path: /open, equals: false}]",
        ),
        no("attestation/part-of-a-match", "path: /checks/0/result, matches: 'pas'"),
        case("attestation/twin-key", "path: /Score, exists: true")
            .expect("deny", &["evidence.ambiguous"]),
    ]
}

fn scopes() -> Vec<Case> {
    let good = hardened("2026-11-20T08:00:00Z");
    let (amd64, arm64) = (good_image(), image(&json!({"User": "10001"})));
    let index = Index::new(&[("linux/amd64", amd64.clone()), ("linux/arm64", arm64.clone())]);
    let case = |name, scope: &str| {
        let rule = asks(&format!("scope: {scope}"));
        Case::of_policy(name, &signed_policy(&["ci"], &rule)).index(&index)
    };
    let on = |case: Case, digest: &str| case.attached(digest, &attest("ci", digest, &good));
    let listed = Signer::named("ci").statement_about(
        &[(None, &index.digest()), (None, &amd64.digest()), (None, &arm64.digest())],
        TYPE,
        &good,
    );
    vec![
        on(case("attestation/index-speaks-for-no-platform", "platforms"), &index.digest())
            .expect("deny", &["attestation.missing"]),
        on(on(case("attestation/every-platform", "platforms"), &amd64.digest()), &arm64.digest())
            .expect("allow", &["attestation.verified"]),
        on(case("attestation/one-platform-only", "platforms"), &amd64.digest())
            .expect("deny", &["attestation.missing", "attestation.verified"]),
        on(case("attestation/index", "index"), &index.digest())
            .expect("allow", &["attestation.verified"]),
        on(case("attestation/index-or-platforms", "indexOrPlatforms"), &index.digest())
            .expect("allow", &["attestation.verified"]),
        case("attestation/names-every-platform", "platforms")
            .attached(&index.digest(), &listed)
            .expect("allow", &["attestation.verified"]),
    ]
}
