//! Statements that were seen before.

use cocket_testkit::{Report, Signature, Signer};
use serde_json::{Value, json};

use super::case::{Case, good_image, signed_policy};

const TYPE: &str = "https://acme.example/hardening/v1";
const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const HARDENED: &str = "- id: hardened\n  attestation: {type: 'https://acme.example/hardening/v1', \
                        anyOf: [ci, audit], time: /performedOn}";
const SCANNED: &str = "- id: scan\n  vulnerabilities: {from: {attestation: {anyOf: [ci]}}, \
                       maxAge: 30d, max: {critical: 0}}";

pub(super) fn cases() -> Vec<Case> {
    let ours = good_image().digest();
    let at = |time: &str| recorded(&ours, "ci", TYPE, time);
    let (old, new) = ("2026-11-10T08:00:00Z", "2026-11-20T08:00:00Z");
    let verified = &["attestation.verified"];
    let rollback = &["evidence.rollback"];
    let undated = Signer::named("ci").statement(&ours, TYPE, &json!({}));
    let any = HARDENED.replace("time:", "select: any, time:");
    vec![
        case("recorded/same", HARDENED, &[hardened("ci", new)], &[at(new)])
            .expect("allow", verified),
        case("recorded/later", HARDENED, &[hardened("ci", new)], &[at(old)])
            .expect("allow", verified),
        case("recorded/older", HARDENED, &[hardened("ci", old)], &[at(new)])
            .expect("deny", rollback),
        case("recorded/twice", HARDENED, &[hardened("ci", old)], &[at(new), at(old)])
            .expect("deny", rollback),
        case("recorded/none", HARDENED, &[], &[at(new)]).expect("deny", rollback),
        // What one authority said and is not there could have failed the rule.
        case("recorded/one-of-two", HARDENED, &[hardened("audit", new)], &[at(new)])
            .expect("deny", rollback),
        case("recorded/undated", HARDENED, &[undated], &[at(old)])
            .expect("deny", &["evidence.undated"]),
        case(
            "recorded/other-authority",
            HARDENED,
            &[hardened("ci", old)],
            &[recorded(&ours, "release", TYPE, new)],
        )
        .expect("allow", verified),
        case(
            "recorded/other-image",
            HARDENED,
            &[hardened("ci", old)],
            &[recorded(&cocket_testkit::digest(b"other"), "ci", TYPE, new)],
        )
        .expect("allow", verified),
        case("recorded/any", &any, &[hardened("ci", old)], &[at(new)]).expect("allow", verified),
        case("recorded/scan", SCANNED, &[scan(new)], &[recorded(&ours, "ci", VULN, new)])
            .expect("allow", &["vulnerabilities.within"]),
        case("recorded/older-scan", SCANNED, &[scan(old)], &[recorded(&ours, "ci", VULN, new)])
            .expect("deny", rollback),
    ]
}

fn case(name: &'static str, rule: &str, attached: &[Signature], recorded: &[Value]) -> Case {
    let image = good_image();
    let case = Case::of_policy(name, &signed_policy(&["ci", "audit"], rule))
        .image(&image)
        .with("history", json!({"statements": recorded}));
    attached.iter().fold(case, |case, one| case.attached(&image.digest(), one))
}

fn recorded(subject: &str, authority: &str, kind: &str, at: &str) -> Value {
    json!({"subject": subject, "authority": authority, "type": kind, "at": at})
}

fn hardened(by: &str, on: &str) -> Signature {
    Signer::named(by).statement(&good_image().digest(), TYPE, &json!({"performedOn": on}))
}

fn scan(finished: &str) -> Signature {
    let report = Report::about(&good_image(), finished, vec![]).to_json();
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let predicate = json!({
        "invocation": {"parameters": [], "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {
            "uri": "pkg:github/aquasecurity/trivy@0.70.0", "version": "0.70.0",
            "db": {"uri": "", "version": "", "lastUpdate": ""}, "result": report,
        },
        "metadata": {"scanStartedOn": finished, "scanFinishedOn": finished},
    });
    Signer::named("ci").statement(&good_image().digest(), VULN, &predicate)
}
