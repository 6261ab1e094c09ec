//! The signed images of the corpus, against the cases that say what hangs at each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use cocket::evidence::AttachedKind;
use cocket::reference::Digest;
use cocket::source::EvidenceDirectory;
use serde_json::Value;

use crate::layouts::{BUNDLE, ENVELOPE, SIMPLE};
use crate::{collect, resolve};

/// The corpus of signed images, and the cases that say what hangs at each digest.
fn signed() -> Option<PathBuf> {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
        println!("skipped: signed images: no corpus");
        return None;
    }
    Some(root.join("signed"))
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

type Layers = BTreeSet<(String, Vec<u8>)>;

/// What the cases say, by digest: several repositories share one image.
fn expected(signed: &Path) -> BTreeMap<Digest, Layers> {
    let mut expected: BTreeMap<Digest, Layers> = BTreeMap::new();
    for file in fs::read_dir(signed.join("cases")).unwrap() {
        let case = read_json(&file.unwrap().path());
        let digest = case["image"]["digest"].as_str().unwrap().parse().unwrap();
        let layers = expected.entry(digest).or_default();
        let mut add = |media_type: &Value, data: &Value| {
            let data = base64::prelude::BASE64_STANDARD.decode(data.as_str().unwrap()).unwrap();
            layers.insert((media_type.as_str().unwrap().to_owned(), data));
        };
        for one in case["signatures"].as_array().into_iter().flatten() {
            add(&one["mediaType"], &one["payload_b64"]);
        }
        for one in case["attestations"].as_array().into_iter().flatten() {
            add(&one["mediaType"], &one["payload_b64"]);
        }
        for one in case["bundles"].as_array().into_iter().flatten() {
            add(&one["layer_mediaType"], &one["bundle_b64"]);
        }
    }
    expected
}

fn media_type(kind: &AttachedKind) -> &str {
    match kind {
        AttachedKind::SimpleSigning => SIMPLE,
        AttachedKind::Envelope => ENVELOPE,
        AttachedKind::Bundle => BUNDLE,
        AttachedKind::Other(name) => name,
        _ => "a kind that the corpus does not have",
    }
}

#[test]
fn the_corpus_has_what_its_cases_say() {
    let Some(signed) = signed() else { return };
    let source = EvidenceDirectory::open(&signed.join("oci")).unwrap();
    let registry = read_json(&signed.join("oci/registry.json"));
    let mut referrers: BTreeMap<Digest, BTreeSet<Digest>> = BTreeMap::new();
    for (subject, listed) in
        registry["referrers"].as_object().unwrap().values().flat_map(|one| one.as_object().unwrap())
    {
        let listed = listed.as_array().unwrap().iter();
        let digests = listed.map(|one| one["digest"].as_str().unwrap().parse::<Digest>().unwrap());
        referrers.entry(subject.parse().unwrap()).or_default().extend(digests);
    }
    for (digest, layers) in expected(&signed) {
        let evidence = collect(&source, &digest);
        assert!(evidence.blob(&digest).is_some(), "{digest}");
        assert_eq!(evidence.gaps(), []);
        let found: Layers = evidence
            .attached()
            .iter()
            .filter(|one| one.subject == Some(digest))
            .map(|one| (media_type(&one.kind).to_owned(), one.bytes.to_vec()))
            .collect();
        assert_eq!(found, layers, "{digest}");
        referrers.remove(&digest);
    }
    for (subject, listed) in referrers {
        let evidence = collect(&source, &subject);
        assert!(evidence.attached().len() >= listed.len(), "{subject}");
    }
    let mut named = 0;
    for (repository, tags) in registry["tags"].as_object().unwrap() {
        for (tag, digest) in tags.as_object().unwrap() {
            named += usize::from(!tag.starts_with("sha256-"));
            let found = resolve(&source, &format!("127.0.0.1:5000/{repository}:{tag}"));
            assert_eq!(
                found,
                Some(digest.as_str().unwrap().parse().unwrap()),
                "{repository}:{tag}"
            );
        }
    }
    let images = source.images().iter();
    assert!(images.clone().all(|image| !image.name.as_deref().unwrap().contains("sha256-")));
    assert_eq!(images.len(), named);
}
