//! Compiled policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use cocket::Timestamp;
use cocket::evaluate::{self, Verifiers};
use cocket::verify::VerificationCache;
use cocket::wire;
use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use serde::Deserialize;

use crate::admission::Admission;
use crate::ask::{Ask, Question};
use crate::decision::Decision;
use crate::evaluation::Evaluation;
use crate::evidence::Evidence;
use crate::fault::{Fault, Faults, guarded};
use crate::policies::Policies;
use crate::review::Review;
use crate::text;
use crate::verifier::HostVerifier;
use crate::work::Work;

/// Compiled policies: made once, used by any number of evaluations at a time.
#[napi]
pub struct Engine {
    compiled: Arc<evaluate::Engine>,
    has_host_verifiers: bool,
    has_host_judges: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    verifiers: Vec<Declared>,
    /// How many findings of each kind decisions list.
    listing: Option<usize>,
}

/// A verifier in JavaScript, without its function.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    name: String,
    id: String,
    #[serde(default)]
    dates: Vec<Timestamp>,
    /// Whether it is one for attestations alone.
    #[serde(default)]
    attests: bool,
}

#[napi]
impl Engine {
    /// Compiles policies.
    #[napi(constructor)]
    pub fn new(
        policies: &Policies,
        settings: String,
        cache_of: Option<&Engine>,
    ) -> napi::Result<Self> {
        let cache = cache_of.map(|other| other.compiled.cache());
        Ok(guarded(|| Self::compiled(policies, text::read(&settings)?, cache))?)
    }

    fn compiled(
        policies: &Policies,
        settings: Settings,
        cache: Option<&Arc<VerificationCache>>,
    ) -> Result<Self, Faults> {
        let mut verifiers = Verifiers::new();
        let mut ids = BTreeSet::new();
        for Declared { name, id, dates, attests } in settings.verifiers {
            if id.is_empty() || !ids.insert(id.clone()) {
                let detail = format!("the id `{id}` of the verifier `{name}` is empty or taken");
                return Err(Fault::request("/verifiers", detail).into());
            }
            let verifier = HostVerifier { name: name.as_str().into(), id, dates };
            verifiers.insert(name, verifier.named(attests));
        }
        let mut compiled = evaluate::Engine::with_verifiers(&policies.loaded, &verifiers)?;
        if let Some(most) = settings.listing {
            compiled = compiled.listing(most);
        }
        if let Some(cache) = cache {
            compiled = compiled.caching(Arc::clone(cache));
        }
        let has_host_verifiers = !verifiers.is_empty();
        let has_host_judges = policies.has_host_judges;
        Ok(Self { compiled: Arc::new(compiled), has_host_verifiers, has_host_judges })
    }

    /// Fails where a verifier would have to answer, which JavaScript does later.
    fn without_verifiers(&self) -> Result<(), Faults> {
        match self.has_host_verifiers {
            false => Ok(()),
            true => {
                let detail = "the engine has verifiers written in JavaScript, which answer later; \
                              use `evaluate`";
                Err(Fault::request("/verifiers", detail).into())
            }
        }
    }

    /// The same also for judges, which objects are judged by.
    fn without_hosts(&self) -> Result<(), Faults> {
        self.without_verifiers()?;
        match self.has_host_judges {
            false => Ok(()),
            true => {
                let detail = "the policies have judges written in JavaScript, which answer later; \
                              use `checkObjects` or `admit`";
                Err(Fault::request("/judges", detail).into())
            }
        }
    }

    /// The digest of the policies' canonical model.
    #[napi(getter)]
    pub fn policies_digest(&self) -> String {
        self.compiled.policies_digest().to_string()
    }

    /// What the objects of a text would run: the answer of the wire.
    #[napi]
    pub fn objects(&self, name: String, text: &[u8]) -> napi::Result<Buffer> {
        let listed = guarded(|| Ok(wire::objects_with(&self.compiled, &name, text)?))?;
        Ok(listed.answer.into())
    }

    /// The images that the object of a review would run, each once.
    #[napi]
    pub fn review_images(&self, review: &[u8]) -> napi::Result<Vec<String>> {
        Ok(guarded(|| Ok(wire::review_images_with(&self.compiled, review)?.images))?)
    }

    /// What is kept of verifications, as JSON.
    #[napi]
    pub fn cache_statistics(&self) -> String {
        let now = self.compiled.cache().statistics();
        let oldest = now.oldest.map(|oldest| oldest.to_string());
        serde_json::json!({
            "hits": now.hits, "misses": now.misses,
            "entries": now.entries, "capacity": now.capacity,
            "oldest": oldest,
        })
        .to_string()
    }

    /// Decides on one image here and now.
    #[napi]
    pub fn evaluate_sync(
        &self,
        env: &Env,
        ask: String,
        evidence: &Evidence,
    ) -> napi::Result<Decision> {
        let decision = guarded(|| {
            self.without_verifiers()?;
            let Ask { request, history, now } = Ask::read(&ask)?;
            Ok(Decision::new(self.compiled.check(&request, &evidence.held, &history, now)))
        })?;
        decision.told(env)
    }

    /// Answers a wire request that has no policies and no evidence of its own, here and now.
    #[napi]
    pub fn answer_sync(&self, request: &[u8], evidence: &Evidence) -> napi::Result<Buffer> {
        let answer = guarded(|| {
            self.without_hosts()?;
            Ok(wire::answer_with(&self.compiled, &evidence.held, request))
        })?;
        Ok(answer.into())
    }

    /// As `answer_sync`, off the event loop.
    #[napi]
    pub fn answer(
        &self,
        request: &[u8],
        evidence: &Evidence,
    ) -> napi::Result<AsyncTask<Work<Buffer>>> {
        guarded(|| self.without_hosts())?;
        let (engine, held) = (Arc::clone(&self.compiled), Arc::clone(&evidence.held));
        let request = request.to_vec();
        Ok(Work::start(move || Ok(wire::answer_with(&engine, &held, &request).into())))
    }

    /// Prepares a decision on one image.
    #[napi]
    pub fn begin(&self, ask: String, evidence: &Evidence) -> napi::Result<Evaluation> {
        Ok(guarded(|| {
            let engine = Arc::clone(&self.compiled);
            let question = Question::Image(Box::new(Ask::read(&ask)?));
            Ok(Evaluation::new(engine, Arc::clone(&evidence.held), question))
        })?)
    }

    /// Decides on an admission review here and now. `request` is of the wire, without the review.
    #[napi]
    pub fn admit_sync(
        &self,
        request: String,
        review: &[u8],
        evidence: &Evidence,
    ) -> napi::Result<Admission> {
        Ok(guarded(|| {
            self.without_hosts()?;
            let held = &evidence.held;
            let admitted = wire::admit_with(&self.compiled, held, request.as_bytes(), review)?;
            Ok(Admission::of(admitted))
        })?)
    }

    /// Prepares the decision on an admission review.
    #[napi]
    pub fn begin_review(
        &self,
        request: String,
        review: &[u8],
        evidence: &Evidence,
    ) -> napi::Result<Evaluation> {
        Ok(guarded(|| {
            let engine = Arc::clone(&self.compiled);
            let question = Question::review(request, review)?;
            Ok(Evaluation::new(engine, Arc::clone(&evidence.held), question))
        })?)
    }

    /// Decides on Kubernetes objects here and now. `request` is of the wire.
    #[napi]
    pub fn check_objects_sync(&self, request: String, evidence: &Evidence) -> napi::Result<Review> {
        Ok(guarded(|| {
            self.without_hosts()?;
            let held = &evidence.held;
            Ok(Review::of(wire::review_with(&self.compiled, held, request.as_bytes())?))
        })?)
    }

    /// Prepares the decisions on Kubernetes objects.
    #[napi]
    pub fn begin_objects(&self, request: String, evidence: &Evidence) -> napi::Result<Evaluation> {
        Ok(guarded(|| {
            let engine = Arc::clone(&self.compiled);
            let question = Question::objects(request)?;
            Ok(Evaluation::new(engine, Arc::clone(&evidence.held), question))
        })?)
    }
}
