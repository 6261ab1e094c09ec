use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Metadata;
use crate::reference::Digest;

/// Reviewed base images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageCatalog {
    /// Name and version.
    pub metadata: Metadata,
    /// The content.
    pub spec: ImageCatalogSpec,
}

/// `spec` of an [`ImageCatalog`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageCatalogSpec {
    /// The members.
    pub entries: Vec<CatalogEntry>,
}

/// One reviewed base image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogEntry {
    /// The base image's reference, as people know it.
    pub name: String,
    /// Digest of its manifest or index.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub digest: Digest,
    /// Digests of its uncompressed layers, lowest first, as `rootfs.diff_ids` lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub diff_ids: Vec<Digest>,
    /// Digests of its layers as stored, lowest first, as its manifest lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub layers: Vec<Digest>,
    /// No longer a member at or after this time.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::scalars::time")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::scalars::TimeText>"))]
    pub expires: Option<Timestamp>,
}
