//! How much of each policy in the corpus is taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cocket::import::Extent;

use crate::corpus::Tally;

const KIND: &str = "kyverno-cases";

pub(in crate::corpus) fn compare(root: &Path, tally: &mut Tally) -> Result<(), String> {
    if !tally.wants(KIND) {
        return Ok(());
    }
    let mut files = Vec::new();
    yaml(&root.join("kyverno"), &mut files)?;
    let mut counts: BTreeMap<Extent, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for path in files {
        let Ok(loaded) = super::load(&path) else {
            count_one(&mut reasons, format!("{} cannot be read", path.display()));
            continue;
        };
        for policy in &loaded.policies {
            count_one(&mut counts, policy.extent());
            for one in policy.diagnostics().iter().filter(|one| one.kind.is_loss()) {
                count_one(&mut reasons, one.detail.clone());
            }
        }
    }
    let count = |extent: Extent| counts.get(&extent).copied().unwrap_or(0);
    tally.note(format!(
        "kyverno: policies taken: {} whole, {} in part, {} not at all",
        count(Extent::Whole),
        count(Extent::Part),
        count(Extent::Nothing)
    ));
    for (reason, count) in reasons {
        tally.note(format!("kyverno: not taken, {count} times: {reason}"));
    }
    Ok(())
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
