//! The shapes that rules have in documents, before exactly-one-of is settled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{
    AlternativesRule, AnnotationRule, AttestationRule, Check, ContainerRule, ExpressionRule, Match,
    Mode, Name, PodSecurityRule, ProvenanceRule, RuleSeverity, ScopedMode, StaticRule,
    VulnerabilitiesRule,
};
use super::{
    AttestedSource, BaseImageRule, ConfigRule, Family, ReferenceRule, RegistryRule, Requirement,
    Rule, Scope, SignatureRule, SignedIdentity,
};

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Rule"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// One rule: an id, and exactly one family.
pub(super) struct RawRule {
    /// Unique in its policy.
    id: Name,
    /// The weight; absent: the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    /// The weight by namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    modes: Vec<ScopedMode>,
    /// How bad a failure is, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<RuleSeverity>,
    /// Controls of standards that the rule serves, such as `SOC2:CC6.8`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    controls: Vec<String>,
    /// The author's own sentence for people who meet a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Narrows what the policy matches.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    matches: Option<Match>,
    /// Where the image may come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registry: Option<RegistryRule>,
    /// How the image is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<ReferenceRule>,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureRule>,
    /// What signed statements say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attestation: Option<AttestationRule>,
    /// How it was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provenance: Option<ProvenanceRule>,
    /// What a scanner found in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vulnerabilities: Option<VulnerabilitiesRule>,
    /// What its configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<ConfigRule>,
    /// What it is built on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_image: Option<BaseImageRule>,
    /// Which of several alternatives are met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alternatives: Option<AlternativesRule>,
    /// What an expression says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expression: Option<ExpressionRule>,
    /// What the policy alone decides.
    #[serde(default, rename = "static", skip_serializing_if = "Option::is_none")]
    fixed: Option<StaticRule>,
    /// Which Pod Security Standard the pods of an object meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pod_security: Option<PodSecurityRule>,
    /// What the pods of an object set for their containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<ContainerRule>,
    /// What an annotation of the pods of an object says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotation: Option<AnnotationRule>,
}

impl TryFrom<RawRule> for Rule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let families: Vec<Family> = [
            raw.registry.map(Family::Registry),
            raw.reference.map(Family::Reference),
            raw.signature.map(Family::Signature),
            raw.attestation.map(Box::new).map(Family::Attestation),
            raw.provenance.map(Box::new).map(Family::Provenance),
            raw.vulnerabilities.map(Box::new).map(Family::Vulnerabilities),
            raw.config.map(Family::Config),
            raw.base_image.map(Family::BaseImage),
            raw.alternatives.map(Family::Alternatives),
            raw.expression.map(Family::Expression),
            raw.fixed.map(Family::Static),
            raw.pod_security.map(Family::PodSecurity),
            raw.container.map(Box::new).map(Family::Container),
            raw.annotation.map(Family::Annotation),
        ]
        .into_iter()
        .flatten()
        .collect();
        let names: Vec<&str> = families.iter().map(Family::name).collect();
        let found = names.join("`, `");
        let mut families = families.into_iter();
        let (Some(family), None) = (families.next(), families.next()) else {
            return Err(match found.as_str() {
                "" => format!(
                    "rule `{}` has no family: one of `registry`, `reference`, `signature`, \
                     `attestation`, `provenance`, `vulnerabilities`, `config`, `baseImage`, \
                     `alternatives`, `expression`, `static`, `podSecurity`, `container`, \
                     `annotation` is expected",
                    raw.id
                ),
                _ => format!(
                    "rule `{}` has several families: `{found}`; give each its own rule",
                    raw.id
                ),
            });
        };
        Ok(Self {
            id: raw.id,
            mode: raw.mode,
            modes: raw.modes,
            severity: raw.severity,
            controls: raw.controls,
            message: raw.message,
            matches: raw.matches,
            family,
        })
    }
}

impl From<Rule> for RawRule {
    fn from(rule: Rule) -> Self {
        let mut raw = Self {
            id: rule.id,
            mode: rule.mode,
            modes: rule.modes,
            severity: rule.severity,
            controls: rule.controls,
            message: rule.message,
            matches: rule.matches,
            registry: None,
            reference: None,
            signature: None,
            attestation: None,
            provenance: None,
            vulnerabilities: None,
            config: None,
            base_image: None,
            alternatives: None,
            expression: None,
            fixed: None,
            pod_security: None,
            container: None,
            annotation: None,
        };
        match rule.family {
            Family::Registry(rule) => raw.registry = Some(rule),
            Family::Reference(rule) => raw.reference = Some(rule),
            Family::Signature(rule) => raw.signature = Some(rule),
            Family::Attestation(rule) => raw.attestation = Some(*rule),
            Family::Provenance(rule) => raw.provenance = Some(*rule),
            Family::Vulnerabilities(rule) => raw.vulnerabilities = Some(*rule),
            Family::Config(rule) => raw.config = Some(rule),
            Family::BaseImage(rule) => raw.base_image = Some(rule),
            Family::Alternatives(rule) => raw.alternatives = Some(rule),
            Family::Expression(rule) => raw.expression = Some(rule),
            Family::Static(rule) => raw.fixed = Some(rule),
            Family::PodSecurity(rule) => raw.pod_security = Some(rule),
            Family::Container(rule) => raw.container = Some(*rule),
            Family::Annotation(rule) => raw.annotation = Some(rule),
        }
        raw
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Check"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// A check of an alternative: exactly one family, as in a rule.
pub(in super::super) struct RawCheck {
    /// Where the image may come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registry: Option<RegistryRule>,
    /// How the image is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<ReferenceRule>,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureRule>,
    /// What signed statements say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attestation: Option<AttestationRule>,
    /// How it was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provenance: Option<ProvenanceRule>,
    /// What its configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<ConfigRule>,
    /// What it is built on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_image: Option<BaseImageRule>,
    /// Which of several alternatives are met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alternatives: Option<AlternativesRule>,
    /// What an expression says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expression: Option<ExpressionRule>,
    /// What the policy alone decides.
    #[serde(default, rename = "static", skip_serializing_if = "Option::is_none")]
    fixed: Option<StaticRule>,
}

impl TryFrom<RawCheck> for Check {
    type Error = String;

    fn try_from(raw: RawCheck) -> Result<Self, String> {
        let families = [
            raw.registry.map(Family::Registry),
            raw.reference.map(Family::Reference),
            raw.signature.map(Family::Signature),
            raw.attestation.map(Box::new).map(Family::Attestation),
            raw.provenance.map(Box::new).map(Family::Provenance),
            raw.config.map(Family::Config),
            raw.base_image.map(Family::BaseImage),
            raw.alternatives.map(Family::Alternatives),
            raw.expression.map(Family::Expression),
            raw.fixed.map(Family::Static),
        ];
        let mut families = families.into_iter().flatten();
        match (families.next(), families.next()) {
            (Some(family), None) => Ok(Self(Box::new(family))),
            _ => Err("a check has exactly one of `registry`, `reference`, `signature`, \
                      `attestation`, `provenance`, `config`, `baseImage`, `alternatives`, \
                      `expression` and `static`"
                .to_owned()),
        }
    }
}

impl From<Check> for RawCheck {
    fn from(check: Check) -> Self {
        let mut raw = Self::default();
        match *check.0 {
            Family::Registry(rule) => raw.registry = Some(rule),
            Family::Reference(rule) => raw.reference = Some(rule),
            Family::Signature(rule) => raw.signature = Some(rule),
            Family::Attestation(rule) => raw.attestation = Some(*rule),
            Family::Provenance(rule) => raw.provenance = Some(*rule),
            Family::Config(rule) => raw.config = Some(rule),
            Family::BaseImage(rule) => raw.base_image = Some(rule),
            Family::Alternatives(rule) => raw.alternatives = Some(rule),
            Family::Expression(rule) => raw.expression = Some(rule),
            Family::Static(rule) => raw.fixed = Some(rule),
            // No check is made of these: exceptions for findings are for whole rules, and an
            // alternative is about an image.
            Family::Vulnerabilities(_)
            | Family::PodSecurity(_)
            | Family::Container(_)
            | Family::Annotation(_) => {}
        }
        raw
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "SignatureRule"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// The image was approved by the named authorities.
pub(super) struct RawSignature {
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
    /// How the repository that the signature names is compared; absent: `whenNamed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_identity: Option<SignedIdentity>,
    /// Annotations that the signed payload must carry, equal in value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    /// Which digest must be signed; absent: `indexOrPlatforms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<Scope>,
}

impl TryFrom<RawSignature> for SignatureRule {
    type Error = String;

    fn try_from(raw: RawSignature) -> Result<Self, String> {
        Ok(Self {
            require: requirement(raw.any_of, raw.all_of, raw.at_least, raw.of)?,
            signed_identity: raw.signed_identity,
            annotations: raw.annotations,
            scope: raw.scope,
        })
    }
}

impl From<SignatureRule> for RawSignature {
    fn from(rule: SignatureRule) -> Self {
        let (any_of, all_of, at_least, of) = spread(rule.require);
        Self {
            any_of,
            all_of,
            at_least,
            of,
            signed_identity: rule.signed_identity,
            annotations: rule.annotations,
            scope: rule.scope,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AttestedSource"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// Signed statements as a source.
pub(super) struct RawAttested {
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
}

impl TryFrom<RawAttested> for AttestedSource {
    type Error = String;

    fn try_from(raw: RawAttested) -> Result<Self, String> {
        requirement(raw.any_of, raw.all_of, raw.at_least, raw.of).map(|require| Self { require })
    }
}

impl From<AttestedSource> for RawAttested {
    fn from(source: AttestedSource) -> Self {
        let (any_of, all_of, at_least, of) = spread(source.require);
        Self { any_of, all_of, at_least, of }
    }
}

/// The requirement that the four keys write.
pub(in super::super) fn requirement(
    any_of: Option<Vec<Name>>,
    all_of: Option<Vec<Name>>,
    at_least: Option<u32>,
    of: Option<Vec<Name>>,
) -> Result<Requirement, String> {
    let require = match (any_of, all_of, at_least, of) {
        (Some(names), None, None, None) => Requirement::AnyOf(names),
        (None, Some(names), None, None) => Requirement::AllOf(names),
        (None, None, Some(0), _) => return Err("`atLeast` must be 1 or more".to_owned()),
        (None, None, Some(count), Some(names)) => Requirement::AtLeast(count, names),
        (None, None, None, None) => {
            return Err("one of `anyOf`, `allOf` and `atLeast` with `of` is expected".to_owned());
        }
        _ => {
            return Err(
                "exactly one of `anyOf`, `allOf` and `atLeast` with `of` is expected".to_owned()
            );
        }
    };
    if require.authorities().is_empty() {
        return Err("the list of authorities is empty".to_owned());
    }
    Ok(require)
}

/// `anyOf`, `allOf`, `atLeast` and `of`.
pub(in super::super) type Spread =
    (Option<Vec<Name>>, Option<Vec<Name>>, Option<u32>, Option<Vec<Name>>);

/// The four keys of a requirement.
pub(in super::super) fn spread(require: Requirement) -> Spread {
    match require {
        Requirement::AnyOf(names) => (Some(names), None, None, None),
        Requirement::AllOf(names) => (None, Some(names), None, None),
        Requirement::AtLeast(count, names) => (None, None, Some(count), Some(names)),
    }
}
