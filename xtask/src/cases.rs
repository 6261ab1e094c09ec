//! The signed images of the corpus as cases that every language is compared on, beside those of
//! `core/tests/vectors`. They are written anew for each run, with Rust's answers, and named to the
//! tests by `COCKET_CASES`.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::cargo;

const NAME: &str = "COCKET_CASES";

/// Names the cases to a command that runs tests; without a corpus there are none to name.
pub(crate) fn told(command: &mut Command) -> &mut Command {
    match FOLDER.get_or_init(written) {
        Some(folder) => command.env(NAME, folder),
        None => command.env_remove(NAME),
    }
}

static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

fn written() -> Option<PathBuf> {
    // From the xtask that started this one.
    if let Some(folder) = env::var_os(NAME).filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    if cargo::corpus().is_none() {
        eprintln!("skipped: signed images in every language: `COCKET_CORPUS` names no directory");
        return None;
    }
    let folder = cargo::target().join("signed-cases");
    // What an older corpus left there would be compared with as well.
    let _ = fs::remove_dir_all(&folder);
    let name = folder.display().to_string();
    cargo::tools(&["vectors", &name]);
    // Where writing failed, whoever reads it finds no case and says so.
    Some(folder)
}
