//! Running cargo in the project's folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Where cargo builds to.
pub(crate) fn target() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").filter(|path| !path.is_empty());
    root().join(named.unwrap_or_else(|| "target".into()))
}

/// The corpus as an absolute path, so that tests find it from any directory.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = env::var_os("COCKET_CORPUS").filter(|path| !path.is_empty());
    let path = root().join(named.unwrap_or_else(|| "../shared/corpus".into()));
    path.is_dir().then(|| path.canonicalize().ok()).flatten()
}

/// Cargo with these arguments, in the project's folder.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    with_corpus(&mut command);
    command
}

/// The command sees the corpus by its absolute path, or not at all.
pub(crate) fn with_corpus(command: &mut Command) -> &mut Command {
    match corpus() {
        Some(corpus) => command.env("COCKET_CORPUS", corpus),
        None => command.env_remove("COCKET_CORPUS"),
    }
}

/// Whether the command ran and succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("xtask: {} did not start: {error}", command.get_program().display());
            false
        }
    }
}

pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    match succeeds(&mut command(arguments)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Runs a subcommand of the tools that need the crate itself.
pub(crate) fn tools(arguments: &[&str]) -> ExitCode {
    run(&[&["run", "--quiet", "--package", "cocket-tools", "--"], arguments].concat())
}

/// The client for sigstore's conformance suite, in the caller's directory, where the suite's files
/// are; its exit status is the answer.
pub(crate) fn conformance_client(arguments: &[&str]) -> ExitCode {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", "cocket-tools", "--manifest-path"]);
    command.arg(root().join("Cargo.toml")).args(["--", "conformance-client"]).args(arguments);
    match command.status().map(|status| status.code()) {
        Ok(code) => ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(2)),
        Err(error) => {
            eprintln!("xtask: cargo did not start: {error}");
            ExitCode::from(2)
        }
    }
}
