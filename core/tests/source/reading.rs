//! What is found in layouts that are whole.

use std::collections::BTreeSet;
use std::fs;

use cocket::evidence::AttachedKind;
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceDirectory, EvidenceSource};
use serde_json::json;

use crate::layouts::{BUNDLE, ENVELOPE, INDEX, Layout, MANIFEST, SIMPLE, entry, named};
use crate::{collect, contents, open, resolve};

#[test]
fn an_image_comes_with_its_manifest_and_configuration() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    layout.list(&image, &named("registry.example.com/app:1.0"));
    let source = open(&layout);
    assert_eq!(source.images()[0].name.as_deref(), Some("registry.example.com/app:1.0"));
    let digest = resolve(&source, "registry.example.com/app:1.0").unwrap();
    assert_eq!(digest, image.digest());
    let evidence = collect(&source, &digest);
    assert_eq!(evidence.blob(&digest).unwrap().media_type.as_deref(), Some(MANIFEST));
    assert_eq!(&*evidence.blob(&image.config()).unwrap().bytes, layout.config("one").as_bytes());
    assert!(evidence.gaps().is_empty() && evidence.attached().is_empty());
    let nothing = collect(&source, &Digest::sha256(b"another"));
    assert!(nothing.gaps().is_empty() && nothing.attached().is_empty());
}

#[test]
fn all_forms_of_attachment_are_found() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    let digest = image.digest();
    layout.list(&image, &named("registry.example.com/app:1.0"));
    let tag = format!("sha256-{}", digest.hex());
    let sig = layout.attach(None, SIMPLE, "by tag");
    layout.list(&sig, &named(&format!("registry.example.com/app:{tag}.sig")));
    let att = layout.attach(None, ENVELOPE, "by bare tag");
    layout.list(&att, &named(&format!("{tag}.att")));
    let sbom = layout.attach(None, "text/spdx", "an sbom");
    layout.list(&sbom, &named(&format!("{tag}.sbom")));
    let listed = layout.attach(Some(&image), BUNDLE, "listed referrer");
    layout.list(&listed, &json!({}));
    layout.attach(Some(&image), BUNDLE, "referrer as a blob only");
    let fallback = layout.attach(None, BUNDLE, "in the fallback index");
    let fallback = layout.index(&[entry(&fallback, MANIFEST)]);
    layout.list(&fallback, &named(&format!("registry.example.com/app:{tag}")));
    let source = open(&layout);
    let evidence = collect(&source, &digest);
    let spdx = AttachedKind::Other("text/spdx".to_owned());
    assert_eq!(
        contents(&evidence),
        [
            "Bundle in the fallback index".to_owned(),
            "Bundle listed referrer".to_owned(),
            "Bundle referrer as a blob only".to_owned(),
            "Envelope by bare tag".to_owned(),
            format!("{spdx:?} an sbom"),
            "SimpleSigning by tag".to_owned(),
        ]
    );
    assert!(evidence.attached().iter().all(|one| one.subject == Some(digest)));
    let annotations = &evidence.attached()[0].annotations;
    assert_eq!(annotations.get("of").map(String::as_str), Some("the layer"));
    assert_eq!(evidence.gaps(), []);
    assert_eq!(source.images().len(), 1, "{:?}", source.images());
}

#[test]
fn what_cosign_saves_is_found_by_its_kind() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    let other = layout.image("two");
    let kind = |kind: &str, name: &str| {
        json!({"kind": format!("dev.cosignproject.cosign/{kind}"),
               "org.opencontainers.image.ref.name": name})
    };
    layout.list(&image, &kind("image", "r.example/app:1"));
    layout.list(&other, &kind("image", "r.example/other:1"));
    let sigs = layout.attach(None, SIMPLE, "sigs");
    layout.list(&sigs, &kind("sigs", "r.example/app:1"));
    let atts = layout.attach(None, ENVELOPE, "atts");
    layout.list(&atts, &kind("atts", "r.example/app:1"));
    let source = open(&layout);
    assert_eq!(resolve(&source, "r.example/app:1"), Some(image.digest()));
    let evidence = collect(&source, &image.digest());
    assert_eq!(contents(&evidence), ["Envelope atts", "SimpleSigning sigs"]);
    assert!(contents(&collect(&source, &other.digest())).is_empty());
    assert_eq!(source.images().len(), 2);
}

#[test]
fn an_index_comes_with_its_children_and_what_is_attached_to_each() {
    let mut layout = Layout::new();
    let (one, two) = (layout.image("one"), layout.image("two"));
    let inner = layout.index(&[entry(&two, MANIFEST)]);
    let index = layout.index(&[entry(&one, MANIFEST), entry(&inner, INDEX)]);
    layout.list(&index, &named("r.example/app:1"));
    layout.attach(Some(&index), BUNDLE, "index");
    layout.attach(Some(&two), BUNDLE, "child of the child");
    let source = open(&layout);
    let evidence = collect(&source, &index.digest());
    for digest in [index.digest(), inner.digest(), one.digest(), two.digest(), two.config()] {
        assert!(evidence.blob(&digest).is_some());
    }
    assert_eq!(contents(&evidence), ["Bundle child of the child", "Bundle index"]);
    let subjects: BTreeSet<_> = evidence.attached().iter().map(|one| one.subject).collect();
    assert_eq!(subjects, BTreeSet::from([Some(index.digest()), Some(two.digest())]));
}

#[test]
fn names_are_normalised_and_tags_are_exact() {
    let mut layout = Layout::new();
    let (one, two) = (layout.image("one"), layout.image("two"));
    layout.list(&one, &named("docker.io/library/nginx:1.25"));
    let containerd = json!({"io.containerd.image.name": "r.example/app:latest",
                            "org.opencontainers.image.ref.name": "latest"});
    layout.list(&two, &containerd);
    let source = open(&layout);
    assert_eq!(resolve(&source, "nginx:1.25"), Some(one.digest()));
    assert_eq!(resolve(&source, "index.docker.io/nginx:1.25"), Some(one.digest()));
    for absent in ["nginx", "nginx:1.2", "r.example/nginx:1.25", "r.example/app:1", "other"] {
        assert_eq!(resolve(&source, absent), None, "{absent}");
    }
    // Without a tag, a runtime asks for `latest`.
    assert_eq!(resolve(&source, "r.example/app"), Some(two.digest()));
    let at = |name: &str, digest: &Digest| format!("{name}@{digest}");
    let (a, b) = (one.digest(), two.digest());
    assert_eq!(resolve(&source, &at("anything", &b)), Some(b));
    assert_eq!(resolve(&source, &at("nginx:1.25", &b)), Some(a), "the tag's, for the engine");
    assert_eq!(resolve(&source, &at("nginx:9", &b)), Some(b));
    assert_eq!(resolve(&source, &at("nginx:9", &Digest::sha256(b"x"))), None);
}

#[test]
fn a_bare_tag_counts_only_where_it_cannot_mean_another_image() {
    let mut layout = Layout::new();
    let one = layout.image("one");
    layout.list(&one, &named("1.0"));
    assert_eq!(resolve(&open(&layout), "r.example/app:1.0"), Some(one.digest()));
    assert_eq!(resolve(&open(&layout), "r.example/app:2.0"), None);
    assert_eq!(resolve(&open(&layout), "r.example/app"), None);
    let two = layout.image("two");
    layout.list(&two, &named("2.0"));
    let wanted = Reference::parse("r.example/app:1.0").unwrap();
    let error = open(&layout).resolve(&wanted).unwrap_err();
    assert!(error.detail.contains("without a repository among 2 images"), "{error}");

    let mut layout = Layout::new();
    let one = layout.image("one");
    layout.list(&one, &named("1.0"));
    layout.list(&one, &named("r.example/other:1.0"));
    assert_eq!(resolve(&open(&layout), "r.example/app:1.0"), None);
}

#[test]
fn what_can_run_is_an_image_under_any_tag() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    let tag = format!("r.example/app:sha256-{}.sig", Digest::sha256(b"x").hex());
    layout.list(&image, &named(&tag));
    let attached = layout.image_attached_to(&image);
    layout.list(&attached, &named("r.example/app:hidden"));
    let index = layout.index(&[entry(&image, MANIFEST)]);
    layout.list(&index, &named(&format!("sha256-{}", Digest::sha256(b"x").hex())));
    let source = open(&layout);
    let images: BTreeSet<Digest> = source.images().iter().map(|image| image.digest).collect();
    assert_eq!(images, BTreeSet::from([image.digest(), attached.digest(), index.digest()]));
    assert_eq!(resolve(&source, "r.example/app:hidden"), Some(attached.digest()));
}

#[test]
fn a_directory_of_layouts_is_one_source() {
    let directory = tempfile::tempdir().unwrap();
    let mut images = Layout::at(&directory.path().join("a/images"));
    let image = images.image("one");
    let index = images.index(&[entry(&image, MANIFEST)]);
    images.list(&index, &named("r.example/app:1"));
    images.write_index();
    let mut signatures = Layout::at(&directory.path().join("b"));
    signatures.attach(Some(&image), BUNDLE, "signed elsewhere");
    signatures.write_index();
    let source = EvidenceDirectory::open(directory.path()).unwrap();
    assert_eq!((source.layouts().len(), source.images().len()), (2, 1));
    assert_eq!(resolve(&source, "r.example/app:1"), Some(index.digest()));
    let evidence = collect(&source, &index.digest());
    assert_eq!(contents(&evidence), ["Bundle signed elsewhere"]);

    // Another image of that name in a second layout: neither is chosen.
    let other = signatures.image("two");
    signatures.list(&other, &named("r.example/app:1"));
    signatures.write_index();
    let source = EvidenceDirectory::open(directory.path()).unwrap();
    let error = source.resolve(&Reference::parse("r.example/app:1").unwrap()).unwrap_err();
    assert!(error.detail.contains("several digests"), "{error}");

    // One layout alone opens as a directory, a broken one is not passed over.
    assert_eq!(EvidenceDirectory::open(images.path()).unwrap().layouts().len(), 1);
    fs::write(directory.path().join("b/oci-layout"), "{}").unwrap();
    assert!(EvidenceDirectory::open(directory.path()).is_err());
    let empty = tempfile::tempdir().unwrap();
    let error = EvidenceDirectory::open(empty.path()).unwrap_err();
    assert!(error.detail.starts_with("neither an OCI image layout"), "{error}");
    assert!(EvidenceDirectory::open(&empty.path().join("absent")).is_err());
}

#[test]
fn the_order_of_the_index_changes_nothing() {
    let build = |reversed: bool| {
        let mut layout = Layout::new();
        let image = layout.image("one");
        layout.list(&image, &named("r.example/app:1"));
        for number in 0..5 {
            let sig = layout.attach(Some(&image), BUNDLE, &format!("bundle {number}"));
            layout.list(&sig, &json!({}));
        }
        if reversed {
            layout.entries.reverse();
        }
        collect(&open(&layout), &image.digest())
    };
    assert_eq!(build(false).attached(), build(true).attached());
}
