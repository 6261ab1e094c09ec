use std::collections::{BTreeMap, BTreeSet};

use super::ImageLayout;
use super::blobs::{self, Absent, CONFIG_BYTES, MANIFEST_BYTES};
use crate::evidence::oci::{Descriptor, Document, Manifest};
use crate::evidence::{AttachedKind, Evidence, Gap, GapKind};
use crate::reference::Digest;

/// Largest signature, attestation or bundle that is read, in bytes.
pub const MAX_ATTACHED_BYTES: u64 = 64 * 1024 * 1024;
/// Most attached manifests and layers of them that are read for one image and its platforms
/// together.
pub const MAX_ATTACHMENTS: usize = 50_000;
/// Most bytes that are read for one image: manifests, configurations and what is attached.
pub const MAX_COLLECTED_BYTES: u64 = 512 * 1024 * 1024;

/// Largest attached file of another kind that is kept, to be listed with its own digest; larger
/// ones are listed by their manifest.
const MAX_OTHER_BYTES: u64 = 1024 * 1024;
/// Most manifests under one image: more than are judged, since some are not counted there.
const MAX_MANIFESTS: usize = 4_000;
/// How deep indexes are followed: as deep as they are judged, and one to show that it goes on.
const MAX_DEPTH: u32 = 3;
/// How deep an index of attachments is followed.
const MAX_ATTACHED_DEPTH: u32 = 2;

/// Everything that these layouts together hold about `digest`.
pub(in super::super) fn collect(layouts: &[ImageLayout], digest: &Digest) -> Evidence {
    let mut reader = Reader {
        layouts,
        evidence: Evidence::new(),
        image: *digest,
        bytes_left: MAX_COLLECTED_BYTES,
        attachments_left: MAX_ATTACHMENTS,
        seen: BTreeSet::new(),
        cut_short: false,
    };
    for gap in layouts.iter().flat_map(|layout| &layout.gaps) {
        reader.evidence.add_gap(gap.clone());
    }
    let entries = layouts.iter().flat_map(|layout| &layout.entries);
    let listed = entries.filter(|entry| entry.digest == *digest);
    let media_type = listed.map(|entry| entry.media_type.as_str()).min();
    reader.image(digest, media_type, MAX_DEPTH);
    // By digest: what is read first must not hang on the order of `index.json`.
    for subject in std::mem::take(&mut reader.seen) {
        let attached: BTreeSet<&Digest> =
            layouts.iter().flat_map(|layout| layout.attachments.of(&subject)).collect();
        let mut read = BTreeSet::new();
        for manifest in attached {
            reader.attachment(&subject, manifest, MAX_ATTACHED_DEPTH, &mut read);
        }
    }
    reader.evidence
}

struct Reader<'a> {
    layouts: &'a [ImageLayout],
    evidence: Evidence,
    image: Digest,
    bytes_left: u64,
    attachments_left: usize,
    /// Manifests and indexes of the image.
    seen: BTreeSet<Digest>,
    cut_short: bool,
}

impl Reader<'_> {
    /// Takes in a manifest with its configuration, or an index with all that it lists.
    fn image(&mut self, digest: &Digest, media_type: Option<&str>, depth: u32) {
        if depth == 0 || self.seen.contains(digest) {
            return;
        }
        if self.seen.len() >= MAX_MANIFESTS {
            self.cut_short("manifests");
            return;
        }
        self.seen.insert(*digest);
        let Some(bytes) = self.content("manifest", digest, MANIFEST_BYTES) else { return };
        let document = Document::parse(&bytes, None);
        self.evidence.add_blob_as(*digest, media_type, bytes);
        match document {
            Ok(Document::Manifest(manifest)) => self.config(&manifest),
            Ok(Document::Index(index)) => {
                for child in &index.manifests {
                    self.image(&child.digest, Some(&child.media_type), depth.saturating_sub(1));
                }
            }
            // The engine reads the bytes again, and says what is wrong with them.
            Err(_) => {}
        }
    }

    fn config(&mut self, manifest: &Manifest) {
        let config = &manifest.config;
        if let Some(bytes) = self.content("image configuration", &config.digest, CONFIG_BYTES) {
            self.evidence.add_blob_as(config.digest, Some(&config.media_type), bytes);
        }
    }

    /// Content of the image itself. What is simply not there leaves no gap: this layout does not
    /// have it, and another source may.
    fn content(&mut self, what: &str, digest: &Digest, most: u64) -> Option<Vec<u8>> {
        let most = self.within_budget(most)?;
        match self.read(digest, most) {
            Ok(bytes) => {
                self.spend(&bytes);
                Some(bytes)
            }
            Err(absent) if absent.is_missing() => None,
            Err(absent) => {
                self.evidence.add_gap(absent.gap(Some(*digest), what, digest));
                None
            }
        }
    }

    /// Takes in what hangs under one manifest, or under each that an index lists.
    fn attachment(
        &mut self,
        subject: &Digest,
        digest: &Digest,
        depth: u32,
        read: &mut BTreeSet<Digest>,
    ) {
        if depth == 0 || !read.insert(*digest) || !self.may_read_on() {
            return;
        }
        let Some(most) = self.within_budget(MANIFEST_BYTES) else { return };
        let bytes = match self.read(digest, most) {
            Ok(bytes) => bytes,
            // It was listed, and nobody can tell any more that it was no signature.
            Err(absent) => {
                self.evidence.add_gap(absent.gap(Some(*subject), "attached manifest", digest));
                return;
            }
        };
        self.spend(&bytes);
        match Document::parse(&bytes, None) {
            Ok(Document::Manifest(manifest)) => self.layers(subject, &manifest, bytes),
            Ok(Document::Index(index)) => {
                for child in &index.manifests {
                    self.attachment(subject, &child.digest, depth.saturating_sub(1), read);
                }
            }
            Err(_) => self.list(subject, "a manifest that cannot be read", bytes),
        }
    }

    fn layers(&mut self, subject: &Digest, manifest: &Manifest, bytes: Vec<u8>) {
        let mut unlisted = None;
        for layer in &manifest.layers {
            if !self.may_read_on() {
                break;
            }
            match AttachedKind::from_media_type(&layer.media_type) {
                kind @ AttachedKind::Other(_) => {
                    if !self.other(subject, layer, kind) {
                        unlisted = unlisted.or(Some(layer.media_type.as_str()));
                    }
                }
                kind => self.signed(subject, layer, kind),
            }
        }
        if let Some(name) = unlisted {
            self.list(subject, name, bytes);
        }
    }

    fn signed(&mut self, subject: &Digest, layer: &Descriptor, kind: AttachedKind) {
        let Some(most) = self.within_budget(MAX_ATTACHED_BYTES) else { return };
        match self.read(&layer.digest, most) {
            Ok(bytes) => {
                self.spend(&bytes);
                self.evidence.attach(Some(*subject), kind, bytes, layer.annotations.clone());
            }
            Err(absent) => {
                let gap = absent.gap(Some(*subject), "signature or attestation", &layer.digest);
                self.evidence.add_gap(gap);
            }
        }
    }

    /// Something that is no signature by its media type: kept to be listed, if it is at hand and
    /// small.
    fn other(&mut self, subject: &Digest, layer: &Descriptor, kind: AttachedKind) -> bool {
        let most = self.bytes_left.min(MAX_OTHER_BYTES);
        let Ok(bytes) = self.read(&layer.digest, most) else { return false };
        self.spend(&bytes);
        self.evidence.attach(Some(*subject), kind, bytes, layer.annotations.clone());
        true
    }

    /// Lists what cannot be shown itself by the manifest that holds it.
    fn list(&mut self, subject: &Digest, name: &str, manifest: Vec<u8>) {
        let kind = AttachedKind::Other(name.to_owned());
        self.evidence.attach(Some(*subject), kind, manifest, BTreeMap::new());
    }

    /// The bytes from whichever layout has them.
    fn read(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Absent> {
        blobs::read(self.layouts.iter().map(|layout| &layout.blobs), digest, most)
    }

    fn may_read_on(&mut self) -> bool {
        match self.attachments_left.checked_sub(1) {
            Some(left) => self.attachments_left = left,
            None => self.cut_short("attachments"),
        }
        !self.cut_short
    }

    fn within_budget(&mut self, most: u64) -> Option<u64> {
        if self.bytes_left == 0 {
            self.cut_short("bytes");
            return None;
        }
        Some(self.bytes_left.min(most))
    }

    fn spend(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.bytes_left = self.bytes_left.saturating_sub(length);
    }

    fn cut_short(&mut self, what: &str) {
        if !std::mem::replace(&mut self.cut_short, true) {
            self.evidence.add_gap(Gap {
                subject: None,
                kind: GapKind::Incomplete,
                detail: format!("more {what} under {} than are read", self.image),
            });
        }
    }
}
