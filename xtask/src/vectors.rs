//! `cargo xtask vectors`: the cases of `core/tests/vectors`, and the signed images of the corpus, in
//! every language that is there.
//!
//! Each language has programs of its own that compare every answer with the recorded bytes and
//! write lines `cases N identical N`; here the lines are put together. Cases with a judge in the
//! program's own code, those of `core/tests/judges`, count like all others.

use std::env;
use std::process::{Command, ExitCode, Stdio};

use crate::{cargo, cases};

/// How one language's cases are run. The command's lines that start with `cases` are added up.
struct Language {
    name: &'static str,
    /// The language is there if this file is.
    source: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

/// cargo's tests of the workspace.
const CARGO: &str = "cargo";

/// This program itself, which prepares what the language needs.
const XTASK: &str = "xtask";

const LANGUAGES: [Language; 4] = [
    Language {
        name: "rust",
        source: "core/tests/vectors.rs",
        program: CARGO,
        arguments: &[
            "--test",
            "vectors",
            "--test",
            "judges",
            "--",
            "--nocapture",
            "--test-threads=1",
        ],
    },
    Language {
        name: "c",
        source: "ffi/tests/vectors.c",
        program: CARGO,
        arguments: &[
            "--test",
            "programs",
            "--test",
            "handles",
            "--",
            "--nocapture",
            "every_case",
            "judges_are_asked_and_answer",
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
            CARGO => {
                let test = [&["test", "--quiet"][..], &cargo::WORKSPACE, self.arguments].concat();
                cargo::command(&test)
            }
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

/// The sums of all lines `cases N identical N`.
fn tally(text: &str) -> Option<Tally> {
    let lines = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["cases", cases, "identical", identical] => {
                Some(Tally { cases: cases.parse().ok()?, identical: identical.parse().ok()? })
            }
            _ => None,
        }
    });
    lines.reduce(|sum, more| Tally {
        cases: sum.cases.saturating_add(more.cases),
        identical: sum.identical.saturating_add(more.identical),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_lines_count() {
        let tally =
            super::tally("cases 9 identical 9\n.\ncases 3 identical 2\ntest result: ok\n").unwrap();
        assert_eq!((tally.cases, tally.identical), (12, 11));
        assert!(super::tally("cases many identical 2").is_none());
    }
}
