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

/// What kind of fault a policy has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// The text is not YAML or JSON.
    Syntax,
    /// A value that is not what its place asks for.
    Value,
}

impl PolicyErrorKind {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax => "policy.syntax",
            Self::Value => "policy.value",
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
