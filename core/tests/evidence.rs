//! Readers of evidence, against the facts that were counted in real files.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use cocket::evidence::config::ImageConfig;
use cocket::evidence::oci::{Descriptor, Document};
use cocket::evidence::{EvidenceErrorKind, Platform};
use serde_json::{Value, json};

/// The rows of the corpus of one kind that bind, with their bytes.
fn rows(kind: &str) -> Vec<(Value, Vec<u8>)> {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
        println!("skipped: {kind}: no corpus");
        return Vec::new();
    }
    let evidence = root.join("evidence");
    let index: Value =
        serde_json::from_slice(&std::fs::read(evidence.join("INDEX.json")).unwrap()).unwrap();
    let rows = index["entries"].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["kind"] == kind && !row["check"].is_null());
    let rows: Vec<_> = rows
        .map(|row| {
            let bytes = std::fs::read(evidence.join(row["file"].as_str().unwrap())).unwrap();
            (row.clone(), bytes)
        })
        .collect();
    assert!(!rows.is_empty(), "{kind}");
    rows
}

/// Compares the facts that the row names, or demands a refusal.
fn compare(kind: &str, facts: impl Fn(&[u8]) -> Result<Value, String>) {
    let mut wrong = Vec::new();
    for (row, bytes) in rows(kind) {
        let found = facts(&bytes);
        if row["check"]["how"] == "refuse" {
            if found.is_ok() {
                wrong.push(format!("{}: not refused", row["file"]));
            }
            continue;
        }
        let keys = row["check"]["keys"].as_array().unwrap();
        match found {
            Err(error) => wrong.push(format!("{}: {error}", row["file"])),
            Ok(found) => {
                for key in keys.iter().map(|key| key.as_str().unwrap()) {
                    let (found, expected) = (&found[key], &row["expected"][key]);
                    if found != expected {
                        let file = &row["file"];
                        wrong.push(format!("{file} {key}: expected {expected}, found {found}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn or_absent(text: Option<&String>) -> Value {
    match text.map(String::as_str) {
        None => json!("ABSENT"),
        Some("") => json!("EMPTY"),
        Some(text) => json!(text),
    }
}

#[test]
fn facts_of_image_configurations() {
    compare("image-config", |bytes| {
        let config = ImageConfig::parse(bytes).map_err(|error| error.to_string())?;
        let names = config.env.iter().map(|variable| variable.split('=').next());
        Ok(json!({
            "architecture": config.architecture,
            "os": config.os,
            "variant": config.variant,
            "created": config.created_text,
            "user": or_absent(config.user.as_ref()),
            "exposed_ports": config.exposed_ports,
            "entrypoint": config.entrypoint,
            "cmd": config.cmd,
            "env_names": names.collect::<Vec<_>>(),
            "labels": config.labels.keys().collect::<Vec<_>>(),
            "volumes": config.volumes,
            "diff_ids": config.diff_ids.len(),
            "history": config.history.len(),
        }))
    });
}

fn descriptor(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size.map_or(json!(-1), |size| json!(size)),
    })
}

#[test]
fn facts_of_manifests() {
    compare("oci-manifest", |bytes| {
        let document = Document::parse(bytes, None).map_err(|error| error.to_string())?;
        let Document::Manifest(manifest) = document else { return Err("an index".to_owned()) };
        let mut types: BTreeMap<&str, u32> = BTreeMap::new();
        for layer in &manifest.layers {
            *types.entry(&layer.media_type).or_default() += 1;
        }
        Ok(json!({
            "schema_version": 2,
            "media_type": or_absent(manifest.media_type.as_ref()),
            "artifact_type": manifest.artifact_type,
            "config": descriptor(&manifest.config),
            "layers": manifest.layers.len(),
            "layer_media_types": types,
        }))
    });
}

#[test]
fn facts_of_indexes() {
    for (row, bytes) in rows("oci-index") {
        let Document::Index(index) = Document::parse(&bytes, None).unwrap() else {
            panic!("{} is not an index", row["file"]);
        };
        let expected = &row["expected"];
        assert_eq!(or_absent(index.media_type.as_ref()), expected["media_type"], "{}", row["file"]);
        assert_eq!(json!(index.artifact_type), expected["artifact_type"], "{}", row["file"]);
        let listed = expected["manifests"].as_array().unwrap();
        assert_eq!(index.manifests.len(), listed.len(), "{}", row["file"]);
        for (found, expected) in index.manifests.iter().zip(listed) {
            assert_eq!(json!(found.digest), expected["digest"]);
            assert_eq!(json!(found.media_type), expected["mediaType"]);
            let names: Vec<_> = found.annotations.keys().collect();
            assert_eq!(json!(names), expected["annotations"]);
            let platform = expected["platform"].as_object().and_then(|platform| {
                let part =
                    |key: &str| platform.get(key).and_then(Value::as_str).unwrap_or_default();
                let variant = Some(part("variant")).filter(|text| !text.is_empty());
                let platform = Platform {
                    os: part("os").to_owned(),
                    architecture: part("architecture").to_owned(),
                    variant: variant.map(str::to_owned),
                };
                (platform.os != "unknown" && !platform.os.is_empty()).then_some(platform)
            });
            assert_eq!(found.platform, platform, "{}", row["file"]);
        }
    }
}

const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn manifest(extra: &str) -> String {
    let blob = format!(r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":2}}"#);
    format!(r#"{{"schemaVersion":2,"config":{blob},"layers":[{blob}]{extra}}}"#)
}

#[test]
fn what_other_parsers_would_read_differently_is_refused() {
    let parse = |text: &str| Document::parse(text.as_bytes(), None);
    assert!(parse(&manifest("")).is_ok());
    for extra in [
        r#","manifests":[]"#,
        r#","layers":[]"#,
        r#","Layers":[]"#,
        r#","mediaType":"application/vnd.oci.image.index.v1+json""#,
    ] {
        let error = parse(&manifest(extra)).unwrap_err();
        assert_eq!(error.kind, EvidenceErrorKind::Ambiguous, "{extra}: {error}");
    }
    let declared = "application/vnd.docker.distribution.manifest.v2+json";
    let own = r#","mediaType":"application/vnd.oci.image.manifest.v1+json""#;
    let error = Document::parse(manifest(own).as_bytes(), Some(declared)).unwrap_err();
    assert_eq!(error.kind, EvidenceErrorKind::Ambiguous);
    for text in [r#"{"schemaVersion":1,"fsLayers":[]}"#, r#"{"schemaVersion":2}"#, "null", "[]"] {
        assert!(parse(text).is_err(), "{text}");
    }
    assert!(parse(&manifest("").replace("\"size\":2", "\"size\":-2")).is_err());
    assert!(parse(&manifest("").replace("sha256:44", "sha256:4A")).is_err());
}

#[test]
fn a_cut_document_is_never_read() {
    let text = manifest("");
    for end in 0..text.len() {
        assert!(Document::parse(&text.as_bytes()[..end], None).is_err(), "{end}");
    }
    let config = br#"{"config":{"User":"1"},"rootfs":{"diff_ids":[]}}"#;
    for end in 0..config.len() {
        assert!(ImageConfig::parse(&config[..end]).is_err(), "{end}");
    }
    assert!(ImageConfig::parse(br#"{"config":{"User":"1","user":"0"}}"#).is_err());
}
