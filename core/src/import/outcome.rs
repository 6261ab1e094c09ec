//! What a rule of another engine answers about one object.

use serde::Deserialize;

pub use crate::policy::{Note, RuleOutcome, RuleResult};

/// How closely another engine is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Dialect {
    /// As that engine decides, with its quirks; each that mattered is a [`Note`].
    Kyverno,
    /// Without quirks: names are normalised, patterns match one way, and a rule that applied to
    /// nothing says so.
    #[default]
    Strict,
}

impl Dialect {
    /// The dialect of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Kyverno, Self::Strict].into_iter().find(|dialect| dialect.name() == name)
    }

    /// The name, such as `kyverno`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kyverno => "kyverno",
            Self::Strict => "strict",
        }
    }
}
