//! `kyverno/`: what Kyverno answered, against what its policies answer here, asked as any caller
//! asks: policies and data loaded together, and the engine's decision on the object.

mod cases;
mod coverage;
mod seed;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use cocket::Timestamp;
use cocket::decision::{Outcome as Judged, Reason, RuleResult};
use cocket::evaluate::{Engine, History, ImageRequest, ObjectRequest};
use cocket::evidence::Evidence;
use cocket::import::{self, Dialect, Options, text};
use cocket::kubernetes::Operation;
use cocket::policy::PolicySource;
use cocket::reasons::Code;
use serde_json::{Value, json};

use super::index::read;

pub(super) use cases::compare as compare_cases;
pub(super) use coverage::compare as compare_coverage;
pub(super) use seed::compare as compare_seed;

/// What a rule answered, in Kyverno's words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    policy: String,
    rule: String,
    outcome: &'static str,
    message: String,
}

fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn documents(path: &Path) -> Result<Vec<Value>, String> {
    let documents = text::documents(&read_text(path)?);
    let documents = documents.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

fn source(path: &Path) -> Result<PolicySource, String> {
    Ok(PolicySource { name: path.display().to_string(), bytes: read(path)? })
}

/// An engine of policies with the data beside them. A policy of which parts are not taken is
/// judged all the same: what rests on these parts is an error, which no case expects.
fn engine(sources: &[PolicySource]) -> Result<Engine, String> {
    let options = Options { allow_partial: true, dialect: Dialect::Kyverno };
    let policies = import::load(sources, options).map_err(|errors| errors.to_string())?;
    Engine::new(&policies).map_err(|errors| errors.to_string())
}

/// Kyverno's command line knows a cluster where nothing is but what it was given.
fn empty_cluster() -> PolicySource {
    let document = json!({"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Context", "spec": {}});
    PolicySource { name: "cluster".to_owned(), bytes: document.to_string().into_bytes() }
}

/// Kyverno's command line puts objects without a namespace into `default`.
fn with_namespace(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.entry("namespace").or_insert_with(|| "default".into());
    }
    object
}

/// What every rule that is about the object answers.
fn judge(engine: &Engine, object: &Value, operation: Operation) -> Result<Vec<Answer>, String> {
    let parsed = engine.objects("object", object.to_string().as_bytes());
    let Some(mut whole) = parsed.map_err(|error| error.to_string())?.all.pop() else {
        return Ok(Vec::new());
    };
    // As it stands in the text: the reader leaves out what has no value.
    whole.value = object.clone().into();
    let request = ObjectRequest {
        object: &whole,
        old: None,
        operation,
        subresource: "",
        user: None,
        namespace: object.pointer("/metadata/namespace").and_then(Value::as_str),
        namespace_labels: None,
        owner_labels: None,
        digests: &BTreeMap::new(),
    };
    let decision = engine.check_object(&request, &Evidence::new(), Timestamp::UNIX_EPOCH);
    let results = decision.iter().flat_map(|decision| &decision.results);
    Ok(results.filter(|result| !has_vanished(result)).map(answer).collect())
}

/// Whether Kyverno has no result there.
fn has_vanished(result: &RuleResult) -> bool {
    let quirk = |reason: &Reason| {
        let found = reason.found.as_ref().map(ToString::to_string).unwrap_or_default();
        reason.code == Code::ForeignQuirk && found.starts_with("nothingApplied: ")
    };
    result.outcome == Judged::Skipped && result.reasons.iter().any(quirk)
}

fn answer(result: &RuleResult) -> Answer {
    let of = |code: Code| result.reasons.iter().find(|reason| reason.code == code);
    let is_error = of(Code::ForeignError).is_some();
    let outcome = match result.outcome {
        Judged::Pass => "pass",
        Judged::Skipped => "skip",
        _ if is_error => "error",
        _ => "fail",
    };
    let codes =
        [Code::ForeignPassed, Code::ForeignFailed, Code::ForeignError, Code::ForeignSkipped];
    let reason = codes.into_iter().find_map(of);
    let message = reason.and_then(|reason| reason.found.as_ref().map(ToString::to_string));
    Answer {
        policy: result.policy.to_string(),
        rule: result.rule.to_string(),
        outcome,
        message: message.unwrap_or_default(),
    }
}

/// What every rule about the object's images answers: without a registry, none is verified.
fn judge_images(engine: &Engine, object: &Value) -> Result<Vec<Answer>, String> {
    let parsed = engine.objects("object", object.to_string().as_bytes());
    let parsed = parsed.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for image in parsed.all.iter().flat_map(|whole| &whole.images) {
        let request = ImageRequest {
            image: image.clone(),
            kind: parsed.all.first().map(|whole| whole.kind.clone()),
            namespace: parsed.all.first().and_then(|whole| whole.namespace.clone()),
            ..ImageRequest::default()
        };
        let (evidence, history) = (Evidence::new(), History::default());
        let decision = engine.check(&request, &evidence, &history, Timestamp::UNIX_EPOCH);
        // A rule about other images.
        let own = decision.results.iter().filter(|rule| rule.outcome != Judged::Skipped);
        found.extend(own.map(answer));
    }
    Ok(found)
}
