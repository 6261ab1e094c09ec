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

/// What a scanner says about a fix. It explains, and decides nothing: whether a finding is
/// fixable is whether it names a fixed version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixState {
    /// A fixed version exists.
    Fixed,
    /// None exists yet.
    NotFixed,
    /// None will exist.
    WontFix,
    /// The scanner does not know, or its word is not one of these.
    Unknown,
    /// The scanner wrote an empty word, as Grype does for its database's version 6.
    Unstated,
}

impl FixState {
    /// The name, which is Grype's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotFixed => "not-fixed",
            Self::WontFix => "wont-fix",
            Self::Unknown => "unknown",
            Self::Unstated => "",
        }
    }

    /// The state of Grype's word.
    pub(super) fn of(word: &str) -> Self {
        let known = [Self::Fixed, Self::NotFixed, Self::WontFix, Self::Unstated];
        known.into_iter().find(|state| state.name() == word).unwrap_or(Self::Unknown)
    }
}

impl From<Status> for FixState {
    fn from(status: Status) -> Self {
        match status {
            Status::Fixed => Self::Fixed,
            Status::Affected | Status::FixDeferred | Status::UnderInvestigation => Self::NotFixed,
            Status::WillNotFix | Status::EndOfLife => Self::WontFix,
            Status::NotAffected | Status::Ignored | Status::Unknown => Self::Unknown,
        }
    }
}
