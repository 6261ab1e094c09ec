//! Names: `registry` and `reference`.

use serde_json::json;

use super::case::{Case, REPOSITORY, good_image, policy};

const ALLOW: &str = "- id: approved\n  registry: {allow: ['registry.example.com/team/**'], deny: ['registry.example.com/team/old/**']}";
const PINNED: &str = "- id: pinned\n  reference: {digest: required}";

pub(super) fn cases() -> Vec<Case> {
    let digest = good_image().digest();
    let tag =
        "- id: tag\n  reference: {tag: {required: true, deny: [latest], regex: '\\d+\\.\\d+'}}";
    let unqualified = format!(
        "{}---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{unqualified: deny}}\n",
        policy("", "- id: approved\n  registry: {allow: ['docker.io/**']}")
    );
    let mirrored = format!(
        "{}---\napiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: set}}\nspec: {{mirrors: [{{from: docker.io/library, to: registry.example.com/team/hub}}]}}\n",
        policy("", ALLOW)
    );
    vec![
        Case::new("registry/allowed", ALLOW)
            .named(&format!("{REPOSITORY}:1"))
            .expect("allow", &["registry.allowed"]),
        Case::new("registry/not-allowed", ALLOW)
            .named("docker.io/team/app:1")
            .expect("deny", &["registry.not_allowed"]),
        Case::new("registry/lookalike-host", ALLOW)
            .named("registry.example.com.evil.io/team/app:1")
            .expect("deny", &["registry.not_allowed"]),
        Case::new("registry/denied", ALLOW)
            .named("registry.example.com/team/old/app:1")
            .expect("deny", &["registry.denied"]),
        Case::of_policy("registry/mirror", &mirrored)
            .named("nginx:1.27")
            .expect("allow", &["registry.allowed"]),
        Case::new("reference/accepted", PINNED)
            .named(&format!("{REPOSITORY}@{digest}"))
            .expect("allow", &["reference.accepted"]),
        Case::new("reference/digest-missing", PINNED)
            .named(&format!("{REPOSITORY}:1"))
            .expect("deny", &["reference.digest_missing"]),
        Case::new("reference/tag-accepted", tag)
            .named(&format!("{REPOSITORY}:1.2"))
            .expect("allow", &["reference.accepted"]),
        Case::new("reference/tag-missing", tag)
            .named(REPOSITORY)
            .expect("deny", &["reference.tag_missing"]),
        Case::new("reference/no-tag-is-latest", "- id: tag\n  reference: {tag: {deny: [latest]}}")
            .named(REPOSITORY)
            .expect("deny", &["reference.tag_missing"]),
        Case::new("reference/tag-denied", "- id: tag\n  reference: {tag: {deny: [latest]}}")
            .named(&format!("{REPOSITORY}:latest"))
            .expect("deny", &["reference.tag_denied"]),
        Case::new("reference/tag-not-allowed", tag)
            .named(&format!("{REPOSITORY}:1.2-rc1"))
            .expect("deny", &["reference.tag_not_allowed"]),
        Case::new("reference/drift", PINNED)
            .named(&format!("{REPOSITORY}:1.2@{digest}"))
            .with(
                "history",
                json!({"tags": {
                    format!("{REPOSITORY}:1.2"): "sha256:".to_owned() + &"0".repeat(64),
                }}),
            )
            .expect("deny", &["reference.drift"]),
        Case::new("reference/recorded", PINNED)
            .named(&format!("{REPOSITORY}:1.2@{digest}"))
            .with("history", json!({"tags": {format!("{REPOSITORY}:1.2"): digest}}))
            .expect("allow", &["reference.accepted"]),
        Case::new("reference/resolved-to-another", PINNED)
            .request(json!({
                "image": format!("{REPOSITORY}:1.2@{digest}"),
                "digest": "sha256:".to_owned() + &"0".repeat(64),
            }))
            .expect("deny", &["reference.drift"]),
        Case::new("reference/invalid", PINNED)
            .named("registry.example.com/Team/app")
            .expect("deny", &["reference.invalid"]),
        Case::of_policy("reference/unqualified", &unqualified)
            .named("nginx:1.27")
            .expect("deny", &["reference.unqualified"]),
        Case::of_policy("reference/qualified", &unqualified)
            .named("docker.io/library/nginx:1.27")
            .expect("allow", &["registry.allowed"]),
        Case::new("reference/mutable", "- id: nonroot\n  config: {user: nonRoot}")
            .request(json!({"image": format!("{REPOSITORY}:1.2"), "digest": digest}))
            .blobs(good_image().blobs())
            .context("admission", json!(true))
            .expect("deny", &["reference.mutable"]),
        Case::of_policy(
            "reference/mutable-accepted",
            &policy("tagOnly: accept", "- id: nonroot\n  config: {user: nonRoot}"),
        )
        .request(json!({"image": format!("{REPOSITORY}:1.2"), "digest": digest}))
        .blobs(good_image().blobs())
        .context("admission", json!(true))
        .expect("allow", &["config.accepted"]),
    ]
}
