//! What ends a command early, and the notes on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

use cocket::policy::{PolicyError, PolicyErrors};
use cocket::report::visible;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line asks for something that cannot be.
    Usage(String),
    /// The policies have faults.
    Policies(PolicyErrors),
    /// Something that is needed could not be read or written.
    Unreadable(String),
}

impl Failure {
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Policies(_) => 2,
            Self::Unreadable(_) => 3,
        }
    }

    pub(crate) fn say(&self) {
        match self {
            Self::Usage(text) => {
                error(text);
                line("`cocket help` and `cocket help COMMAND` show what there is");
            }
            Self::Unreadable(text) => error(text),
            Self::Policies(errors) => {
                errors.as_slice().iter().for_each(|fault| policy_fault("error", fault));
                let count = errors.as_slice().len();
                let faults = if count == 1 { "fault" } else { "faults" };
                error(format!("the policies have {count} {faults}; nothing was judged"));
            }
        }
    }
}

/// One fault of a policy, with its place, the line it is in, and what may have been meant.
pub(crate) fn policy_fault(severity: &str, fault: &PolicyError) {
    for text in format!("{severity}: {}", fault.render()).trim_end().lines() {
        line(text);
    }
    line("");
}

/// Says on standard error what went wrong.
pub(crate) fn error(text: impl Display) {
    line(&format!("error: {text}"));
}

/// Says on standard error what a reader should know.
pub(crate) fn note(text: impl Display) {
    line(&format!("note: {text}"));
}

/// Writes one line; a standard error that is closed is no reason to stop.
fn line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}
