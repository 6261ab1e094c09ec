//! One policy: what it applies to, and what it answers.

use serde_json::Value as Json;

use super::autogen;
use super::checks::{Checks, Message};
use super::exceptions::{Exception, Matched};
use super::host::{ImageVerifier, PolicyHost};
use super::images::{by_name, images, is_matched};
use super::matching::chosen;
use super::request::CelRequest;
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::Bindings;
use crate::import::cel::value::Value;
use crate::import::cluster_data::plural;
use crate::import::outcome::{Dialect, Note, RuleOutcome, RuleResult};
use crate::import::{ForeignKind, text};

/// A part of a policy that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {error}")]
pub struct CelFault {
    /// Where in the document, such as `spec.validations[0].expression`.
    pub path: String,
    /// What is wrong.
    pub error: CelError,
}

/// What a failing policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The object is refused.
    Deny,
    /// The object is admitted with a warning.
    Warn,
    /// The failure is recorded.
    Audit,
}

impl Action {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "Deny" => Some(Self::Deny),
            "Warn" => Some(Self::Warn),
            "Audit" => Some(Self::Audit),
            _ => None,
        }
    }
}

/// A policy of which every expression was read.
///
/// ```
/// use cocket::import::cel::policies::CelPolicy;
/// let document = &cocket::import::text::documents("
/// apiVersion: policies.kyverno.io/v1
/// kind: ValidatingPolicy
/// metadata: {name: tagged}
/// spec:
///   matchConstraints:
///     resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
///   validations:
///     - expression: object.spec.containers.all(c, c.image.contains(':'))
/// ")?[0];
/// assert_eq!(CelPolicy::read(document).unwrap().name(), "tagged");
/// # Ok::<(), cocket::import::text::TextError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CelPolicy {
    kind: &'static str,
    name: String,
    namespace: String,
    spec: Json,
    checks: Checks,
    /// The checks for a template directly below `spec`, and for one below a job's.
    templates: Vec<(&'static str, Checks)>,
    fails_open: bool,
}

impl CelPolicy {
    /// Reads a `ValidatingPolicy`, `ImageValidatingPolicy` or `ValidatingAdmissionPolicy`.
    ///
    /// # Errors
    /// Every expression that cannot be read and every part that is not taken, with its place.
    pub fn read(document: &text::Document) -> Result<Self, Vec<CelFault>> {
        let value = &document.value;
        let kind = match ForeignKind::of(value) {
            Some(ForeignKind::KyvernoValidatingPolicy) => "ValidatingPolicy",
            Some(ForeignKind::KyvernoImageValidatingPolicy) => "ImageValidatingPolicy",
            Some(ForeignKind::ValidatingAdmissionPolicy) => "ValidatingAdmissionPolicy",
            _ => return Err(vec![fault("kind", "it is no policy in expressions")]),
        };
        let spec = value.get("spec").cloned().unwrap_or(Json::Null);
        let untaken = untaken(kind, &spec);
        if !untaken.is_empty() {
            return Err(untaken);
        }
        let read = |template| Checks::read(&spec, "validations", "spec.", template);
        let checks = read(None)?;
        let mut templates = Vec::new();
        if kind != "ValidatingAdmissionPolicy" {
            for controller in ["deployments", "cronjobs"] {
                let made = ["deployments", "daemonsets", "jobs", "replicasets", "statefulsets"];
                let resources = if controller == "cronjobs" { &["cronjobs"][..] } else { &made };
                let template = resources.iter().find_map(|one| autogen::template(&spec, one));
                if let Some(template) = template {
                    templates.push((template, read(Some(template))?));
                }
            }
        }
        let text =
            |pointer: &str| value.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
        let is_namespaced = text("/kind").starts_with("Namespaced");
        let namespace = if is_namespaced { namespace } else { "" };
        let fails_open = text("/spec/failurePolicy") == "Ignore";
        let (name, namespace) = (name.to_owned(), namespace.to_owned());
        Ok(Self { kind, name, namespace, spec, checks, templates, fails_open })
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name; `namespace/name` for a policy of a namespace.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        }
    }

    /// Whether the policy asks for admission where it cannot be evaluated.
    #[must_use]
    pub fn fails_open(&self) -> bool {
        self.fails_open
    }

    /// What a failure does; `Deny` where the policy does not say.
    #[must_use]
    pub fn actions(&self) -> Vec<Action> {
        let given = self.spec.get("validationActions").and_then(Json::as_array);
        // What is not known was found when the policy was read.
        let known = given.into_iter().flatten().filter_map(|one| Action::named(one.as_str()?));
        let actions: Vec<Action> = known.collect();
        if actions.is_empty() { vec![Action::Deny] } else { actions }
    }

    /// What the policy answers about one object; nothing where it does not apply.
    #[must_use]
    pub fn judge(
        &self,
        request: &CelRequest<'_>,
        exceptions: &[Exception],
        verifier: &dyn ImageVerifier,
    ) -> Option<RuleResult> {
        if !self.namespace.is_empty() && self.namespace != request.namespace() {
            return None;
        }
        let constraints = self.spec.get("matchConstraints").unwrap_or(&Json::Null);
        let template = autogen::template(&self.spec, &plural(request.kind()));
        let made = self.templates.iter().find(|(at, _)| Some(*at) == template);
        let checks = match made {
            Some((_, checks)) if chosen(constraints, request, Some("pods")) => checks,
            _ if chosen(constraints, request, None) => &self.checks,
            _ => return None,
        };
        let mut bindings = bindings(request);
        let policy = (self.kind, self.name.as_str());
        let matched = match Matched::of(exceptions, policy, &bindings, request.now) {
            Ok(matched) => matched,
            Err(error) => return Some(self.unloaded(&error)),
        };
        if matched.is_whole() {
            let outcome = match matched.passes {
                true => RuleOutcome::Pass,
                false => RuleOutcome::Excepted,
            };
            let word = if matched.passes { "passed" } else { "skipped" };
            let names = matched.names.join(", ");
            let message = format!("rule is {word} due to policy exception: {names}");
            return Some(self.result("exception", outcome, message));
        }
        bindings.insert("exceptions".to_owned(), Ok(allowed(&matched)));
        let count = self.bind_images(request, &mut bindings);
        if let Some(image) = self.undigested(request) {
            return Some(self.result("", RuleOutcome::Fail, format!("missing digest for {image}")));
        }
        let host = PolicyHost { request: *request, verifier };
        let result = self.told(checks.run(&bindings, &host, request.now));
        Some(self.about_nothing(request, count, result))
    }

    /// Binds what image policies see; the number of images that a reference matches.
    fn bind_images(&self, request: &CelRequest<'_>, bindings: &mut Bindings) -> Option<usize> {
        if self.kind != "ImageValidatingPolicy" {
            return None;
        }
        let (images, count) = images(request.object, &self.spec);
        bindings.insert("images".to_owned(), Ok(Value::from(&images)));
        for key in ["attestors", "attestations"] {
            bindings.insert(key.to_owned(), Ok(Value::from(&by_name(&self.spec, key))));
        }
        Some(count)
    }

    /// Whether a reference of the policy matches the image.
    pub(super) fn is_about(&self, image: &str) -> bool {
        is_matched(image, &self.spec)
    }

    /// The first image without a digest, where the policy asks for one and does not put it there.
    fn undigested(&self, request: &CelRequest<'_>) -> Option<String> {
        let asks = |name: &str| {
            self.spec.pointer(&format!("/validationConfigurations/{name}"))
                != Some(&Json::Bool(false))
        };
        if self.kind != "ImageValidatingPolicy" || asks("mutateDigest") || !asks("verifyDigest") {
            return None;
        }
        let (images, _) = images(request.object, &self.spec);
        let lists = images.as_object().into_iter().flat_map(|lists| lists.values());
        let mut each = lists.filter_map(Json::as_array).flatten().filter_map(Json::as_str);
        each.find(|image| !image.contains('@')).map(str::to_owned)
    }

    /// A pass about no image at all: `all` over nothing holds, so Kyverno admits.
    fn about_nothing(
        &self,
        request: &CelRequest<'_>,
        count: Option<usize>,
        mut result: RuleResult,
    ) -> RuleResult {
        if count != Some(0) || result.outcome != RuleOutcome::Pass {
            return result;
        }
        let detail = "no image of the object is among `matchImageReferences`".to_owned();
        result.notes.push(Note { quirk: "nothingApplied".into(), detail: detail.clone() });
        if request.dialect == Dialect::Strict {
            result.outcome = RuleOutcome::Skip;
            result.message = detail;
        }
        result
    }

    fn told(&self, message: Message) -> RuleResult {
        match message {
            Message::Passed => self.result("", RuleOutcome::Pass, "success".to_owned()),
            Message::NotMet => self.result("", RuleOutcome::Skip, "skip".to_owned()),
            Message::Unmatched(error) => self.unloaded(&error),
            Message::Failed(index, message) if message.is_empty() => {
                let message = format!("CEL expression validation failed at index {index}");
                self.result("", RuleOutcome::Fail, message)
            }
            Message::Failed(_, message) => self.result("", RuleOutcome::Fail, message),
            Message::Broken(_, _, error) => {
                self.result("", RuleOutcome::Error, format!("error: {error}"))
            }
        }
    }

    fn unloaded(&self, error: &CelError) -> RuleResult {
        let message = format!("failed to load context: {error}");
        self.result("evaluation", RuleOutcome::Error, message)
    }

    fn result(&self, rule: &str, outcome: RuleOutcome, message: String) -> RuleResult {
        RuleResult {
            policy: self.full_name(),
            rule: rule.to_owned(),
            outcome,
            message,
            notes: Vec::new(),
        }
    }
}

pub(super) fn fault(path: &str, what: &str) -> CelFault {
    CelFault { path: path.to_owned(), error: CelError::Missing(what.to_owned()) }
}

/// The members of `spec` that are read, are refused by name, or change no answer.
const MEMBERS: &[&str] = &[
    "attestations",
    "attestors",
    "auditAnnotations",
    "autogen",
    "credentials",
    "evaluation",
    "failurePolicy",
    "images",
    "matchConditions",
    "matchConstraints",
    "matchImageReferences",
    "paramKind",
    "validationActions",
    "validationConfigurations",
    "validations",
    "variables",
    "webhookConfiguration",
];

/// Parts that would change an answer and are not taken.
fn untaken(kind: &str, spec: &Json) -> Vec<CelFault> {
    let mut found = Vec::new();
    let mut part = |pointer: &str, what: &str| {
        if spec.pointer(pointer).is_some_and(|value| !value.is_null()) {
            found.push(fault(&format!("spec{}", pointer.replace('/', ".")), what));
        }
    };
    part("/paramKind", "parameters are not taken");
    part("/images", "extractors of images are not taken");
    part("/credentials", "credentials of registries are not taken");
    if spec.pointer("/evaluation/mode").and_then(Json::as_str) == Some("JSON") {
        part("/evaluation/mode", "only objects of Kubernetes are judged");
    }
    let demands = spec.get("validationConfigurations").and_then(Json::as_object);
    for (name, value) in demands.into_iter().flatten() {
        let is_known = ["mutateDigest", "verifyDigest", "required"].contains(&name.as_str());
        if !is_known || !(value.is_boolean() || value.is_null()) {
            let path = format!("spec.validationConfigurations.{name}");
            found.push(fault(&path, "it is not known here, or no truth value"));
        }
    }
    let members = spec.as_object().into_iter().flatten();
    let unknown = members.map(|(name, _)| name).filter(|name| !MEMBERS.contains(&name.as_str()));
    found.extend(unknown.map(|name| fault(&format!("spec.{name}"), "it is not known here")));
    let actions = spec.get("validationActions").filter(|actions| !actions.is_null());
    let is_known = |one: &Json| one.as_str().and_then(Action::named).is_some();
    if actions.is_some_and(|all| !all.as_array().is_some_and(|all| all.iter().all(is_known))) {
        found.push(fault("spec.validationActions", "`Deny`, `Warn` or `Audit` is expected"));
    }
    let references = spec.get("matchImageReferences").and_then(Json::as_array);
    for (index, one) in references.into_iter().flatten().enumerate() {
        if one.get("glob").and_then(Json::as_str).is_none() {
            let path = format!("spec.matchImageReferences[{index}]");
            found.push(fault(&path, "only a `glob` is taken"));
        }
    }
    let validations = spec.get("validations").and_then(Json::as_array);
    if validations.is_none_or(Vec::is_empty) {
        found.push(fault("spec.validations", "there is no validation"));
    }
    let rules = spec.pointer("/matchConstraints/resourceRules").and_then(Json::as_array);
    if rules.is_none_or(Vec::is_empty) {
        found.push(fault("spec.matchConstraints.resourceRules", "nothing is matched"));
    }
    if kind == "ImageValidatingPolicy" && references.is_none_or(Vec::is_empty) {
        found.push(fault("spec.matchImageReferences", "no image is matched"));
    }
    found
}

fn allowed(matched: &Matched) -> Value {
    let list =
        |texts: &[String]| Value::list(texts.iter().map(|t| Value::from(t.as_str())).collect());
    Value::map([
        ("allowedImages".to_owned(), list(&matched.images)),
        ("allowedValues".to_owned(), list(&matched.values)),
    ])
}

/// The names that all policies see.
pub(super) fn bindings(request: &CelRequest<'_>) -> Bindings {
    let (object, old) = match request.is_delete() {
        true => (None, Some(request.old_object.unwrap_or(request.object))),
        false => (Some(request.object), request.old_object),
    };
    let value = |json: Option<&Json>| json.map_or(Value::Null, Value::from);
    Bindings::from([
        ("object".to_owned(), Ok(value(object))),
        ("oldObject".to_owned(), Ok(value(old))),
        ("request".to_owned(), Ok(Value::from(&request.variable()))),
        ("namespaceObject".to_owned(), Ok(Value::from(&request.namespace_variable()))),
        ("params".to_owned(), Ok(Value::Null)),
    ])
}
