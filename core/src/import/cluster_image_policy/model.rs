//! `ClusterImagePolicy` and `TrustRoot` of `policy.sigstore.dev` as documents: v1alpha1 and v1beta1
//! have the same members (sigstore/policy-controller, `pkg/apis/policy`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClusterImagePolicy {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    pub(super) metadata: ObjectMeta,
    #[serde(default)]
    pub(super) spec: Spec,
    #[serde(default, rename = "status")]
    _status: IgnoredAny,
}

/// What the API server keeps beside the name is of no matter here.
#[derive(Debug, Deserialize)]
pub(super) struct ObjectMeta {
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    #[serde(default)]
    pub(super) images: Vec<Image>,
    #[serde(default)]
    pub(super) authorities: Vec<Authority>,
    #[serde(default)]
    pub(super) policy: Option<Policy>,
    #[serde(default)]
    pub(super) mode: String,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<MatchResource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Image {
    #[serde(default)]
    pub(super) glob: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Authority {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) key: Option<KeyRef>,
    #[serde(default)]
    pub(super) keyless: Option<Keyless>,
    #[serde(default, rename = "static")]
    pub(super) fixed: Option<Static>,
    #[serde(default, rename = "source")]
    pub(super) sources: Vec<Source>,
    #[serde(default)]
    pub(super) ctlog: Option<Log>,
    #[serde(default)]
    pub(super) attestations: Vec<Attestation>,
    #[serde(default)]
    pub(super) rfc3161timestamp: Option<Timestamping>,
    #[serde(default)]
    pub(super) signature_format: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeyRef {
    #[serde(default)]
    pub(super) secret_ref: Option<SecretRef>,
    #[serde(default)]
    pub(super) data: String,
    #[serde(default)]
    pub(super) kms: String,
    #[serde(default)]
    pub(super) hash_algorithm: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretRef {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) namespace: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Static {
    #[serde(default)]
    pub(super) action: String,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Source {
    #[serde(default)]
    pub(super) oci: String,
    #[serde(default)]
    pub(super) signature_pull_secrets: Vec<LocalRef>,
    #[serde(default)]
    pub(super) tag_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalRef {
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Log {
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) trust_root_ref: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Timestamping {
    #[serde(default)]
    pub(super) trust_root_ref: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Keyless {
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) identities: Vec<Identity>,
    #[serde(default, rename = "ca-cert")]
    pub(super) ca_cert: Option<KeyRef>,
    #[serde(default)]
    pub(super) trust_root_ref: String,
    #[serde(default, rename = "insecureIgnoreSCT")]
    pub(super) insecure_ignore_sct: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Identity {
    #[serde(default)]
    pub(super) issuer: String,
    #[serde(default)]
    pub(super) subject: String,
    #[serde(default, rename = "issuerRegExp")]
    pub(super) issuer_regex: String,
    #[serde(default, rename = "subjectRegExp")]
    pub(super) subject_regex: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Attestation {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) predicate_type: String,
    #[serde(default)]
    pub(super) policy: Option<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Policy {
    #[serde(default, rename = "type")]
    pub(super) language: String,
    #[serde(default)]
    pub(super) data: String,
    #[serde(default)]
    pub(super) remote: Option<Remote>,
    #[serde(default)]
    pub(super) config_map_ref: Option<ConfigMapRef>,
    #[serde(default)]
    pub(super) fetch_config_file: Option<bool>,
    #[serde(default)]
    pub(super) include_spec: Option<bool>,
    #[serde(default)]
    pub(super) include_object_meta: Option<bool>,
    #[serde(default)]
    pub(super) include_type_meta: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remote {
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) sha256sum: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigMapRef {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, rename = "namespace")]
    _namespace: String,
    #[serde(default)]
    pub(super) key: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchResource {
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) resource: String,
    #[serde(default)]
    pub(super) selector: Option<Selector>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Selector {
    #[serde(default, rename = "matchLabels")]
    _match_labels: BTreeMap<String, String>,
    #[serde(default, rename = "matchExpressions")]
    _match_expressions: Vec<SelectorRequirement>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SelectorRequirement {
    #[serde(rename = "key")]
    _key: String,
    #[serde(rename = "operator")]
    _operator: String,
    #[serde(default, rename = "values")]
    _values: Vec<String>,
}
