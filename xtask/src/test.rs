//! `cargo xtask test`: every check there is, one after the other, all of them even where one fails.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::package::Profile;
use crate::python::{self, Python};
use crate::{cargo, cases, dependencies, differential, docs, node, package};

/// A check: its name, and its work, which gives the summary's word or what failed.
type Step = (&'static str, fn() -> Result<String, String>);

const STEPS: &[Step] = &[
    ("format", || run(&["fmt", "--all", "--check"])),
    ("lints", || {
        let targets = ["clippy", "--workspace", "--all-targets", "--all-features"];
        run(&[&targets[..], &WARNINGS].concat())
    }),
    // AWS-LC stays out here, so that the cryptography that is there by default is tested.
    ("tests", || tested(&[&["test"][..], &cargo::WORKSPACE].concat())),
    // As its users build it, without what only others in this workspace turn on.
    ("bare core", || tested(&["test", "--package", "cocket", "--lib", "--test", "vectors"])),
    ("generated", || tools(&cargo::WORKSPACE, &["gen", ".", "--check"])),
    ("documentation", || {
        let mut command =
            cargo::command(&["doc", "--workspace", "--all-features", "--no-deps", "--quiet"]);
        done(command.env("RUSTDOCFLAGS", "-D warnings"))
    }),
    ("aws-lc", || {
        let targets = ["--lib", "--test", "verify", "--test", "vectors", "--test"];
        let test = [&["test"][..], &cargo::WITH_AWS_LC, &targets, &["keyless_policies"]];
        run(&test.concat())
    }),
    ("fuzz targets", || run(&["check", "--manifest-path", "fuzz/Cargo.toml", "--locked"])),
    ("benches' format", || run(&["fmt", "--manifest-path", "benches/Cargo.toml", "--check"])),
    ("benches", || {
        let clippy = ["clippy", "--manifest-path", "benches/Cargo.toml", "--locked"];
        let apart = ["--target-dir", "target/benches"];
        run(&[&clippy[..], &apart, &WARNINGS].concat())
    }),
    ("corpus", || corpus(&cargo::WORKSPACE, &[])),
    ("corpus, aws-lc", || corpus(&cargo::WITH_AWS_LC, &SIGNED)),
    ("python", || python::run(Python::test)),
    ("dependencies", dependencies::run),
    ("differential", || differential::run(Some(SAMPLE))),
    ("node", node::test),
    ("package", || package::run(Profile::Dev)),
    ("docs", docs::run),
];

const WARNINGS: [&str; 3] = ["--", "-D", "warnings"];
/// The kinds of evidence whose answers rest on cryptography.
const SIGNED: [&str; 6] =
    ["--kind", "signed-oci", "--kind", "signed-bundle", "--kind", "sigstore-bundle"];
/// Of so many mutants one is tried here.
const SAMPLE: &str = "40";

pub(crate) fn all() -> ExitCode {
    match cargo::corpus() {
        Some(corpus) => println!("corpus: {}", corpus.display()),
        None if env::var_os("CI").is_some() => {
            eprintln!("xtask: no corpus: in CI `COCKET_CORPUS` must name a directory");
            return ExitCode::FAILURE;
        }
        None => {}
    }
    let mut failed = Vec::new();
    let mut summary = String::new();
    for (name, work) in STEPS {
        println!("\n== {name}");
        let start = Instant::now();
        let word = work().unwrap_or_else(|why| {
            eprintln!("xtask: {name}: {why}");
            failed.push(*name);
            "FAILED".to_owned()
        });
        let seconds = start.elapsed().as_secs();
        summary.push_str(&format!("{name:<16}{seconds:>5} s  {word}\n"));
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

fn run(arguments: &[&str]) -> Result<String, String> {
    println!("cargo {}", arguments.join(" "));
    done(&mut cargo::command(arguments))
}

/// Tests that are told of the signed images.
fn tested(arguments: &[&str]) -> Result<String, String> {
    println!("cargo {}", arguments.join(" "));
    done(cases::told(&mut cargo::command(arguments)))
}

fn tools(workspace: &[&str], arguments: &[&str]) -> Result<String, String> {
    done(cargo::tool(workspace)?.args(arguments))
}

fn corpus(workspace: &[&str], arguments: &[&str]) -> Result<String, String> {
    match cargo::corpus() {
        Some(_) => tools(workspace, &[&["corpus"], arguments].concat()),
        None => Ok("skipped: `COCKET_CORPUS` names no directory".to_owned()),
    }
}

fn done(command: &mut Command) -> Result<String, String> {
    match cargo::succeeds(command) {
        true => Ok("ok".to_owned()),
        false => Err(format!("`{}` failed", command.get_program().display())),
    }
}
