use serde::{Deserialize, Deserializer, Serialize};

use crate::evidence::Severity;

/// The same findings counted in three ways; ignored and waived ones are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    /// Distinct ids.
    pub vulnerability: u64,
    /// Distinct ids by package and installed version.
    pub vulnerability_and_package: u64,
    /// Rows of the reports.
    pub row: u64,
}

/// What a rule about findings looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Findings {
    /// What counted.
    #[serde(default, skip_serializing_if = "FindingList::is_empty")]
    pub counted: FindingList,
    /// What did not, each with why.
    #[serde(default, skip_serializing_if = "FindingList::is_empty")]
    pub set_apart: FindingList,
}

/// Findings, worst first, then by id and package; the list may have been cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingList {
    /// The first of them.
    pub items: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl FindingList {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.more == 0
    }
}

/// One finding in one package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// By which a list is sorted first.
    #[serde(skip)]
    pub rank: std::cmp::Reverse<Severity>,
    /// The severity that the rule went by.
    pub severity: &'static str,
    /// The id.
    pub id: String,
    /// The package.
    pub package: String,
    /// The installed version.
    pub installed: String,
    /// The fixed version or versions, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Where the report says that there is more to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A finding as it stands in a decision.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    severity: Severity,
    id: String,
    package: String,
    installed: String,
    fixed: Option<String>,
    link: Option<String>,
    because: Option<String>,
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Ok(Self {
            rank: std::cmp::Reverse(written.severity),
            severity: written.severity.name(),
            id: written.id,
            package: written.package,
            installed: written.installed,
            fixed: written.fixed,
            link: written.link,
            because: written.because,
        })
    }
}
