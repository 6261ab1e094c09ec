//! Operations that decide on nothing: policies as our own, reports in numbers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cocket_testkit::{Finding, Report};
use serde_json::{Value, json};

use super::case::{Case, NOW, good_image, policy};

pub(super) fn cases() -> Vec<Case> {
    imported().into_iter().chain(summed()).collect()
}

fn imported() -> Vec<Case> {
    let kyverno = |validate: Value| {
        let document = json!({
            "apiVersion": "kyverno.io/v1",
            "kind": "ClusterPolicy",
            "metadata": {"name": "pods"},
            "spec": {"validationFailureAction": "Enforce", "rules": [{
                "name": "pods",
                "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaces": ["shop-*"]}}]},
                "exclude": {"any": [{"resources": {"namespaces": ["shop-old"]}}]},
                "validate": validate,
            }]},
        });
        format!("{document:#}\n")
    };
    let standards = kyverno(json!({"podSecurity": {"level": "baseline", "version": "v1.29"}}));
    let pattern = kyverno(json!({"pattern": {"spec": {"hostPID": false}}}));
    let case = |name, policy: &str| Case::of_policy(name, policy).about_policies("import");
    let own = policy("", "- id: pinned\n  reference: {digest: required}");
    vec![
        case("written/own", &own).expect("imported", &[]),
        case("written/pod-security", &standards).expect("imported", &[]),
        case("written/without-equivalent", &pattern).expect("imported", &["pods"]),
        case("written/faulty", "kind: ImagePolicy\n").expect("error", &["policy.missingKey"]),
        case("written/with-a-moment", &own).with("now", json!(NOW)).expect("error", &["request"]),
        case("written/with-an-image", &own)
            .with("context", json!({"images": [{"image": "a"}]}))
            .expect("error", &["request"]),
    ]
}

fn summed() -> Vec<Case> {
    let findings = [("CVE-2026-1", "HIGH"), ("CVE-2026-2", "LOW")]
        .map(|(id, severity)| Finding::new(id, "zlib", "1.2", "1.3", severity));
    let report = Report::about(&good_image(), "2026-11-20T00:00:00Z", findings.to_vec());
    let bound = "vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {high: 0}, \
                 ignore: [{id: CVE-2026-1, reason: not reachable, expires: 2026-12-31}]}";
    let one = policy("", &format!("- id: scanned\n  {bound}"));
    let two = policy("", &format!("- id: scanned\n  {bound}\n- id: again\n  {bound}"));
    let case = |name, policy: &str, rule: Value, report: &[u8]| {
        let reports = json!([{"name": "report.json", "data": STANDARD.encode(report)}]);
        Case::of_policy(name, policy)
            .about_policies("summary")
            .with("now", json!(NOW))
            .with("summary", json!({"rule": rule, "reports": reports}))
    };
    let text = report.to_json();
    let bytes = text.as_bytes();
    vec![
        case("summary/only-rule", &one, Value::Null, bytes).expect("summary", &["report.json"]),
        case("summary/named-rule", &two, json!("again"), bytes).expect("summary", &["report.json"]),
        case("summary/several-rules", &two, Value::Null, bytes).expect("error", &["request"]),
        case("summary/no-such-rule", &one, json!("other"), bytes).expect("error", &["request"]),
        case("summary/unreadable", &one, Value::Null, b"[").expect("error", &["evidence"]),
        case("summary/of-nothing", &one, Value::Null, bytes)
            .with("summary", json!({"reports": []}))
            .expect("error", &["request"]),
        case("summary/without-a-moment", &one, Value::Null, bytes)
            .about_policies("summary")
            .expect("error", &["request"]),
        case("requests/summary-of-another-operation", &one, Value::Null, bytes)
            .with("op", json!("check"))
            .expect("error", &["request"]),
    ]
}
