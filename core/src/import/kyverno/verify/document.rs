//! Policies of Kyverno with rules that verify images, as documents.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
}

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) namespace: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    #[serde(default)]
    pub(super) validation_failure_action: Option<String>,
    #[serde(default)]
    pub(super) validation_failure_action_overrides: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: String,
    #[serde(default, rename = "match")]
    pub(super) matches: Filters,
    #[serde(default)]
    pub(super) exclude: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) context: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) preconditions: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) image_extractors: Option<Value>,
    #[serde(default)]
    #[expect(dead_code, reason = "a known key, which changes nothing here")]
    pub(super) skip_background_requests: Option<bool>,
    #[serde(default)]
    pub(super) verify_images: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) validate: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) mutate: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) generate: Option<IgnoredAny>,
    /// Of rules that are read elsewhere.
    #[serde(default)]
    #[expect(dead_code, reason = "a known key, which changes nothing here")]
    pub(super) cel_preconditions: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "a known key, which changes nothing here")]
    pub(super) report_properties: Option<IgnoredAny>,
}

/// `any`, `all`, or one filter.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filters {
    #[serde(default)]
    pub(super) any: Vec<Filter>,
    #[serde(default)]
    pub(super) all: Vec<Filter>,
    #[serde(default)]
    pub(super) resources: Option<Resources>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    pub(super) resources: Resources,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Resources {
    #[serde(default)]
    pub(super) kinds: Names,
    #[serde(default)]
    pub(super) namespaces: Names,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, IgnoredAny>,
}

/// A list of names. Kyverno drops a policy that has one name in its place, without a word; it is
/// read as a list of one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Names {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }

    pub(super) fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }
}
