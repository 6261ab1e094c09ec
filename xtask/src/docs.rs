//! `cargo xtask docs`: the reference pages of the Rust crate, the Python package and the Node
//! package, in `target/docs`. What the tools warn of is a failure.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::cargo;
use crate::node;
use crate::python::{self, Python};

/// Builds the pages whose tools are there.
///
/// # Errors
/// What failed; in CI also that a tool is missing.
pub(crate) fn run() -> Result<String, String> {
    let home = cargo::target().join("docs");
    // Pages of what is gone would stay; that there were none is no fault.
    let _ = fs::remove_dir_all(&home);
    rust(&home.join("rust"))?;
    let mut skipped = Vec::new();
    match Python::find() {
        Ok(python) => pages("pdoc", python.documented(&home.join("python")))?,
        Err(missing) => skipped.push(format!("Python: {missing}")),
    }
    match node::is_there("node") && node::is_there("npm") {
        true => node::documented(&home.join("node"))?,
        false => skipped.push("Node: `node` and `npm` are not both installed".to_owned()),
    }
    println!("docs: {}", home.display());
    match (skipped.as_slice(), env::var_os("CI")) {
        ([], _) => Ok("ok".to_owned()),
        (_, None) => Ok(format!("skipped: {}", skipped.join("; "))),
        (_, Some(_)) => Err(format!("CI needs every page: {}", skipped.join("; "))),
    }
}

fn pages(tool: &str, built: bool) -> Result<(), String> {
    match built {
        true => Ok(()),
        false => Err(format!("{tool} failed")),
    }
}

/// The crate's pages, copied from where cargo builds and keeps them.
fn rust(to: &Path) -> Result<(), String> {
    let arguments = ["doc", "--package", "cocket", "--all-features", "--no-deps"];
    let mut command = cargo::command(&arguments);
    pages("rustdoc", cargo::succeeds(command.env("RUSTDOCFLAGS", "-D warnings")))?;
    let from = cargo::target().join("doc");
    copied(&from, to).map_err(|error| format!("{}: {error}", from.display()))
}

fn copied(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copied(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}

impl Python {
    /// Builds the package and its pages.
    fn documented(&self, to: &Path) -> bool {
        let mut pdoc = Command::new(python::interpreter(&python::environment()));
        // From the project's folder, as the examples are.
        pdoc.current_dir(cargo::root()).args(["-W", "error", "-m", "pdoc", "cocket", "-o"]);
        self.installed() && cargo::succeeds(pdoc.arg(to))
    }
}
