use std::fmt;
use std::str::FromStr;

use super::{Judged, github, json, junit, markdown, sarif, table, yaml};

/// A format that decisions can be written in.
///
/// ```
/// use cocket::report::Format;
/// assert_eq!("junit".parse(), Ok(Format::Junit));
/// assert!("xml".parse::<Format>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Plain text for people.
    Table,
    /// Canonical JSON (RFC 8785).
    Json,
    /// The same content as YAML.
    Yaml,
    /// JUnit XML: one test suite an image, one test case a rule.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Markdown for a pull request or a job summary.
    Markdown,
}

/// A name that is no format's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a format: table, json, yaml, junit, sarif, github or markdown")]
pub struct UnknownFormat(pub String);

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Json,
        Self::Yaml,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
    ];

    /// The name, as on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }

    /// The decisions in this format. `color` is for formats that have colours: the table.
    #[must_use]
    pub fn render(self, judged: &[Judged], color: bool) -> String {
        match self {
            Self::Table => table(judged, color),
            Self::Json => json(judged),
            Self::Yaml => yaml(judged),
            Self::Junit => junit(judged),
            Self::Sarif => sarif(judged),
            Self::Github => github(judged),
            Self::Markdown => markdown(judged),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let known = Self::ALL.iter().copied().find(|format| format.name() == name);
        known.ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}
