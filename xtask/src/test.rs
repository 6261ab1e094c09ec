//! `cargo xtask test`: every check there is, one after the other, all of them even where one fails.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The steps: a name, and the arguments for cargo.
const STEPS: &[(&str, &[&str])] = &[
    ("format", &["fmt", "--all", "--check"]),
    (
        "lints",
        &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
    ),
    ("tests", &["test", "--workspace", "--all-features"]),
    ("documentation", &["doc", "--workspace", "--all-features", "--no-deps"]),
];

pub(crate) fn run() -> ExitCode {
    let Some(root) = Path::new(env!("CARGO_MANIFEST_DIR")).parent() else {
        eprintln!("xtask: the workspace has no directory");
        return ExitCode::FAILURE;
    };
    let in_ci = env::var_os("CI").is_some();
    let corpus = corpus(root);
    match &corpus {
        Some(corpus) => println!("corpus: {}", corpus.display()),
        None if in_ci => {
            eprintln!("xtask: no corpus: in CI `COCKET_CORPUS` must name a directory");
            return ExitCode::FAILURE;
        }
        None => println!("skipped: comparisons with the corpus: `COCKET_CORPUS` is not set"),
    }
    let mut failed = Vec::new();
    let mut summary = String::new();
    for (name, arguments) in STEPS {
        let start = Instant::now();
        let passed = step(root, corpus.as_deref(), name, arguments);
        let word = if passed { "ok" } else { "FAILED" };
        summary.push_str(&format!("{name:<16}{word:<8}{:>5} s\n", start.elapsed().as_secs()));
        if !passed {
            failed.push(*name);
        }
    }
    print!("\n{summary}");
    match failed.as_slice() {
        [] => ExitCode::SUCCESS,
        names => {
            eprintln!("xtask: failed: {}", names.join(", "));
            ExitCode::FAILURE
        }
    }
}

fn step(root: &Path, corpus: Option<&Path>, name: &str, arguments: &[&str]) -> bool {
    println!("\n== {name}: cargo {}", arguments.join(" "));
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(arguments).env_remove("COCKET_CORPUS");
    if let Some(corpus) = corpus {
        command.env("COCKET_CORPUS", corpus);
    }
    if name == "documentation" {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("xtask: cargo did not start: {error}");
            false
        }
    }
}

/// The corpus as an absolute path, so that tests find it from any directory.
fn corpus(root: &Path) -> Option<PathBuf> {
    let named = env::var_os("COCKET_CORPUS").filter(|path| !path.is_empty());
    let path = root.join(named.unwrap_or_else(|| "../shared/corpus".into()));
    path.is_dir().then(|| path.canonicalize().ok()).flatten()
}
