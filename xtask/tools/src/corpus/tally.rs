//! Counting rows by kind.

use std::collections::BTreeMap;
use std::process::ExitCode;

/// How one row came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As expected.
    Passed,
    /// Otherwise; what was expected and what came.
    Failed {
        /// What the corpus says.
        expected: String,
        /// What came.
        found: String,
    },
    /// Not supported yet, and why.
    Skipped(String),
}

impl Outcome {
    /// Passed where both are equal.
    pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(expected: &T, found: &T) -> Self {
        if expected == found {
            return Self::Passed;
        }
        Self::Failed { expected: format!("{expected:?}"), found: format!("{found:?}") }
    }

    pub(crate) fn failed(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Failed { expected: expected.into(), found: found.into() }
    }
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// Rows by kind.
pub(crate) struct Tally {
    only: Vec<String>,
    verbose: bool,
    kinds: BTreeMap<String, Counts>,
    notes: Vec<String>,
}

impl Tally {
    pub(super) fn new(only: Vec<String>, verbose: bool) -> Self {
        Self { only, verbose, kinds: BTreeMap::new(), notes: Vec::new() }
    }

    /// Whether rows of this kind are asked for.
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.only.is_empty() || self.asks_for(kind)
    }

    /// Whether rows of this kind are asked for by name.
    pub(super) fn asks_for(&self, kind: &str) -> bool {
        self.only.iter().any(|only| only == kind)
    }

    pub(super) fn row(&mut self, kind: &str, name: &str, outcome: Outcome) {
        if !self.wants(kind) {
            return;
        }
        let counts = self.kinds.entry(kind.to_owned()).or_default();
        match outcome {
            Outcome::Passed => counts.passed = counts.passed.saturating_add(1),
            Outcome::Failed { expected, found } => {
                counts.failed = counts.failed.saturating_add(1);
                if self.verbose {
                    println!("FAILED {kind} {name}: expected {expected}, found {found}");
                }
            }
            Outcome::Skipped(why) => {
                counts.skipped = counts.skipped.saturating_add(1);
                if self.verbose {
                    println!("skipped {kind} {name}: {why}");
                }
            }
        }
    }

    /// A part that the directory lacks.
    pub(super) fn absent(&mut self, file: &str) {
        self.notes.push(format!("left out: {file} is not there"));
    }

    /// Something that is printed below the counts.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// A part that cannot be read is a failure, not a skip.
    pub(super) fn broken(&mut self, file: &str, fault: String) {
        self.kinds.entry(file.to_owned()).or_default().failed = 1;
        self.notes.push(format!("broken: {file}: {fault}"));
    }

    /// Prints one line a kind and a total; any failure, and nothing compared at all, is a failure.
    pub(super) fn print(&self) -> ExitCode {
        let mut total = Counts::default();
        println!("{:<26}{:>8}{:>8}{:>9}{:>8}", "kind", "passed", "failed", "skipped", "total");
        for (kind, counts) in &self.kinds {
            line(kind, counts);
            total.passed = total.passed.saturating_add(counts.passed);
            total.failed = total.failed.saturating_add(counts.failed);
            total.skipped = total.skipped.saturating_add(counts.skipped);
        }
        line("total", &total);
        for note in &self.notes {
            println!("{note}");
        }
        let compared = total.passed.saturating_add(total.skipped) > 0;
        if total.failed == 0 && compared { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn line(kind: &str, counts: &Counts) {
    let total = counts.passed.saturating_add(counts.failed).saturating_add(counts.skipped);
    let Counts { passed, failed, skipped } = counts;
    println!("{kind:<26}{passed:>8}{failed:>8}{skipped:>9}{total:>8}");
}
