//! Evidence that cannot be used.

use cocket_testkit::{Image, Index, Report};
use serde_json::json;

use super::case::{Case, REPOSITORY, good_image, image};

const RULE: &str = "- id: nonroot\n  config: {user: nonRoot}";
const SCAN: &str =
    "- id: scan\n  vulnerabilities: {from: {trust: caller}, maxAge: 7d, max: {critical: 0}}";

/// A case on a manifest of any content.
fn manifest(name: &'static str, bytes: &[u8]) -> Case {
    let digest = cocket_testkit::digest(bytes);
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    Case::new(name, RULE)
        .named(&format!("{REPOSITORY}@{digest}"))
        .blobs([(media_type, bytes)].into_iter())
        .blobs(good_image().blobs())
}

fn scanned(name: &'static str, report: &str) -> Case {
    let image = good_image();
    Case::new(name, SCAN).image(&image).vouched(report.as_bytes(), Some(&image.digest()))
}

pub(super) fn cases() -> Vec<Case> {
    [documents(), listings(), reports()].into_iter().flatten().collect()
}

fn documents() -> Vec<Case> {
    let image = good_image();
    let text = String::from_utf8_lossy(&image.manifest).into_owned();
    let twin = text.replacen('{', "{\"layers\":[],", 1);
    let both = text.replacen('{', "{\"manifests\":[],", 1);
    let case_twin = text.replacen('{', "{\"Layers\":[],", 1);
    let short = Image {
        config: Image::new(&["base"], &json!({"User": "1"}), &json!({})).config,
        ..image.clone()
    };
    let short_manifest = text.replace(&image.config_digest(), &short.config_digest());
    let reference = format!("{REPOSITORY}@{}", image.digest());
    vec![
        manifest("evidence/duplicate-key", twin.as_bytes()).expect("deny", &["evidence.ambiguous"]),
        manifest("evidence/layers-and-manifests", both.as_bytes())
            .expect("deny", &["evidence.ambiguous"]),
        manifest("evidence/case-twin", case_twin.as_bytes())
            .expect("deny", &["evidence.ambiguous"]),
        manifest("evidence/not-json", b"{").expect("deny", &["evidence.invalid"]),
        manifest("evidence/schema-1", br#"{"schemaVersion":1,"fsLayers":[]}"#)
            .expect("deny", &["evidence.unsupported"]),
        Case::new("evidence/no-manifest", RULE)
            .named(&reference)
            .expect("deny", &["evidence.missing"]),
        Case::new("evidence/no-config", RULE)
            .named(&reference)
            .blobs(image.blobs().take(1))
            .expect("deny", &["evidence.missing"]),
        manifest("evidence/fewer-layers-in-config", short_manifest.as_bytes())
            .blobs([("application/vnd.oci.image.config.v1+json", &*short.config)].into_iter())
            .expect("deny", &["evidence.invalid"]),
        Case::new("evidence/tag-not-resolved", RULE)
            .named(&format!("{REPOSITORY}:1.2"))
            .expect("deny", &["evidence.missing"]),
    ]
}

fn listings() -> Vec<Case> {
    let good = good_image();
    let reference = format!("{REPOSITORY}@{}", good.digest());
    let other = image(&json!({"User": "0"}));
    let index = Index::new(&[("linux/amd64", good.clone()), ("linux/arm64", other)]);
    let empty = br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
    let empty_digest = cocket_testkit::digest(empty);
    let narrowed = super::case::policy("platforms: [linux/amd64]", RULE);
    vec![
        Case::new("evidence/unavailable", RULE)
            .named(&reference)
            .gap("unavailable", &good.digest())
            .expect("deny", &["evidence.unavailable"]),
        Case::new("evidence/incomplete", RULE)
            .named(&reference)
            .gap("incomplete", &good.digest())
            .expect("deny", &["evidence.incomplete"]),
        Case::new("evidence/gap-beside-what-is-there", RULE)
            .image(&good)
            .gap("incomplete", &good.digest())
            .expect("allow", &["config.accepted"]),
        Case::new("evidence/every-platform-is-judged", RULE)
            .index(&index)
            .expect("deny", &["config.accepted", "config.user_root"]),
        Case::of_policy("evidence/only-what-can-run", &narrowed)
            .index(&index)
            .expect("allow", &["config.accepted"]),
        Case::new("evidence/missing-child", RULE)
            .named(&format!("{REPOSITORY}@{}", index.digest()))
            .blobs(index.blobs().take(3))
            .expect("deny", &["config.accepted", "evidence.missing"]),
        Case::new("evidence/empty-index", RULE)
            .named(&format!("{REPOSITORY}@{empty_digest}"))
            .blobs([("application/vnd.oci.image.index.v1+json", &empty[..])].into_iter())
            .expect("deny", &["evidence.invalid"]),
    ]
}

fn reports() -> Vec<Case> {
    let report = Report::about(&good_image(), "2026-11-22T06:00:00Z", vec![]).to_json();
    let nothing = r#"{"SchemaVersion":2,"CreatedAt":"2026-11-22T06:00:00Z","ArtifactName":"a","ArtifactType":"container_image","Metadata":{"OS":{"Family":"none","Name":""}}}"#;
    let repository = report.replace("container_image", "repository");
    vec![
        scanned("evidence/report", &report).expect("allow", &["vulnerabilities.within"]),
        scanned("evidence/nothing-scanned", nothing).expect("deny", &["evidence.nothing_scanned"]),
        scanned("evidence/not-an-image", &repository).expect("deny", &["evidence.unbound"]),
        scanned("evidence/unknown-dialect", r#"{"version":"2.1.0","runs":[]}"#)
            .expect("deny", &["evidence.unsupported"]),
        scanned("evidence/cut-report", report.trim_end_matches('}'))
            .expect("deny", &["evidence.invalid"]),
        scanned(
            "evidence/report-calls-itself-vouched",
            &report.replacen('{', r#"{"trust":"caller","#, 1),
        )
        .expect("allow", &["vulnerabilities.within"]),
    ]
}
