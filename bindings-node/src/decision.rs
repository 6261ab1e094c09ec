//! Decisions, and how they are rendered.

use cocket::decision;
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
    bytes: Vec<u8>,
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

impl Decision {
    /// Writes the decision at once: what JavaScript shows of it is read from these bytes.
    pub(crate) fn new(decision: decision::Decision) -> Result<Self, Faults> {
        Self::placed(Judged { decision, origin: None })
    }

    /// The same with its place, which stands in the bytes as in an answer.
    pub(crate) fn placed(judged: Judged) -> Result<Self, Faults> {
        let bytes = judged.to_canonical_json().map_err(|_| Fault::internal())?.into_bytes();
        Ok(Self { judged, bytes, told: Told::default() })
    }

    /// Tells the garbage collector what is handed to it: the text, and about as much again.
    pub(crate) fn told(mut self, env: &Env) -> napi::Result<Self> {
        self.told.more(env, self.bytes.len().saturating_mul(2))?;
        Ok(self)
    }
}

#[napi]
impl Decision {
    /// The decision that these canonical bytes are.
    #[napi(factory)]
    pub fn read(canonical: &[u8]) -> napi::Result<Self> {
        Ok(guarded(|| {
            let judged = wire::read_decision(canonical)?;
            Ok(Self { judged, bytes: canonical.to_vec(), told: Told::default() })
        })?)
    }

    /// The canonical JSON (RFC 8785): a copy, which JavaScript may write to.
    #[napi]
    pub fn bytes(&self) -> Buffer {
        self.bytes.clone().into()
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
