//! `cargo xtask test`: every check there is, one after the other, all of them even where one fails.

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use crate::dependencies;
use crate::differential;
use crate::docs;
use crate::node;
use crate::package::{self, Profile};
use crate::python::{self, Python};
use crate::{cargo, cases};

/// The steps: a name, and the arguments for cargo.
const STEPS: &[(&str, &[&str])] = &[
    ("format", &["fmt", "--all", "--check"]),
    (
        "lints",
        &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
    ),
    // AWS-LC stays out here, so that the cryptography that is there by default is tested.
    ("tests", &["test", "--workspace", "--features", "cocket/schema"]),
    // A feature that only adds is off here: nothing may rest on it.
    ("bare core", &["test", "--package", "cocket", "--lib", "--test", "vectors"]),
    ("generated", &["run", "--quiet", "--package", "cocket-tools", "--", "gen", ".", "--check"]),
    ("documentation", &["doc", "--workspace", "--all-features", "--no-deps"]),
    (
        "aws-lc",
        &[
            "test",
            "--package",
            "cocket",
            "--features",
            "aws-lc",
            "--lib",
            "--test",
            "verify",
            "--test",
            "vectors",
            "--test",
            "keyless_policies",
        ],
    ),
    ("fuzz targets", &["check", "--manifest-path", "fuzz/Cargo.toml", "--locked"]),
    ("benches' format", &["fmt", "--manifest-path", "benches/Cargo.toml", "--check"]),
    (
        "benches",
        &[
            "clippy",
            "--manifest-path",
            "benches/Cargo.toml",
            "--locked",
            "--target-dir",
            "target/benches",
            "--",
            "-D",
            "warnings",
        ],
    ),
    (CORPUS, &["run", "--quiet", "--package", "cocket-tools", "--", "corpus"]),
    (
        CORPUS_AWS_LC,
        &[
            "run",
            "--quiet",
            "--package",
            "cocket-tools",
            "--features",
            "aws-lc",
            "--",
            "corpus",
            "--kind",
            "signed-oci",
            "--kind",
            "signed-bundle",
            "--kind",
            "sigstore-bundle",
        ],
    ),
];

const CORPUS: &str = "corpus";
const CORPUS_AWS_LC: &str = "corpus, aws-lc";
const PYTHON: &str = "python";
const PACKAGE: &str = "package";
const DEPENDENCIES: &str = "dependencies";
const DOCS: &str = "docs";
const DIFFERENTIAL: &str = "differential";
/// Of so many mutants one is tried here.
const SAMPLE: &str = "40";

pub(crate) fn run() -> ExitCode {
    let corpus = cargo::corpus();
    match &corpus {
        Some(corpus) => println!("corpus: {}", corpus.display()),
        None if env::var_os("CI").is_some() => {
            eprintln!("xtask: no corpus: in CI `COCKET_CORPUS` must name a directory");
            return ExitCode::FAILURE;
        }
        None => {}
    }
    let mut failed = Vec::new();
    let mut summary = String::new();
    for (name, arguments) in STEPS {
        let start = Instant::now();
        let word = match [CORPUS, CORPUS_AWS_LC].contains(name) && corpus.is_none() {
            true => "skipped: `COCKET_CORPUS` names no directory",
            false if step(name, arguments) => "ok",
            false => {
                failed.push(*name);
                "FAILED"
            }
        };
        summary.push_str(&row(name, start, word));
    }
    let start = Instant::now();
    let word = match python::run(Python::test) {
        Ok(word) => word,
        Err(why) => {
            eprintln!("xtask: {why}");
            failed.push(PYTHON);
            "FAILED".to_owned()
        }
    };
    summary.push_str(&row(PYTHON, start, &word));
    let start = Instant::now();
    let word = dependencies::run().unwrap_or_else(|why| {
        eprintln!("xtask: {why}");
        failed.push(DEPENDENCIES);
        "FAILED".to_owned()
    });
    summary.push_str(&row(DEPENDENCIES, start, &word));
    let start = Instant::now();
    println!("\n== {DIFFERENTIAL}");
    let word = differential::run(Some(SAMPLE)).unwrap_or_else(|why| {
        eprintln!("xtask: {why}");
        failed.push(DIFFERENTIAL);
        "FAILED".to_owned()
    });
    summary.push_str(&row(DIFFERENTIAL, start, &word));
    let start = Instant::now();
    let word = node::test();
    if word == node::FAILED {
        failed.push("node");
    }
    summary.push_str(&row("node", start, word));
    for (name, done) in [
        (PACKAGE, (|| package::run(Profile::Dev)) as fn() -> Result<String, String>),
        (DOCS, docs::run),
    ] {
        let start = Instant::now();
        println!("\n== {name}");
        let word = done().unwrap_or_else(|why| {
            eprintln!("xtask: {why}");
            failed.push(name);
            "FAILED".to_owned()
        });
        summary.push_str(&row(name, start, &word));
    }
    // Tests that need what this machine lacks say so by name in their output.
    print!("\n{summary}");
    match failed.as_slice() {
        [] => ExitCode::SUCCESS,
        names => {
            eprintln!("xtask: failed: {}", names.join(", "));
            ExitCode::FAILURE
        }
    }
}

fn row(name: &str, start: Instant, word: &str) -> String {
    format!("{name:<16}{:>5} s  {word}\n", start.elapsed().as_secs())
}

fn step(name: &str, arguments: &[&str]) -> bool {
    println!("\n== {name}: cargo {}", arguments.join(" "));
    let mut command = cargo::command(arguments);
    if name == "documentation" {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    if name.ends_with("tests") || name == "bare core" {
        cases::told(&mut command);
    }
    cargo::succeeds(&mut command)
}
