//! Evidence sources: layouts that tools write, layouts that are broken, and files of the caller.
#![cfg(test)]

mod layouts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use cocket::evidence::{Attached, AttachedKind, Evidence, GapKind};
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceDirectory, EvidenceSource, ImageLayout, MAX_ATTACHMENTS};
use layouts::{BUNDLE, ENVELOPE, INDEX, Layout, MANIFEST, SIMPLE, Stored, entry, named};
use serde_json::{Value, json};

fn open(layout: &Layout) -> ImageLayout {
    ImageLayout::open(layout.path()).unwrap()
}

fn resolve(source: &dyn EvidenceSource, name: &str) -> Option<Digest> {
    source.resolve(&Reference::parse(name).unwrap()).unwrap()
}

fn contents(evidence: &Evidence) -> Vec<String> {
    let show = |one: &Attached| format!("{:?} {}", one.kind, String::from_utf8_lossy(&one.bytes));
    let mut shown: Vec<String> = evidence.attached().iter().map(show).collect();
    shown.sort();
    shown
}

fn collect(source: &dyn EvidenceSource, digest: &Digest) -> Evidence {
    source.collect(digest).unwrap()
}

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
fn one_name_with_two_digests_is_an_error() {
    let mut layout = Layout::new();
    let (one, two) = (layout.image("one"), layout.image("two"));
    layout.list(&one, &named("nginx:1"));
    layout.list(&two, &named("docker.io/library/nginx:1"));
    let source = open(&layout);
    let error = source.resolve(&Reference::parse("nginx:1").unwrap()).unwrap_err();
    assert!(error.detail.contains("several digests"), "{error}");
    assert!(error.detail.contains(&one.digest().to_string()), "{error}");
    assert_eq!(source.images().len(), 2);
    // A digest that the reference itself gives settles it, if it is one of them.
    let pinned = format!("nginx:1@{}", two.digest());
    assert_eq!(resolve(&source, &pinned), Some(two.digest()));
    let foreign = format!("nginx:1@{}", Digest::sha256(b"x"));
    assert!(source.resolve(&Reference::parse(&foreign).unwrap()).is_err());

    let mut layout = Layout::new();
    let one = layout.image("one");
    layout.list(&one, &named(&format!("nginx:1@{}", Digest::sha256(b"another"))));
    let error = open(&layout).resolve(&Reference::parse("nginx:1").unwrap()).unwrap_err();
    assert!(error.detail.contains("several digests"), "{error}");
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
fn junk_is_listed_and_leaves_no_gap() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    layout.list(&image, &named("r.example/app:1"));
    layout.attach(Some(&image), "application/x-junk", "junk");
    let huge = "x".repeat(2 << 20);
    layout.attach(Some(&image), "application/x-huge", &huge);
    let broken = layout.blob("{\"schemaVersion\":2,\"layers\":[],\"layers\":[]}");
    let tag = format!("sha256-{}.sig", image.digest().hex());
    layout.list(&Stored::manifest(broken), &named(&tag));
    let evidence = collect(&open(&layout), &image.digest());
    assert_eq!(evidence.gaps(), []);
    let kinds: BTreeSet<_> = evidence.attached().iter().map(|one| one.kind.clone()).collect();
    let other = |name: &str| AttachedKind::Other(name.to_owned());
    let expected = ["application/x-junk", "application/x-huge", "a manifest that cannot be read"];
    assert_eq!(kinds, expected.into_iter().map(other).collect());
    assert!(evidence.attached().iter().all(|one| one.bytes.len() < 1_000));
}

#[test]
fn what_a_layout_fails_to_deliver_is_a_gap() {
    let with = |break_it: &dyn Fn(&mut Layout, &Stored, &Stored)| {
        let mut layout = Layout::new();
        let image = layout.image("one");
        layout.list(&image, &named("r.example/app:1"));
        let sig = layout.attach(None, SIMPLE, "signed");
        layout.list(&sig, &named(&format!("sha256-{}.sig", image.digest().hex())));
        break_it(&mut layout, &image, &sig);
        let evidence = collect(&open(&layout), &image.digest());
        (image, evidence)
    };
    let signed = Digest::sha256(b"signed");
    let (image, evidence) = with(&|layout, _, _| layout.remove(&signed));
    let gap = &evidence.gaps()[0];
    assert_eq!((gap.subject, gap.kind), (Some(image.digest()), GapKind::Incomplete));
    assert!(gap.detail.contains(&signed.to_string()), "{gap:?}");

    let (image, evidence) = with(&|layout, _, _| layout.overwrite(&signed, "forged"));
    assert!(evidence.attached().is_empty());
    let own =
        |evidence: &Evidence| evidence.gaps().iter().any(|gap| gap.subject == Some(image.digest()));
    assert!(own(&evidence), "{:?}", evidence.gaps());

    let (_, evidence) = with(&|layout, _, sig| layout.remove(&sig.digest()));
    assert!(own(&evidence), "{:?}", evidence.gaps());

    let (image, evidence) = with(&|layout, image, _| layout.overwrite(&image.digest(), "{}"));
    assert!(evidence.blob(&image.digest()).is_none());
    assert!(own(&evidence) && evidence.gaps()[0].kind == GapKind::Incomplete);
    assert_eq!(contents(&evidence), ["SimpleSigning signed"]);

    let (image, evidence) = with(&|layout, image, _| layout.remove(&image.config()));
    assert!(evidence.blob(&image.config()).is_none() && evidence.gaps().is_empty());
}

#[test]
fn a_flood_of_attachments_is_cut_short_and_said() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    layout.list(&image, &named("r.example/app:1"));
    for flood in ["a", "b", "c"] {
        let manifest = layout.attach_often(&image, "x/y", flood, 18_000);
        layout.list(&manifest, &json!({}));
    }
    let evidence = collect(&open(&layout), &image.digest());
    assert!(evidence.attached().len() <= MAX_ATTACHMENTS);
    let [gap] = evidence.gaps() else { panic!("{:?}", evidence.gaps()) };
    assert_eq!((gap.subject, gap.kind), (None, GapKind::Incomplete));
    assert!(gap.detail.starts_with("more attachments under sha256:"), "{gap:?}");
    assert!(evidence.blob(&image.config()).is_some(), "the image itself is read first");
}

#[test]
fn changed_bytes_are_never_evidence() {
    let mut layout = Layout::new();
    let (one, two) = (layout.image("one"), layout.image("two"));
    let index = layout.index(&[entry(&one, MANIFEST), entry(&two, MANIFEST)]);
    layout.list(&index, &named("r.example/app:1"));
    layout.attach(Some(&one), BUNDLE, "a bundle");
    let sig = layout.attach(None, SIMPLE, "a payload");
    layout.list(&sig, &named(&format!("sha256-{}.sig", index.digest().hex())));
    let whole = collect(&open(&layout), &index.digest());
    let known: BTreeSet<Digest> = whole.attached().iter().map(|one| one.digest).collect();
    assert_eq!(known.len(), 2);
    for (digest, bytes) in layout.blobs() {
        let changes = (0..bytes.len()).flat_map(|place| {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            [flipped, bytes[..place].to_vec()]
        });
        // Each change opens the layout anew: every seventh place is enough to meet each member.
        for changed in changes.step_by(7) {
            layout.overwrite_bytes(&digest, &changed);
            let evidence = collect(&open(&layout), &index.digest());
            assert!(evidence.blob(&digest).is_none());
            assert!(evidence.attached().iter().all(|one| known.contains(&one.digest)));
            assert!(evidence.attached().iter().all(|one| one.digest != digest));
            assert!(!evidence.gaps().is_empty(), "{digest}");
        }
        layout.overwrite_bytes(&digest, &bytes);
    }
    assert_eq!(collect(&open(&layout), &index.digest()).attached(), whole.attached());
}

#[test]
fn an_unreadable_file_is_unavailable() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    layout.list(&image, &named("r.example/app:1"));
    // A loop of links cannot be opened, whoever asks.
    layout.remove(&image.config());
    layout.link_to_itself(&image.config());
    layout.attach(Some(&image), BUNDLE, "still found");
    let evidence = collect(&open(&layout), &image.digest());
    assert!(evidence.blob(&image.config()).is_none());
    assert!(!evidence.gaps().is_empty());
    assert!(evidence.gaps().iter().all(|gap| gap.kind == GapKind::Unavailable));
    assert_eq!(contents(&evidence), ["Bundle still found"]);
}

#[test]
fn special_files_are_not_waited_for() {
    let mut layout = Layout::new();
    let image = layout.image("one");
    layout.list(&image, &named("r.example/app:1"));
    layout.remove(&image.config());
    layout.fifo(&image.config());
    let evidence = collect(&open(&layout), &image.digest());
    assert!(evidence.gaps()[0].detail.contains("a pipe"), "{:?}", evidence.gaps());
}

#[test]
fn what_is_no_layout_says_so() {
    let detail = |path: &Path| ImageLayout::open(path).unwrap_err().to_string();
    let layout = Layout::new();
    layout.write_index();
    let root = layout.path();
    fs::remove_file(root.join("index.json")).unwrap();
    assert!(detail(root).contains("index.json: no such file"), "{}", detail(root));
    fs::create_dir(root.join("index.json")).unwrap();
    assert!(detail(root).contains("a directory where a file is expected"), "{}", detail(root));
    fs::remove_dir(root.join("index.json")).unwrap();
    for (text, expected) in [
        ("{", "invalid"),
        ("\u{feff}{}", "byte order mark"),
        (r#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#, "stands twice"),
        (r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, "ambiguous"),
        (r#"{"schemaVersion":2,"manifests":[{"mediaType":"a","size":1,"digest":"../x"}]}"#, "../x"),
    ] {
        fs::write(root.join("index.json"), text).unwrap();
        assert!(detail(root).contains(expected), "{text}: {}", detail(root));
    }
    fs::File::create(root.join("index.json")).unwrap().set_len(2 << 30).unwrap();
    assert!(detail(root).contains("larger than the 4194304 bytes"), "{}", detail(root));
    for text in [r#"{"imageLayoutVersion":"2.0.0"}"#, "{}", "", "\0"] {
        fs::write(root.join("oci-layout"), text).unwrap();
        let error = ImageLayout::open(root).unwrap_err();
        assert!(error.path.ends_with("oci-layout"), "{error}");
    }
    let absent = ImageLayout::open(&root.join("absent")).unwrap_err();
    assert!(absent.detail.contains("not an OCI image layout: no such file"), "{absent}");
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
    for (repository, tags) in registry["tags"].as_object().unwrap() {
        for (tag, digest) in tags.as_object().unwrap() {
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
    assert_eq!(images.len(), 87);
}
