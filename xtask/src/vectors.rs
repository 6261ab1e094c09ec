//! `cargo xtask vectors`: the cases of `core/tests/vectors`, and the signed images of the corpus, in
//! every language that is there.
//!
//! Each language has a program of its own that compares every answer with the recorded bytes and
//! writes a line `cases N identical N`; here the lines are put together.

use std::env;
use std::process::{Command, ExitCode, Stdio};

use crate::{cargo, cases};

/// How one language's cases are run. The command's last line that starts with `cases` is read.
struct Language {
    name: &'static str,
    /// The language is there if this file is.
    source: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

/// This program itself, which prepares what the language needs.
const XTASK: &str = "xtask";

const LANGUAGES: [Language; 4] = [
    Language {
        name: "rust",
        source: "core/tests/vectors.rs",
        program: "cargo",
        arguments: &[
            "test",
            "-q",
            "-p",
            "cocket",
            "--test",
            "vectors",
            "--",
            "--nocapture",
            "--test-threads=1",
        ],
    },
    Language {
        name: "c",
        source: "ffi/tests/vectors.c",
        program: "cargo",
        arguments: &[
            "test",
            "-q",
            "-p",
            "cocket-ffi",
            "--test",
            "programs",
            "every_case",
            "--",
            "--nocapture",
        ],
    },
    Language {
        name: "python",
        source: "bindings-python/Cargo.toml",
        program: XTASK,
        arguments: &["python", "--vectors"],
    },
    Language {
        name: "node",
        source: "bindings-node/Cargo.toml",
        program: XTASK,
        arguments: &["node", "--vectors"],
    },
];

/// What a language's program counted.
#[derive(Clone, Copy)]
struct Tally {
    cases: u64,
    identical: u64,
}

pub(crate) fn run() -> ExitCode {
    let mut failed = Vec::new();
    let mut tallies = Vec::new();
    let mut line = String::new();
    for language in &LANGUAGES {
        let tally = match cargo::root().join(language.source).is_file() {
            true => language.run(),
            false => Ok(None),
        };
        let word = match tally {
            Ok(Some(tally)) => {
                tallies.push(tally);
                tally.identical.to_string()
            }
            Ok(None) => "-".to_owned(),
            Err(fault) => {
                failed.push(format!("{}: {fault}", language.name));
                "FAILED".to_owned()
            }
        };
        line.push_str(&format!("  {} {word}", language.name));
    }
    let cases = tallies.iter().map(|tally| tally.cases).max().unwrap_or(0);
    // The recorded bytes are one and the same, so what is identical everywhere is at most this.
    let identical = match failed.is_empty() {
        true => tallies.iter().map(|tally| tally.identical).min().unwrap_or(0),
        false => 0,
    };
    for fault in &failed {
        eprintln!("xtask: {fault}");
    }
    println!("cases {cases}{line}  identical {identical}");
    match failed.is_empty() && cases > 0 && identical == cases {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

impl Language {
    /// What it counted; `None` where its tools are not on this machine and it said so.
    fn run(&self) -> Result<Option<Tally>, String> {
        let mut command = match self.program {
            "cargo" => cargo::command(self.arguments),
            _ => {
                let own = env::current_exe().map_err(|error| error.to_string())?;
                let mut command = Command::new(own);
                command.current_dir(cargo::root()).args(self.arguments);
                command
            }
        };
        let output = cases::told(&mut command)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        match (tally(&text), output.status.success()) {
            (Some(tally), true) => Ok(Some(tally)),
            (None, true) => Ok(None),
            (_, false) => {
                eprint!("{text}");
                Err(format!("`{} {}` failed", self.program, self.arguments.join(" ")))
            }
        }
    }
}

/// The numbers of the last line `cases N identical N`.
fn tally(text: &str) -> Option<Tally> {
    let line = text.lines().rev().find(|line| line.starts_with("cases "))?;
    let mut words = line.split_whitespace();
    let (_, cases, _, identical) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Tally { cases: cases.parse().ok()?, identical: identical.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts() {
        let tally =
            tally("cases 9 identical 9\n.\ncases 3 identical 2\ntest result: ok\n").unwrap();
        assert_eq!((tally.cases, tally.identical), (3, 2));
        assert!(super::tally("cases many identical 2").is_none());
    }
}
