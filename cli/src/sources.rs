//! Evidence from directories and from what the caller vouches for, and what could not be read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use cocket::evidence::{Evidence, Gap, GapKind};
use cocket::reference::{Digest, Reference};
use cocket::source::{EvidenceDirectory, EvidenceSource as _, LayoutImage, read_reports};

use crate::failure::{error, note};

/// All evidence at hand.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    directories: BTreeMap<PathBuf, EvidenceDirectory>,
    /// What belongs to every image: vouched reports, and the gaps of sources that are not there.
    general: Evidence,
    collected: BTreeMap<Option<Digest>, Evidence>,
    unread: bool,
}

impl Sources {
    /// Opens what the command line names. What cannot be read is said, and becomes a gap that
    /// fails the rules that need evidence.
    pub(crate) fn open(evidence: &[PathBuf], vouched: &[PathBuf]) -> Self {
        let mut sources = Self::default();
        for path in evidence {
            if let Err(failed) = sources.add(path) {
                sources.miss(failed);
            }
        }
        for path in vouched {
            match read_reports(path) {
                Ok(reports) => {
                    reports.into_iter().for_each(|(_, bytes)| sources.general.vouch(None, bytes));
                }
                Err(failed) => sources.miss(failed),
            }
        }
        sources
    }

    /// Adds a directory, and gives the images in it.
    pub(crate) fn add(
        &mut self,
        path: &Path,
    ) -> Result<Vec<LayoutImage>, cocket::source::SourceError> {
        // By where it really is, so that a directory named twice is not evidence twice.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = match self.directories.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(EvidenceDirectory::open(path)?),
        };
        Ok(directory.images().to_vec())
    }

    /// Says that something could not be read at all, which the exit status then tells.
    pub(crate) fn unread(&mut self, failed: impl Display) {
        error(failed);
        self.unread = true;
    }

    /// Whether something could not be read at all.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread
    }

    fn miss(&mut self, failed: impl Display) {
        self.general.add_gap(gap(None, &failed));
        self.unread(failed);
    }

    /// The digest that a reference stands for, and the gaps where a source could not say.
    /// No digest where no source has it, or where two sources do not agree, so that neither is
    /// taken for the truth.
    pub(crate) fn resolve(&mut self, reference: &Reference) -> (Option<Digest>, Vec<Gap>) {
        let answers: Vec<_> =
            self.directories.values().map(|directory| directory.resolve(reference)).collect();
        let (mut digests, mut gaps) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Ok(found) => digests.extend(found),
                Err(failed) => {
                    gaps.push(gap(None, &failed));
                    self.unread(failed);
                }
            }
        }
        digests.sort_unstable();
        digests.dedup();
        let digest = match digests.as_slice() {
            [] => None,
            [digest] => Some(*digest),
            several => {
                let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                let several = several.join(", ");
                note(format!(
                    "`{reference}` stands for several digests and is left unresolved: {several}"
                ));
                None
            }
        };
        (digest, gaps)
    }

    /// Everything about the image with this digest. It depends on the digest alone, so that the
    /// order of the images changes nothing.
    pub(crate) fn evidence(&mut self, digest: Option<Digest>) -> Evidence {
        if let Some(known) = self.collected.get(&digest) {
            return known.clone();
        }
        let all = self.evidence_of(digest);
        self.collected.insert(digest, all.clone());
        all
    }

    /// Everything about the images with these digests together, what is about none of them once.
    pub(crate) fn evidence_of(&mut self, digests: impl IntoIterator<Item = Digest>) -> Evidence {
        let mut all = self.general.clone();
        for digest in digests {
            let parts: Vec<_> =
                self.directories.values().map(|directory| directory.collect(&digest)).collect();
            for part in parts {
                match part {
                    Ok(part) => all.merge(part),
                    Err(failed) => {
                        all.add_gap(gap(Some(digest), &failed));
                        self.unread(failed);
                    }
                }
            }
        }
        all
    }
}

fn gap(subject: Option<Digest>, failed: &impl Display) -> Gap {
    Gap { subject, kind: GapKind::Unavailable, detail: failed.to_string() }
}
