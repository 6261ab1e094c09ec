//! What a rule of another engine answers about one object.

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

/// How a rule came out. A rule that does not match an object has no [`RuleResult`] at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleOutcome {
    /// The object is as asked.
    Pass,
    /// It is not.
    Fail,
    /// The rule's own conditions leave the object alone.
    Skip,
    /// The rule could not be decided; where it is enforced this denies.
    Error,
}

impl RuleOutcome {
    /// The name, such as `pass`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Error => "error",
        }
    }
}

/// A peculiarity of another engine that had a part in an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The stable name, such as `twoWayWildcard`.
    pub quirk: &'static str,
    /// What it did here.
    pub detail: String,
}

/// The answer of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// The policy's name; `namespace/name` for those of a namespace.
    pub policy: String,
    /// The rule's name; empty for policies whose checks have none.
    pub rule: String,
    /// How it came out.
    pub outcome: RuleOutcome,
    /// What that engine would print.
    pub message: String,
    /// Which peculiarities mattered, each once.
    pub notes: Vec<Note>,
}
