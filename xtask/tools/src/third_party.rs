//! `third-party`: the licences of everything that a package is linked with, as one text. A licence
//! that nobody has said yes to is a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

/// What a program of another licence may be linked with, as long as the texts travel with it.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// How files with a licence are called, in lower case.
const NAMES: &[&str] = &["licen", "copying", "copyright", "notice", "unlicense"];

/// One crate that the package is linked with.
#[derive(Debug)]
struct Dependency {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    homepage: String,
    folder: PathBuf,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [package, file] = arguments else {
        eprintln!("third-party: a package of the workspace and a file are expected");
        return ExitCode::from(2);
    };
    let written = dependencies(package)
        .and_then(|found| text(&found))
        .and_then(|text| fs::write(file, text).map_err(|error| format!("{file}: {error}")));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("third-party: {package}: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that ends up in the package's library, with the macros that wrote parts of it.
fn dependencies(package: &str) -> Result<Vec<Dependency>, String> {
    // `tree` knows the features of this package alone, `metadata` where the sources are.
    let tree = cargo(&["tree", "--package", package, "--edges", "normal", "--prefix", "none"])?;
    let linked: BTreeSet<(&str, &str)> = tree.lines().filter_map(name_and_version).collect();
    let metadata = cargo(&["metadata", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let packages =
        metadata.get("packages").and_then(Value::as_array).ok_or("cargo names no packages")?;
    let found: Vec<Dependency> = packages
        .iter()
        // The workspace's own packages have no source.
        .filter(|one| !one.get("source").is_none_or(Value::is_null))
        .filter_map(|one| {
            let key = (one.get("name")?.as_str()?, one.get("version")?.as_str()?);
            linked.contains(&key).then(|| dependency(one))
        })
        .collect();
    match found.is_empty() {
        true => Err("cargo names no dependencies".to_owned()),
        false => Ok(found),
    }
}

fn cargo(arguments: &[&str]) -> Result<String, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(|error| error.to_string()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// From a line such as `serde v1.0.0 (proc-macro)`.
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

fn dependency(package: &Value) -> Dependency {
    let member =
        |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let authors = package.get("authors").and_then(Value::as_array).into_iter().flatten();
    let manifest = PathBuf::from(member("manifest_path"));
    Dependency {
        name: member("name"),
        version: member("version"),
        licence: member("license"),
        authors: authors.filter_map(Value::as_str).map(str::to_owned).collect(),
        homepage: member("repository"),
        folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
    }
}

/// A list of what there is, and each different text once, with who uses it.
fn text(dependencies: &[Dependency]) -> Result<String, String> {
    let mut list = String::from("Code of others in this package, and its licences\n\n");
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut faults = Vec::new();
    for one in dependencies {
        let called = format!("{} {}", one.name, one.version);
        match licences(one) {
            Ok(found) => found.into_iter().for_each(|text| {
                texts.entry(text).or_default().insert(called.clone());
            }),
            Err(fault) => faults.push(format!("{called}: {fault}")),
        }
        let _ = writeln!(list, "{called}  {}  {}", one.licence, one.homepage);
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    list.push_str("the Rust standard library  MIT OR Apache-2.0  https://www.rust-lang.org\n");
    for id in ["MIT", "Apache-2.0"] {
        let standard = standard(id)?;
        let text = format!("Copyright (c) The Rust Project Contributors\n\n{standard}");
        texts.entry(text).or_default().insert("the Rust standard library".to_owned());
    }
    for (text, users) in texts {
        let users: Vec<String> = users.into_iter().collect();
        let _ = write!(list, "\n{}\n{}\n\n{text}\n", "-".repeat(78), users.join(", "));
    }
    Ok(list)
}

/// The texts of a dependency's licences: its own files, or where it has none, the standard texts.
fn licences(of: &Dependency) -> Result<BTreeSet<String>, String> {
    let accepted = accepted(&of.licence)?;
    let own = files(&of.folder).map_err(|error| format!("{}: {error}", of.folder.display()))?;
    if !own.is_empty() {
        return Ok(own);
    }
    let by = match of.authors.as_slice() {
        [] => format!("Copyright (c) the authors of {}", of.name),
        authors => format!("Copyright (c) {}", authors.join(", ")),
    };
    accepted.iter().map(|id| Ok(format!("{by}\n\n{}", standard(id)?))).collect()
}

/// The licences in an expression that are accepted, where they are enough.
fn accepted(expression: &str) -> Result<Vec<&'static str>, String> {
    let parsed = Expression::parse_mode(expression, ParseMode::LAX)
        .map_err(|error| format!("the licence `{expression}`: {error}"))?;
    let is_accepted = |asked: &LicenseReq| known(asked).is_some();
    match parsed.evaluate(is_accepted) {
        true => Ok(parsed.requirements().filter_map(|one| known(&one.req)).collect()),
        false => Err(format!("the licence `{expression}` is not one that is accepted")),
    }
}

fn known(asked: &LicenseReq) -> Option<&'static str> {
    let id = asked.license.id()?;
    // An exception gives more rights, but its text would have to travel as well.
    let plain = asked.addition.is_none();
    ACCEPTED.iter().copied().find(|accepted| plain && *accepted == id.name)
}

fn standard(id: &str) -> Result<String, String> {
    let known = spdx::license_id(id).ok_or_else(|| format!("`{id}` is no licence of SPDX"))?;
    Ok(known.text().trim().to_owned())
}

fn files(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            let bytes = fs::read(&path)?;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            found.insert(text.trim().to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(licence: &str, folder: &Path) -> Dependency {
        Dependency {
            name: "one".to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
            authors: vec!["A Person".to_owned()],
            homepage: String::new(),
            folder: folder.to_owned(),
        }
    }

    #[test]
    fn one_of_several_licences_is_enough_and_all_of_several_are_needed() {
        assert_eq!(accepted("MIT OR GPL-3.0-only").unwrap(), ["MIT"]);
        assert_eq!(accepted("MIT/Apache-2.0").unwrap(), ["MIT", "Apache-2.0"]);
        assert!(accepted("MIT AND GPL-3.0-only").is_err());
        assert!(accepted("(MIT OR Apache-2.0) AND Unicode-3.0").is_ok());
    }

    #[test]
    fn a_licence_that_is_missing_or_unknown_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("LICENSE"), "do what you like").unwrap();
        for licence in ["", "GPL-3.0-only", "LicenseRef-mine", "nonsense"] {
            let fault = text(&[dependency(licence, folder.path())]).unwrap_err();
            assert!(fault.starts_with("one 1.0.0: "), "{fault}");
        }
    }

    #[test]
    fn a_crate_s_own_texts_go_before_the_standard_ones() {
        let folder = tempfile::tempdir().unwrap();
        let without = text(&[dependency("ISC", folder.path())]).unwrap();
        assert!(without.contains("Copyright (c) A Person\n\nISC License"), "{without}");
        fs::write(folder.path().join("LICENSE-ISC"), "Copyright 1999 A. Person\r\n").unwrap();
        let with = text(&[dependency("ISC", folder.path())]).unwrap();
        assert!(with.contains("\none 1.0.0\n\nCopyright 1999 A. Person\n"), "{with}");
        assert!(!with.contains("ISC License"), "{with}");
    }

    #[test]
    fn what_every_package_is_linked_with_has_licences() {
        for package in ["cocket-ffi", "cocket-python", "cocket-node", "cocket-cli"] {
            let all = dependencies(package).unwrap();
            assert!(all.iter().any(|one| one.name == "serde_json"));
            assert!(!all.iter().any(|one| one.name.starts_with("cocket")));
            text(&all).unwrap();
        }
        // The generator of the header is under the MPL, and in no package.
        assert!(text(&dependencies("cocket-tools").unwrap()).unwrap_err().contains("MPL-2.0"));
    }
}
