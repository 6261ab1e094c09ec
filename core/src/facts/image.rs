//! What an image consists of.

use std::collections::BTreeSet;

use crate::evidence::config::ImageConfig;
use crate::evidence::oci::{Descriptor, Document, Index, Manifest};
use crate::evidence::{Evidence, EvidenceError, EvidenceErrorKind, GapKind, Platform};
use crate::reference::Digest;

/// How deep indexes may nest: an index of indexes, and no further.
const MAX_INDEX_DEPTH: u32 = 2;

/// Most manifests of one image.
const MAX_PLATFORMS: usize = 1_000;

/// Why a fact could not be established.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not among the evidence.
    Missing {
        /// What is missing, such as `manifest`.
        what: &'static str,
        /// Its digest.
        digest: Digest,
    },
    /// It is there and cannot be used.
    Broken {
        /// Its digest.
        digest: Digest,
        /// What is wrong with it.
        error: EvidenceError,
    },
    /// Its source could not be read.
    Unavailable(String),
    /// A listing of it was cut short.
    Incomplete(String),
}

/// One image: a manifest, or the manifests of an index.
#[derive(Debug, Clone)]
pub struct ImageFacts {
    /// The digest judged.
    pub digest: Digest,
    /// Whether the digest is that of an index.
    pub is_index: bool,
    /// What it consists of, by digest; one for a plain manifest.
    pub platforms: Result<Vec<PlatformFacts>, Problem>,
}

/// One manifest of an image.
#[derive(Debug, Clone)]
pub struct PlatformFacts {
    /// The manifest's digest.
    pub digest: Digest,
    /// The platform that the index gives for it, else its configuration.
    pub platform: Option<Platform>,
    /// Its content.
    pub content: Result<Content, Problem>,
}

/// What the bytes under a manifest's digest say.
#[derive(Debug, Clone)]
pub struct Content {
    /// The manifest.
    pub manifest: Manifest,
    /// The configuration that the manifest names.
    pub config: ImageConfig,
}

impl ImageFacts {
    /// Gathers what `evidence` holds about `digest`. Whatever is missing or broken is kept as
    /// a [`Problem`], for the rules that need it.
    #[must_use]
    pub fn gather(digest: Digest, evidence: &Evidence) -> Self {
        let mut is_index = false;
        let platforms = match document(&digest, None, evidence) {
            Err(problem) => Err(problem),
            Ok(Document::Manifest(manifest)) => {
                Ok(vec![PlatformFacts::of(digest, None, *manifest, evidence)])
            }
            Ok(Document::Index(index)) => {
                is_index = true;
                let mut found = Vec::new();
                children(&digest, &index, evidence, 1, &mut found).map(|()| {
                    found.sort_by_key(|facts: &PlatformFacts| facts.digest);
                    found.dedup_by_key(|facts| facts.digest);
                    found
                })
            }
        };
        Self { digest, is_index, platforms }
    }
}

impl PlatformFacts {
    fn of(
        digest: Digest,
        listed: Option<Platform>,
        manifest: Manifest,
        evidence: &Evidence,
    ) -> Self {
        match config(&manifest, evidence) {
            Err(problem) => Self { digest, platform: listed, content: Err(problem) },
            Ok(config) => {
                let platform = listed.or_else(|| own_platform(&config));
                Self { digest, platform, content: Ok(Content { manifest, config }) }
            }
        }
    }
}

fn own_platform(config: &ImageConfig) -> Option<Platform> {
    let text = match config.variant.as_deref() {
        Some(variant) if !variant.is_empty() => {
            format!("{}/{}/{variant}", config.os, config.architecture)
        }
        _ => format!("{}/{}", config.os, config.architecture),
    };
    text.parse().ok()
}

fn children(
    digest: &Digest,
    index: &Index,
    evidence: &Evidence,
    depth: u32,
    found: &mut Vec<PlatformFacts>,
) -> Result<(), Problem> {
    let broken = |kind, detail: &str| Problem::Broken {
        digest: *digest,
        error: EvidenceError::new(kind, "/manifests", detail),
    };
    let siblings: BTreeSet<Digest> = index.manifests.iter().map(|child| child.digest).collect();
    let mut judged = 0_usize;
    for child in &index.manifests {
        if is_attestation_of_sibling(child, &siblings) {
            continue;
        }
        judged = judged.saturating_add(1);
        if found.len() >= MAX_PLATFORMS {
            return Err(broken(EvidenceErrorKind::TooLarge, "more than 1,000 manifests"));
        }
        match document(&child.digest, Some(&child.media_type), evidence) {
            Err(problem) => found.push(PlatformFacts {
                digest: child.digest,
                platform: child.platform.clone(),
                content: Err(problem),
            }),
            Ok(Document::Manifest(manifest)) => found.push(PlatformFacts::of(
                child.digest,
                child.platform.clone(),
                *manifest,
                evidence,
            )),
            Ok(Document::Index(_)) if depth >= MAX_INDEX_DEPTH => {
                return Err(broken(EvidenceErrorKind::TooLarge, "indexes nested deeper than two"));
            }
            Ok(Document::Index(inner)) => {
                children(&child.digest, &inner, evidence, depth.saturating_add(1), found)?;
            }
        }
    }
    match judged {
        0 => Err(broken(EvidenceErrorKind::Invalid, "the index lists no image")),
        _ => Ok(()),
    }
}

/// Only what refers to a sibling is skipped: BuildKit marks its attestation manifests so.
fn is_attestation_of_sibling(child: &Descriptor, siblings: &BTreeSet<Digest>) -> bool {
    let annotation = |name: &str| child.annotations.get(name).map(String::as_str);
    annotation("vnd.docker.reference.type") == Some("attestation-manifest")
        && annotation("vnd.docker.reference.digest")
            .and_then(|digest| digest.parse::<Digest>().ok())
            .is_some_and(|digest| digest != child.digest && siblings.contains(&digest))
}

fn document(
    digest: &Digest,
    declared: Option<&str>,
    evidence: &Evidence,
) -> Result<Document, Problem> {
    let blob = evidence.blob(digest).ok_or_else(|| absent("manifest", digest, evidence))?;
    let declared = declared.or(blob.media_type.as_deref());
    Document::parse(&blob.bytes, declared)
        .map_err(|error| Problem::Broken { digest: *digest, error })
}

fn config(manifest: &Manifest, evidence: &Evidence) -> Result<ImageConfig, Problem> {
    let digest = manifest.config.digest;
    let blob =
        evidence.blob(&digest).ok_or_else(|| absent("image configuration", &digest, evidence))?;
    let broken = |error| Problem::Broken { digest, error };
    let config = ImageConfig::parse(&blob.bytes).map_err(broken)?;
    let (layers, diff_ids) = (manifest.layers.len(), config.diff_ids.len());
    if layers == diff_ids {
        return Ok(config);
    }
    Err(broken(EvidenceError::new(
        EvidenceErrorKind::Invalid,
        "/rootfs/diff_ids",
        format!("{diff_ids} layers where the manifest lists {layers}"),
    )))
}

fn absent(what: &'static str, digest: &Digest, evidence: &Evidence) -> Problem {
    gap(Some(digest), evidence).unwrap_or(Problem::Missing { what, digest: *digest })
}

/// The worst gap about `digest`; without one, the worst about everything.
pub(super) fn gap(digest: Option<&Digest>, evidence: &Evidence) -> Option<Problem> {
    let about = |subject: &Option<Digest>| subject.is_none() || subject.as_ref() == digest;
    let gap = evidence.gaps().iter().filter(|gap| about(&gap.subject)).min()?;
    Some(match gap.kind {
        GapKind::Unavailable => Problem::Unavailable(gap.detail.clone()),
        GapKind::Incomplete => Problem::Incomplete(gap.detail.clone()),
    })
}
