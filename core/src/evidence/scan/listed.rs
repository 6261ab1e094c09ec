//! Findings as decisions list them.

use std::cmp::Reverse;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::Finding;
use crate::evidence::Severity;

/// One finding in one package, as decisions list it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedFinding {
    /// By which a list is sorted first.
    #[serde(skip)]
    pub rank: Reverse<Severity>,
    /// The severity that the rule went by.
    pub severity: &'static str,
    /// The id.
    pub id: Arc<str>,
    /// The package.
    pub package: Arc<str>,
    /// The installed version.
    pub installed: Arc<str>,
    /// The fixed version or versions, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Arc<str>>,
    /// Where the report says that there is more to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Arc<str>>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Arc<str>>,
}

impl ListedFinding {
    /// A finding that counts, by the name and under the severity that a rule goes by.
    pub(super) fn new(finding: &Finding<'_>, name: &str, severity: Severity) -> Self {
        Self {
            rank: Reverse(severity),
            severity: severity.name(),
            id: name.into(),
            package: finding.package().into(),
            installed: finding.installed().into(),
            fixed: Some(finding.fixed()).filter(|fixed| !fixed.is_empty()).map(Arc::from),
            link: finding.primary_url().map(Arc::from),
            because: None,
        }
    }
}

/// A finding as it stands in a decision.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    severity: Severity,
    id: Arc<str>,
    package: Arc<str>,
    installed: Arc<str>,
    fixed: Option<Arc<str>>,
    link: Option<Arc<str>>,
    because: Option<Arc<str>>,
}

impl<'de> Deserialize<'de> for ListedFinding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Ok(Self {
            rank: Reverse(written.severity),
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
