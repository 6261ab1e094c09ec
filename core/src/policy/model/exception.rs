use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Metadata, NameGlob};
use crate::reference::ImagePattern;

/// A waiver: explicit, scoped, expiring, recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyException {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: ExceptionSpec,
}

/// `spec` of a [`PolicyException`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionSpec {
    /// Rules as `policy/rule`; a bare rule id only where it is unique in the set.
    pub rules: Vec<String>,
    /// Only these images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImagePattern>,
    /// Only these namespaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<NameGlob>,
    /// Only findings with these ids; then nothing but findings is waived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<String>,
    /// Only findings in these packages (name, or name with `*`); then nothing but findings is waived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<NameGlob>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// When; needed where the set caps the duration.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub approved_on: Option<Timestamp>,
    /// The ticket.
    pub ticket: String,
    /// It has no effect at or after this time (a date means its first moment in UTC).
    #[serde(with = "super::scalars::required_time")]
    #[cfg_attr(feature = "schema", schemars(with = "super::scalars::TimeText"))]
    pub expires: Timestamp,
    /// A waived finding counts again once a fix for it exists.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_fix: bool,
}
