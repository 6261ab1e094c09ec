//! Decisions, and how they are rendered.

use std::sync::OnceLock;

use cocket::decision::{self, Verdict};
use cocket::report::{Format, Judged, Origin};
use cocket::wire;
use napi::Env;
use napi::bindgen_prelude::{Buffer, ClassInstance, ObjectFinalize};
use napi_derive::napi;
use serde::Deserialize;

use crate::fault::{Fault, Faults, guarded};
use crate::memory::Told;
use crate::text;

/// What was decided about one image or object.
#[napi(custom_finalize)]
pub struct Decision {
    judged: Judged,
    /// Written when it is asked for: many programs ask for the verdict alone.
    bytes: OnceLock<Vec<u8>>,
    told: Told,
}

impl ObjectFinalize for Decision {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.told.end(&env)
    }
}

/// Where an image was found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: String,
    line: Option<u32>,
    #[serde(default)]
    object: String,
    #[serde(default)]
    field: String,
}

/// About how many bytes a decision takes beside its results, a result, and a finding.
const DECISION: usize = 2048;
const RESULT: usize = 512;
const FINDING: usize = 256;

impl Decision {
    pub(crate) fn new(decision: decision::Decision) -> Self {
        Self::placed(Judged { decision, origin: None })
    }

    /// The same with its place, which stands in the bytes as in an answer.
    pub(crate) fn placed(judged: Judged) -> Self {
        Self { judged, bytes: OnceLock::new(), told: Told::default() }
    }

    /// Tells the garbage collector about how much is handed to it.
    pub(crate) fn told(mut self, env: &Env) -> napi::Result<Self> {
        let results = &self.judged.decision.results;
        let listed = results.iter().filter_map(|result| result.findings.as_ref());
        let findings = listed.map(|listed| {
            let lists = [&listed.counted, &listed.set_apart];
            lists.iter().fold(0_usize, |sum, list| sum.saturating_add(list.items.len()))
        });
        let findings = findings.fold(0, usize::saturating_add).saturating_mul(FINDING);
        let results = results.len().saturating_mul(RESULT).saturating_add(DECISION);
        self.told.more(env, results.saturating_add(findings))?;
        Ok(self)
    }

    fn written(&self) -> Result<&[u8], Faults> {
        if let Some(bytes) = self.bytes.get() {
            return Ok(bytes);
        }
        let text = self.judged.to_canonical_json().map_err(|_| Fault::internal())?;
        Ok(self.bytes.get_or_init(|| text.into_bytes()))
    }
}

#[napi]
impl Decision {
    /// The decision that these canonical bytes are.
    #[napi(factory)]
    pub fn read(canonical: &[u8]) -> napi::Result<Self> {
        Ok(guarded(|| {
            let judged = wire::read_decision(canonical)?;
            let bytes = OnceLock::from(canonical.to_vec());
            Ok(Self { judged, bytes, told: Told::default() })
        })?)
    }

    /// The canonical JSON (RFC 8785): a copy, which JavaScript may write to.
    #[napi]
    pub fn bytes(&self) -> napi::Result<Buffer> {
        Ok(guarded(|| Ok(self.written()?.to_vec().into()))?)
    }

    /// The verdict, as the JSON has it.
    #[napi(getter)]
    pub fn verdict(&self) -> &'static str {
        match self.judged.decision.verdict {
            Verdict::Allow => "allow",
            Verdict::Warn => "warn",
            Verdict::Deny => "deny",
        }
    }
}

/// Decisions in a format. `places` is a JSON list of places, or `null`s, one a decision.
#[napi]
pub fn report(
    format: String,
    decisions: Vec<ClassInstance<'_, Decision>>,
    places: String,
) -> napi::Result<String> {
    Ok(guarded(|| {
        let format: Format =
            format.parse().map_err(|error| Fault::request("/format", format!("{error}")))?;
        let mut places = text::read::<Vec<Option<Place>>>(&places)?.into_iter();
        let judged: Vec<Judged> = decisions
            .iter()
            .map(|one| {
                let own = || one.judged.origin.clone();
                let origin = places.next().flatten().map(Origin::from).or_else(own);
                Judged { decision: one.judged.decision.clone(), origin }
            })
            .collect();
        Ok(format.render(&judged, false))
    })?)
}

impl From<Place> for Origin {
    fn from(place: Place) -> Self {
        let Place { file, line, object, field } = place;
        Self { file, line, object, field }
    }
}
