//! `expression`: an expression in CEL holds for each platform.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::case::{Case, Judgement, reason};
use super::requirement::{Accepted, Parties, Question};
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::facts::{Content, PlatformFacts};
use crate::import::cel::{Bindings, CelError, Context, NoHost, Program, Value};
use crate::import::soon;
use crate::policy::model::ExpressionRule;
use crate::reasons::Code;
use crate::reference::Digest;
use crate::shown::shown;
use crate::verify::attests;

/// What an expression may name.
const NAMES: [&str; 7] =
    ["image", "platform", "config", "layers", "namespace", "namespaceLabels", "statements"];

#[derive(Debug)]
pub(super) struct Compiled {
    program: Program,
    holds: String,
    asks_for_now: bool,
    parties: Option<Parties>,
}

impl Compiled {
    /// `named` are those whose statements it sees.
    pub(super) fn new(rule: &ExpressionRule, named: Option<Parties>) -> Result<Self, String> {
        let program =
            Program::parse(&rule.holds, &NAMES, &[]).map_err(|error| error.to_string())?;
        if named.is_none() && program.names().contains("statements") {
            return Err("`statements` are those of `anyOf`, and no authority is named".to_owned());
        }
        Ok(Self {
            holds: rule.holds.clone(),
            asks_for_now: program.asks_for_now(),
            program,
            parties: named,
        })
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        if let Some(parties) = &self.parties {
            parties.horizons(case);
        }
        if self.asks_for_now
            && let Some(soon) = soon(case.facts.now)
        {
            case.horizon(soon);
        }
        case.each_platform(platforms, |case, facts| match &facts.content {
            Err(problem) => vec![reason(problem)],
            Ok(content) => vec![self.one(case, facts, content)],
        })
        .into()
    }

    fn one(&self, case: &mut Case<'_>, facts: &PlatformFacts, content: &Content) -> Reason {
        let (statements, mut documents) = match &self.parties {
            None => (Json::Null, BTreeSet::new()),
            Some(parties) => match statements(parties, case, facts.digest) {
                Ok(found) => found,
                Err(reason) => return reason,
            },
        };
        documents.insert(content.manifest.config.digest);
        let bindings = bindings(case, facts, content, &statements);
        let context = Context::new(&bindings, &NoHost, case.facts.now).refusing_all_of_nothing();
        let (code, found) = match self.program.holds(&context) {
            Ok(true) => (Code::ExpressionHolds, None),
            Ok(false) => (Code::ExpressionFails, Some("false".to_owned())),
            Err(error) => (Code::ExpressionError, Some(error.to_string())),
        };
        let mut reason = Reason::new(code).expected(shown(&self.holds));
        reason.found = found.map(Detail::from);
        reason.evidence = documents.into_iter().collect();
        reason
    }
}

/// The verified statements about a manifest, with the documents that hold them; at least one.
fn statements(
    parties: &Parties,
    case: &mut Case<'_>,
    digest: Digest,
) -> Result<(Json, BTreeSet<Digest>), Reason> {
    let question = Question {
        digest,
        kind: "attestation",
        concerns: &|one| one.claimed_type.is_some() || one.proofs.is_err(),
        accepts: &|verified| {
            let claimed = verified.value().claim().predicate_type.as_deref();
            attests(verified, &digest, claimed.unwrap_or_default())
        },
    };
    let sorted = parties.sort(case, &question);
    // What was not read may be what the expression asks to be absent.
    if case.facts.signed.cut {
        return Err(Reason::new(Code::EvidenceTooMuch).found(format!("attached to {digest}")));
    }
    if let Some(gap) = &case.facts.gap {
        return Err(reason(gap));
    }
    let expected = parties.expected("a statement", "statements");
    if sorted.accepted.is_empty() {
        let why: BTreeSet<&str> = sorted.refused.values().map(String::as_str).collect();
        return Err(match why.is_empty() {
            true => Reason::new(Code::AttestationMissing).found(format!("none for {digest}")),
            false => Reason::new(Code::AttestationUntrusted).found(Detail::list(why)),
        }
        .expected(expected));
    }
    let mut found: Vec<Json> = sorted.accepted.iter().map(|one| statement(parties, one)).collect();
    // In an order that is theirs, and each once: a stranger may attach a statement again.
    found.sort_by_cached_key(Json::to_string);
    found.dedup();
    Ok((Json::Array(found), sorted.accepted.iter().map(|one| one.document).collect()))
}

fn statement(parties: &Parties, one: &Accepted<'_>) -> Json {
    let claim = one.verified.value().claim();
    // It was read before, so that it is JSON.
    let predicate = claim.predicate.as_deref().map(serde_json::from_str);
    json!({
        "type": claim.predicate_type,
        "predicate": predicate.and_then(Result::ok).unwrap_or(Json::Null),
        "authority": parties.name(one.position),
        "signer": one.verified.signer().id,
    })
}

fn bindings(
    case: &Case<'_>,
    facts: &PlatformFacts,
    content: &Content,
    statements: &Json,
) -> Bindings {
    let around = &case.circumstances;
    let unknown = |what: &str| CelError::Missing(format!("the request does not say its {what}"));
    let namespace = around.namespace.map(Value::from).ok_or_else(|| unknown("namespace"));
    let labels = around.namespace_labels.map(|labels| Value::from(&json!(labels)));
    let platform = facts.platform.as_ref().map(|platform| Value::from(&self::platform(platform)));
    let layers = content.manifest.layers.iter();
    let layers: Vec<Json> = layers
        .map(|layer| json!({"digest": layer.digest.to_string(), "size": layer.size}))
        .collect();
    Bindings::from([
        ("image".to_owned(), Ok(Value::from(&image(case)))),
        (
            "platform".to_owned(),
            platform.ok_or_else(|| CelError::Missing("the image names no platform".to_owned())),
        ),
        ("config".to_owned(), Ok(Value::from(&config(content)))),
        ("layers".to_owned(), Ok(Value::from(&Json::Array(layers)))),
        ("namespace".to_owned(), namespace),
        ("namespaceLabels".to_owned(), labels.ok_or_else(|| unknown("namespace's labels"))),
        ("statements".to_owned(), Ok(Value::from(statements))),
    ])
}

fn image(case: &Case<'_>) -> Json {
    let reference = case.reference;
    let digest = case.digest.map(|digest| digest.to_string());
    present([
        ("repository", Some(json!(reference.repository()))),
        ("host", Some(json!(reference.host()))),
        ("path", Some(json!(reference.path()))),
        ("tag", reference.tag().map(|tag| json!(tag))),
        ("digest", digest.map(Json::from)),
    ])
}

fn platform(platform: &Platform) -> Json {
    present([
        ("os", Some(json!(platform.os))),
        ("architecture", Some(json!(platform.architecture))),
        ("variant", platform.variant.as_ref().map(|variant| json!(variant))),
    ])
}

fn config(content: &Content) -> Json {
    let config = &content.config;
    // The runtime takes the last of several variables with one name.
    let env: Map<String, Json> = config
        .env
        .iter()
        .map(|variable| variable.split_once('=').unwrap_or((variable, "")))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    present([
        ("user", config.user.as_ref().map(|user| json!(user))),
        ("env", Some(Json::Object(env))),
        ("labels", Some(json!(config.labels))),
        ("entrypoint", config.entrypoint.as_ref().map(|words| json!(words))),
        ("cmd", config.cmd.as_ref().map(|words| json!(words))),
        ("exposedPorts", Some(json!(config.exposed_ports))),
        ("volumes", Some(json!(config.volumes))),
        ("created", config.created.map(|time| json!(time.to_string()))),
    ])
}

/// The members that are there.
fn present<const N: usize>(members: [(&str, Option<Json>); N]) -> Json {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(there.collect())
}
