use std::collections::BTreeSet;
use std::path::Path;

use super::super::SourceError;
use super::ImageLayout;
use crate::reference::{Digest, Reference};

/// The tag that runtimes fill in.
const DEFAULT_TAG: &str = "latest";

/// What `reference` stands for in these layouts together. `place` is named in errors.
pub(in super::super) fn resolve(
    layouts: &[ImageLayout],
    place: &Path,
    reference: &Reference,
) -> Result<Option<Digest>, SourceError> {
    let named = named(layouts, reference);
    if let Some(digest) = reference.digest().filter(|digest| named.contains(*digest)) {
        return Ok(Some(*digest));
    }
    let mut digests = named.iter();
    match (digests.next(), digests.next()) {
        (Some(digest), None) => return Ok(Some(*digest)),
        (Some(_), Some(_)) => return Err(several(place, reference, &named)),
        _ => {}
    }
    if let Some(digest) = reference.digest() {
        let held = layouts.iter().any(|layout| layout.blobs.holds(digest));
        return Ok(held.then_some(*digest));
    }
    by_bare_tag(layouts, place, reference)
}

/// The digests that entries of this very name and tag have. An entry whose name holds another
/// digest than its own counts for both, so that the contradiction is seen.
fn named(layouts: &[ImageLayout], reference: &Reference) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    let Some(wanted) = key(reference) else { return found };
    for entry in layouts.iter().flat_map(|layout| &layout.entries) {
        for name in entry.full.iter().filter(|name| key(name) == Some(wanted)) {
            found.insert(entry.digest);
            found.extend(name.digest());
        }
    }
    found
}

/// Repository and tag; `None` for a name with a digest only.
fn key(reference: &Reference) -> Option<(&str, &str)> {
    match (reference.tag(), reference.digest()) {
        (Some(tag), _) => Some((reference.repository(), tag)),
        (None, None) => Some((reference.repository(), DEFAULT_TAG)),
        (None, Some(_)) => None,
    }
}

/// A tag without a repository could belong to any of several images, so it counts only where
/// there is but one.
fn by_bare_tag(
    layouts: &[ImageLayout],
    place: &Path,
    reference: &Reference,
) -> Result<Option<Digest>, SourceError> {
    let tag = reference.tag().unwrap_or(DEFAULT_TAG);
    let entries = || layouts.iter().flat_map(|layout| &layout.entries);
    let tagged: BTreeSet<Digest> = entries()
        .filter(|entry| entry.bare_tag.as_deref() == Some(tag))
        .map(|entry| entry.digest)
        .collect();
    let Some(digest) = tagged.first() else { return Ok(None) };
    let images: BTreeSet<Digest> =
        entries().filter(|entry| entry.is_image).map(|entry| entry.digest).collect();
    // A full name on the only image is another name than the one that is asked for.
    if entries().any(|entry| entry.digest == *digest && !entry.full.is_empty()) {
        return Ok(None);
    }
    match images.len() {
        1 if images.contains(digest) && tagged.len() == 1 => Ok(Some(*digest)),
        count => Err(SourceError {
            path: place.to_owned(),
            detail: format!(
                "`{reference}` cannot be told apart: the tag `{tag}` stands here without a \
                 repository among {count} images; name the image by its digest"
            ),
        }),
    }
}

fn several(place: &Path, reference: &Reference, digests: &BTreeSet<Digest>) -> SourceError {
    let listed: Vec<String> = digests.iter().map(|digest| format!("`{digest}`")).collect();
    SourceError {
        path: place.to_owned(),
        detail: format!("`{reference}` stands for several digests: {}", listed.join(", ")),
    }
}
