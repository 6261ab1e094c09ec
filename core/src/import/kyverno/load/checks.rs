//! What of a policy is not as Kyverno asks, and what is not taken.

use serde_json::Value;

use super::Work;
use crate::import::DiagnosticKind as Kind;
use crate::import::kyverno::jmespath::Expression;
use crate::import::kyverno::operators::Operator;
use crate::import::kyverno::policy::FailureAction;
use crate::import::kyverno::template::{Part, Template};
use crate::import::kyverno::verify_images::VerifyImages;

const SPEC: [&str; 18] = [
    "admission",
    "applyRules",
    "background",
    "emitWarning",
    "failurePolicy",
    "generateExisting",
    "generateExistingOnPolicyUpdate",
    "matchConditions",
    "mutateExistingOnPolicyUpdate",
    "rules",
    "schemaValidation",
    "useServerSideApply",
    "validationFailureAction",
    "validationFailureActionOverrides",
    "webhookConfiguration",
    "webhookTimeoutSeconds",
    "globalContext",
    "evaluation",
];
const RULE: [&str; 13] = [
    "celPreconditions",
    "context",
    "exclude",
    "generate",
    "imageExtractors",
    "match",
    "mutate",
    "name",
    "preconditions",
    "reportProperties",
    "skipBackgroundRequests",
    "validate",
    "verifyImages",
];
const VALIDATE: [&str; 12] = [
    "allowExistingViolations",
    "anyPattern",
    "assert",
    "cel",
    "deny",
    "failureAction",
    "failureActionOverrides",
    "foreach",
    "manifests",
    "message",
    "pattern",
    "podSecurity",
];

pub(super) fn policy(work: &mut Work<'_>, value: &Value) {
    let spec = value.get("spec").unwrap_or(&Value::Null);
    unknown(work, spec, "spec", &SPEC);
    let is_empty = spec.get("rules").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if is_empty {
        work.say(Kind::Invalid, "spec.rules", "a policy without rules");
    }
    let action = spec.get("validationFailureAction");
    if let Some(action) = action
        && action.as_str().and_then(FailureAction::named).is_none()
    {
        let detail = format!("`{action}` is neither `Audit` nor `Enforce`");
        work.say(Kind::Invalid, "spec.validationFailureAction", detail);
    }
    if spec.get("applyRules").and_then(Value::as_str) == Some("One") {
        let detail = "`One` stops after the first rule that applies; all rules are judged";
        work.say(Kind::NotTaken, "spec.applyRules", detail);
    }
    if spec.pointer("/webhookConfiguration/matchConditions").is_some() {
        let path = "spec.webhookConfiguration.matchConditions";
        work.say(Kind::NotTaken, path, "conditions of the webhook are not evaluated");
    }
}

/// Checks a rule; why it is not taken, if it is not.
pub(super) fn rule(work: &mut Work<'_>, rule: &Value, path: &str) -> Option<String> {
    let before = work.diagnostics.len();
    unknown(work, rule, path, &RULE);
    for block in ["match", "exclude"] {
        filters(work, rule.get(block).unwrap_or(&Value::Null), &format!("{path}.{block}"));
    }
    if rule.get("match").is_none_or(Value::is_null) {
        work.say(Kind::Invalid, &format!("{path}.match"), "a rule without `match`");
    }
    body(work, rule, path);
    for (key, value) in rule.as_object().into_iter().flatten() {
        if !matches!(key.as_str(), "match" | "exclude" | "name") {
            let walk = Walk { rule: path, is_pattern: false, in_foreach: false };
            texts(work, value, &format!("{path}.{key}"), key, walk);
        }
    }
    let new = work.diagnostics.get(before..).unwrap_or_default();
    let loss = new.iter().find(|one| one.kind.is_loss());
    loss.map(|one| format!("{}: {}", one.path, one.detail))
}

fn unknown(work: &mut Work<'_>, value: &Value, path: &str, known: &[&str]) {
    for key in value.as_object().into_iter().flat_map(|entries| entries.keys()) {
        if !known.contains(&key.as_str()) {
            let detail = format!("`{key}` is not known");
            work.say(Kind::Invalid, &format!("{path}.{key}"), detail);
        }
    }
}

fn body(work: &mut Work<'_>, rule: &Value, path: &str) {
    let not_taken: [(&str, &str); 3] = [
        ("celPreconditions", "conditions in CEL are not evaluated here"),
        ("imageExtractors", "images of other kinds of objects are not extracted"),
        ("generate", "it makes objects and decides nothing"),
    ];
    for (key, detail) in not_taken {
        if rule.get(key).is_some() {
            work.say(Kind::NotTaken, &format!("{path}.{key}"), detail);
        }
    }
    if rule.get("mutate").is_some() {
        let detail = "it changes objects and decides nothing";
        work.say(Kind::NotTaken, &format!("{path}.mutate"), detail);
    }
    if let Some(validate) = rule.get("validate") {
        let path = format!("{path}.validate");
        unknown(work, validate, &path, &VALIDATE);
        for key in ["cel", "podSecurity", "manifests", "assert"] {
            if validate.get(key).is_some() {
                let detail = format!("`validate.{key}` is not evaluated here");
                work.say(Kind::NotTaken, &format!("{path}.{key}"), detail);
            }
        }
        let checks =
            ["deny", "pattern", "anyPattern", "foreach", "cel", "podSecurity", "manifests"];
        if !checks.iter().chain(&["assert"]).any(|key| validate.get(key).is_some()) {
            work.say(Kind::Invalid, &path, "it checks nothing");
        }
    }
    for (position, entry) in
        rule.get("verifyImages").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        if let Err((inner, detail)) = VerifyImages::read(entry) {
            work.say(Kind::Invalid, &format!("{path}.verifyImages[{position}].{inner}"), detail);
        }
    }
}

/// A text where Kyverno asks for a list.
fn filters(work: &mut Work<'_>, block: &Value, path: &str) {
    let mut one = |filter: &Value, path: &str| {
        let resources = filter.get("resources").unwrap_or(&Value::Null);
        let lists =
            ["kinds", "names", "namespaces", "operations"].map(|key| (resources, key, true));
        let users = ["roles", "clusterRoles"].map(|key| (filter, key, false));
        for (holder, key, is_inner) in lists.into_iter().chain(users) {
            if holder.get(key).is_some_and(Value::is_string) {
                let inner = if is_inner { "resources." } else { "" };
                let detail = "a text where a list belongs: Kyverno does not load this policy, and \
                              says nothing; it is read as a list of one";
                work.say(Kind::Tolerated, &format!("{path}.{inner}{key}"), detail);
            }
        }
    };
    one(block, path);
    for key in ["any", "all"] {
        let list = block.get(key).and_then(Value::as_array).into_iter().flatten();
        for (position, filter) in list.enumerate() {
            one(filter, &format!("{path}.{key}[{position}]"));
        }
    }
}

#[derive(Clone, Copy)]
struct Walk<'p> {
    rule: &'p str,
    is_pattern: bool,
    in_foreach: bool,
}

/// Every text of a rule: variables and expressions.
fn texts(work: &mut Work<'_>, value: &Value, path: &str, key: &str, walk: Walk<'_>) {
    match value {
        Value::Object(entries) => {
            operator(work, entries, path);
            for (key, inner) in entries {
                let walk = Walk {
                    is_pattern: walk.is_pattern || matches!(key.as_str(), "pattern" | "anyPattern"),
                    in_foreach: walk.in_foreach || key == "foreach",
                    ..walk
                };
                texts(work, inner, &format!("{path}.{key}"), key, walk);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                texts(work, item, &format!("{path}[{position}]"), key, walk);
            }
        }
        Value::String(text) => {
            if walk.is_pattern && text.contains("$(") {
                let detail = "references (`$(…)`) are not resolved";
                work.say(Kind::NotTaken, path, detail);
            }
            let template = Template::parse(text);
            let mut variables = Vec::new();
            template.variables(&mut variables);
            for variable in variables {
                self::variable(work, variable, path, walk);
            }
            let is_expression = matches!(key, "list" | "jmesPath") && !walk.is_pattern;
            if is_expression && !template.has_variables() {
                expression(work, text, path);
            }
        }
        _ => {}
    }
}

fn operator(work: &mut Work<'_>, entries: &serde_json::Map<String, Value>, path: &str) {
    if let (Some(_), Some(Value::String(operator))) = (entries.get("key"), entries.get("operator"))
        && Operator::named(operator).is_none()
    {
        let detail = format!("`{operator}` is no operator");
        work.say(Kind::Invalid, &format!("{path}.operator"), detail);
    }
}

fn variable(work: &mut Work<'_>, variable: &Template, path: &str, walk: Walk<'_>) {
    let inner = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        // What comes here is not known yet; a name stands for it.
        Part::Variable(_) => "x".to_owned(),
    };
    let text: String = variable.parts.iter().map(inner).collect();
    let text = text.trim();
    let Some(parsed) = expression(work, text, path) else { return };
    let is_element = |root: &&str| root.starts_with("element");
    if !walk.in_foreach && parsed.roots().iter().any(is_element) {
        let detail = format!(
            "the variable `{text}` stands outside of `foreach`: Kyverno refuses this policy; it is \
             read for the element at hand"
        );
        let is_message = path == format!("{}.validate.message", walk.rule);
        let kind = if is_message { Kind::Tolerated } else { Kind::Invalid };
        work.say(kind, path, detail);
    }
}

fn expression(work: &mut Work<'_>, text: &str, path: &str) -> Option<Expression> {
    match Expression::parse(text) {
        Err(error) => {
            work.say(Kind::Invalid, path, format!("`{text}`: {error}"));
            None
        }
        Ok(parsed) => {
            for name in parsed.unknown_functions() {
                let detail = format!("the function `{name}` is not known");
                work.say(Kind::NotTaken, path, detail);
            }
            Some(parsed)
        }
    }
}
