use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AlternativesRule, AnnotationRule, AttestationRule, ByteSize, ContainerRule, Duration,
    ExpressionRule, Match, Mode, Name, NameGlob, PodSecurityRule, PortRange, ProvenanceRule,
    RegexText, RuleSeverity, ScopedMode, SignedIdentity, StaticRule, VulnerabilitiesRule,
};
use crate::evidence::Platform;
use crate::reference::ImagePattern;

/// One rule: an id, and exactly one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", try_from = "raw::RawRule", into = "raw::RawRule")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawRule"))]
pub struct Rule {
    /// Unique in its policy.
    pub id: Name,
    /// The weight; absent: the policy's.
    pub mode: Option<Mode>,
    /// The weight by namespace.
    pub modes: Vec<ScopedMode>,
    /// How bad a failure is, for reports.
    pub severity: Option<RuleSeverity>,
    /// Controls of standards that the rule serves, such as `SOC2:CC6.8`.
    pub controls: Vec<String>,
    /// The author's own sentence for people who meet a failure.
    pub message: Option<String>,
    /// Narrows what the policy matches.
    pub matches: Option<Match>,
    /// What it is about.
    pub family: Family,
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Where the image may come from.
    Registry(RegistryRule),
    /// How the image is named.
    Reference(ReferenceRule),
    /// Who signed it.
    Signature(SignatureRule),
    /// What signed statements say about it.
    Attestation(Box<AttestationRule>),
    /// How it was built.
    Provenance(Box<ProvenanceRule>),
    /// What a scanner found in it.
    Vulnerabilities(Box<VulnerabilitiesRule>),
    /// What its configuration says.
    Config(ConfigRule),
    /// What it is built on.
    BaseImage(BaseImageRule),
    /// Which of several alternatives are met.
    Alternatives(AlternativesRule),
    /// What an expression says about it.
    Expression(ExpressionRule),
    /// What the policy alone decides.
    Static(StaticRule),
    /// Which Pod Security Standard the pods of an object meet.
    PodSecurity(PodSecurityRule),
    /// What the pods of an object set for their containers.
    Container(Box<ContainerRule>),
    /// What an annotation of the pods of an object says.
    Annotation(AnnotationRule),
}

impl Family {
    /// The key that policies use for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registry(_) => "registry",
            Self::Reference(_) => "reference",
            Self::Signature(_) => "signature",
            Self::Attestation(_) => "attestation",
            Self::Provenance(_) => "provenance",
            Self::Vulnerabilities(_) => "vulnerabilities",
            Self::Config(_) => "config",
            Self::BaseImage(_) => "baseImage",
            Self::Alternatives(_) => "alternatives",
            Self::Expression(_) => "expression",
            Self::Static(_) => "static",
            Self::PodSecurity(_) => "podSecurity",
            Self::Container(_) => "container",
            Self::Annotation(_) => "annotation",
        }
    }

    /// Whether it is about Kubernetes objects, and not about images.
    #[must_use]
    pub fn is_about_objects(&self) -> bool {
        matches!(self, Self::PodSecurity(_) | Self::Container(_) | Self::Annotation(_))
    }

    /// What it asks of authorities, each with its place under the family's own.
    #[must_use]
    pub fn requirements(&self) -> Vec<(String, &Requirement)> {
        match self {
            Self::Signature(rule) => vec![(String::new(), &rule.require)],
            Self::Attestation(rule) => vec![(String::new(), &rule.require)],
            Self::Provenance(rule) => vec![(String::new(), &rule.require)],
            Self::Expression(rule) => {
                rule.statements.iter().map(|require| (String::new(), require)).collect()
            }
            Self::Vulnerabilities(rule) => {
                let from = attested(&rule.from).map(|one| (".from.attestation".to_owned(), one));
                let vex = rule.vex.as_ref().and_then(|vex| attested(&vex.from));
                let vex = vex.map(|one| (".vex.from.attestation".to_owned(), one));
                from.into_iter().chain(vex).collect()
            }
            Self::Alternatives(rule) => rule
                .checks()
                .flat_map(|(path, family)| {
                    let inner = family.requirements().into_iter();
                    inner.map(move |(rest, require)| (format!("{path}{rest}"), require))
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl AlternativesRule {
    /// Each check with its place, such as `.of[0].all[0].signature`.
    pub(crate) fn checks(&self) -> impl Iterator<Item = (String, &Family)> {
        self.of.iter().enumerate().flat_map(|(first, alternative)| {
            alternative.all.iter().enumerate().map(move |(second, check)| {
                (format!(".of[{first}].all[{second}].{}", check.0.name()), &*check.0)
            })
        })
    }
}

fn attested(source: &EvidenceSource) -> Option<&Requirement> {
    match source {
        EvidenceSource::Attestation(source) => Some(&source.require),
        EvidenceSource::Trust(_) => None,
    }
}

/// `registry`: the image's name must match `allow` (where given) and not `deny`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryRule {
    /// At least one must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<ImagePattern>>,
    /// None may match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<ImagePattern>,
}

/// `reference`: how the image is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferenceRule {
    /// Whether the reference must name a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DigestRule>,
    /// What the tag may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagRule>,
}

/// Whether something must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DigestRule {
    /// The reference names the digest.
    Required,
    /// It need not.
    Optional,
}

/// What the tag may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagRule {
    /// A tag must be written; a name without one fails.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The tag, where there is one, matches one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<NameGlob>>,
    /// The tag matches none of these. `latest` here also means a name with neither tag nor digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<NameGlob>,
    /// The whole tag, where there is one, matches this expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<RegexText>,
}

/// Who must have vouched: exactly one of `anyOf`, `allOf` and `atLeast` with `of`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// One of them.
    AnyOf(Vec<Name>),
    /// Each of them.
    AllOf(Vec<Name>),
    /// This many distinct parties among them.
    AtLeast(u32, Vec<Name>),
}

impl Requirement {
    /// The authorities it names, in the order written.
    #[must_use]
    pub fn authorities(&self) -> &[Name] {
        match self {
            Self::AnyOf(names) | Self::AllOf(names) | Self::AtLeast(_, names) => names,
        }
    }
}

/// `signature`: the image was approved by the named authorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "raw::RawSignature", into = "raw::RawSignature")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawSignature"))]
pub struct SignatureRule {
    /// Who.
    pub require: Requirement,
    /// What the signature's own name for the image must be; absent: `whenNamed`.
    pub signed_identity: Option<SignedIdentity>,
    /// Annotations that the signed payload must carry, equal in value.
    pub annotations: BTreeMap<String, String>,
    /// Which digest must be signed; absent: `indexOrPlatforms`.
    pub scope: Option<Scope>,
}

/// Which digest of a multi-platform image the evidence must be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// The judged digest itself.
    Index,
    /// Each platform's manifest.
    Platforms,
    /// The judged digest, else each platform's manifest.
    IndexOrPlatforms,
}

/// Where reports come from: exactly one of `trust` and `attestation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum EvidenceSource {
    /// Handed in by the caller, who vouches for them; recorded as such.
    Trust(CallerTrust),
    /// Signed statements of the named authorities.
    Attestation(AttestedSource),
}

/// The one word that `trust` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CallerTrust {
    /// The caller.
    Caller,
}

/// Signed statements as a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "raw::RawAttested", into = "raw::RawAttested")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawAttested"))]
pub struct AttestedSource {
    /// Whose.
    pub require: Requirement,
}

/// `config`: what the image's configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigRule {
    /// The user that the image runs as by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserRule>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelRule>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<EnvRule>,
    /// Build history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryRule>,
    /// Exposed ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRule>,
    /// Platforms that the image may be for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<Platform>>,
    /// The entrypoint (words joined by one space) must match one of these; an image without one fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<RegexText>>,
    /// Oldest `created` that passes; an image without a date fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    /// Most bytes of all layers as stored together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<ByteSize>,
}

/// The user that the image runs as by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum UserRule {
    /// A numeric user other than 0. A name says nothing about its number, so it fails.
    NonRoot,
    /// Like `nonRoot`, and any name other than `root` is believed.
    NonRootOrNamed,
    /// One of these exactly, such as `65532` or `65532:65532`.
    OneOf(Vec<String>),
}

/// Labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelRule {
    /// Present and not empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// The whole value matches; an absent label fails.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regex: BTreeMap<String, RegexText>,
}

/// Environment variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvRule {
    /// No variable has one of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<NameGlob>,
    /// `deny`: no value looks like a credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Deny>,
}

/// Build history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryRule {
    /// `deny`: no command looks as if it holds a credential.
    pub secrets: Deny,
}

/// The one word that `secrets` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Deny {
    /// It fails the rule.
    Deny,
}

/// Exposed ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortRule {
    /// Each exposed port is in one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<PortRange>>,
    /// No exposed port is in one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<PortRange>,
}

/// `baseImage`: the image is built on a member of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BaseImageRule {
    /// The catalog's name.
    pub catalog: Name,
    /// What proves it; absent: `layers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<BaseProof>,
}

/// What proves that an image is built on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BaseProof {
    /// The entry's whole layer sequence starts the image's.
    Layers,
    /// The image's own label or annotation says so: self-asserted.
    Label,
}

mod raw;

pub(super) use raw::{RawCheck, requirement, spread};
