//! containers-policy.json(5) as a document. Every key that some type of requirement has is read;
//! which of them a type may have is settled afterwards, so that a fault has its place.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::policy::model::ContainersIdentity;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainersPolicy {
    #[serde(default)]
    pub(super) default: Vec<Requirement>,
    /// By transport, and by scope.
    #[serde(default)]
    pub(super) transports: BTreeMap<String, BTreeMap<String, Vec<Requirement>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Requirement {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) key_type: Option<String>,
    #[serde(default)]
    pub(super) key_path: Option<String>,
    #[serde(default)]
    pub(super) key_paths: Option<Vec<String>>,
    #[serde(default)]
    pub(super) key_data: Option<String>,
    #[serde(default)]
    pub(super) key_datas: Option<Vec<String>>,
    #[serde(default)]
    pub(super) fulcio: Option<Fulcio>,
    #[serde(default)]
    pub(super) pki: Option<Pki>,
    #[serde(default)]
    pub(super) rekor_public_key_path: Option<String>,
    #[serde(default)]
    pub(super) rekor_public_key_paths: Option<Vec<String>>,
    #[serde(default)]
    pub(super) rekor_public_key_data: Option<String>,
    #[serde(default)]
    pub(super) rekor_public_key_datas: Option<Vec<String>>,
    #[serde(default)]
    pub(super) signed_identity: Option<ContainersIdentity>,
    #[serde(default)]
    pub(super) base_layer_identity: Option<ContainersIdentity>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fulcio {
    #[serde(default, rename = "caPath")]
    pub(super) ca_path: Option<String>,
    #[serde(default, rename = "caData")]
    pub(super) ca_data: Option<String>,
    #[serde(default, rename = "oidcIssuer")]
    pub(super) issuer: String,
    #[serde(default, rename = "subjectEmail")]
    pub(super) email: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pki {
    #[serde(default, rename = "caRootsPath")]
    pub(super) roots_path: Option<String>,
    #[serde(default, rename = "caRootsData")]
    pub(super) roots_data: Option<String>,
    #[serde(default, rename = "caIntermediatesPath")]
    pub(super) intermediates_path: Option<String>,
    #[serde(default, rename = "caIntermediatesData")]
    pub(super) intermediates_data: Option<String>,
    #[serde(default, rename = "subjectHostname")]
    pub(super) hostname: String,
    #[serde(default, rename = "subjectEmail")]
    pub(super) email: String,
}

impl Requirement {
    /// The keys that are there, beside `type`.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let keys = [
            ("keyType", self.key_type.is_some()),
            ("keyPath", self.key_path.is_some()),
            ("keyPaths", self.key_paths.is_some()),
            ("keyData", self.key_data.is_some()),
            ("keyDatas", self.key_datas.is_some()),
            ("fulcio", self.fulcio.is_some()),
            ("pki", self.pki.is_some()),
            ("rekorPublicKeyPath", self.rekor_public_key_path.is_some()),
            ("rekorPublicKeyPaths", self.rekor_public_key_paths.is_some()),
            ("rekorPublicKeyData", self.rekor_public_key_data.is_some()),
            ("rekorPublicKeyDatas", self.rekor_public_key_datas.is_some()),
            ("signedIdentity", self.signed_identity.is_some()),
            ("baseLayerIdentity", self.base_layer_identity.is_some()),
        ];
        keys.into_iter().filter_map(|(key, is_there)| is_there.then_some(key)).collect()
    }
}
