use std::fmt;

/// Kinds of policy documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DocumentKind {
    /// `PolicySet`.
    PolicySet,
    /// `ImagePolicy`.
    ImagePolicy,
    /// `PolicyException`.
    PolicyException,
    /// `ImageCatalog`.
    ImageCatalog,
    /// `TrustRoot`.
    TrustRoot,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PolicySet,
        Self::ImagePolicy,
        Self::PolicyException,
        Self::ImageCatalog,
        Self::TrustRoot,
    ];

    /// What a document's `kind` says.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PolicySet => "PolicySet",
            Self::ImagePolicy => "ImagePolicy",
            Self::PolicyException => "PolicyException",
            Self::ImageCatalog => "ImageCatalog",
            Self::TrustRoot => "TrustRoot",
        }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What kind of fault a policy has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// The text is not YAML or JSON, or not the part of YAML that policies use.
    Syntax,
    /// A key that means nothing in its place.
    UnknownKey,
    /// A key that its mapping has already.
    DuplicateKey,
    /// A key that must be there is not.
    MissingKey,
    /// A value of another type than its place asks for.
    Type,
    /// A value that is not what its place asks for.
    Value,
    /// More than the loader takes.
    Limit,
    /// A name that nothing bears, or that is not unique.
    Reference,
    /// A name or entry that is given twice.
    Duplicate,
    /// Parts that cannot hold together, or a rule that no image can pass or fail.
    Contradiction,
    /// It loads and is probably not meant; only in [`Policies::warnings`].
    ///
    /// [`Policies::warnings`]: crate::policy::Policies::warnings
    Doubtful,
    /// A part of another engine's policy that is not taken: what rests on it fails.
    NotTaken,
    /// A part of another engine's policy that means something slightly different here; only in
    /// [`Policies::notes`].
    ///
    /// [`Policies::notes`]: crate::policy::Policies::notes
    Inexact,
    /// What another engine would refuse or drop, read as it was meant; only in
    /// [`Policies::notes`].
    ///
    /// [`Policies::notes`]: crate::policy::Policies::notes
    Tolerated,
    /// A text that was repaired, by this name alone, and read; only in [`Policies::notes`].
    ///
    /// [`Policies::notes`]: crate::policy::Policies::notes
    Repaired,
}

impl PolicyErrorKind {
    /// The stable name, such as `unknownKey`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownKey => "unknownKey",
            Self::DuplicateKey => "duplicateKey",
            Self::MissingKey => "missingKey",
            Self::Type => "type",
            Self::Value => "value",
            Self::Limit => "limit",
            Self::Reference => "reference",
            Self::Duplicate => "duplicate",
            Self::Contradiction => "contradiction",
            Self::Doubtful => "doubtful",
            Self::NotTaken => "notTaken",
            Self::Inexact => "inexact",
            Self::Tolerated => "tolerated",
            Self::Repaired => "repaired",
        }
    }
}

/// One fault in a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {detail}")]
pub struct PolicyError {
    /// What kind of fault.
    pub kind: PolicyErrorKind,
    /// The source's name.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Where in the document, such as `spec.rules[0].registry`.
    pub path: String,
    /// What is wrong, with the value in backticks.
    pub detail: String,
    /// What may have been meant.
    pub help: Option<String>,
    /// The line of the source, and a mark under the place.
    pub snippet: Option<String>,
}

impl PolicyError {
    /// The fault as several lines for a person: detail, place, snippet and help.
    ///
    /// ```
    /// use cocket::policy::Policies;
    /// let Err(errors) = Policies::from_text("policy.yaml", "kind: ImagePolice") else { panic!() };
    /// let text = errors.as_slice().iter().map(|error| error.render()).collect::<String>();
    /// assert!(text.contains("did you mean `ImagePolicy`?"));
    /// ```
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("{}\n  --> {}:{}:{}", self.detail, self.file, self.line, self.column);
        if !self.path.is_empty() {
            out.push_str(&format!(" ({})", self.path));
        }
        out.push('\n');
        if let Some(snippet) = &self.snippet {
            out.push_str(snippet);
            out.push('\n');
        }
        if let Some(help) = &self.help {
            out.push_str(&format!("  help: {help}\n"));
        }
        out
    }
}

/// All faults that were found, by file, line and column; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors(pub(super) Vec<PolicyError>);

impl PolicyErrors {
    /// The faults.
    #[must_use]
    pub fn as_slice(&self) -> &[PolicyError] {
        &self.0
    }
}

impl From<PolicyError> for PolicyErrors {
    fn from(error: PolicyError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}
