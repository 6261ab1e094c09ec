//! Levels and versions of the standards.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// The minor version of Kubernetes 1 whose standards are the newest that are known here.
pub const NEWEST_POD_SECURITY: u32 = 37;

/// A level of the Pod Security Standards, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PodSecurityLevel {
    /// Known ways to more privileges are shut.
    Baseline,
    /// Hardened as is current best practice.
    Restricted,
}

impl PodSecurityLevel {
    /// The name, as policies write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// A version of the Pod Security Standards: `v1.` and the minor version of Kubernetes, up to the
/// newest that is known, or `latest` for that one.
///
/// ```
/// use cocket::kubernetes::pod_security::PodSecurityVersion;
/// assert!(PodSecurityVersion::try_from("v1.25".to_owned()).is_ok());
/// assert!(PodSecurityVersion::try_from("1.25".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("pattern" = r"^(latest|v1\.(0|[1-9][0-9]?))$"))
)]
#[serde(try_from = "String", into = "String")]
pub struct PodSecurityVersion(Option<u32>);

impl PodSecurityVersion {
    /// The newest that is known.
    pub const LATEST: Self = Self(None);

    /// The minor version of Kubernetes 1.
    #[must_use]
    pub fn minor(self) -> u32 {
        self.0.unwrap_or(NEWEST_POD_SECURITY)
    }
}

impl Default for PodSecurityVersion {
    fn default() -> Self {
        Self::LATEST
    }
}

impl TryFrom<String> for PodSecurityVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "latest" {
            return Ok(Self::LATEST);
        }
        let minor = text
            .strip_prefix("v1.")
            .filter(|digits| *digits == "0" || !digits.starts_with('0'))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u32>().ok());
        match minor {
            Some(minor) if minor <= NEWEST_POD_SECURITY => Ok(Self(Some(minor))),
            Some(_) => Err(format!(
                "{} is newer than `v1.{NEWEST_POD_SECURITY}`, the newest version that is known",
                shown(&text)
            )),
            None => Err(format!("{} is neither `latest` nor `v1.` and a number", shown(&text))),
        }
    }
}

impl From<PodSecurityVersion> for String {
    fn from(version: PodSecurityVersion) -> Self {
        match version.0 {
            Some(minor) => format!("v1.{minor}"),
            None => "latest".to_owned(),
        }
    }
}

/// The version that is meant, also for `latest`.
impl fmt::Display for PodSecurityVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.minor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_kubernetes_writes_them() {
        for text in ["latest", "v1.0", "v1.9", "v1.37"] {
            let version = PodSecurityVersion::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(version), text);
        }
        for text in ["", "1.25", "v1", "v1.", "v1.025", "v1.-1", "v1.+1", "v2.0", "v1.38", "Latest"]
        {
            assert!(PodSecurityVersion::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(PodSecurityVersion::LATEST.to_string(), "v1.37");
    }
}
