/// What the scanner says about a finding beside its severity, by Trivy's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// `affected`: no fix is known.
    Affected,
    /// `fixed`: a fixed version exists.
    Fixed,
    /// `under_investigation`.
    UnderInvestigation,
    /// `will_not_fix`.
    WillNotFix,
    /// `fix_deferred`.
    FixDeferred,
    /// `end_of_life`.
    EndOfLife,
    /// `not_affected`.
    NotAffected,
    /// `ignored`: by a rule that the scanner was given.
    Ignored,
    /// `unknown`, or a word that is not one of these.
    Unknown,
}

impl Status {
    const ALL: [Self; 9] = [
        Self::Affected,
        Self::Fixed,
        Self::UnderInvestigation,
        Self::WillNotFix,
        Self::FixDeferred,
        Self::EndOfLife,
        Self::NotAffected,
        Self::Ignored,
        Self::Unknown,
    ];

    /// The scanner's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
            Self::WillNotFix => "will_not_fix",
            Self::FixDeferred => "fix_deferred",
            Self::EndOfLife => "end_of_life",
            Self::NotAffected => "not_affected",
            Self::Ignored => "ignored",
            Self::Unknown => "unknown",
        }
    }

    /// The status of a word; `None` for an empty one.
    pub(super) fn of(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|status| status.name() == word);
        (!word.is_empty()).then(|| known.unwrap_or(Self::Unknown))
    }
}
