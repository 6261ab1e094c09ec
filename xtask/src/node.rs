//! The Node package: the add-on is built by cargo and copied to where `index.js` expects it; the
//! tests need nothing of npm but TypeScript.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{cargo, cases};

/// Builds and tests the package; gives the word for the summary. Where there is no Node the step
/// is skipped, but not in CI.
///
/// # Errors
/// What failed; in CI also that there is no Node.
pub(crate) fn test() -> Result<String, String> {
    done(steps)
}

/// Builds the package and compares its answers with those of Rust.
///
/// # Errors
/// As those of [`test()`].
pub(crate) fn vectors() -> Result<String, String> {
    done(|| {
        let package = cargo::root().join("bindings-node");
        build(&package)?;
        run(&package, "node", &["test/vectors.test.mjs"])
    })
}

fn done(work: impl FnOnce() -> Result<(), String>) -> Result<String, String> {
    match ["node", "npm"].into_iter().find(|program| !is_there(program)) {
        None => work().map(|()| "ok".to_owned()),
        Some(missing) if env::var_os("CI").is_none() => {
            Ok(format!("skipped: there is no `{missing}`"))
        }
        Some(missing) => Err(format!("there is no `{missing}`, and CI needs it")),
    }
}

fn steps() -> Result<(), String> {
    let package = cargo::root().join("bindings-node");
    build(&package)?;
    install(&package)?;
    let tests = tests(&package).map_err(|error| error.to_string())?;
    let arguments: Vec<&str> =
        ["--test"].into_iter().chain(tests.iter().map(String::as_str)).collect();
    run(&package, "node", &arguments)?;
    run(&package, "node", &["node_modules/typescript/bin/tsc", "--project", "test"])
}

/// The pages of the package's types.
pub(crate) fn documented(to: &Path) -> Result<(), String> {
    let package = cargo::root().join("bindings-node");
    install(&package)?;
    let to = to.display().to_string();
    run(&package, "node", &["node_modules/typedoc/bin/typedoc", "--out", &to])
}

/// What is needed for types and pages alone.
fn install(package: &Path) -> Result<(), String> {
    match is_installed(package) {
        true => Ok(()),
        false => run(package, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
    }
}

fn build(package: &Path) -> Result<(), String> {
    cargo::library("cocket_node", &package.join("cocket.node"))
}

pub(crate) fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether what npm noted of its last installation is younger than what it would install.
fn is_installed(package: &Path) -> bool {
    let time = |file: &str| fs::metadata(package.join(file)).and_then(|found| found.modified());
    let Ok(noted) = time("node_modules/.package-lock.json") else { return false };
    ["package.json", "package-lock.json"].iter().all(|file| time(file).is_ok_and(|at| at < noted))
}

/// The test files; Node's own search would also run what tests import.
fn tests(package: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(package.join("test"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") {
            found.push(format!("test/{name}"));
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(io::Error::other("there are no tests")),
        false => Ok(found),
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program);
    match cases::told(&mut command).args(arguments).current_dir(folder).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} {}: {status}", arguments.join(" "))),
        Err(error) => Err(format!("{program}: {error}")),
    }
}
