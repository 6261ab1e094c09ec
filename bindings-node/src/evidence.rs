//! Evidence as a handle that JavaScript fills.

use std::collections::BTreeMap;
use std::sync::Arc;

use cocket::evidence::{self, AttachedKind, Gap, GapKind};
use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use serde::Deserialize;

use crate::fault::{Fault, Faults, guarded};
use crate::memory::Told;
use crate::text;

/// Everything at hand about one or more images, unverified.
///
/// Content is copied once, on entry: JavaScript may write to its buffers at any time, and other
/// threads read the evidence. What is added after an evaluation has started is not seen by it.
#[napi(custom_finalize)]
pub struct Evidence {
    pub(crate) held: Arc<evidence::Evidence>,
    told: Told,
}

impl ObjectFinalize for Evidence {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.told.end(&env)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BlobItem {
    media_type: Option<String>,
    digest: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttachedItem {
    media_type: String,
    subject: Option<String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VouchedItem {
    subject: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GapItem {
    subject: Option<String>,
    kind: GapItemKind,
    detail: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum GapItemKind {
    Unavailable,
    Incomplete,
}

type Subject = Option<cocket::reference::Digest>;

fn subject(text: Option<&String>) -> Result<Subject, Faults> {
    text.map(|text| text::digest(text, "/subject")).transpose()
}

#[napi]
impl Evidence {
    /// No evidence.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self { held: Arc::default(), told: Told::default() }
    }

    pub(crate) fn collected(held: evidence::Evidence) -> Self {
        Self { held: Arc::new(held), told: Told::default() }
    }

    /// Tells the garbage collector of evidence that was collected off the event loop: all but
    /// manifests and configurations, which are small.
    #[napi]
    pub fn tell(&mut self, env: &Env) -> napi::Result<()> {
        let sizes = self.held.attached().iter().map(|one| one.bytes.len());
        self.told.more(env, sizes.fold(0, usize::saturating_add))
    }

    /// Adds a manifest, index or configuration, and gives its digest.
    #[napi]
    pub fn add_blob(&mut self, env: &Env, bytes: &[u8], item: String) -> napi::Result<String> {
        self.told.more(env, bytes.len())?;
        Ok(guarded(|| {
            let item: BlobItem = text::read(&item)?;
            let media_type = item.media_type.as_deref();
            let evidence = Arc::make_mut(&mut self.held);
            let Some(digest) = item.digest else {
                return Ok(evidence.add_blob(media_type, bytes).to_string());
            };
            let digest = text::digest(&digest, "/digest")?;
            match evidence.add_blob_as(digest, media_type, bytes) {
                true => Ok(digest.to_string()),
                false => {
                    let detail = format!("the data has not the digest `{digest}`");
                    Err(Fault::evidence("/digest", detail).into())
                }
            }
        })?)
    }

    /// Adds something attached to an image.
    #[napi]
    pub fn attach(&mut self, env: &Env, bytes: &[u8], item: String) -> napi::Result<()> {
        self.told.more(env, bytes.len())?;
        Ok(guarded(|| {
            let item: AttachedItem = text::read(&item)?;
            let kind = AttachedKind::from_media_type(&item.media_type);
            let subject = subject(item.subject.as_ref())?;
            Arc::make_mut(&mut self.held).attach(subject, kind, bytes, item.annotations);
            Ok(())
        })?)
    }

    /// Adds a document that the caller vouches for.
    #[napi]
    pub fn vouch(&mut self, env: &Env, bytes: &[u8], item: String) -> napi::Result<()> {
        self.told.more(env, bytes.len())?;
        Ok(guarded(|| {
            let item: VouchedItem = text::read(&item)?;
            let subject = subject(item.subject.as_ref())?;
            Arc::make_mut(&mut self.held).vouch(subject, bytes);
            Ok(())
        })?)
    }

    /// Records something that should have been read and was not.
    #[napi]
    pub fn add_gap(&mut self, gap: String) -> napi::Result<()> {
        Ok(guarded(|| {
            let gap: GapItem = text::read(&gap)?;
            let kind = match gap.kind {
                GapItemKind::Unavailable => GapKind::Unavailable,
                GapItemKind::Incomplete => GapKind::Incomplete,
            };
            let subject = subject(gap.subject.as_ref())?;
            Arc::make_mut(&mut self.held).add_gap(Gap { subject, kind, detail: gap.detail });
            Ok(())
        })?)
    }

    /// Takes in everything of `other`.
    #[napi]
    pub fn merge(&mut self, env: &Env, other: &Evidence) -> napi::Result<()> {
        self.told.more(env, other.told.bytes())?;
        Ok(guarded(|| {
            let other = evidence::Evidence::clone(&other.held);
            Arc::make_mut(&mut self.held).merge(other);
            Ok(())
        })?)
    }
}

impl Default for Evidence {
    fn default() -> Self {
        Self::new()
    }
}
