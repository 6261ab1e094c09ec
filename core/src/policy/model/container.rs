use serde::{Deserialize, Serialize};

use super::Deny;

/// `container`: single settings of the pods of an object, for all their containers.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: pods}
/// spec:
///   rules:
///     - id: hardened
///       container:
///         readOnlyRootFilesystem: required
///         capabilities: {drop: [ALL], add: {allow: [NET_BIND_SERVICE]}}
///         resources: {requests: [cpu, memory], limits: [memory]}
///         hostPaths: {allow: [/var/log]}
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "container");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerRule {
    /// `deny`: no container is privileged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privileged: Option<Deny>,
    /// `deny`: each container says `allowPrivilegeEscalation: false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privilege_escalation: Option<Deny>,
    /// `deny`: each container, or the pod for it, says `runAsNonRoot: true` or a `runAsUser` that
    /// is not 0, and none says user 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_as_root: Option<Deny>,
    /// `required`: each container says `readOnlyRootFilesystem: true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only_root_filesystem: Option<Required>,
    /// Capabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<CapabilityRule>,
    /// The seccomp profile of each container, or of the pod for it, is one of these; without one
    /// it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seccomp: Option<Vec<ProfileType>>,
    /// The AppArmor profile of each container, by its annotation, its own field or the pod's, is
    /// one of these; without one it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_armor: Option<Vec<ProfileType>>,
    /// An SELinux type that is set is one of these, and neither user nor role is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se_linux_types: Option<Vec<String>>,
    /// `deny`: the pod does not share the network, processes or IPC of its host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_namespaces: Option<Deny>,
    /// `deny`: no container takes a port of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_ports: Option<Deny>,
    /// Volumes that are paths of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_paths: Option<HostPathRule>,
    /// Resources of init and regular containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRule>,
    /// The pull policy of each container and image volume is one of these. An absent one counts
    /// as what the API server makes of it: `Always` for the tag `latest` and for no tag,
    /// `IfNotPresent` for everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_policy: Option<Vec<PullPolicy>>,
    /// The secrets by which images are pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_secrets: Option<PullSecretRule>,
    /// `deny`: the pod says `automountServiceAccountToken: false`; without it, the token is
    /// mounted unless the service account says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_token: Option<Deny>,
}

/// The one word that `readOnlyRootFilesystem` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Required {
    /// It must be said.
    Required,
}

/// Capabilities, by their names without `CAP_`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapabilityRule {
    /// Each container drops these; one that drops `ALL` drops every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// What containers may add; absent: anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<AddedCapabilities>,
}

/// What containers may add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum AddedCapabilities {
    /// Nothing.
    Deny,
    /// These.
    Allow(Vec<String>),
}

/// A kind of seccomp or AppArmor profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ProfileType {
    /// That of the container runtime.
    RuntimeDefault,
    /// One of the node.
    Localhost,
    /// None.
    Unconfined,
}

impl ProfileType {
    /// The name, as pods write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RuntimeDefault => "RuntimeDefault",
            Self::Localhost => "Localhost",
            Self::Unconfined => "Unconfined",
        }
    }
}

/// Volumes that are paths of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum HostPathRule {
    /// There are none.
    Deny,
    /// These paths, and what lies under them.
    Allow(Vec<String>),
}

/// Resources by name, such as `cpu`; an amount of 0 is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceRule {
    /// Each container requests these; what it is limited in, it requests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<String>,
    /// Each container is limited in these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
}

/// When an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PullPolicy {
    /// Before each start.
    Always,
    /// Where the node lacks it.
    IfNotPresent,
    /// Not at all: the node must have it.
    Never,
}

impl PullPolicy {
    /// The name, as pods write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

/// The secrets by which images are pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PullSecretRule {
    /// The pod names one.
    Required,
    /// The pod names at least one, and no other than these.
    OneOf(Vec<String>),
}
