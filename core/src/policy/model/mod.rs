//! The typed policy model: what the documents of a policy set say.
//!
//! Every type here is made by the loader only after its own text was checked,
//! so code that holds one never checks again. Absent members stay `None`:
//! defaults are applied once, by the compiler in `evaluate`.

mod authority;
mod catalog;
mod exception;
mod image_policy;
mod keyless;
mod policy_set;
mod rules;
mod scalars;

pub use authority::{
    Authority, Key, KeySet, LogUse, SigstoreInstance, SigstoreRoot, TimestampUse, TrustRoot,
    TrustRootSpec, TrustedKey, VerifierCall,
};
pub use catalog::{CatalogEntry, ImageCatalog, ImageCatalogSpec};
pub use exception::{ExceptionSpec, PolicyException};
pub use image_policy::{ImagePolicy, ImagePolicySpec, Match, Mode, ScopedMode, TagOnly};
pub(crate) use keyless::build_issuers;
pub use keyless::{Keyless, vouches_for_builds};
pub use policy_set::{
    DefaultVerdict, ExceptionLimits, Mirror, PolicySet, PolicySetSpec, SetExclude, Unqualified,
};
pub use rules::{
    AttestedSource, BaseImageRule, BaseProof, BindBy, CallerTrust, ConfigRule, CountBy, Deny,
    DigestRule, EnvRule, EvidenceSource, Family, FixableLimits, HistoryRule, IgnoredVulnerability,
    LabelRule, Limit, PortRule, ReferenceRule, RegistryRule, Requirement, Rule, Scope,
    SeverityLimits, SignatureRule, SignedIdentity, TagRule, UserRule, VulnerabilitiesRule,
};
pub use scalars::{ByteSize, Duration, Name, NameGlob, PortRange, RegexText, RuleSeverity};

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
