//! Which documents are other engines' policies.

use serde_json::Value;

use crate::policy::Head;

/// Documents of other engines that are known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ForeignKind {
    /// Kyverno `ClusterPolicy`.
    KyvernoClusterPolicy,
    /// Kyverno `Policy`.
    KyvernoPolicy,
    /// Kyverno `PolicyException` of the group `kyverno.io`.
    KyvernoPolicyException,
    /// Kyverno `PolicyException` of the group `policies.kyverno.io`.
    KyvernoCelException,
    /// Kyverno `ValidatingPolicy` and `NamespacedValidatingPolicy`.
    KyvernoValidatingPolicy,
    /// Kyverno `ImageValidatingPolicy` and `NamespacedImageValidatingPolicy`.
    KyvernoImageValidatingPolicy,
    /// Kyverno's kinds that change, make or remove objects and never decide.
    KyvernoNotDeciding,
    /// Kubernetes `ValidatingAdmissionPolicy`.
    ValidatingAdmissionPolicy,
    /// Kubernetes `ValidatingAdmissionPolicyBinding`.
    ValidatingAdmissionPolicyBinding,
    /// sigstore `ClusterImagePolicy`.
    ClusterImagePolicy,
    /// sigstore `TrustRoot`.
    SigstoreTrustRoot,
    /// Anything else of `policy.sigstore.dev`, and its `ConfigMap` of policies.
    PolicyController,
    /// containers-policy.json(5).
    ContainersPolicy,
    /// A `Secret`, whose keys policies may name.
    Secret,
    /// What policies look up in a cluster, handed in: a `ConfigMap`, or the `Values`, `Context`
    /// and `UserInfo` of Kyverno's command line.
    ClusterData,
}

impl ForeignKind {
    /// What the document says it is; `None` for every other document.
    ///
    /// ```
    /// use cocket::import::ForeignKind;
    /// let document = serde_json::json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy"});
    /// assert_eq!(ForeignKind::of(&document), Some(ForeignKind::KyvernoClusterPolicy));
    /// ```
    #[must_use]
    pub fn of(document: &Value) -> Option<Self> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        Self::named(Named {
            api_version: text("/apiVersion"),
            kind: text("/kind"),
            name: text("/metadata/name"),
            has_default: document.get("default").is_some(),
        })
    }

    /// The same of a document that is not decoded yet.
    pub(super) fn of_head(head: Head<'_>) -> Option<Self> {
        Self::named(Named {
            api_version: head.api_version,
            kind: head.kind,
            name: head.name(),
            has_default: head.has("default"),
        })
    }

    fn named(named: Named<'_>) -> Option<Self> {
        match (named.api_version, named.kind) {
            (Some("v1"), Some("Secret")) => Some(Self::Secret),
            (Some("v1"), Some("ConfigMap")) => Some(match named.name {
                Some("config-image-policies") => Self::PolicyController,
                _ => Self::ClusterData,
            }),
            (Some(api_version), Some(kind)) => {
                let group = api_version.split_once('/').map_or("", |(group, _)| group);
                Self::of_group(group, kind)
            }
            // containers-policy.json(5) has no name.
            (None, None) => named.has_default.then_some(Self::ContainersPolicy),
            _ => None,
        }
    }

    fn of_group(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("kyverno.io", "ClusterPolicy") => Self::KyvernoClusterPolicy,
            ("kyverno.io", "Policy") => Self::KyvernoPolicy,
            ("kyverno.io", "PolicyException") => Self::KyvernoPolicyException,
            ("policies.kyverno.io", "PolicyException") => Self::KyvernoCelException,
            ("policies.kyverno.io", "ValidatingPolicy" | "NamespacedValidatingPolicy") => {
                Self::KyvernoValidatingPolicy
            }
            (
                "policies.kyverno.io",
                "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy",
            ) => Self::KyvernoImageValidatingPolicy,
            ("kyverno.io", "CleanupPolicy" | "ClusterCleanupPolicy") => Self::KyvernoNotDeciding,
            ("policies.kyverno.io", kind)
                if ["MutatingPolicy", "GeneratingPolicy", "DeletingPolicy"]
                    .iter()
                    .any(|known| kind.strip_prefix("Namespaced").unwrap_or(kind) == *known) =>
            {
                Self::KyvernoNotDeciding
            }
            ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => {
                Self::ValidatingAdmissionPolicy
            }
            ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") => {
                Self::ValidatingAdmissionPolicyBinding
            }
            ("policy.sigstore.dev", "ClusterImagePolicy") => Self::ClusterImagePolicy,
            ("policy.sigstore.dev", "TrustRoot") => Self::SigstoreTrustRoot,
            ("policy.sigstore.dev", _) => Self::PolicyController,
            ("cli.kyverno.io", "Values" | "Value" | "Context" | "UserInfo") => Self::ClusterData,
            _ => return None,
        })
    }

    /// Whether policy-controller reads it.
    pub(super) fn is_of_policy_controller(self) -> bool {
        matches!(self, Self::ClusterImagePolicy | Self::SigstoreTrustRoot | Self::PolicyController)
    }
}

/// What tells documents apart.
struct Named<'n> {
    api_version: Option<&'n str>,
    kind: Option<&'n str>,
    name: Option<&'n str>,
    has_default: bool,
}
