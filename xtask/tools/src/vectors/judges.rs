//! Judges of a program's own. What one answers is written in the case, so that every language can
//! play it: by the name of the object, a text; for objects without one it has no answer.

use cocket_testkit::{Signature, Signer};
use serde_json::{Value, json};

use super::admission;
use super::case::{Case, NOW, REPOSITORY, good_image, policy};

const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

fn set(default: &str) -> String {
    format!(
        "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{default: {default}}}\n"
    )
}

fn declaration(more: &Value) -> Value {
    let mut declared =
        json!({"name": "pods", "id": "acme-pods/1", "rules": ["host-network", "owner"]});
    if let (Value::Object(declared), Value::Object(more)) = (&mut declared, more) {
        declared.extend(more.clone());
    }
    declared
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"hostNetwork": true, "containers": [{"name": "web", "image": NAMED}]},
    })
}

const NAMED: &str = "registry.example.com/team/app:1.2";

/// A pod, and a judge that answers with this text about it, or not at all.
fn told(name: &'static str, answer: Option<&str>) -> Case {
    judged(name, &set("deny"), &declaration(&Value::Null), &[("web", answer)], &[pod()])
}

fn judged(
    name: &'static str,
    policy: &str,
    declaration: &Value,
    answers: &[(&str, Option<&str>)],
    objects: &[Value],
) -> Case {
    let text: String = objects.iter().map(|object| format!("---\n{object}\n")).collect();
    Case::of_policy(name, policy)
        .context("namespace", json!("shop"))
        .context("objects", json!([{"name": "objects.yaml", "text": text}]))
        .judge(declaration, answers)
}

fn one(outcome: &str, more: &Value) -> String {
    let mut result = json!({"rule": "host-network", "outcome": outcome});
    if let (Value::Object(result), Value::Object(more)) = (&mut result, more) {
        result.extend(more.clone());
    }
    json!({"results": [result]}).to_string()
}

pub(super) fn cases() -> Vec<Case> {
    [outcomes(), beside(), failures(), signatures(), admissions()].into_iter().flatten().collect()
}

fn outcomes() -> Vec<Case> {
    let plain = |name, outcome| told(name, Some(&one(outcome, &Value::Null)));
    let whole = json!({
        "results": [
            {"rule": "owner", "outcome": "pass", "message": "owned by team shop"},
            {"rule": "host-network", "outcome": "fail", "message": "hostNetwork is true",
             "severity": "high", "controls": ["CIS:5.2.5"], "evidence": [cocket_testkit::digest(b"x")],
             "notes": [{"quirk": "acmeRounding", "detail": "rounded up"}]},
        ],
        "validUntil": "2027-01-01T00:00:00Z",
    });
    let excluded = json!({"results": [], "excludedBy": "namespace `shop`"}).to_string();
    vec![
        plain("outcomes/pass", "pass").expect("allow", &["foreign.passed"]),
        plain("outcomes/fail", "fail").expect("deny", &["foreign.failed"]),
        plain("outcomes/skip", "skip")
            .expect("deny", &["foreign.skipped", "policy.object_not_covered"]),
        plain("outcomes/excepted", "excepted").expect("allow", &["foreign.skipped"]),
        plain("outcomes/error", "error").expect("deny", &["foreign.error"]),
        told("outcomes/warn", Some(&one("fail", &json!({"mode": "warn"}))))
            .expect("warn", &["foreign.failed"]),
        told("outcomes/audit", Some(&one("fail", &json!({"mode": "audit"}))))
            .expect("deny", &["foreign.failed", "policy.object_not_covered"]),
        told("outcomes/whole", Some(&whole.to_string()))
            .expect("deny", &["foreign.failed", "foreign.passed", "foreign.quirk"]),
        told("outcomes/not-about-it", Some(r#"{"results":[]}"#))
            .expect("deny", &["policy.object_not_covered"]),
        told("outcomes/excluded", Some(&excluded)).expect("deny", &["policy.object_not_covered"]),
    ]
}

fn beside() -> Vec<Case> {
    let declared = declaration(&Value::Null);
    let fails = one("fail", &Value::Null);
    let exception = "---\napiVersion: cocket.dev/v1alpha1\nkind: PolicyException\n\
        metadata: {name: legacy}\nspec: {rules: [pods/host-network], reason: moving, \
        approvedBy: ada, ticket: T-1, expires: '2027-01-01T00:00:00Z'}\n";
    let rule = policy("", "- id: approved\n  registry: {allow: ['registry.example.com/**']}");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other"}});
    let answers = [
        ("web", Some(fails.as_str())),
        ("settings", Some(r#"{"results":[{"rule":"owner","outcome":"pass"}]}"#)),
        ("other", Some(r#"{"results":[]}"#)),
    ];
    vec![
        judged(
            "beside/an-exception",
            &(set("deny") + exception),
            &declared,
            &answers[..1],
            &[pod()],
        )
        .expect("allow", &["foreign.failed"]),
        judged("beside/policies", &rule, &declared, &answers, &[pod(), map, service])
            .expect("deny", &["foreign.failed", "foreign.passed", "registry.allowed"]),
    ]
}

fn failures() -> Vec<Case> {
    let wrong = |name, answer| told(name, Some(answer)).expect("deny", &["foreign.error"]);
    vec![
        told("failures/no-answer", None).expect("deny", &["foreign.error"]),
        wrong("failures/no-json", "allow"),
        wrong("failures/nothing", ""),
        wrong("failures/null", "null"),
        wrong("failures/forgotten-results", "{}"),
        wrong("failures/another-rule", r#"{"results":[{"rule":"another","outcome":"pass"}]}"#),
        wrong("failures/unknown-outcome", r#"{"results":[{"rule":"owner","outcome":"allow"}]}"#),
        wrong("failures/unknown-member", r#"{"results":[],"verdict":"allow"}"#),
        wrong(
            "failures/key-twice",
            r#"{"results":[{"rule":"owner","outcome":"fail","outcome":"pass"}]}"#,
        ),
        wrong("failures/no-moment", r#"{"results":[],"validUntil":"tomorrow"}"#),
        wrong(
            "failures/no-longer-valid",
            &json!({"results": [{"rule": "owner", "outcome": "pass"}], "validUntil": NOW})
                .to_string(),
        ),
    ]
}

fn signatures() -> Vec<Case> {
    let image = good_image();
    let digest = image.digest();
    let (release, other) = (Signer::named("release"), Signer::named("other"));
    let declared = declaration(&json!({
        "authorities": {"release": {"key": {"pem": release.pem()}}},
        "signed": [
            {"authority": "release"},
            {"authority": "release", "annotations": {"env": "production"}},
            {"authority": "release", "predicateType": PROVENANCE},
        ],
    }));
    let shown = declaration(&json!({"evidence": true}));
    let case = |name, declared: &Value, image: &str, attached: &[Signature]| {
        let mut pod = pod();
        pod["spec"]["containers"][0]["image"] = json!(image);
        let passes = one("pass", &Value::Null);
        let case = judged(name, &set("deny"), declared, &[("web", Some(&passes))], &[pod]);
        let case = case.blobs(good_image().blobs());
        attached.iter().fold(case, |case, one| case.attached(&digest, one))
    };
    let approval = |signer: &Signer| signer.simple_signing(REPOSITORY, &digest, &json!(null));
    let statement = release.statement(&digest, PROVENANCE, &json!({"builder": "acme"}));
    let pinned = format!("{REPOSITORY}:1.2@{digest}");
    let passes = |case: Case| case.expect("allow", &["foreign.passed"]);
    let refused = one("fail", &json!({"refused": ["the device was locked"]}));
    let unsigned = judged(
        "signatures/refused-by-the-judge",
        &set("deny"),
        &declared,
        &[("web", Some(&refused))],
        &[pod()],
    );
    vec![
        passes(case("signatures/approved", &declared, &pinned, &[approval(&release), statement])),
        passes(case("signatures/another-key", &declared, &pinned, &[approval(&other)])),
        passes(case("signatures/none", &declared, &pinned, &[])),
        passes(case("signatures/unresolved", &declared, NAMED, &[approval(&release)])),
        passes(
            case("signatures/unread", &declared, &pinned, &[approval(&other)])
                .gap("unavailable", &digest),
        ),
        passes(
            case("signatures/shown", &shown, &pinned, &[approval(&release)])
                .vouched(br#"{"SchemaVersion":2,"Results":[]}"#, Some(&digest))
                .gap("incomplete", &digest),
        ),
        unsigned.expect("deny", &["foreign.failed", "signature.untrusted"]),
    ]
}

fn admissions() -> Vec<Case> {
    let declared = declaration(&Value::Null);
    let admitted = |name, review: &Value, outcome| {
        let answer = one(outcome, &json!({"message": "as asked"}));
        admission::admitted(name, &set("deny"), review)
            .with("now", json!(NOW))
            .context("namespaceLabels", json!({"team": "shop"}))
            .context("ownerLabels", json!({"app": "web"}))
            .judge(&declared, &[("web", Some(&answer))])
    };
    vec![
        admitted("admissions/create", &admission::create(&pod()), "pass")
            .expect("allow", &["foreign.passed"]),
        admitted("admissions/update", &admission::update(&pod(), &pod()), "fail")
            .expect("deny", &["foreign.failed"]),
    ]
}
