//! Running the program on the example, or on a copy of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) const NOW: &str = "2026-11-23T12:00:00Z";

pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The committed example.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/first-look")
}

pub(crate) fn cocket(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_cocket"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `check` of `targets` with the example's policy, evidence and reports.
pub(crate) fn check(folder: &Path, targets: &[&str], more: &[&str]) -> Ran {
    let fixed = ["--policy", "policy", "--evidence", "images", "--vouch", "reports", "--at", NOW];
    cocket(folder, &[&["check"], targets, &fixed, more].concat())
}

/// A copy of the example that a test may break.
pub(crate) fn copy() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_into(&example(), copy.path());
    copy
}

fn copy_into(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_into(&entry.path(), &target),
            false => {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}
