//! `cargo xtask fuzz`: one fuzz target, from fresh seeds.

use std::process::{Command, ExitCode};

use crate::cargo;

/// Most seconds for one input: what takes longer is a fault.
const TIMEOUT: &str = "-timeout=10";

pub(crate) fn run(target: &str, arguments: &[&str]) -> ExitCode {
    if cargo::tools(&["seeds", "."]) != ExitCode::SUCCESS {
        return ExitCode::FAILURE;
    }
    // The compiler that builds this one is a stable one, so rustup is asked for the other.
    let mut command = Command::new("rustup");
    command.current_dir(cargo::root());
    command.args(["run", "nightly", "cargo", "fuzz", "run", target, "--", TIMEOUT]);
    command.args(arguments);
    match cargo::succeeds(&mut command) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
