//! Which documents are other engines' policies.

use serde_json::Value;

/// Documents of other engines that are known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ForeignKind {
    /// Kyverno `ClusterPolicy`.
    KyvernoClusterPolicy,
    /// Kyverno `Policy`.
    KyvernoPolicy,
    /// Kyverno `PolicyException`, also of the group `policies.kyverno.io`.
    KyvernoPolicyException,
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
    /// containers-policy.json(5).
    ContainersPolicy,
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
        let text = |key: &str| document.get(key).and_then(Value::as_str);
        match (text("apiVersion"), text("kind")) {
            (Some(api_version), Some(kind)) => {
                let group = api_version.split_once('/').map_or("", |(group, _)| group);
                Self::named(group, kind)
            }
            (None, None) => Self::of_containers(document),
            _ => None,
        }
    }

    fn named(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("kyverno.io", "ClusterPolicy") => Self::KyvernoClusterPolicy,
            ("kyverno.io", "Policy") => Self::KyvernoPolicy,
            ("kyverno.io" | "policies.kyverno.io", "PolicyException") => {
                Self::KyvernoPolicyException
            }
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
            _ => return None,
        })
    }

    /// containers-policy.json(5) has no name: `default` is a list of requirements with types.
    fn of_containers(document: &Value) -> Option<Self> {
        let default = document.get("default")?.as_array()?;
        let typed = |one: &Value| one.get("type").is_some_and(Value::is_string);
        (!default.is_empty() && default.iter().all(typed)).then_some(Self::ContainersPolicy)
    }
}

/// A document of another engine, with where it starts.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// What it is.
    pub kind: ForeignKind,
    /// The document.
    pub document: super::text::Document,
}

impl Foreign {
    /// The documents of `text` that are other engines' policies, in order; others are left out.
    ///
    /// # Errors
    /// [`TextError`](super::text::TextError) with the place, where the text cannot be read.
    pub fn all(text: &str) -> Result<Vec<Self>, super::text::TextError> {
        let documents = super::text::documents(text)?;
        let known = documents.into_iter().filter_map(|document| {
            Some(Self { kind: ForeignKind::of(&document.value)?, document })
        });
        Ok(known.collect())
    }
}
