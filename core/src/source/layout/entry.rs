use super::LayoutImage;
use super::blobs::{Blobs, MANIFEST_BYTES};
use crate::evidence::Gap;
use crate::evidence::oci::{Descriptor, Document, Manifest};
use crate::reference::{Digest, Reference};

/// The name of a descriptor in `index.json`: the OCI image specification's `annotations.md`.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The full name that containerd writes, where `ref.name` is the tag only.
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// What cosign writes beside each entry of a saved image.
const KIND: &str = "kind";
const COSIGN_ATTACHED: [&str; 3] = [
    "dev.cosignproject.cosign/sigs",
    "dev.cosignproject.cosign/atts",
    "dev.cosignproject.cosign/sboms",
];

const IMAGE_TYPES: [&str; 6] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    // Not read, and listed all the same: an image that cannot be judged must not look absent.
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
];
const CONFIG_TYPES: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];
const LAYER_PREFIXES: [&str; 2] =
    ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."];

/// How deep an index is searched for something that can run.
const MAX_DEPTH: u32 = 2;
/// How many members of an index are searched for it, those of inner indexes included.
const MAX_CHILDREN: usize = 1_000;

/// One line of `index.json`.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    pub(super) media_type: String,
    /// The name as written.
    pub(super) shown: Option<String>,
    /// Names that say which repository.
    pub(super) full: Vec<Reference>,
    /// A tag without a repository.
    pub(super) bare_tag: Option<String>,
    /// The digest that its tag says it is attached to.
    pub(super) tag_subject: Option<Digest>,
    /// cosign says that it is attached to the image of the same name.
    pub(super) by_kind: bool,
    /// The digest that its manifest says it is attached to.
    pub(super) subject: Option<Digest>,
    pub(super) is_image: bool,
}

impl Entry {
    pub(super) fn read(listed: &Descriptor, blobs: &Blobs, gaps: &mut Vec<Gap>) -> Self {
        let annotation = |name: &str| listed.annotations.get(name).map(String::as_str);
        let ref_name = annotation(REF_NAME).filter(|name| !name.is_empty());
        let long_name = annotation(CONTAINERD_NAME).filter(|name| !name.is_empty());
        let full: Vec<Reference> = [long_name, ref_name.filter(|name| !is_bare(name))]
            .into_iter()
            .flatten()
            .filter_map(|name| Reference::parse(name).ok())
            .collect();
        let bare_tag = ref_name.filter(|name| full.is_empty() && is_bare(name));
        let tag_subject = [ref_name, long_name].into_iter().flatten().find_map(attached_to);
        let by_kind = annotation(KIND).is_some_and(|kind| COSIGN_ATTACHED.contains(&kind));
        let document = read_document(listed, blobs, gaps);
        let (subject, artifact) = match &document {
            None => (None, listed.artifact_type.is_some()),
            Some(Document::Manifest(one)) => (one.subject.as_ref(), one.artifact_type.is_some()),
            Some(Document::Index(one)) => (one.subject.as_ref(), one.artifact_type.is_some()),
        };
        let attached = tag_subject.is_some() || by_kind || subject.is_some() || artifact;
        let runs = || {
            let mut left = MAX_CHILDREN;
            document.as_ref().is_some_and(|one| can_run(one, blobs, MAX_DEPTH, &mut left))
        };
        let is_image = IMAGE_TYPES.contains(&listed.media_type.as_str()) && (!attached || runs());
        // cosign gives the image's own name to what it saved beside it.
        let borrowed_name = by_kind && !is_image;
        Self {
            digest: listed.digest,
            media_type: listed.media_type.clone(),
            shown: long_name.or(ref_name).map(str::to_owned),
            bare_tag: bare_tag.filter(|_| !borrowed_name).map(str::to_owned),
            tag_subject,
            by_kind,
            subject: subject.map(|subject| subject.digest),
            is_image,
            full: if borrowed_name { Vec::new() } else { full },
        }
    }

    pub(super) fn image(&self) -> LayoutImage {
        LayoutImage { name: self.shown.clone(), digest: self.digest }
    }
}

/// The entry's document; where it is not at hand, nobody knows what it was attached to.
fn read_document(listed: &Descriptor, blobs: &Blobs, gaps: &mut Vec<Gap>) -> Option<Document> {
    match blobs.read(&listed.digest, MANIFEST_BYTES) {
        Ok(bytes) => Document::parse(&bytes, None).ok(),
        Err(absent) => {
            let named = listed.annotations.contains_key(REF_NAME)
                || listed.annotations.contains_key(CONTAINERD_NAME);
            // An absent image under its own name says nothing about other images.
            if !(absent.is_missing() && named && listed.artifact_type.is_none()) {
                gaps.push(absent.gap(None, "entry of index.json", &listed.digest));
            }
            None
        }
    }
}

/// Whether a name is one word, which is a tag to most tools and a repository to others.
fn is_bare(name: &str) -> bool {
    !name.contains(['/', ':', '@'])
}

/// The digest to which a tag such as `sha256-<hex>.sig` or `sha256-<hex>` attaches something.
fn attached_to(name: &str) -> Option<Digest> {
    let tag = name.rsplit(['/', ':']).next()?;
    let stem = [".sig", ".att", ".sbom"].iter().find_map(|suffix| tag.strip_suffix(suffix));
    let (algorithm, hex) = stem.unwrap_or(tag).split_once('-')?;
    format!("{algorithm}:{hex}").parse().ok()
}

/// Whether a runtime could start it; what is too large to tell counts as such.
fn can_run(document: &Document, blobs: &Blobs, depth: u32, left: &mut usize) -> bool {
    let index = match document {
        Document::Manifest(manifest) => return is_container(manifest),
        Document::Index(index) => index,
    };
    let Some(depth) = depth.checked_sub(1) else { return false };
    index.manifests.iter().any(|child| {
        let Some(rest) = left.checked_sub(1) else { return true };
        *left = rest;
        let child = blobs.document(&child.digest);
        child.is_some_and(|child| can_run(&child, blobs, depth, left))
    })
}

/// A runtime needs a configuration and file system layers; signatures have the former only.
fn is_container(manifest: &Manifest) -> bool {
    let layer = |layer: &Descriptor| {
        LAYER_PREFIXES.iter().any(|prefix| layer.media_type.starts_with(prefix))
    };
    CONFIG_TYPES.contains(&manifest.config.media_type.as_str()) && manifest.layers.iter().any(layer)
}
