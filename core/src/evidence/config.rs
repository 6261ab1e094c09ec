//! Image configuration: the OCI image specification's `config.md`, and Docker's, which it comes
//! from. Tools write `null` for almost every member, so all but the layers may be absent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{EvidenceError, EvidenceErrorKind, json};
use crate::reference::Digest;

/// Largest configuration that is read.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

const KNOWN_KEYS: [&str; 9] = [
    "architecture",
    "os",
    "os.version",
    "os.features",
    "variant",
    "created",
    "config",
    "rootfs",
    "history",
];

/// What an image's configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageConfig {
    /// The processor architecture; empty where it is absent.
    pub architecture: String,
    /// The operating system; empty where it is absent.
    pub os: String,
    /// The variant of the architecture.
    pub variant: Option<String>,
    /// When the image was made; `None` also for a text that is not an RFC 3339 time.
    pub created: Option<Timestamp>,
    /// The same, as written.
    pub created_text: Option<String>,
    /// The user; `None` where the member is absent.
    pub user: Option<String>,
    /// Exposed ports, sorted, such as `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// The entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// The default arguments.
    pub cmd: Option<Vec<String>>,
    /// The environment, as `NAME=value`.
    pub env: Vec<String>,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// Volumes, sorted.
    pub volumes: Vec<String>,
    /// Digests of the uncompressed layers, lowest first.
    pub diff_ids: Vec<Digest>,
    /// How it was built, first step first.
    pub history: Vec<History>,
}

/// One step of the build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// The command.
    pub created_by: Option<String>,
    /// A comment.
    pub comment: Option<String>,
    /// Whether the step made no layer.
    #[serde(default)]
    pub empty_layer: bool,
}

impl ImageConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    /// `Ambiguous` for duplicate keys and keys that differ from a known one by case only;
    /// `Invalid` and `TooLarge` for the rest.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let text = json::check(bytes, MAX_BYTES)?;
        json::refuse_lookalikes(&json::top_level_keys(text), &KNOWN_KEYS)?;
        let raw: Raw = serde_json::from_str(text).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string())
        })?;
        raw.checked()
    }
}

#[derive(Deserialize)]
struct Raw {
    architecture: Option<String>,
    os: Option<String>,
    variant: Option<String>,
    created: Option<String>,
    config: Option<RawRun>,
    rootfs: Option<RawRootfs>,
    history: Option<Vec<History>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawRun {
    user: Option<String>,
    exposed_ports: Option<BTreeMap<String, IgnoredAny>>,
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    volumes: Option<BTreeMap<String, IgnoredAny>>,
    labels: Option<BTreeMap<String, String>>,
    /// The keys that are not known: a twin of a known one must not be passed over.
    #[serde(flatten)]
    others: BTreeMap<String, IgnoredAny>,
}

const RUN_KEYS: [&str; 7] =
    ["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "Labels"];

#[derive(Deserialize)]
struct RawRootfs {
    diff_ids: Option<Vec<String>>,
}

impl Raw {
    fn checked(self) -> Result<ImageConfig, EvidenceError> {
        let run = self.config.unwrap_or_default();
        let others: Vec<String> = run.others.into_keys().collect();
        json::refuse_lookalikes(&others, &RUN_KEYS)
            .map_err(|error| EvidenceError { place: format!("/config{}", error.place), ..error })?;
        let diff_ids = self.rootfs.and_then(|rootfs| rootfs.diff_ids).unwrap_or_default();
        let diff_ids = diff_ids.iter().enumerate().map(|(position, text)| {
            text.parse().map_err(|error: crate::reference::DigestError| {
                let place = format!("/rootfs/diff_ids/{position}");
                EvidenceError::new(EvidenceErrorKind::Invalid, place, error.to_string())
            })
        });
        let keys = |map: Option<BTreeMap<String, IgnoredAny>>| {
            map.unwrap_or_default().into_keys().collect::<Vec<_>>()
        };
        Ok(ImageConfig {
            architecture: self.architecture.unwrap_or_default(),
            os: self.os.unwrap_or_default(),
            variant: self.variant,
            created: self.created.as_deref().and_then(|text| text.parse().ok()),
            created_text: self.created,
            user: run.user,
            exposed_ports: keys(run.exposed_ports),
            entrypoint: run.entrypoint,
            cmd: run.cmd,
            env: run.env.unwrap_or_default(),
            labels: run.labels.unwrap_or_default(),
            volumes: keys(run.volumes),
            diff_ids: diff_ids.collect::<Result<_, _>>()?,
            history: self.history.unwrap_or_default(),
        })
    }
}
