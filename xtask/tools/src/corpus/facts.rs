//! Facts of manifests, indexes, image configurations and signed documents.

use std::collections::BTreeMap;

use cocket::evidence::Platform;
use cocket::evidence::config::ImageConfig;
use cocket::evidence::oci::{Descriptor, Document};
use cocket::evidence::predicate::slsa::Provenance;
use cocket::evidence::signing::{Bundle, BundleContent, Claim, Envelope, Subject};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::index::Row;

/// Compares the facts that the row names, or demands a refusal.
pub(super) fn compare(row: &Row<'_>, found: Result<Value, String>) -> Outcome {
    if row.check.get("how").and_then(Value::as_str) == Some("refuse") {
        return match found {
            Err(_) => Outcome::Passed,
            Ok(_) => Outcome::failed("a refusal", "it was read"),
        };
    }
    let found = match found {
        Ok(found) => found,
        Err(error) => return Outcome::failed("facts", error),
    };
    let keys = row.check.get("keys").and_then(Value::as_array);
    let keys: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_str).collect();
    if keys.is_empty() {
        return Outcome::failed("keys to compare", "none");
    }
    for key in keys {
        let expected = row.expected.get(key).unwrap_or(&Value::Null);
        match found.get(key) {
            None => return Outcome::Skipped(format!("`{key}` is not read yet")),
            Some(found) if found != expected => {
                return Outcome::failed(format!("{key} {expected}"), found.to_string());
            }
            Some(_) => {}
        }
    }
    Outcome::Passed
}

/// The index's spelling for absent and empty members.
pub(super) fn or_absent(text: Option<&str>) -> Value {
    match text {
        None => json!("ABSENT"),
        Some("") => json!("EMPTY"),
        Some(text) => json!(text),
    }
}

pub(super) fn image_config(row: &Row<'_>) -> Outcome {
    let found = ImageConfig::parse(row.bytes).map_err(|error| error.to_string());
    compare(
        row,
        found.map(|config| {
            let names: Vec<_> =
                config.env.iter().filter_map(|variable| variable.split('=').next()).collect();
            json!({
                "architecture": config.architecture,
                "os": config.os,
                "variant": config.variant,
                "created": config.created_text,
                "user": or_absent(config.user.as_deref()),
                "exposed_ports": config.exposed_ports,
                "entrypoint": config.entrypoint,
                "cmd": config.cmd,
                "env_names": names,
                "labels": config.labels.keys().collect::<Vec<_>>(),
                "volumes": config.volumes,
                "diff_ids": config.diff_ids.len(),
                "history": config.history.len(),
            })
        }),
    )
}

pub(super) fn manifest(row: &Row<'_>) -> Outcome {
    let found = match Document::parse(row.bytes, None) {
        Err(error) => Err(error.to_string()),
        Ok(Document::Index(_)) => Err("an index".to_owned()),
        Ok(Document::Manifest(manifest)) => {
            let mut types: BTreeMap<&str, u32> = BTreeMap::new();
            for layer in &manifest.layers {
                let count = types.entry(&layer.media_type).or_default();
                *count = count.saturating_add(1);
            }
            Ok(json!({
                "schema_version": 2,
                "media_type": or_absent(manifest.media_type.as_deref()),
                "artifact_type": manifest.artifact_type,
                "config": descriptor(&manifest.config),
                "layers": manifest.layers.len(),
                "layer_media_types": types,
            }))
        }
    };
    compare(row, found)
}

pub(super) fn index(row: &Row<'_>) -> Outcome {
    let found = match Document::parse(row.bytes, None) {
        Err(error) => Err(error.to_string()),
        Ok(Document::Manifest(_)) => Err("a manifest".to_owned()),
        Ok(Document::Index(index)) => {
            let expected = row.expected.get("manifests").and_then(Value::as_array);
            let expected = expected.map(Vec::as_slice).unwrap_or_default();
            let listed = index.manifests.iter().enumerate();
            Ok(json!({
                "schema_version": 2,
                "media_type": or_absent(index.media_type.as_deref()),
                "artifact_type": index.artifact_type,
                "manifests": listed
                    .map(|(position, child)| listed_child(child, expected.get(position)))
                    .collect::<Vec<_>>(),
            }))
        }
    };
    compare(row, found)
}

pub(super) fn bundle(row: &Row<'_>) -> Outcome {
    let found = Bundle::parse(row.bytes).map_err(|error| error.to_string());
    compare(
        row,
        found.map(
            |bundle| json!({"media_type": bundle.media_type, "content": bundle.content.name()}),
        ),
    )
}

pub(super) fn envelope(row: &Row<'_>) -> Outcome {
    let read = Envelope::parse(row.bytes)
        .and_then(|envelope| Ok((envelope.statement()?, envelope)))
        .map_err(|error| error.to_string());
    compare(
        row,
        read.map(|(claim, envelope)| {
            let mut facts = claim_facts(&claim);
            facts.insert("payload_type".to_owned(), json!(envelope.payload_type()));
            facts.insert("signatures".to_owned(), json!(envelope.signatures().len()));
            Value::Object(facts)
        }),
    )
}

/// npm's answer about a package: a list of bundles, each read as one.
pub(super) fn npm_attestations(row: &Row<'_>) -> Outcome {
    let list: Result<Value, _> = serde_json::from_slice(row.bytes);
    let list = match list.as_ref().map(|list| list.get("attestations").and_then(Value::as_array)) {
        Ok(Some(list)) => list,
        Ok(None) => return compare(row, Err("no `attestations`".to_owned())),
        Err(error) => return compare(row, Err(error.to_string())),
    };
    let types: Result<Vec<Option<String>>, String> = list
        .iter()
        .map(|one| {
            let bundle = one.get("bundle").unwrap_or(&Value::Null).to_string();
            let bundle = Bundle::parse(bundle.as_bytes()).map_err(|error| error.to_string())?;
            let BundleContent::Envelope(envelope) = bundle.content else {
                return Err("a bundle without an envelope".to_owned());
            };
            let claim = envelope.statement().map_err(|error| error.to_string())?;
            Ok(claim.predicate_type)
        })
        .collect();
    compare(row, types.map(|types| json!({"predicate_types": types})))
}

pub(super) fn statement(row: &Row<'_>) -> Outcome {
    let claim = Claim::from_statement(row.bytes).map_err(|error| error.to_string());
    compare(row, claim.map(|claim| Value::Object(claim_facts(&claim))))
}

/// Envelopes around SLSA provenance: beside the keys that the row asks for, what the index says of
/// builder, build type, source and materials is compared with the typed reading.
pub(super) fn provenance(row: &Row<'_>) -> Outcome {
    let outcome = envelope(row);
    if outcome != Outcome::Passed || row.expected.get("predicate_type").is_none() {
        return outcome;
    }
    let read = Envelope::parse(row.bytes).and_then(|envelope| envelope.statement());
    let read = read.and_then(|claim| {
        let kind = claim.predicate_type.as_deref().unwrap_or_default();
        Provenance::read(kind, claim.predicate.as_deref().unwrap_or("null"))
    });
    let provenance = match read {
        Ok(provenance) => provenance,
        Err(error) => return Outcome::failed("provenance", error.to_string()),
    };
    let source = provenance.sources.first().map(|source| &source.uri);
    for (key, found) in [
        ("builder_id", json!(provenance.builder)),
        ("build_type", json!(provenance.build_type)),
        ("source_uri", json!(source)),
        ("materials", json!(provenance.materials.len())),
    ] {
        if let Some(expected) = row.expected.get(key).filter(|expected| **expected != found) {
            return Outcome::failed(format!("{key} {expected}"), found.to_string());
        }
    }
    Outcome::Passed
}

/// npm's list of attestations of one package: a predicate type and a bundle each.
fn claim_facts(claim: &Claim) -> Map<String, Value> {
    let subject = |subject: &Subject| json!({"name": subject.name, "digest": subject.declared});
    let subjects: Vec<Value> = claim.subjects.iter().map(subject).collect();
    Map::from_iter([
        ("statement_type".to_owned(), json!(claim.statement_type)),
        ("predicate_type".to_owned(), json!(claim.predicate_type)),
        ("subjects".to_owned(), json!(subjects)),
    ])
}

fn descriptor(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size.map_or(json!(-1), |size| json!(size)),
    })
}

/// A child as the index spells it. A platform is compared by its meaning: the expected spelling
/// is taken over where it means the platform that was read.
fn listed_child(child: &Descriptor, expected: Option<&Value>) -> Value {
    let spelled = expected.and_then(|expected| expected.get("platform")).unwrap_or(&Value::Null);
    let platform = match (platform(spelled) == child.platform, &child.platform) {
        (true, _) => spelled.clone(),
        (false, found) => json!(found),
    };
    json!({
        "digest": child.digest,
        "mediaType": child.media_type,
        "platform": platform,
        "annotations": child.annotations.keys().collect::<Vec<_>>(),
    })
}

fn platform(spelled: &Value) -> Option<Platform> {
    let part = |key: &str| spelled.get(key).and_then(Value::as_str).unwrap_or_default();
    let (os, architecture) = (part("os"), part("architecture"));
    if [os, architecture].iter().any(|part| part.is_empty() || *part == "unknown") {
        return None;
    }
    let variant = Some(part("variant")).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Platform { os: os.to_owned(), architecture: architecture.to_owned(), variant })
}
