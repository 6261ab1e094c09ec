//! Running cargo in the project's folder.

use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// How the workspace is built, each time the same: a package alone would have other features, and
/// nearly everything would be compiled again for it.
pub(crate) const WORKSPACE: [&str; 3] = ["--workspace", "--features", "cocket/schema"];

/// The same with AWS-LC.
pub(crate) const WITH_AWS_LC: [&str; 3] =
    ["--workspace", "--features", "cocket/schema,cocket/aws-lc"];

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

/// Builds one kind of target of the workspace.
///
/// # Errors
/// cargo failed; it has said why.
pub(crate) fn built(workspace: &[&str], targets: &[&str]) -> Result<(), String> {
    let arguments = [&["build", "--quiet"], workspace, targets].concat();
    match succeeds(&mut command(&arguments)) {
        true => Ok(()),
        false => Err("the build failed".to_owned()),
    }
}

/// Builds every library and puts one where a language looks for it.
///
/// # Errors
/// The build failed, or the library cannot be put there.
pub(crate) fn library(name: &str, place: &Path) -> Result<(), String> {
    built(&WORKSPACE, &["--lib"])?;
    // Whoever has the old one loaded keeps it: written in place, the file would change under it.
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(format!("{}: {error}", place.display()));
        }
        _ => {}
    }
    let file = target().join(format!("debug/{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    fs::copy(&file, place).map(drop).map_err(|error| format!("{}: {error}", file.display()))
}

/// The tools that need the crate itself, built, to be given a subcommand.
///
/// # Errors
/// The build failed.
pub(crate) fn tool(workspace: &[&str]) -> Result<Command, String> {
    built(workspace, &["--bin", TOOLS])?;
    let mut command = Command::new(target().join(format!("debug/{TOOLS}{EXE_SUFFIX}")));
    command.current_dir(root());
    with_corpus(&mut command);
    Ok(command)
}

const TOOLS: &str = "cocket-tools";

/// Runs a subcommand of the tools.
pub(crate) fn tools(arguments: &[&str]) -> ExitCode {
    match tool(&WORKSPACE).map(|mut command| succeeds(command.args(arguments))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

/// The client for sigstore's conformance suite, in the caller's directory, where the suite's files
/// are; its exit status is the answer.
pub(crate) fn conformance_client(arguments: &[&str]) -> ExitCode {
    let status = tool(&WORKSPACE).and_then(|mut command| {
        let here = env::current_dir().map_err(|error| error.to_string())?;
        command.current_dir(here).arg("conformance-client").args(arguments);
        command.status().map_err(|error| error.to_string())
    });
    match status {
        Ok(status) => {
            ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2))
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}
