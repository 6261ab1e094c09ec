//! The committed example is what the generator writes, and holds together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cocket::evidence::config::ImageConfig;
use cocket::evidence::oci::Document;
use cocket::evidence::{AttachedKind, Evidence};
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceSource, ImageLayout};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use serde_json::Value;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/first-look")
}

fn files(root: &Path, below: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        match root.join(&path).is_dir() {
            true => files(root, &path, found),
            false => {
                found.insert(path.clone(), fs::read(root.join(&path)).unwrap());
            }
        }
    }
}

#[test]
fn the_committed_example_is_what_the_generator_writes() {
    let made = tempfile::tempdir().unwrap();
    super::write(made.path()).unwrap();
    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    files(made.path(), Path::new(""), &mut expected);
    files(&committed(), Path::new(""), &mut found);
    // What people write about the example is not generated.
    found.remove(Path::new("README.md"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    for (path, bytes) in &expected {
        assert!(found[path] == *bytes, "{} differs: run `cargo xtask gen`", path.display());
    }
    // Over what is there, the same again.
    super::write(made.path()).unwrap();
    let mut again = BTreeMap::new();
    files(made.path(), Path::new(""), &mut again);
    assert_eq!(again, expected);
}

/// The image of this name with everything about it.
fn image(name: &str) -> (Digest, Evidence) {
    let layout = ImageLayout::open(&committed().join("images")).unwrap();
    assert_eq!(layout.images().len(), 5);
    let digest = layout.resolve(&Reference::parse(name).unwrap()).unwrap().unwrap();
    let evidence = layout.collect(&digest).unwrap();
    assert_eq!(evidence.gaps(), []);
    (digest, evidence)
}

/// Whether what hangs at the image was signed by the release key.
fn signed_by_release(evidence: &Evidence) -> Vec<bool> {
    let trust = fs::read_to_string(committed().join("policy/trust.yaml")).unwrap();
    let pem: String = trust
        .lines()
        .skip_while(|line| !line.contains("pem: |"))
        .skip(1)
        .fold(String::new(), |pem, line| pem + line.trim() + "\n");
    let key = VerifyingKey::from_public_key_pem(&pem).unwrap();
    let attached = evidence.attached().iter();
    attached
        .map(|one| {
            let decode = |text: &Value| BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap();
            let (message, signature) = match one.kind {
                AttachedKind::SimpleSigning => {
                    let signature = &one.annotations["dev.cosignproject.cosign/signature"];
                    (one.bytes.to_vec(), BASE64_STANDARD.decode(signature).unwrap())
                }
                _ => {
                    let bundle: Value = serde_json::from_slice(&one.bytes).unwrap();
                    let envelope = &bundle["dsseEnvelope"];
                    let payload = decode(&envelope["payload"]);
                    let head = format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len());
                    let signature = decode(&envelope["signatures"][0]["sig"]);
                    ([head.as_bytes(), &payload].concat(), signature)
                }
            };
            key.verify(&message, &Signature::from_der(&signature).unwrap()).is_ok()
        })
        .collect()
}

#[test]
fn signatures_are_whose_the_example_says() {
    for (name, signed) in [
        ("registry.acme.example/shop/checkout:2.8.1", vec![true]),
        ("registry.acme.example/shop/search:1.4.0", vec![]),
        ("registry.acme.example/shop/payments:3.2.0", vec![false]),
        ("registry.acme.example/shop/orders:5.0.2", vec![true]),
        ("docker.io/acme-labs/newsletter:latest", vec![]),
    ] {
        let (digest, evidence) = image(name);
        assert_eq!(signed_by_release(&evidence), signed, "{name}");
        for one in evidence.attached() {
            let text = String::from_utf8_lossy(&one.bytes).into_owned();
            let payload = match one.kind {
                AttachedKind::SimpleSigning => text,
                _ => {
                    let bundle: Value = serde_json::from_str(&text).unwrap();
                    let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
                    String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()).unwrap()
                }
            };
            assert!(payload.contains(&digest.hex()), "{name}");
        }
    }
}

#[test]
fn bases_are_proven_by_layers_where_the_example_says() {
    let catalog = fs::read_to_string(committed().join("policy/catalog.yaml")).unwrap();
    let lowest: BTreeSet<&str> = catalog
        .lines()
        .zip(catalog.lines().skip(1))
        .filter(|(above, _)| above.trim() == "diffIds:")
        .map(|(_, line)| line.trim().trim_start_matches("- "))
        .collect();
    for (name, reviewed) in [
        ("registry.acme.example/shop/checkout:2.8.1", true),
        ("registry.acme.example/shop/orders:5.0.2", true),
        ("docker.io/acme-labs/newsletter:latest", false),
    ] {
        let (digest, evidence) = image(name);
        let bytes = &evidence.blob(&digest).unwrap().bytes;
        let Document::Manifest(manifest) = Document::parse(bytes, None).unwrap() else {
            panic!("{name} is an index");
        };
        let config = &evidence.blob(&manifest.config.digest).unwrap().bytes;
        let config = ImageConfig::parse(config).unwrap();
        assert_eq!(config.diff_ids.len(), manifest.layers.len());
        assert_eq!(lowest.contains(&*config.diff_ids[0].to_string()), reviewed, "{name}");
    }
}

#[test]
fn reports_and_deployments_name_images_that_are_there() {
    let layout = ImageLayout::open(&committed().join("images")).unwrap();
    let digests: BTreeSet<String> =
        layout.images().iter().map(|image| image.digest.to_string()).collect();
    let mut scanned = BTreeSet::new();
    for file in fs::read_dir(committed().join("reports")).unwrap() {
        let report: Value =
            serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        let named = report["Metadata"]["RepoDigests"][0].as_str().unwrap();
        scanned.insert(named.rsplit('@').next().unwrap().to_owned());
    }
    assert_eq!(scanned, digests);
    for file in fs::read_dir(committed().join("deploy")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| line.trim().starts_with("image: ")) {
            let name = line.trim().trim_start_matches("image: ");
            let digest = layout.resolve(&Reference::parse(name).unwrap()).unwrap().unwrap();
            assert!(digests.contains(&digest.to_string()), "{name}");
            assert!(name.contains('@') || name.ends_with("newsletter:latest"), "{name}");
        }
    }
}
