use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Authority, Metadata, Name, NameGlob, Rule};
use crate::evidence::Platform;
use crate::reference::{ContainersScope, ImagePattern, KyvernoImages, Reference, SigstoreGlob};

/// Rules about images, and where they apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImagePolicy {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: ImagePolicySpec,
}

/// `spec` of an [`ImagePolicy`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImagePolicySpec {
    /// The weight of its rules; absent: `enforce`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// From this time on, `audit` and `warn` of this policy count as `enforce`.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub enforce_from: Option<Timestamp>,
    /// The weight of its rules by namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<ScopedMode>,
    /// What the policy is about; absent: everything.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub matches: Option<Match>,
    /// What the policy is not about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Match>,
    /// Platforms that can run here; absent: all that an index lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Platform>,
    /// Whether rules about content accept an image given by tag only in admission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_only: Option<TagOnly>,
    /// Who may vouch for something, by a name of the author's choice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorities: BTreeMap<Name, Authority>,
    /// The rules; at least one.
    pub rules: Vec<Rule>,
}

/// The weight of an outcome, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Reported only.
    Audit,
    /// A failure makes the verdict `warn`.
    Warn,
    /// A failure makes the verdict `deny`.
    Enforce,
}

/// A weight for the namespaces that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopedMode {
    /// Namespaces of the request.
    pub namespaces: Vec<NameGlob>,
    /// The weight there.
    pub mode: Mode,
}

/// Which images and namespaces; every member given must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Match {
    /// Namespaces of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<NameGlob>,
    /// Labels of the namespace, as the caller supplies them: all must be equal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub namespace_labels: BTreeMap<String, String>,
    /// Labels of the object's owner, such as the `Deployment` of a pod, as the caller supplies them:
    /// all must be equal. The object's own labels select nothing, for its author writes them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owner_labels: BTreeMap<String, String>,
    /// Kinds of the objects that carry the pods or name the image, in `match` alone: who writes an
    /// object chooses its kind, so none is kept out by it. An image that is asked about without
    /// an object counts as one of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<NameGlob>,
    /// Images by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImagePattern>,
    /// Images by name, by patterns that are read as another engine reads them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images_as: Vec<ForeignPattern>,
}

/// A pattern over image names as another engine reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ForeignPattern {
    /// A glob of sigstore's policy-controller.
    Sigstore(SigstoreGlob),
    /// A scope of containers-policy.json(5).
    Containers(ContainersScope),
    /// The images of a `verifyImages` entry of Kyverno.
    Kyverno(KyvernoImages),
}

impl ForeignPattern {
    /// Whether it matches the image.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        match self {
            Self::Sigstore(glob) => glob.matches(image),
            Self::Containers(scope) => scope.matches(image),
            Self::Kyverno(images) => images.matches(image),
        }
    }
}

/// What rules about content do with an image given by tag only in admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TagOnly {
    /// Judge the digest that the tag resolved to.
    Accept,
    /// Fail with `reference.mutable`.
    Deny,
}
