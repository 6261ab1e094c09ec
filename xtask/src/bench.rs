//! `cargo xtask bench`: the measurements of benches/, which is a package of its own.

use std::process::Command;

use crate::cargo;
use crate::package::{self, Profile};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bench {
    /// The core beside its peers.
    Core,
    /// The other languages beside the core.
    Boundary,
    /// Both.
    All,
}

/// Builds what is needed and measures; the tables go to standard output.
///
/// # Errors
/// What failed: a build, or an answer that is not the expected one.
pub(crate) fn run(bench: Bench) -> Result<String, String> {
    let target = cargo::target().join("benches");
    let folder = target.display().to_string();
    let build = ["build", "--release", "--locked", "--manifest-path", MANIFEST, "--target-dir"];
    if !cargo::succeeds(&mut cargo::command(&[&build, &[&*folder][..]].concat())) {
        return Err("benches were not built".to_owned());
    }
    // People get packages: those are measured, not what is built for the tests.
    let packages = match bench {
        Bench::Core => None,
        Bench::Boundary | Bench::All => {
            package::run(Profile::Release)?;
            Some(cargo::target().join("package"))
        }
    };
    let program = target.join("release/cocket-benches");
    let measured = |command: &mut Command| match cargo::succeeds(cargo::with_corpus(command)) {
        true => Ok(()),
        false => Err("a measurement failed".to_owned()),
    };
    if bench != Bench::Boundary {
        measured(Command::new(&program).arg("core"))?;
    }
    if let Some(packages) = packages {
        measured(Command::new(&program).arg("boundary").arg(packages))?;
    }
    Ok("done".to_owned())
}

const MANIFEST: &str = "benches/Cargo.toml";
