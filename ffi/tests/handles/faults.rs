//! Faults by handles.

use serde_json::{Value, json};

use crate::{Case, compiled};

/// Documents with one fault each; none of them may be told in other words than on the wire.
#[test]
fn every_kind_of_fault_is_told_as_on_the_wire() {
    let head = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: p}\n";
    let documents = [
        "kind: [\n".to_owned(),
        "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolice\n".to_owned(),
        format!("{head}spec: {{rule: []}}\n"),
        format!("{head}spec:\n  rules:\n    - id: a\n      registry: {{alow: ['x/**']}}\n"),
        format!("{head}spec:\n  rules:\n    - id: a\n      signature: {{anyOf: [nobody]}}\n"),
        format!("{head}spec:\n  rules:\n    - id: \u{e9}\n      registry: {{allow: ['x/*:']}}\n"),
        format!("{head}spec: {{rules: []}}\nspec: {{rules: []}}\n"),
        format!(
            "{head}spec:\n  authorities: {{k: {{key: {{pem: nonsense}}}}}}\n  rules:\n    - {{id: s, signature: {{anyOf: [k]}}}}\n"
        ),
        format!(
            "{head}spec:\n  authorities: {{v: {{verifier: {{name: mine}}}}}}\n  rules:\n    - {{id: s, signature: {{anyOf: [v]}}}}\n"
        ),
    ];
    for policy in documents {
        let request = json!({
            "op": "check", "now": "2026-11-23T12:00:00Z",
            "policies": [{"name": "policy.yaml", "text": policy}],
            "context": {"images": [{"image": "a"}]},
        });
        let answer = cocket::wire::answer(request.to_string().as_bytes());
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let name = policy.clone();
        let case = Case { name, policy, request, answer, bytes: Vec::new() };
        let found = compiled(&case).expect_err(&case.policy);
        assert_eq!(found, case.answer, "{}", case.policy);
        let place = &found["errors"][0];
        assert!(place["line"].as_u64() > Some(0) && place["column"].as_u64() > Some(0), "{place}");
    }
}
