use serde::{Deserialize, Serialize};

use crate::kubernetes::pod_security::{PodSecurityControl, PodSecurityLevel, PodSecurityVersion};
use crate::reference::ImagePattern;

/// `podSecurity`: the pods of an object meet a level of the Pod Security Standards.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: pods}
/// spec:
///   rules:
///     - id: restricted
///       podSecurity:
///         level: restricted
///         version: v1.34
///         exempt:
///           - controls: [seccompProfile_restricted]
///             images: ['registry.example.com/agents/**']
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "podSecurity");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodSecurityRule {
    /// The level.
    pub level: PodSecurityLevel,
    /// The version of Kubernetes whose standards are meant; absent: `latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<PodSecurityVersion>,
    /// What is let pass all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt: Vec<PodSecurityExemption>,
}

/// Controls that do not count. Where a control of `restricted` is exempt that is a stricter form
/// of one of `baseline`, that one counts in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodSecurityExemption {
    /// Which.
    pub controls: Vec<PodSecurityControl>,
    /// Only for containers with these images; what a pod says for all its containers counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImagePattern>,
}
