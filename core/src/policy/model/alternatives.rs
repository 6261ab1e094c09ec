use serde::{Deserialize, Serialize};

use super::{Family, Name};

/// `alternatives`: as many of these alternatives are met as asked for. An alternative is met
/// where each of its checks passes.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   authorities: {ci: {verifier: {name: acme-device}}}
///   rules:
///     - id: vetted
///       alternatives:
///         of:
///           - name: signed
///             all: [{signature: {anyOf: [ci]}}]
///           - name: internal
///             all: [{registry: {allow: ['registry.internal.example.com/**']}}]
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "alternatives");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlternativesRule {
    /// How many must be met; absent: one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// The alternatives.
    pub of: Vec<Alternative>,
}

/// One alternative: each of its checks must pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alternative {
    /// Unique among the alternatives of the rule.
    pub name: Name,
    /// The checks.
    pub all: Vec<Check>,
}

/// A check of an alternative: exactly one family, as in a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "super::rules::RawCheck", into = "super::rules::RawCheck")]
#[cfg_attr(feature = "schema", schemars(with = "super::rules::RawCheck"))]
pub struct Check(
    /// What is checked.
    pub Box<Family>,
);

/// `static`: the policy alone decides, whatever the image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StaticRule {
    /// Whether it passes or fails.
    pub action: StaticAction,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a `static` rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum StaticAction {
    /// Every image passes.
    Pass,
    /// No image passes.
    Fail,
}
