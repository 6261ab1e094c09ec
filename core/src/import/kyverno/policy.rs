//! A policy that is loaded, and what it answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::conditions::{self, joined};
use super::context::Context;
use super::extractors::Extractors;
use super::images::ImageInfo;
use super::pod_security::{Exclusion, PodSecurity};
use super::validate::{Answer, Validator};
use super::verify_images::VerifyImages;
use super::wildcard::wildcard_match;
use super::{Request, images, matching};
use crate::import::cel::policies::{CelRequest, CelRule};
use crate::import::{Diagnostic, Extent, RuleOutcome, RuleResult};

/// A `ClusterPolicy` or `Policy` of Kyverno.
#[derive(Debug, Clone)]
pub struct KyvernoPolicy {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) action: FailureAction,
    pub(super) overrides: Vec<Override>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    /// The rule as it stands, with lists where lists are asked for.
    pub(super) spec: Value,
    pub(super) body: Body,
    /// Where images stand beside those of pods.
    pub(super) extractors: Extractors,
    pub(super) action: Option<FailureAction>,
    pub(super) overrides: Vec<Override>,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Validate,
    VerifyImages(Vec<VerifyImages>),
    /// `validate.cel`.
    Expressions(Box<CelRule>),
    PodSecurity(Box<PodSecurity>),
    /// It changes objects and decides nothing.
    NoDecision,
    /// It is not taken, or not wholly, and why.
    NotTaken(String),
}

/// What a failing rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureAction {
    /// It is written down.
    Audit,
    /// It denies.
    Enforce,
}

impl FailureAction {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "Audit" | "audit" => Some(Self::Audit),
            "Enforce" | "enforce" => Some(Self::Enforce),
            _ => None,
        }
    }
}

/// Another action in some namespaces.
#[derive(Debug, Clone)]
pub(super) struct Override {
    pub(super) action: FailureAction,
    pub(super) namespaces: Vec<String>,
    pub(super) selector: Value,
}

/// Says whether an image has what a `verifyImages` entry asks.
pub trait ImageVerifier {
    /// Judges one image.
    ///
    /// # Errors
    /// Why not, for a person.
    fn verify(&self, entry: &VerifyImages, image: &str) -> Result<(), String>;
}

/// A verifier without evidence: no image has been signed by anyone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEvidence;

impl ImageVerifier for NoEvidence {
    fn verify(&self, _: &VerifyImages, image: &str) -> Result<(), String> {
        Err(format!("failed to verify image {image}: no signatures found"))
    }
}

/// A `PolicyException` of Kyverno.
#[derive(Debug, Clone, PartialEq)]
pub struct KyvernoException {
    pub(super) name: String,
    pub(super) spec: Value,
    /// The controls of the Pod Security Standards that it takes out, and nothing else.
    pub(super) controls: Option<Vec<Exclusion>>,
}

impl KyvernoException {
    /// Whether it is about a rule of this policy.
    pub(super) fn names(&self, policy: &str) -> bool {
        let named = self.spec.get("exceptions").and_then(Value::as_array);
        let mut named = named.into_iter().flatten();
        named.any(|one| one.get("policyName").and_then(Value::as_str) == Some(policy))
    }

    fn waives(&self, context: &Context<'_>, policy: &str, rule: &str) -> bool {
        let list = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let named = list(&self.spec, "exceptions").iter().any(|one| {
            let own = one.get("policyName").and_then(Value::as_str) == Some(policy);
            let rules = list(one, "ruleNames");
            own && rules.iter().filter_map(Value::as_str).any(|name| wildcard_match(name, rule))
        });
        let wanted = self.spec.get("match").unwrap_or(&Value::Null);
        let conditions = self.spec.get("conditions").unwrap_or(&Value::Null);
        named
            && matching::excepts(context.request, wanted)
            && matches!(conditions::hold(context, conditions), Ok((true, _)))
    }
}

impl KyvernoPolicy {
    /// The name; `namespace/name` for a `Policy`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.namespace {
            None => self.name.clone(),
            Some(namespace) => format!("{namespace}/{}", self.name),
        }
    }

    /// The names of its rules, with those that are made for controllers of pods.
    pub fn rule_names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// The images that its rules look at: those of containers, and of places that rules name.
    pub(super) fn images(&self, object: &Value, now: Timestamp) -> Vec<String> {
        let mut all = images::named(object);
        for rule in &self.rules {
            // An extractor that fails is an error of its rule.
            let own = rule.extractors.named(object, now).ok().flatten();
            all.extend(own.into_iter().flatten());
        }
        all
    }

    /// What was noticed while it was loaded, by line.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How much of it runs.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let is_lost = |rule: &Rule| matches!(rule.body, Body::NotTaken(_) | Body::NoDecision);
        match self.rules.iter().filter(|rule| is_lost(rule)).count() {
            lost if lost == self.rules.len() => Extent::Nothing,
            0 if !self.diagnostics.iter().any(|one| one.kind.is_loss()) => Extent::Whole,
            _ => Extent::Part,
        }
    }

    /// What a failure of a rule does in a namespace.
    #[must_use]
    pub fn action(
        &self,
        rule: &str,
        namespace: &str,
        labels: Option<&BTreeMap<String, String>>,
    ) -> FailureAction {
        let own = self.rules.iter().find(|own| own.name == rule);
        let overridden = |overrides: &[Override]| {
            let fits = |one: &&Override| {
                let by_name = one.namespaces.is_empty()
                    || one.namespaces.iter().any(|name| wildcard_match(name, namespace));
                // By labels that are not known only what is stricter holds.
                let by_labels = match labels {
                    Some(labels) => matching::is_selected(&one.selector, labels),
                    None => one.selector.is_null() || one.action == FailureAction::Enforce,
                };
                by_name && by_labels
            };
            overrides.iter().find(fits).map(|one| one.action)
        };
        own.and_then(|rule| overridden(&rule.overrides).or(rule.action))
            .or_else(|| overridden(&self.overrides))
            .unwrap_or(self.action)
    }

    /// What each rule that is about the request answers.
    ///
    /// A rule that was not taken answers with an error, so that nothing passes because of it.
    pub fn judge(
        &self,
        request: &Request<'_>,
        exceptions: &[KyvernoException],
        verifier: &dyn ImageVerifier,
    ) -> Vec<RuleResult> {
        // A `Policy` is about its own namespace alone.
        if self.namespace.as_deref().is_some_and(|own| own != request.namespace()) {
            return Vec::new();
        }
        let rules = self.rules.iter();
        rules.filter_map(|rule| self.result(rule, request, exceptions, verifier)).collect()
    }

    fn result(
        &self,
        rule: &Rule,
        request: &Request<'_>,
        exceptions: &[KyvernoException],
        verifier: &dyn ImageVerifier,
    ) -> Option<RuleResult> {
        if matches!(rule.body, Body::NoDecision) {
            return None;
        }
        let part = |key: &str| rule.spec.get(key).unwrap_or(&Value::Null);
        if !matching::applies(request, part("match"), part("exclude")) {
            return None;
        }
        let name = self.name();
        let context = Context::new(request, &name, &rule.name);
        let waivers = exceptions.iter().filter(|one| one.waives(&context, &name, &rule.name));
        let waivers: Vec<&KyvernoException> = waivers.collect();
        let answer = match waivers.iter().find(|one| one.controls.is_none()) {
            Some(waiver) => Some((
                RuleOutcome::Excepted,
                format!("rule is skipped due to policy exceptions {}", waiver.name),
            )),
            None => answer(rule, &context, verifier, &waivers),
        };
        let notes = context.into_notes();
        let (outcome, message) = answer?;
        Some(RuleResult { policy: name, rule: rule.name.clone(), outcome, message, notes })
    }
}

fn answer(
    rule: &Rule,
    context: &Context<'_>,
    verifier: &dyn ImageVerifier,
    waivers: &[&KyvernoException],
) -> Answer {
    let part = |key: &str| rule.spec.get(key).unwrap_or(&Value::Null);
    if let Body::NotTaken(why) = &rule.body {
        return Some((RuleOutcome::Error, format!("the rule was not taken: {why}")));
    }
    match rule.extractors.variable(context.request.object, context.request.now) {
        Ok(images) => context.add_images(images),
        Err(error) => {
            return Some((RuleOutcome::Error, format!("failed to extract images: {error}")));
        }
    }
    context.add_entries(part("context"));
    match conditions::hold(context, part("preconditions")) {
        Err(error) => {
            let message = format!("failed to evaluate preconditions: {}", error.message);
            return Some((RuleOutcome::Error, message));
        }
        Ok((false, extra)) => {
            let message = joined(&["preconditions not met".to_owned(), extra], "; ");
            return Some((RuleOutcome::Skip, message));
        }
        Ok((true, _)) => {}
    }
    match &rule.body {
        Body::VerifyImages(entries) => {
            let object = context.request.object;
            let extracted = rule.extractors.named(object, context.request.now).ok().flatten();
            let images = extracted.unwrap_or_else(|| images::named(object));
            verified(images, entries, verifier)
        }
        Body::Expressions(rule) => expressions(context, rule),
        Body::PodSecurity(standards) => {
            let excepted = waivers.iter();
            let excepted: Vec<(&str, &[Exclusion])> = excepted
                .filter_map(|one| Some((one.name.as_str(), one.controls.as_deref()?)))
                .collect();
            standards.judge(context, &rule.name, &excepted)
        }
        _ => {
            let validate = part("validate");
            let message = validate.get("message").and_then(Value::as_str).unwrap_or_default();
            Validator { context, rule: &rule.name, message }.validate(validate)
        }
    }
}

/// Answers by a rule in CEL, whose own conditions stand beside Kyverno's.
fn expressions(context: &Context<'_>, rule: &CelRule) -> Answer {
    let request = context.request;
    let namespace = request.namespace_object();
    let answer = rule.judge(&CelRequest {
        object: request.object,
        old_object: request.old_object,
        operation: request.operation,
        subresource: request.subresource,
        namespace: request.namespace,
        namespace_object: namespace.as_deref(),
        user: request.user,
        data: request.data,
        images: request.images,
        now: request.now,
        dialect: request.dialect,
    });
    Some(answer)
}

/// Judges images; none where no entry is about any of them.
fn verified(images: Vec<String>, entries: &[VerifyImages], verifier: &dyn ImageVerifier) -> Answer {
    let mut applied = false;
    let mut failed = Vec::new();
    for image in images {
        let Some(info) = ImageInfo::parse(&image) else { continue };
        let shown = info.to_string();
        let is_meant = |pattern: &String| {
            wildcard_match(pattern, &shown) || wildcard_match(pattern, &info.reference)
        };
        for entry in entries {
            if !entry.image_references.iter().any(is_meant)
                || entry.skip_image_references.iter().any(is_meant)
            {
                continue;
            }
            applied = true;
            let found = match entry.attestors.is_empty() && entry.attestations.is_empty() {
                // Nobody can vouch for it.
                true if entry.required => Err(format!("unverified image {shown}")),
                true => Ok(()),
                false => verifier.verify(entry, &image),
            };
            failed.extend(found.err());
            if entry.verify_digest && info.digest.is_empty() && !entry.mutate_digest {
                failed.push(format!("missing digest for {shown}"));
            }
        }
    }
    match (applied, failed.is_empty()) {
        (false, _) => None,
        (true, true) => Some((RuleOutcome::Pass, "verified image".to_owned())),
        (true, false) => Some((RuleOutcome::Fail, failed.join("; "))),
    }
}
