//! How much of each policy in the corpus is taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cocket::import::{self, ForeignKind, Options};
use cocket::policy::{PolicyError, PolicyErrorKind, PolicySource};

use crate::corpus::Tally;

const KIND: &str = "kyverno-cases";

pub(in crate::corpus) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let mut files = Vec::new();
    yaml(&root.join("kyverno"), &mut files)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for path in files {
        let source = super::source(&path)?;
        if !has_policies(&source) {
            continue;
        }
        let (extent, lost) = taken(&source);
        count_one(&mut counts, extent);
        lost.into_iter().for_each(|one| count_one(&mut reasons, one.detail));
    }
    let count = |extent: &str| counts.get(extent).copied().unwrap_or(0);
    tally.note(format!(
        "kyverno: files with policies taken: {} whole, {} in part, {} not at all",
        count("whole"),
        count("part"),
        count("nothing")
    ));
    for (reason, count) in reasons {
        tally.note(format!("kyverno: not taken, {count} times: {reason}"));
    }
    Ok(())
}

/// A text that cannot be read as it stands may be one that is repaired.
fn has_policies(source: &PolicySource) -> bool {
    let text = String::from_utf8_lossy(&source.bytes);
    let Ok(documents) = import::text::documents(&text) else { return true };
    documents.iter().any(|document| {
        let kind = ForeignKind::of(&document.value);
        kind.is_some_and(|kind| {
            !matches!(kind, ForeignKind::ClusterData | ForeignKind::Secret)
                && !matches!(
                    kind,
                    ForeignKind::KyvernoPolicyException | ForeignKind::KyvernoCelException
                )
        })
    })
}

fn taken(source: &PolicySource) -> (&'static str, Vec<PolicyError>) {
    let sources = std::slice::from_ref(source);
    if import::load(sources, Options::default()).is_ok() {
        return ("whole", Vec::new());
    }
    let options = Options { allow_partial: true, ..Options::default() };
    match import::load(sources, options) {
        Ok(policies) => {
            let notes = policies.notes().iter();
            let lost = notes.filter(|note| note.kind == PolicyErrorKind::NotTaken);
            ("part", lost.cloned().collect())
        }
        Err(errors) => ("nothing", errors.as_slice().to_vec()),
    }
}

fn yaml(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            yaml(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

fn count_one<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}
