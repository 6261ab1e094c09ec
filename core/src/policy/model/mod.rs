//! The typed policy model: what the documents of a policy set say.
//!
//! Every type here is made by the loader only after its own text was checked,
//! so code that holds one never checks again. Absent members stay `None`:
//! defaults are applied once, by the compiler in `evaluate`.

mod alternatives;
mod annotation;
mod attestation;
mod authority;
mod catalog;
mod condition;
mod container;
mod exception;
mod expression;
mod image_policy;
mod keyless;
mod pod_security;
mod policy_set;
mod provenance;
mod rules;
mod scalars;
mod signed_identity;
mod vulnerabilities;

pub use alternatives::{Alternative, AlternativesRule, Check, StaticAction, StaticRule};
pub use annotation::{AnnotationRule, AnnotationValue};
pub use attestation::{AttestationRule, PredicateType, Select};
pub use authority::{
    Authority, Key, KeySet, LogUse, Padding, Pki, RevokedKey, SignatureFormat, SigstoreInstance,
    SigstoreRoot, TimestampUse, TrustRoot, TrustRootSpec, TrustedKey, VerifierCall,
};
pub use catalog::{CatalogEntry, ImageCatalog, ImageCatalogSpec};
pub use condition::{Condition, CountRange, Operator, Quantifier, ValueCondition};
pub use container::{
    AddedCapabilities, CapabilityRule, ContainerRule, HostPathRule, ProfileType, PullPolicy,
    PullSecretRule, Required, ResourceRule,
};
pub use exception::{ExceptionSpec, PolicyException};
pub use expression::ExpressionRule;
pub use image_policy::{
    ForeignPattern, ImagePolicy, ImagePolicySpec, Match, Mode, ScopedMode, TagOnly,
};
pub(crate) use keyless::matches_builds;
pub use keyless::{Keyless, vouches_for_builds};
pub use pod_security::{PodSecurityExemption, PodSecurityRule};
pub use policy_set::{
    DefaultVerdict, ExceptionLimits, Mirror, PolicySet, PolicySetSpec, SetExclude, Unqualified,
};
pub use provenance::{Builder, MaterialRule, ProvenanceRule, SourceReference, VersionedTag};
pub use rules::{
    AttestedSource, BaseImageRule, BaseProof, CallerTrust, ConfigRule, Deny, DigestRule, EnvRule,
    EvidenceSource, Family, HistoryRule, LabelRule, PortRule, ReferenceRule, RegistryRule,
    Requirement, Rule, Scope, SignatureRule, TagRule, UserRule,
};
pub use scalars::{
    ByteSize, Duration, Fraction, Name, NameGlob, PortRange, RegexText, RuleSeverity, Scalar, Score,
};
pub use signed_identity::{ContainersIdentity, SignedIdentity};
pub use vulnerabilities::{
    BindBy, CountBy, CvssLevel, CvssLimit, EpssLimit, FeedRule, FeedRules, FixableLimits, Grace,
    IgnoredVulnerability, Limit, PublishedLimits, SeverityFrom, SeverityLimits, VexMatchBy,
    VexRule, VulnerabilitiesRule,
};

use serde::{Deserialize, Serialize};

/// `metadata` of every document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Unique among the documents of one kind.
    pub name: Name,
    /// The author's own version text, shown in decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the document is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
