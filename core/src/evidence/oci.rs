//! OCI and Docker manifests, indexes and descriptors: the OCI image specification's
//! `manifest.md`, `image-index.md` and `descriptor.md`, and Docker's image manifest version 2,
//! schema 2.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{EvidenceError, EvidenceErrorKind, Platform, json};
use crate::reference::Digest;

/// Largest document that is read; registries refuse larger ones.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

const MANIFEST_TYPES: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];
const INDEX_TYPES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];
const KNOWN_KEYS: [&str; 8] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
];

/// A manifest or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// One image or artifact.
    Manifest(Box<Manifest>),
    /// Several.
    Index(Box<Index>),
}

/// One image or artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The media type that it states itself.
    pub media_type: Option<String>,
    /// What it is, where it is not an image.
    pub artifact_type: Option<String>,
    /// Its configuration.
    pub config: Descriptor,
    /// Its layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// What it is attached to.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Several manifests under one digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The media type that it states itself.
    pub media_type: Option<String>,
    /// What it is, where it is not a multi-platform image.
    pub artifact_type: Option<String>,
    /// What it lists.
    pub manifests: Vec<Descriptor>,
    /// What it is attached to.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A pointer to content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// The content's media type.
    pub media_type: String,
    /// The content's digest.
    pub digest: Digest,
    /// The content's size in bytes; `None` where the document says that it is not known, as
    /// tools that convert from schema 1 do by writing -1.
    pub size: Option<u64>,
    /// The platform it is for; `None` also where it is not a usable one, such as `unknown/unknown`.
    pub platform: Option<Platform>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// What it is, where it is an artifact.
    pub artifact_type: Option<String>,
}

impl Document {
    /// Reads a manifest or an index. `declared` is the media type by which it was served or
    /// listed; it must not contradict the document.
    ///
    /// # Errors
    /// `Ambiguous` for duplicate keys, keys that differ from a known one by case only, `layers`
    /// beside `manifests`, and media types that contradict each other; `Unsupported` for schema 1
    /// and unknown media types; `Invalid` and `TooLarge` for the rest.
    pub fn parse(bytes: &[u8], declared: Option<&str>) -> Result<Self, EvidenceError> {
        let text = json::check(bytes, MAX_BYTES)?;
        json::refuse_lookalikes(&json::top_level_keys(text), &KNOWN_KEYS)?;
        let raw: Raw = serde_json::from_str(text).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string())
        })?;
        raw.document(declared)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "present")]
    config: Option<Option<RawDescriptor>>,
    #[serde(default, deserialize_with = "present")]
    layers: Option<Option<Vec<RawDescriptor>>>,
    #[serde(default, deserialize_with = "present")]
    manifests: Option<Option<Vec<RawDescriptor>>>,
    subject: Option<RawDescriptor>,
    annotations: Option<BTreeMap<String, String>>,
}

/// Tells a member that is `null` from one that is absent.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDescriptor {
    media_type: String,
    digest: String,
    size: i64,
    platform: Option<RawPlatform>,
    annotations: Option<BTreeMap<String, String>>,
    artifact_type: Option<String>,
}

#[derive(Deserialize)]
struct RawPlatform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
    variant: Option<String>,
}

impl Raw {
    fn document(self, declared: Option<&str>) -> Result<Document, EvidenceError> {
        if self.schema_version != Some(2) {
            return Err(fault(
                EvidenceErrorKind::Unsupported,
                "/schemaVersion",
                "only `schemaVersion` 2 is read",
            ));
        }
        let is_index =
            match (self.layers.is_some() || self.config.is_some(), self.manifests.is_some()) {
                (true, true) => {
                    let detail = "`manifests` beside `config` or `layers`";
                    return Err(fault(EvidenceErrorKind::Ambiguous, "/manifests", detail));
                }
                (false, false) => {
                    let detail = "neither `layers` nor `manifests`";
                    return Err(fault(EvidenceErrorKind::Invalid, "", detail));
                }
                (_, is_index) => is_index,
            };
        let own = self.media_type.as_deref().filter(|own| !own.is_empty());
        check_media_types(is_index, own, declared)?;
        let subject = self.subject.map(|subject| subject.checked("/subject")).transpose()?;
        let annotations = self.annotations.unwrap_or_default();
        let (media_type, artifact_type) = (self.media_type, self.artifact_type);
        if is_index {
            let manifests = list(self.manifests.flatten(), "/manifests")?;
            return Ok(Document::Index(Box::new(Index {
                media_type,
                artifact_type,
                manifests,
                subject,
                annotations,
            })));
        }
        let config = self.config.flatten().ok_or_else(|| missing("/config"))?.checked("/config")?;
        let layers = list(self.layers.flatten(), "/layers")?;
        Ok(Document::Manifest(Box::new(Manifest {
            media_type,
            artifact_type,
            config,
            layers,
            subject,
            annotations,
        })))
    }
}

fn check_media_types(
    is_index: bool,
    own: Option<&str>,
    declared: Option<&str>,
) -> Result<(), EvidenceError> {
    let known = if is_index { INDEX_TYPES } else { MANIFEST_TYPES };
    let other = if is_index { MANIFEST_TYPES } else { INDEX_TYPES };
    for media_type in [own, declared].into_iter().flatten() {
        if other.contains(&media_type) {
            let detail = format!("`{media_type}` does not fit the document's members");
            return Err(fault(EvidenceErrorKind::Ambiguous, "/mediaType", detail));
        }
        if !known.contains(&media_type) {
            let detail = format!("the media type `{media_type}`");
            return Err(fault(EvidenceErrorKind::Unsupported, "/mediaType", detail));
        }
    }
    match (own, declared) {
        (Some(own), Some(declared)) if own != declared => {
            let detail = format!("`{own}` inside, `{declared}` where it was listed");
            Err(fault(EvidenceErrorKind::Ambiguous, "/mediaType", detail))
        }
        _ => Ok(()),
    }
}

fn list(raw: Option<Vec<RawDescriptor>>, place: &str) -> Result<Vec<Descriptor>, EvidenceError> {
    let raw = raw.ok_or_else(|| missing(place))?;
    let checked = raw.into_iter().enumerate();
    checked.map(|(position, one)| one.checked(&format!("{place}/{position}"))).collect()
}

impl RawDescriptor {
    fn checked(self, place: &str) -> Result<Descriptor, EvidenceError> {
        let digest = self.digest.parse().map_err(|error: crate::reference::DigestError| {
            fault(EvidenceErrorKind::Invalid, &format!("{place}/digest"), error.to_string())
        })?;
        let size = match self.size {
            -1 => None,
            size => Some(u64::try_from(size).map_err(|_| {
                let detail = format!("`{size}` is not a size");
                fault(EvidenceErrorKind::Invalid, &format!("{place}/size"), detail)
            })?),
        };
        Ok(Descriptor {
            media_type: self.media_type,
            digest,
            size,
            platform: self.platform.and_then(RawPlatform::usable),
            annotations: self.annotations.unwrap_or_default(),
            artifact_type: self.artifact_type,
        })
    }
}

impl RawPlatform {
    fn usable(self) -> Option<Platform> {
        if self.os == "unknown" || self.architecture == "unknown" {
            return None;
        }
        let variant = self.variant.filter(|variant| !variant.is_empty());
        let text = Platform { os: self.os, architecture: self.architecture, variant }.to_string();
        text.parse().ok()
    }
}

fn missing(place: &str) -> EvidenceError {
    fault(EvidenceErrorKind::Invalid, place, "absent or null where content belongs")
}

fn fault(kind: EvidenceErrorKind, place: &str, detail: impl Into<String>) -> EvidenceError {
    EvidenceError::new(kind, place, detail)
}
