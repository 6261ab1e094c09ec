//! The evidence that a judge in another language is shown, unverified.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::evidence::{Evidence, GapKind};
use crate::reference::Digest;

#[derive(Debug, Serialize)]
pub(super) struct AtHand<'a> {
    blobs: Vec<Piece<'a>>,
    attached: Vec<Piece<'a>>,
    vouched: Vec<Vouched>,
    gaps: Vec<Gap<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Piece<'a> {
    digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a BTreeMap<String, String>>,
    /// Base64.
    data: String,
}

/// A document that the caller vouches for; its text is not kept.
#[derive(Debug, Serialize)]
struct Vouched {
    digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Digest>,
}

#[derive(Debug, Serialize)]
struct Gap<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Digest>,
    kind: &'static str,
    detail: &'a str,
}

impl<'a> AtHand<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let blobs = evidence.blobs().map(|(digest, blob)| Piece {
            digest: *digest,
            subject: None,
            media_type: blob.media_type.as_deref(),
            annotations: None,
            data: STANDARD.encode(&blob.bytes),
        });
        let attached = evidence.attached().iter().map(|one| Piece {
            digest: one.digest,
            subject: one.subject,
            media_type: Some(one.kind.media_type()),
            annotations: Some(&one.annotations),
            data: STANDARD.encode(&one.bytes),
        });
        let vouched = evidence.vouched().iter();
        let gaps = evidence.gaps().iter().map(|gap| Gap {
            subject: gap.subject,
            kind: match gap.kind {
                GapKind::Unavailable => "unavailable",
                GapKind::Incomplete => "incomplete",
            },
            detail: &gap.detail,
        });
        Self {
            blobs: blobs.collect(),
            attached: attached.collect(),
            vouched: vouched
                .map(|one| Vouched { digest: one.digest, subject: one.subject })
                .collect(),
            gaps: gaps.collect(),
        }
    }
}
