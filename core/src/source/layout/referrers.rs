use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use super::blobs::Blobs;
use super::entry::Entry;
use crate::evidence::oci::Document;
use crate::evidence::{Gap, GapKind};
use crate::reference::Digest;

/// Largest blob that is searched for a `subject` where `index.json` does not list it, in bytes.
/// Manifests of signatures and attestations have about a thousand.
pub const MAX_SCANNED_BLOB_BYTES: u64 = 256 * 1024;
/// Most blobs of a layout that are searched for a `subject`.
pub const MAX_SCANNED_BLOBS: usize = 100_000;
/// Most bytes of a layout that are searched for a `subject`.
pub const MAX_SCANNED_BYTES: u64 = 512 * 1024 * 1024;

/// Manifests and indexes by what they are attached to.
#[derive(Debug, Clone, Default)]
pub(super) struct Attachments {
    by_subject: BTreeMap<Digest, BTreeSet<Digest>>,
}

impl Attachments {
    pub(super) fn find(entries: &[Entry], blobs: &Blobs, gaps: &mut Vec<Gap>) -> Self {
        let mut found = Self::default();
        for entry in entries {
            let subjects = [entry.tag_subject, entry.subject];
            for subject in subjects.into_iter().flatten().chain(same_name(entry, entries)) {
                found.add(subject, entry.digest);
            }
        }
        found.scan(blobs, gaps);
        found
    }

    pub(super) fn of(&self, subject: &Digest) -> impl Iterator<Item = &Digest> {
        self.by_subject.get(subject).into_iter().flatten()
    }

    fn add(&mut self, subject: Digest, manifest: Digest) {
        self.by_subject.entry(subject).or_default().insert(manifest);
    }

    /// Finds manifests with a `subject` among all small blobs: `cosign save` does not list them.
    fn scan(&mut self, blobs: &Blobs, gaps: &mut Vec<Gap>) {
        let general = |kind, detail: String| Gap { subject: None, kind, detail };
        let small = match small_blobs(blobs) {
            Ok(small) => small,
            Err(error) => {
                let detail = format!("{}: {error}", blobs.directory().display());
                gaps.push(general(GapKind::Unavailable, detail));
                return;
            }
        };
        let (mut count, mut size) = (0_usize, 0_u64);
        for (digest, bytes) in small {
            count = count.saturating_add(1);
            size = size.saturating_add(bytes);
            if count > MAX_SCANNED_BLOBS || size > MAX_SCANNED_BYTES {
                let detail = format!(
                    "only {} blobs were searched for signatures and attestations",
                    count.saturating_sub(1)
                );
                gaps.push(general(GapKind::Incomplete, detail));
                return;
            }
            match blobs.read(&digest, MAX_SCANNED_BLOB_BYTES) {
                Ok(bytes) => {
                    if let Some(subject) = subject(&bytes) {
                        self.add(subject, digest);
                    }
                }
                // It is gone since it was listed.
                Err(absent) if absent.is_missing() => {}
                Err(absent) => gaps.push(absent.gap(None, "blob", &digest)),
            }
        }
    }
}

/// The images that an entry of a `cosign save` is attached to: cosign gives both one name. Where
/// no image has the name, all of them: what is signed says itself what it is about.
fn same_name(entry: &Entry, entries: &[Entry]) -> Vec<Digest> {
    if !entry.by_kind {
        return Vec::new();
    }
    let images = || entries.iter().filter(|other| other.is_image);
    let named: Vec<Digest> =
        images().filter(|other| other.shown == entry.shown).map(|other| other.digest).collect();
    match named.is_empty() {
        true => images().map(|other| other.digest).collect(),
        false => named,
    }
}

fn subject(bytes: &[u8]) -> Option<Digest> {
    match Document::parse(bytes, None).ok()? {
        Document::Manifest(manifest) => manifest.subject,
        Document::Index(index) => index.subject,
    }
    .map(|subject| subject.digest)
}

/// Digests and sizes of the blobs that are small enough, by digest. Files that no digest can
/// name, such as half-written ones, are no blobs.
fn small_blobs(blobs: &Blobs) -> io::Result<BTreeMap<Digest, u64>> {
    let mut found = BTreeMap::new();
    for algorithm in ["sha256", "sha384", "sha512"] {
        let listed = match fs::read_dir(blobs.directory().join(algorithm)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listed => listed?,
        };
        for file in listed {
            let file = file?;
            let name = file.file_name();
            let Some(hex) = name.to_str() else { continue };
            let Ok(digest) = format!("{algorithm}:{hex}").parse::<Digest>() else { continue };
            let size = match fs::metadata(file.path()) {
                Ok(metadata) if metadata.is_file() => metadata.len(),
                Ok(_) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                // Reading it will say what is wrong.
                Err(_) => 0,
            };
            if size <= MAX_SCANNED_BLOB_BYTES {
                found.insert(digest, size);
            }
        }
    }
    Ok(found)
}
