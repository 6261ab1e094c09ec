//! `cargo xtask package`: the wheel, the npm tarball and the C archive, each installed where
//! nothing else is and used there as its page says. They are left in `target/package`.

mod c;
mod node;
mod python;

use std::env;
use std::env::consts::OS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;
use crate::node::is_there;

/// How the packages are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// To be handed on.
    Release,
    /// From what the tests have built already, to test the packaging.
    Dev,
}

impl Profile {
    /// What cargo and maturin are told.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Release => &["--release"],
            Self::Dev => &[],
        }
    }

    /// Where cargo has put the libraries.
    fn built(self) -> PathBuf {
        cargo::target().join(match self {
            Self::Release => "release",
            Self::Dev => "debug",
        })
    }
}

/// Where the packages are made.
struct Workshop {
    profile: Profile,
    /// The finished packages.
    home: PathBuf,
}

/// Makes one package and tries it.
type Package = fn(&Workshop) -> Result<(), String>;

/// Makes and tries every package whose tools are there, and tells their sizes.
///
/// # Errors
/// What failed; in CI also that a tool is missing.
pub(crate) fn run(profile: Profile) -> Result<String, String> {
    let home = cargo::target().join("package");
    emptied(&home)?;
    let shop = Workshop { profile, home };
    let mut skipped = Vec::new();
    let languages: [(&str, &[&str], Package); 3] = [
        ("c", &["cc", "pkg-config", "tar"], c::package),
        ("node", &["node", "npm"], node::package),
        ("python", &["python3"], python::package),
    ];
    for (name, needed, package) in languages {
        match needed.iter().find(|program| !is_there(program)) {
            None => package(&shop).map_err(|fault| format!("{name}: {fault}"))?,
            Some(missing) => skipped.push(format!("{name}, for there is no `{missing}`")),
        }
    }
    sizes(&shop.home)?;
    match (skipped.as_slice(), env::var_os("CI")) {
        ([], _) => Ok("ok".to_owned()),
        (_, None) => Ok(format!("skipped: {}", skipped.join("; "))),
        (_, Some(_)) => Err(format!("CI needs every package: {}", skipped.join("; "))),
    }
}

impl Workshop {
    /// A new, empty folder beside the packages.
    fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.home.join(name);
        emptied(&folder)?;
        Ok(folder)
    }

    /// Those of C and Node at once, so that the core is compiled for both at once: alone, each would
    /// have it with features of its own. The wheel's library is built by maturin.
    fn build(&self) -> Result<(), String> {
        match self.profile {
            Profile::Dev => cargo::built(&cargo::WORKSPACE, &["--lib"]),
            Profile::Release => {
                let arguments = ["build", "--package", "cocket-ffi", "--package", "cocket-node"];
                let arguments = [&arguments, self.profile.arguments()].concat();
                done(&mut cargo::command(&arguments))
            }
        }
    }

    /// The licence, and those of everything that the package is linked with.
    fn licences(&self, package: &str, folder: &Path) -> Result<(), String> {
        copied(&cargo::root().join("LICENSE"), &folder.join(LICENCE))?;
        let file = folder.join(THIRD_PARTY).display().to_string();
        done(cargo::tool(&cargo::WORKSPACE)?.args(["third-party", package, &file]))
    }
}

const LICENCE: &str = "LICENSE";
const THIRD_PARTY: &str = "THIRD-PARTY.txt";

/// Takes out of a library what nobody needs who links with it or loads it; maturin does it for
/// the wheel. Elsewhere than on Linux the tool of that name takes other words.
fn stripped(library: &Path, flags: &[&str]) -> Result<(), String> {
    match OS == "linux" && is_there("strip") {
        true => done(Command::new("strip").args(flags).arg(library)),
        false => Ok(()),
    }
}

/// Prints how large each finished package is.
fn sizes(home: &Path) -> Result<(), String> {
    let entries = fs::read_dir(home).map_err(|error| format!("{}: {error}", home.display()))?;
    let files = entries.flatten().filter_map(|entry| Some((entry.metadata().ok()?, entry.path())));
    println!();
    for (file, path) in files.filter(|(file, _)| file.is_file()) {
        let name = path.file_name().unwrap_or_default();
        println!("{:>8} kB  {}", file.len() / 1000, name.display());
    }
    Ok(())
}

/// The first code block of a page in a language, as a person copies it.
fn first_use(page: &Path, language: &str) -> Result<String, String> {
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let block = text.split_once(&format!("```{language}\n")).and_then(|(_, rest)| {
        let (code, _) = rest.split_once("```")?;
        Some(code.to_owned())
    });
    block.ok_or_else(|| format!("{}: there is no block in {language}", page.display()))
}

/// The layout that first uses are tried on.
fn layout() -> PathBuf {
    cargo::root().join("docs/examples/first-look/images")
}

/// Fails unless a first use has told that some images of [`layout`] may run, and some not.
fn judged(output: &str) -> Result<(), String> {
    let lower = output.to_lowercase();
    match ["deny", "allow"].iter().all(|verdict| lower.contains(verdict)) {
        true => Ok(()),
        false => Err(format!("the first use printed no verdicts of both kinds:\n{output}")),
    }
}

fn emptied(folder: &Path) -> Result<(), String> {
    // What is not there need not be removed; anything else shows when it is made.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn copied(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

/// Runs a command that has to succeed.
fn done(command: &mut Command) -> Result<(), String> {
    println!("\n== package: {command:?}");
    match cargo::succeeds(command) {
        true => Ok(()),
        false => Err(format!("`{}` failed", command.get_program().display())),
    }
}

/// Runs a command that has to succeed, and gives what it printed.
fn printed(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(format!("{command:?}: {}\n{}", output.status, text(&output.stderr))),
    }
}

/// The one file in a folder whose name ends so.
fn only(folder: &Path, ending: &str) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ending));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(format!("{}: one file `*{ending}` is expected", folder.display())),
    }
}
