//! What a rule of another engine answers about one object.

pub use crate::policy::{Note, RuleOutcome, RuleResult};

/// How closely another engine is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// As that engine decides, with its quirks; each that mattered is a [`Note`].
    Kyverno,
    /// Without quirks: names are normalised, patterns match one way, and a rule that applied to
    /// nothing says so.
    #[default]
    Strict,
}

impl Dialect {
    /// The name, such as `kyverno`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kyverno => "kyverno",
            Self::Strict => "strict",
        }
    }
}
