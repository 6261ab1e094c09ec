//! What was noticed while another engine's policy was loaded.

use std::fmt;

/// How much of a policy was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// All that decides.
    Whole,
    /// Some of its rules do not run, or not wholly.
    Part,
    /// Nothing of it runs.
    Nothing,
}

impl Extent {
    /// The name, such as `whole`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::Nothing => "nothing",
        }
    }
}

/// What kind of thing was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// The text was repaired, by this name alone, and read.
    Repaired,
    /// The other engine would refuse or drop this; it is read as it was meant.
    Tolerated,
    /// A part that this version does not evaluate.
    NotTaken,
    /// The document is not what its kind asks for.
    Invalid,
}

impl DiagnosticKind {
    /// The stable name, such as `notTaken`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Tolerated => "tolerated",
            Self::NotTaken => "notTaken",
            Self::Invalid => "invalid",
        }
    }

    /// Whether something of the policy does not run because of it.
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(self, Self::NotTaken | Self::Invalid)
    }
}

/// One thing that was noticed, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub kind: DiagnosticKind,
    /// The source's name.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Where in the document, such as `spec.rules[0].match`.
    pub path: String,
    /// What it is about, with the value in backticks.
    pub detail: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, path, detail, kind } = self;
        write!(f, "{file}:{line}:{column}: {}: ", kind.name())?;
        match path.is_empty() {
            true => f.write_str(detail),
            false => write!(f, "{path}: {detail}"),
        }
    }
}
