use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Condition, Duration, Requirement, Scope, SignedIdentity};
use crate::evidence::predicate::{SHORT_NAMES, ValuePath};
use crate::policy::shown::shown;

/// `attestation`: signed statements of the named authorities say about the image what is asked.
///
/// Statements are verified first, then selected for each authority. With `select: latest` and
/// `select: all` each selected one must pass, whoever of the authorities made it. Statements with
/// equal content are one.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: production}
/// spec:
///   authorities: {ci: {verifier: {name: acme-device}}}
///   rules:
///     - id: hardened
///       attestation:
///         type: https://acme.example/hardening/v1
///         anyOf: [ci]
///         time: /performedOn
///         maxAge: 30d
///         where:
///           - {path: /profile, equals: cis-level-2}
///           - {path: /checks/*/result, quantifier: all, equals: pass}
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "attestation");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "raw::RawAttestation", into = "raw::RawAttestation")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawAttestation"))]
pub struct AttestationRule {
    /// The predicate type.
    pub predicate_type: PredicateType,
    /// Who.
    pub require: Requirement,
    /// Which of several statements count.
    pub select: Option<Select>,
    /// Where the predicate states its time; absent: the known place of its type.
    pub time: Option<ValuePath>,
    /// Oldest statement that counts.
    pub max_age: Option<Duration>,
    /// How the repository that the statement names is compared; absent: it is not.
    pub subject_name: Option<SignedIdentity>,
    /// Which digest the statement must be about; absent: `platforms`.
    pub scope: Option<Scope>,
    /// What must hold of the predicate.
    pub conditions: Vec<Condition>,
}

/// Which of several statements of one authority count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Select {
    /// The one with the latest time; of several with one time, all of them.
    Latest,
    /// Each of them.
    All,
    /// One that passes is enough.
    Any,
}

/// A predicate type: its URI, or the short name that cosign has for it (`custom`, `cyclonedx`,
/// `link`, `openvex`, `slsaprovenance`, `slsaprovenance1`, `spdx`, `spdxjson`, `vuln`). It is
/// compared as a whole.
///
/// ```
/// use cocket::policy::model::PredicateType;
/// let vuln = PredicateType::try_from("vuln".to_owned())?;
/// assert_eq!(vuln.as_str(), "https://cosign.sigstore.dev/attestation/vuln/v1");
/// assert!(PredicateType::try_from("hardening".to_owned()).is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct PredicateType(String);

impl PredicateType {
    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PredicateType {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Some((_, uri)) = SHORT_NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(Self((*uri).to_owned()));
        }
        let is_uri = text.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b))
                && !rest.is_empty()
        });
        if is_uri && text.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(Self(text));
        }
        let names: Vec<&str> = SHORT_NAMES.iter().map(|(name, _)| *name).collect();
        Err(format!(
            "{} is not a predicate type: a URI such as `https://acme.example/hardening/v1`, or \
             one of `{}`, is expected",
            shown(&text),
            names.join("`, `")
        ))
    }
}

impl From<PredicateType> for String {
    fn from(value: PredicateType) -> Self {
        value.0
    }
}

impl fmt::Display for PredicateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

mod raw {
    //! The shape that the rule has in documents.

    use serde::{Deserialize, Serialize};

    use super::super::rules::{requirement, spread};
    use super::super::{Condition, Duration, Name, Scope, SignedIdentity};
    use super::{AttestationRule, PredicateType, Select};
    use crate::evidence::predicate::ValuePath;

    #[derive(Clone, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "schema", schemars(rename = "AttestationRule"))]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    /// Signed statements of the named authorities say about the image what is asked. Statements
    /// are verified first, then selected for each authority; with `latest` and `all` each
    /// selected one must pass, whoever of the authorities made it.
    pub(super) struct RawAttestation {
        /// The predicate type.
        #[serde(rename = "type")]
        predicate_type: PredicateType,
        /// One of these authorities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        any_of: Option<Vec<Name>>,
        /// Each of these authorities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all_of: Option<Vec<Name>>,
        /// This many distinct parties among `of`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u32>,
        /// The authorities that `atLeast` counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Vec<Name>>,
        /// Which of several statements of one authority count; absent: `latest`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        select: Option<Select>,
        /// Where the predicate states its time; absent: the known place of its type.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<ValuePath>,
        /// Oldest statement that counts; one that does not state its time fails.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_age: Option<Duration>,
        /// How the repository that the statement's subject names is compared; absent: it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject_name: Option<SignedIdentity>,
        /// Which digest the statement must be about; absent: `platforms`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        /// What must hold of the predicate; all of these.
        #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Condition>,
    }

    impl TryFrom<RawAttestation> for AttestationRule {
        type Error = String;

        fn try_from(raw: RawAttestation) -> Result<Self, String> {
            Ok(Self {
                predicate_type: raw.predicate_type,
                require: requirement(raw.any_of, raw.all_of, raw.at_least, raw.of)?,
                select: raw.select,
                time: raw.time,
                max_age: raw.max_age,
                subject_name: raw.subject_name,
                scope: raw.scope,
                conditions: raw.conditions,
            })
        }
    }

    impl From<AttestationRule> for RawAttestation {
        fn from(rule: AttestationRule) -> Self {
            let (any_of, all_of, at_least, of) = spread(rule.require);
            Self {
                predicate_type: rule.predicate_type,
                any_of,
                all_of,
                at_least,
                of,
                select: rule.select,
                time: rule.time,
                max_age: rule.max_age,
                subject_name: rule.subject_name,
                scope: rule.scope,
                conditions: rule.conditions,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PredicateType;

    #[test]
    fn types_are_uris_or_short_names() {
        let read = |text: &str| PredicateType::try_from(text.to_owned());
        for text in ["https://acme.example/hardening/v1", "urn:acme:hardening"] {
            assert_eq!(read(text).unwrap().as_str(), text);
        }
        assert_eq!(read("slsaprovenance1").unwrap().as_str(), "https://slsa.dev/provenance/v1");
        for text in
            ["", "hardening", "acme.example/hardening", ":x", "https:", "https://a b", "1a:b"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
