use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Condition, Duration, NameGlob, RegexText, Requirement, Scope, Select, SignedIdentity};
use crate::evidence::predicate::slsa::SourceRepository;
use crate::policy::shown::shown;

/// `provenance`: SLSA provenance (v0.2 or v1) of the named authorities says how the image was
/// built. What a key asks for and a provenance does not say fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "raw::RawProvenance", into = "raw::RawProvenance")]
#[cfg_attr(feature = "schema", schemars(with = "raw::RawProvenance"))]
pub struct ProvenanceRule {
    /// Who.
    pub require: Requirement,
    /// Which of several provenances count.
    pub select: Option<Select>,
    /// Oldest build that counts.
    pub max_age: Option<Duration>,
    /// How the repository that the statement names is compared; absent: it is not.
    pub subject_name: Option<SignedIdentity>,
    /// Which digest it must be about; absent: `indexOrPlatforms`.
    pub scope: Option<Scope>,
    /// Builders, one of which built it; empty: whichever.
    pub builders: Vec<Builder>,
    /// Least level of the builder.
    pub min_level: Option<u8>,
    /// The build type.
    pub build_type: Option<String>,
    /// Repositories, one of which it was built from; empty: whichever.
    pub sources: Vec<SourceRepository>,
    /// What it was built at.
    pub reference: Option<SourceReference>,
    /// The file that defines the build.
    pub workflow: Option<String>,
    /// What must hold of the external parameters.
    pub parameters: Vec<Condition>,
    /// What must hold of the materials.
    pub materials: Option<MaterialRule>,
}

/// The reference that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceReference {
    /// This reference, such as `refs/heads/main`.
    Exact(String),
    /// A branch, or a tag that was pushed or released on it.
    Branch(NameGlob),
    /// A tag.
    Tag(NameGlob),
    /// A tag that is a version with these components.
    VersionedTag(VersionedTag),
}

/// A builder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Builder {
    /// Its id, compared as a whole. One without `@` also stands for the builder's versions: what
    /// follows `@` in a provenance must then be a version or a tag, not a branch.
    pub id: String,
    /// The version that must follow `@`: this, or `refs/tags/` and this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The SLSA build level that the builder is trusted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
}

/// What must hold of the materials (in v1: the resolved dependencies).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MaterialRule {
    /// Each material's URI matches one of these as a whole; there is at least one material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<RegexText>>,
    /// A material with each of these URIs is there, with a digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Each material has a digest; there is at least one material.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digests: bool,
}

/// The first components of a version: `v1`, `v1.2` or `v1.2.3`. A tag with these components
/// matches, whatever follows them; a pre-release (`v1.2.3-rc.1`) does not.
///
/// ```
/// use cocket::policy::model::VersionedTag;
/// let one = VersionedTag::try_from("v1.2".to_owned())?;
/// assert!(one.matches("v1.2.9") && one.matches("v1.2"));
/// assert!(!one.matches("v1.20.0") && !one.matches("v1") && !one.matches("v1.2.0-rc.1"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("pattern" = "^v[0-9]+([.][0-9]+){0,2}$"))
)]
#[serde(try_from = "String", into = "String")]
pub struct VersionedTag(Vec<u32>);

impl VersionedTag {
    /// Whether a tag is a version with these components.
    #[must_use]
    pub fn matches(&self, tag: &str) -> bool {
        components(tag).is_some_and(|found| found.starts_with(&self.0))
    }
}

/// The components of `v1`, `v1.2` or `v1.2.3`, build metadata left away (Semantic Versioning
/// 2.0.0, sections 2 and 10).
fn components(text: &str) -> Option<Vec<u32>> {
    let (version, _) = text.split_once('+').unwrap_or((text, ""));
    let parts: Vec<u32> =
        version.strip_prefix('v')?.split('.').map(number).collect::<Option<_>>()?;
    (parts.len() <= 3).then_some(parts)
}

fn number(text: &str) -> Option<u32> {
    let is_plain = text == "0" || !text.starts_with('0');
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain && is_digits { text.parse().ok() } else { None }
}

impl TryFrom<String> for VersionedTag {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = components(&text).filter(|_| !text.contains('+'));
        parts.map(Self).ok_or_else(|| {
            format!("{} is not a version such as `v1`, `v1.2` or `v1.2.3`", shown(&text))
        })
    }
}

impl From<VersionedTag> for String {
    fn from(tag: VersionedTag) -> Self {
        tag.to_string()
    }
}

impl fmt::Display for VersionedTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        write!(f, "v{}", parts.join("."))
    }
}

mod raw {
    //! The shape that the rule has in documents.

    use serde::{Deserialize, Serialize};

    use super::super::rules::{requirement, spread};
    use super::super::{Condition, Duration, Name, NameGlob, Scope, Select, SignedIdentity};
    use super::{
        Builder, MaterialRule, ProvenanceRule, SourceReference, SourceRepository, VersionedTag,
    };

    #[derive(Clone, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "schema", schemars(rename = "ProvenanceRule"))]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    /// SLSA provenance (v0.2 or v1) of the named authorities says how the image was built. What a
    /// key asks for and a provenance does not say fails.
    pub(super) struct RawProvenance {
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
        /// Which of several provenances of one authority count; absent: `latest`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        select: Option<Select>,
        /// Oldest build that counts; a provenance that does not state its time fails.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_age: Option<Duration>,
        /// How the repository that the statement's subject names is compared; absent: it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject_name: Option<SignedIdentity>,
        /// Which digest it must be about; absent: `indexOrPlatforms`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        /// Builders, one of which built it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        builders: Vec<Builder>,
        /// Least SLSA build level that the builder is listed with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_level: Option<u8>,
        /// The build type, compared as a whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        build_type: Option<String>,
        /// Repositories such as `github.com/acme/app`, one of which it was built from; compared
        /// as a whole, every place of the provenance that names a source.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sources: Vec<SourceRepository>,
        /// The reference that was built, such as `refs/heads/main`.
        #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// The branch that was built. A tag counts for the branch that the push or release behind
        /// the build names, and for no other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<NameGlob>,
        /// The tag that was built; a branch is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<NameGlob>,
        /// The first components of the version that the tag is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        versioned_tag: Option<VersionedTag>,
        /// The file that defines the build, such as `.github/workflows/release.yml`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// What must hold of the external parameters (in v0.2: of `invocation.parameters`); all
        /// of these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parameters: Vec<Condition>,
        /// What must hold of the materials (in v1: of the resolved dependencies).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        materials: Option<MaterialRule>,
    }

    impl TryFrom<RawProvenance> for ProvenanceRule {
        type Error = String;

        fn try_from(raw: RawProvenance) -> Result<Self, String> {
            let mut references = [
                raw.reference.map(SourceReference::Exact),
                raw.branch.map(SourceReference::Branch),
                raw.tag.map(SourceReference::Tag),
                raw.versioned_tag.map(SourceReference::VersionedTag),
            ]
            .into_iter()
            .flatten();
            let reference = references.next();
            if references.next().is_some() {
                let detail = "one of `ref`, `branch`, `tag` and `versionedTag` at most is expected";
                return Err(detail.to_owned());
            }
            Ok(Self {
                require: requirement(raw.any_of, raw.all_of, raw.at_least, raw.of)?,
                select: raw.select,
                max_age: raw.max_age,
                subject_name: raw.subject_name,
                scope: raw.scope,
                builders: raw.builders,
                min_level: raw.min_level,
                build_type: raw.build_type,
                sources: raw.sources,
                reference,
                workflow: raw.workflow,
                parameters: raw.parameters,
                materials: raw.materials,
            })
        }
    }

    impl From<ProvenanceRule> for RawProvenance {
        fn from(rule: ProvenanceRule) -> Self {
            let (any_of, all_of, at_least, of) = spread(rule.require);
            let mut raw = Self {
                any_of,
                all_of,
                at_least,
                of,
                select: rule.select,
                max_age: rule.max_age,
                subject_name: rule.subject_name,
                scope: rule.scope,
                builders: rule.builders,
                min_level: rule.min_level,
                build_type: rule.build_type,
                sources: rule.sources,
                reference: None,
                branch: None,
                tag: None,
                versioned_tag: None,
                workflow: rule.workflow,
                parameters: rule.parameters,
                materials: rule.materials,
            };
            match rule.reference {
                None => {}
                Some(SourceReference::Exact(text)) => raw.reference = Some(text),
                Some(SourceReference::Branch(glob)) => raw.branch = Some(glob),
                Some(SourceReference::Tag(glob)) => raw.tag = Some(glob),
                Some(SourceReference::VersionedTag(tag)) => raw.versioned_tag = Some(tag),
            }
            raw
        }
    }
}

#[cfg(test)]
mod tests {
    use super::VersionedTag;

    #[test]
    fn versions_by_components() {
        let read = |text: &str| VersionedTag::try_from(text.to_owned());
        for text in ["", "1", "v", "v1.", "v01", "v1.2.3.4", "v1.2.3-rc.1", "v1+b", "vx", "v1.+2"] {
            assert!(read(text).is_err(), "{text}");
        }
        let one = read("v1").unwrap();
        for tag in ["v1", "v1.0", "v1.9.3", "v1.2.3+build.5"] {
            assert!(one.matches(tag), "{tag}");
        }
        for tag in ["v10", "1.0", "v1.2.3-rc.1", "v1.x", "v1.02", "v1.2.3.4", "V1", "refs/tags/v1"]
        {
            assert!(!one.matches(tag), "{tag}");
        }
        assert!(!read("v1.2.3").unwrap().matches("v1.2"));
    }
}
