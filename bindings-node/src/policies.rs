//! Policies as loaded.

use std::path::PathBuf;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::import;
use cocket::policy::{self, PolicySource};
use cocket::{source, wire};
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use serde::Deserialize;

use crate::evidence::Evidence;
use crate::fault::{Fault, Faults, guarded};
use crate::work::Work;
use crate::{judge, text};

/// Loaded policies.
#[napi]
pub struct Policies {
    pub(crate) loaded: Arc<policy::Policies>,
    /// Whether judges written in JavaScript belong to them.
    pub(crate) has_host_judges: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    text: String,
}

#[napi]
impl Policies {
    /// Loads a JSON list of `{name, text}`, with judges by their declarations.
    #[napi(factory)]
    pub fn from_sources(
        sources: String,
        allow_partial: bool,
        dialect: String,
        judges: Vec<String>,
    ) -> napi::Result<Self> {
        Ok(guarded(|| {
            let sources: Vec<Source> = text::read(&sources)?;
            let source =
                |one: Source| PolicySource { name: one.name, bytes: one.text.into_bytes() };
            let sources = sources.into_iter().map(source).collect();
            Self::load(sources, allow_partial, &dialect, &judges)
        })?)
    }

    /// Loads files and directories of them, with judges by their declarations.
    #[napi(factory)]
    pub fn from_files(
        paths: Vec<String>,
        allow_partial: bool,
        dialect: String,
        judges: Vec<String>,
    ) -> napi::Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        Ok(guarded(|| {
            let sources = source::read_policies(&paths)?;
            Self::load(sources, allow_partial, &dialect, &judges)
        })?)
    }

    fn load(
        sources: Vec<PolicySource>,
        allow_partial: bool,
        dialect: &str,
        judges: &[String],
    ) -> Result<Self, Faults> {
        // What the caller may write was checked before.
        let dialect = import::Dialect::named(dialect).unwrap_or_default();
        let options = import::Options { allow_partial, dialect };
        let judges = judge::judges(judges)?;
        let loaded = import::load_with_judges(&sources, options, &judges)?;
        Ok(Self { loaded: Arc::new(loaded), has_host_judges: !judges.is_empty() })
    }

    /// The digest of the canonical model.
    #[napi(getter)]
    pub fn digest(&self) -> napi::Result<String> {
        Ok(guarded(|| Ok(self.loaded.digest().to_string()))?)
    }

    /// What loads and is probably not meant, as a JSON list of faults.
    #[napi]
    pub fn warnings(&self, now: String) -> napi::Result<String> {
        Ok(guarded(|| {
            let now: Timestamp = text::time(&now)?;
            let faults = self.loaded.warnings(now);
            text::write(&faults.iter().map(Fault::from).collect::<Vec<_>>())
        })?)
    }

    /// Where what was made of other engines' policies is not just what they say, as a JSON list of
    /// faults.
    #[napi]
    pub fn notes(&self) -> napi::Result<String> {
        let notes = || self.loaded.notes().iter().map(Fault::from).collect::<Vec<_>>();
        Ok(guarded(|| text::write(&notes()))?)
    }

    /// Answers a wire request of the operation `verify` without policies and evidence of its own.
    #[napi]
    pub fn examine_sync(&self, request: &[u8], evidence: &Evidence) -> napi::Result<Buffer> {
        Ok(guarded(|| Ok(wire::examine_with(&self.loaded, &evidence.held, request).into()))?)
    }

    /// As `examine_sync`, off the event loop.
    #[napi]
    pub fn examine(&self, request: &[u8], evidence: &Evidence) -> AsyncTask<Work<Buffer>> {
        let (loaded, held) = (Arc::clone(&self.loaded), Arc::clone(&evidence.held));
        let request = request.to_vec();
        Work::start(move || Ok(wire::examine_with(&loaded, &held, &request).into()))
    }

    /// Everything loaded as YAML in our own form.
    #[napi]
    pub fn to_yaml(&self) -> napi::Result<String> {
        Ok(guarded(|| Ok(self.loaded.to_yaml()))?)
    }

    /// A scan report in numbers, under a rule of these policies.
    #[napi]
    pub fn summarise(
        &self,
        name: String,
        report: &[u8],
        rule: Option<String>,
        now: String,
    ) -> napi::Result<String> {
        Ok(summarised(Some(&self.loaded), &name, report, rule, &now)?)
    }

    /// Everything loaded as canonical JSON, one text a document.
    #[napi]
    pub fn documents(&self) -> napi::Result<Vec<Buffer>> {
        let documents = guarded(|| Ok(self.loaded.to_canonical_json()))?;
        Ok(documents.into_iter().map(Buffer::from).collect())
    }
}

/// A scan report in numbers, as where no rule says otherwise.
#[napi]
pub fn summarise(
    name: String,
    report: &[u8],
    rule: Option<String>,
    now: String,
) -> napi::Result<String> {
    Ok(summarised(None, &name, report, rule, &now)?)
}

fn summarised(
    policies: Option<&policy::Policies>,
    name: &str,
    report: &[u8],
    rule: Option<String>,
    now: &str,
) -> Result<String, Faults> {
    guarded(|| {
        let counting = (policies, rule.as_deref());
        Ok(wire::summary_of(name, report.into(), counting, text::time(now)?)?)
    })
}
