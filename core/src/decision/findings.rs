use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::evidence::scan::ListedFinding as Finding;

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
    /// The first of them. Decisions about one report share them.
    pub items: Vec<Arc<Finding>>,
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
