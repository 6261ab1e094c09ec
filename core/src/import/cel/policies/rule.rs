//! `validate.cel` in a rule of a Kyverno `ClusterPolicy`, evaluated as Kubernetes evaluates a
//! `ValidatingAdmissionPolicy`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::checks::{Checks, Message};
use super::host::{NoVerifier, PolicyHost};
use super::matching::selected;
use super::policy::{CelFault, bindings};
use super::request::CelRequest;
use crate::import::cel::error::CelError;
use crate::import::cel::value::Value;
use crate::import::cluster_data::plural;
use crate::import::outcome::RuleOutcome;

/// The checks of one rule.
#[derive(Debug, Clone)]
pub struct CelRule {
    name: String,
    checks: Checks,
    params: Option<Params>,
}

/// Which objects are parameters.
#[derive(Debug, Clone)]
struct Params {
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
    selector: Option<Json>,
    allows_none: bool,
}

impl CelRule {
    /// Reads `validate.cel` and `celPreconditions` of a rule. With `template`, such as
    /// `spec.template`, expressions over pods are turned to the template that stands there.
    ///
    /// # Errors
    /// Every expression that cannot be read, with its place in the rule.
    pub fn read(rule: &Json, template: Option<&str>) -> Result<Self, Vec<CelFault>> {
        let cel = rule.pointer("/validate/cel").unwrap_or(&Json::Null);
        let mut spec = Map::new();
        for key in ["variables", "expressions", "auditAnnotations"] {
            spec.insert(key.to_owned(), cel.get(key).cloned().unwrap_or(Json::Null));
        }
        let conditions = rule.get("celPreconditions").cloned().unwrap_or(Json::Null);
        spec.insert("matchConditions".to_owned(), conditions);
        if let Some(message) = rule.pointer("/validate/message") {
            default_message(spec.get_mut("expressions"), message);
        }
        if spec.get("expressions").and_then(Json::as_array).is_none_or(Vec::is_empty) {
            let error = CelError::Missing("there is no expression".to_owned());
            return Err(vec![CelFault { path: "validate.cel.expressions".to_owned(), error }]);
        }
        let checks = Checks::read(&Json::Object(spec), "expressions", "validate.cel.", template)?;
        let name = rule.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        Ok(Self { name, checks, params: Params::of(cel) })
    }

    /// What the rule answers about an object that it matches.
    #[must_use]
    pub fn judge(&self, request: &CelRequest<'_>) -> (RuleOutcome, String) {
        let passed = (RuleOutcome::Pass, format!("Validation rule '{}' passed.", self.name));
        let params: Vec<Option<&Json>> = match &self.params {
            None => vec![None],
            Some(params) => match params.find(request) {
                found if !found.is_empty() => found.into_iter().map(Some).collect(),
                _ if params.allows_none => return passed,
                _ => {
                    let message = "error in parameterized resource: no params found";
                    return (RuleOutcome::Error, message.to_owned());
                }
            },
        };
        // A parameter that the rule passes over hides no failure with another.
        let told = params.into_iter().filter_map(|param| self.told(request, param));
        let mut told: Vec<_> = told.collect();
        told.sort_by_key(|(outcome, _)| *outcome == RuleOutcome::Skip);
        told.into_iter().next().unwrap_or(passed)
    }

    /// What is wrong, with one parameter.
    fn told(
        &self,
        request: &CelRequest<'_>,
        param: Option<&Json>,
    ) -> Option<(RuleOutcome, String)> {
        let mut bindings = bindings(request);
        let param = param.map_or(Value::Null, Value::from);
        bindings.insert("params".to_owned(), Ok(param));
        let host = PolicyHost { request: *request, verifier: &NoVerifier };
        Some(match self.checks.run(&bindings, &host, request.now) {
            Message::Passed => return None,
            Message::NotMet => (RuleOutcome::Skip, "cel preconditions not met".to_owned()),
            Message::Failed(_, message) => (RuleOutcome::Fail, message),
            Message::Unmatched(error) => (RuleOutcome::Error, error.to_string()),
            Message::Broken(_, source, error) => (RuleOutcome::Error, broken(&source, &error)),
        })
    }
}

fn broken(source: &str, error: &CelError) -> String {
    format!("expression '{source}' resulted in error: {error}")
}

/// Expressions without a message have the rule's; without that, Kubernetes names the expression.
fn default_message(expressions: Option<&mut Json>, message: &Json) {
    let list = expressions.and_then(Json::as_array_mut).into_iter().flatten();
    for one in list.filter_map(Json::as_object_mut) {
        one.entry("message").or_insert_with(|| message.clone());
    }
}

impl Params {
    fn of(cel: &Json) -> Option<Self> {
        let kind = cel.get("paramKind").filter(|kind| kind.is_object())?;
        let reference = cel.get("paramRef").unwrap_or(&Json::Null);
        let text = |value: &Json, key: &str| {
            value.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        Some(Self {
            api_version: text(kind, "apiVersion"),
            kind: text(kind, "kind"),
            name: text(reference, "name"),
            namespace: text(reference, "namespace"),
            selector: reference.get("selector").cloned(),
            allows_none: text(reference, "parameterNotFoundAction") == "Allow",
        })
    }

    fn find<'r>(&self, request: &'r CelRequest<'r>) -> Vec<&'r Json> {
        let labels = |object: &Json| -> BTreeMap<String, String> {
            let labels = object.pointer("/metadata/labels").and_then(Json::as_object);
            let labels = labels.into_iter().flatten();
            labels.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
        };
        let name = |object: &Json| {
            object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        let all = request.data.listed(&self.api_version, &plural(&self.kind), &self.namespace);
        let is = |object: &&'r Json| match &self.selector {
            _ if !self.name.is_empty() => name(object) == self.name,
            Some(selector) => selected(selector, &labels(object)),
            None => false,
        };
        all.into_iter().filter(is).collect()
    }
}
