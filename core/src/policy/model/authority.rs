use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Metadata, Name};

/// Who may vouch: exactly one of `key`, `keys` and `verifier`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Authority {
    /// One public key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Several keys of the same authority: any one of them (rotation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeySet>,
    /// A verifier that the embedding program registered under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<VerifierCall>,
    /// What to do with transparency log entries and timestamps beside a signature; absent:
    /// `optional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogUse>,
    /// Authorities of one party count once towards `atLeast`; absent: its own party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Name>,
}

/// What to do with transparency log entries and timestamps beside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum LogUse {
    /// Each one present must verify. None is verified yet, so a signature with one is refused.
    Optional,
    /// They say nothing.
    Ignore,
}

/// Several keys of one authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct KeySet(pub Vec<Key>);

/// A public key: `pem`, or `trustRoot` and `name` of a key in a [`TrustRoot`] document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// Subject public key info in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pem: Option<String>,
    /// The [`TrustRoot`] that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_root: Option<Name>,
    /// The key's name in that trust root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Not valid before this time.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub not_before: Option<Timestamp>,
    /// Not valid at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub not_after: Option<Timestamp>,
    /// Only what was provably signed before this time counts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub compromised_at: Option<Timestamp>,
}

/// A call to a verifier that the embedding program supplies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifierCall {
    /// The name it was registered under.
    pub name: Name,
}

/// Named keys, kept apart from the policies that use them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustRoot {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: TrustRootSpec,
}

/// `spec` of a [`TrustRoot`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustRootSpec {
    /// Public keys by name.
    pub keys: BTreeMap<Name, TrustedKey>,
}

/// One key of a [`TrustRoot`]; its own window and that of a [`Key`] that names it both hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustedKey {
    /// Subject public key info in PEM.
    pub pem: String,
    /// Not valid before this time.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub not_before: Option<Timestamp>,
    /// Not valid at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub not_after: Option<Timestamp>,
    /// Only what was provably signed before this time counts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub compromised_at: Option<Timestamp>,
}
