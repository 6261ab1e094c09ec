use serde::{Deserialize, Serialize};

use super::RegexText;

/// `annotation`: an annotation of the pods of an object. It proves nothing, because whoever
/// writes the object can write it; each result says so.
///
/// ```
/// use cocket::policy::Policies;
/// let policies = Policies::from_text("policy.yaml", "
/// apiVersion: cocket.dev/v1alpha1
/// kind: ImagePolicy
/// metadata: {name: pods}
/// spec:
///   rules:
///     - id: scanned
///       annotation: {name: security.example.com/scan-status, equals: passed}
/// ")?;
/// assert_eq!(policies.image_policies()[0].spec.rules[0].family.name(), "annotation");
/// # Ok::<(), cocket::policy::PolicyErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "RawAnnotation", into = "RawAnnotation")]
#[cfg_attr(feature = "schema", schemars(with = "RawAnnotation"))]
pub struct AnnotationRule {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: AnnotationValue,
}

/// What an annotation must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationValue {
    /// Exactly this.
    Equals(String),
    /// Exactly one of these.
    OneOf(Vec<String>),
    /// Something that matches as a whole.
    Matches(RegexText),
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AnnotationRule"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
/// An annotation of the pods of an object: its name, and exactly one of `equals`, `oneOf` and
/// `matches`. It proves nothing, because whoever writes the object can write it.
struct RawAnnotation {
    /// Its name.
    name: String,
    /// It says exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    equals: Option<String>,
    /// It says exactly one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<String>>,
    /// What it says matches this expression as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    matches: Option<RegexText>,
}

impl TryFrom<RawAnnotation> for AnnotationRule {
    type Error = String;

    fn try_from(raw: RawAnnotation) -> Result<Self, String> {
        let value = match (raw.equals, raw.one_of, raw.matches) {
            (Some(text), None, None) => AnnotationValue::Equals(text),
            (None, Some(texts), None) => AnnotationValue::OneOf(texts),
            (None, None, Some(regex)) => AnnotationValue::Matches(regex),
            _ => {
                return Err("exactly one of `equals`, `oneOf` and `matches` is expected".to_owned());
            }
        };
        Ok(Self { name: raw.name, value })
    }
}

impl From<AnnotationRule> for RawAnnotation {
    fn from(rule: AnnotationRule) -> Self {
        let mut raw = Self { name: rule.name, equals: None, one_of: None, matches: None };
        match rule.value {
            AnnotationValue::Equals(text) => raw.equals = Some(text),
            AnnotationValue::OneOf(texts) => raw.one_of = Some(texts),
            AnnotationValue::Matches(regex) => raw.matches = Some(regex),
        }
        raw
    }
}
