//! Layouts that are broken, cut short, or made to mislead.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cocket::evidence::{AttachedKind, Evidence, GapKind};
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceSource, ImageLayout, MAX_ATTACHMENTS};
use serde_json::json;

use crate::layouts::{BUNDLE, Layout, MANIFEST, SIMPLE, Stored, entry, named};
use crate::{collect, contents, open, resolve};

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
