//! Mutants of accepted bundles and layers, given to us, with RustCrypto and with AWS-LC, and to
//! other verifiers: sigstore-go, PyPI's `sigstore` and npm's. Their versions are pinned under
//! `xtask/differential`; what is built or installed lies under `target/differential`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo;

/// Asks every verifier that can be had; with `every`, about one of so many mutants only.
///
/// # Errors
/// What failed; in CI also that a verifier cannot be had.
pub(crate) fn run(every: Option<&str>) -> Result<String, String> {
    let home = cargo::root().join("target/differential");
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let mut arguments = vec!["mutants".to_owned()];
    if let Some(every) = every {
        arguments.extend(["--every".to_owned(), every.to_owned()]);
    }
    let mut missing = Vec::new();
    for (program, prepare) in
        [("go", go as fn(&Path) -> Result<String, String>), ("python3", python), ("node", node)]
    {
        if !is_there(program) {
            missing.push(program);
            continue;
        }
        arguments.extend(["--peer".to_owned(), prepare(&home)?]);
    }
    if !missing.is_empty() && env::var_os("CI").is_some() {
        return Err(format!("there is no `{}`, and CI needs it", missing.join("`, `")));
    }
    let answers = home.join("answers").display().to_string();
    arguments.extend(["--answers".to_owned(), answers.clone()]);
    if !tools(&cargo::WORKSPACE, &arguments) {
        return Err("a mutant was accepted, or a verifier failed".to_owned());
    }
    same(every, &answers)?;
    match missing.as_slice() {
        [] => Ok("ok".to_owned()),
        names => Ok(format!("in part: there is no `{}`", names.join("`, `"))),
    }
}

/// Whether AWS-LC gives each mutant the answer that RustCrypto gave, in the same words.
fn same(every: Option<&str>, answers: &str) -> Result<(), String> {
    println!("the same mutants, with AWS-LC:");
    let mut arguments = vec!["mutants".to_owned(), "--same".to_owned(), answers.to_owned()];
    arguments.extend(every.into_iter().flat_map(|every| ["--every".to_owned(), every.to_owned()]));
    match tools(&cargo::WITH_AWS_LC, &arguments) {
        true => Ok(()),
        false => Err("with AWS-LC an answer is another".to_owned()),
    }
}

fn tools(workspace: &[&str], arguments: &[String]) -> bool {
    cargo::tool(workspace).is_ok_and(|mut command| cargo::succeeds(command.args(arguments)))
}

fn is_there(program: &str) -> bool {
    let argument = if program == "go" { "version" } else { "--version" };
    let mut command = Command::new(program);
    command.arg(argument).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Where the sources of a peer are.
fn source(name: &str) -> PathBuf {
    cargo::root().join("xtask/differential").join(name)
}

/// A name, a program and its arguments, one a line.
fn peer(lines: &[&Path]) -> String {
    lines.iter().map(|line| line.display().to_string()).collect::<Vec<_>>().join("\n")
}

fn done(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

fn go(home: &Path) -> Result<String, String> {
    let binary = home.join("sigstore-go");
    let mut build = Command::new("go");
    build.current_dir(source("go")).args(["build", "-trimpath", "-o"]).arg(&binary).arg(".");
    done(&mut build)?;
    Ok(peer(&[Path::new("sigstore-go"), &binary]))
}

fn python(home: &Path) -> Result<String, String> {
    let (environment, source) = (home.join("python"), source("python"));
    let interpreter = match cfg!(windows) {
        true => environment.join("Scripts/python.exe"),
        false => environment.join("bin/python"),
    };
    once(&source.join("requirements.txt"), &environment, |wanted| {
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(&interpreter);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        done(install.arg("--requirement").arg(wanted))
    })?;
    Ok(peer(&[Path::new("sigstore-python"), &interpreter, &source.join("worker.py")]))
}

fn node(home: &Path) -> Result<String, String> {
    let (folder, source) = (home.join("node"), source("node"));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    once(&source.join("package-lock.json"), &folder, |wanted| {
        for file in [&source.join("package.json"), wanted] {
            let to = folder.join(file.file_name().unwrap_or_default());
            fs::copy(file, to).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let mut install = Command::new("npm");
        install.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        done(&mut install)
    })?;
    Ok(peer(&[Path::new("sigstore-js"), Path::new("node"), &source.join("worker.mjs"), &folder]))
}

/// Installs what a file asks for, unless that is what was installed last.
fn once(
    wanted: &Path,
    folder: &Path,
    install: impl Fn(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let noted = folder.join("installed");
    let asked = fs::read(wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    if fs::read(&noted).is_ok_and(|installed| installed == asked) {
        return Ok(());
    }
    install(wanted)?;
    fs::write(&noted, asked).map_err(|error| format!("{}: {error}", noted.display()))
}
