use serde::{Deserialize, Serialize};

use super::{Duration, Metadata, NameGlob, ScopedMode};
use crate::kubernetes::CustomKind;

/// What holds for all policies together; one document at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySet {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: PolicySetSpec,
}

/// `spec` of a [`PolicySet`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySetSpec {
    /// What happens to an image that no enforced or warned rule covered; absent: `deny`. Where
    /// rules are about objects alone and `unqualified` is not `deny`: to an object that would run
    /// containers and that none of them covered; then its images are not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultVerdict>,
    /// Where `default` does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<SetExclude>,
    /// The weight of `default` by namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<ScopedMode>,
    /// Names without a registry; absent: `allow` (they mean `docker.io`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unqualified: Option<Unqualified>,
    /// Bounds on exceptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions: Option<ExceptionLimits>,
    /// External repositories that are judged under their internal mirror's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<Mirror>,
    /// Kinds of your own that carry pods or name images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<CustomKind>,
    /// How far in the future a date in evidence may lie; absent: five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<Duration>,
}

/// The verdict on what nothing covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DefaultVerdict {
    /// It may run.
    Allow,
    /// It may run, with a warning.
    Warn,
    /// It may not run.
    Deny,
}

/// Where the set's `default` does not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetExclude {
    /// Namespaces of the request.
    pub namespaces: Vec<NameGlob>,
}

/// What to do with a name that does not say its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Unqualified {
    /// Normalise it: `nginx` is `docker.io/library/nginx`.
    Allow,
    /// Refuse it: the runtime of each node may resolve it differently.
    Deny,
}

/// Bounds on exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionLimits {
    /// Longest time from `approvedOn` (an exception must then say it) to `expires`.
    pub max_duration: Duration,
}

/// An external repository prefix and the internal one that mirrors it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mirror {
    /// Repository or repository prefix as written in workloads, such as `docker.io/library`;
    /// it ends at a segment boundary.
    pub from: String,
    /// Repository or prefix that takes its place, such as `registry.internal.example.com/hub`.
    pub to: String,
}
