use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Keyless, Metadata, Name};

/// Who may vouch: exactly one of `key`, `keys`, `keyless` and `verifier`.
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
    /// Signers with certificates of their identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyless: Option<Box<Keyless>>,
    /// A verifier that the embedding program registered under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<VerifierCall>,
    /// What to do with transparency log entries beside a signature; absent: `required` for
    /// `keyless`, `optional` for keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogUse>,
    /// What to do with RFC 3161 timestamps beside a signature; absent: `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimestampUse>,
    /// The [`TrustRoot`] to verify log entries and timestamps beside the signatures of keys with.
    /// Without one, a signature that carries some is refused, unless `log` is `ignore`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_trust_root: Option<Name>,
    /// Authorities of one party count once towards `atLeast`; absent: its own party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Name>,
}

/// What to do with transparency log entries beside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum LogUse {
    /// One must be there, and each one present must hold.
    Required,
    /// Each one present must hold.
    Optional,
    /// They say nothing. Beside the signatures of keys, timestamps say nothing either then, unless
    /// they are required.
    Ignore,
}

/// What to do with RFC 3161 timestamps beside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TimestampUse {
    /// Each one present must hold.
    Auto,
    /// One must be there, and each one present must hold.
    Required,
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

/// Named keys and the trusted root of a Sigstore instance, kept apart from the policies that use
/// them.
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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<Name, TrustedKey>,
    /// The trusted root of a Sigstore instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigstore: Option<SigstoreRoot>,
}

/// The trusted root of a Sigstore instance: exactly one of `instance` and `trustedRoot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SigstoreRoot {
    /// The copy that the engine carries of this instance's root. It does not learn of newer keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<SigstoreInstance>,
    /// The text of a `trusted_root.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_root: Option<String>,
}

/// The Sigstore instances whose trusted roots the engine carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SigstoreInstance {
    /// The sigstore project's public instance.
    PublicGood,
    /// The sigstore project's staging instance.
    Staging,
    /// GitHub's own instance, for attestations of private repositories.
    Github,
}

impl SigstoreInstance {
    /// The name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PublicGood => "public-good",
            Self::Staging => "staging",
            Self::Github => "github",
        }
    }
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
