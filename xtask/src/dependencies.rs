//! What the packages are linked with by default: no C, no OpenSSL, nothing that speaks to a
//! network; and how many crates that is, as `docs/decisions/0002` says.

use std::collections::BTreeSet;
use std::fs;

use crate::cargo;

/// The packages, as they are without further features.
const PACKAGES: [&str; 2] = ["cocket", "cocket-cli"];

/// So that the count is the same on every machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Crates that compile C, are written in it, or find libraries that are.
const C: [&str; 12] = [
    "aws-lc-rs",
    "bindgen",
    "blake3",
    "cc",
    "clang-sys",
    "cmake",
    "native-tls",
    "openssl",
    "pkg-config",
    "ring",
    "rustls-openssl",
    "vcpkg",
];

/// Crates that speak to a network, and the runtimes below them.
const NETWORK: [&str; 23] = [
    "async-std",
    "attohttpc",
    "curl",
    "h2",
    "h3",
    "hickory-resolver",
    "hyper",
    "hyper-util",
    "isahc",
    "mio",
    "oci-client",
    "quinn",
    "reqwest",
    "rustls",
    "rustls-native-certs",
    "smol",
    "socket2",
    "tokio",
    "tokio-rustls",
    "trust-dns-resolver",
    "tungstenite",
    "tonic",
    "ureq",
];

/// Bindings of the kernel's own interface, written in Rust.
const RUST: [&str; 1] = ["linux-raw-sys"];

/// Looks at the trees of all packages.
///
/// # Errors
/// A crate that must not be there, or a count that the note does not give.
pub(crate) fn run() -> Result<String, String> {
    // A check that finds nothing where something is would say nothing.
    let with_c = tree("cocket", &["--features", "aws-lc"])?;
    let known = unwanted(&with_c);
    if !known.contains("aws-lc-rs") || !known.contains("aws-lc-sys") || !known.contains("cc") {
        return Err(format!("the feature aws-lc brings C, and only {known:?} was found"));
    }
    let note = cargo::root().join("docs/decisions/0002-sigstore-verify.md");
    let note = fs::read_to_string(&note).map_err(|error| format!("{}: {error}", note.display()))?;
    let mut said = Vec::new();
    for package in PACKAGES {
        let crates = tree(package, &[])?;
        let found = unwanted(&crates);
        if !found.is_empty() {
            let names: Vec<&str> = found.into_iter().collect();
            return Err(format!("`{package}` needs by default: {}", names.join(", ")));
        }
        let count = format!("`{package}` {} crates", crates.len());
        if !note.contains(&count) {
            return Err(format!("docs/decisions/0002 does not say {count}"));
        }
        said.push(count);
    }
    Ok(format!("ok: {}", said.join(", ")))
}

/// The names of everything that a package is built from or linked with, itself left out.
fn tree(package: &str, more: &[&str]) -> Result<BTreeSet<String>, String> {
    let arguments = ["tree", "--locked", "--package", package, "--edges", "normal,build"];
    let format = ["--prefix", "none", "--format", "{p}", "--target", TARGET];
    let mut command = cargo::command(&[&arguments[..], &format[..], more].concat());
    let output = command.output().map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(names(&String::from_utf8_lossy(&output.stdout), package))
}

/// One a version: two versions of a crate are two crates.
fn names(tree: &str, package: &str) -> BTreeSet<String> {
    let mut words = tree.lines().map(|line| line.split_whitespace());
    let crates = words.by_ref().filter_map(|mut words| Some((words.next()?, words.next()?)));
    let others = crates.filter(|(name, _)| *name != package);
    others.map(|(name, version)| format!("{name} {version}")).collect()
}

fn unwanted(crates: &BTreeSet<String>) -> BTreeSet<&str> {
    let names = crates.iter().map(|one| one.split_once(' ').map_or(one.as_str(), |(name, _)| name));
    let is_unwanted = |name: &&str| {
        let binds = name.ends_with("-sys") && !RUST.contains(name);
        binds || C.contains(name) || NETWORK.contains(name)
    };
    names.filter(is_unwanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_there_is_found_by_name_and_by_ending() {
        let tree = "cocket v0.1.0 (/cocket/core)\nserde v1.0.0\nring v0.17.0\nserde v1.0.0 (*)\n\
            zstd-sys v2.0.0\nlinux-raw-sys v0.9.0\ntokio v1.0.0\nsyn v1.0.0\nsyn v2.0.0\n";
        let crates = names(tree, "cocket");
        assert_eq!(crates.len(), 7);
        let found: Vec<&str> = unwanted(&crates).into_iter().collect();
        assert_eq!(found, ["ring", "tokio", "zstd-sys"]);
    }
}
