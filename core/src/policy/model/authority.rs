use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Keyless, Metadata, Name};
use crate::reference::Digest;

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
    /// How many logs of the trust root must hold an entry beside a signature, each counted once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8)))]
    pub log_threshold: Option<u32>,
    /// How many timestamp authorities of the trust root must have stamped a signature, each
    /// counted once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8)))]
    pub timestamp_threshold: Option<u32>,
    /// The [`TrustRoot`] to verify log entries and timestamps beside the signatures of keys with.
    /// Without one, a signature that carries some is refused, unless `log` is `ignore`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_trust_root: Option<Name>,
    /// The one form of signature that counts; absent: every form that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<SignatureFormat>,
    /// Authorities of one party count once towards `atLeast`; absent: its own party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Name>,
}

/// A form of signature, by how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SignatureFormat {
    /// A layer with annotations beside it: cosign's `.sig` and `.att`.
    Legacy,
    /// A Sigstore bundle.
    Bundle,
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
///
/// ECDSA on P-256, P-384 and P-521, RSA of 2048 to 4096 bits, and Ed25519, pure or prehashed. ECDSA
/// is checked with the hash of the curve's size, then with SHA-256; RSA with SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// A public key in PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`), or a certificate. Of a
    /// certificate its key and its dates are used, as if `notBefore` and `notAfter` stood here;
    /// nothing else in it is checked, neither its names, usages and extensions nor who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pem: Option<String>,
    /// The [`TrustRoot`] that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_root: Option<Name>,
    /// The key's name in that trust root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// How an RSA key signs; absent: `pkcs1v15`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<Padding>,
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

/// How an RSA key signs (RFC 8017, section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Padding {
    /// PKCS#1 v1.5, as cosign does.
    Pkcs1v15,
    /// PSS, with a salt of any length.
    Pss,
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
/// them, and keys that were taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustRoot {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: TrustRootSpec,
}

/// `spec` of a [`TrustRoot`]: at least one of its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustRootSpec {
    /// Public keys by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<Name, TrustedKey>,
    /// Keys that were taken back, wherever a policy of the set names them: here, in another trust
    /// root or by `pem`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<RevokedKey>,
    /// The trusted root of a Sigstore instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigstore: Option<SigstoreRoot>,
    /// Certificate authorities of one's own. Beside `sigstore` they take the place of the
    /// instance's, whose logs and timestamp authorities go on to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pki: Option<Pki>,
}

/// Certificate authorities of one's own, in PEM. Their certificates need no OpenID Connect issuer
/// and no certificate transparency log; a log entry or a timestamp has to prove when one signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pki {
    /// Root certificates.
    pub roots: String,
    /// Certificates between a root and the signers' own, where signatures do not carry them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intermediates: Option<String>,
    /// The certificates of an RFC 3161 timestamp authority, its own first and its root last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_authority: Option<String>,
}

/// A key that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokedKey {
    /// The key's id: `sha256:` and the digest of its subject public key info in DER, as decisions
    /// name it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub key: Digest,
    /// What was provably signed before this time still counts; absent: nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub since: Option<Timestamp>,
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
    /// A public key in PEM, or a certificate, as in [`Key`].
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
