//! What of a policy is not as Kyverno asks, and what is not taken.

mod filters;
mod pod_security;

use serde_json::Value;

use super::Work;
use crate::import::DiagnosticKind as Kind;
use crate::import::kyverno::extractors::Extractors;
use crate::import::kyverno::jmespath::Expression;
use crate::import::kyverno::matching;
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
        if let Some(value) = rule.get(block).filter(|value| !value.is_null()) {
            filters::block(work, value, &format!("{path}.{block}"));
        }
    }
    if rule.get("match").is_none_or(matching::is_empty) {
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
    if rule.get("generate").is_some() {
        let detail = "it makes objects and decides nothing";
        work.say(Kind::NotTaken, &format!("{path}.generate"), detail);
    }
    let extractors = rule.get("imageExtractors").filter(|value| !value.is_null());
    for (inner, detail) in
        extractors.and_then(|one| Extractors::read(one).err()).into_iter().flatten()
    {
        let place = format!("{path}.imageExtractors.{inner}");
        work.say(Kind::Invalid, place.trim_end_matches('.'), detail);
    }
    if rule.get("celPreconditions").is_some() && rule.pointer("/validate/cel").is_none() {
        let detail = "they belong to a rule with `validate.cel`";
        work.say(Kind::Invalid, &format!("{path}.celPreconditions"), detail);
    }
    let conditions = rule.get("preconditions");
    conditions.into_iter().for_each(|one| block(work, one, &format!("{path}.preconditions")));
    if rule.get("mutate").is_some() {
        let detail = "it changes objects and decides nothing";
        work.say(Kind::NotTaken, &format!("{path}.mutate"), detail);
    }
    if let Some(validate) = rule.get("validate") {
        let path = format!("{path}.validate");
        unknown(work, validate, &path, &VALIDATE);
        for key in ["manifests", "assert"] {
            if validate.get(key).is_some() {
                let detail = format!("`validate.{key}` is not evaluated here");
                work.say(Kind::NotTaken, &format!("{path}.{key}"), detail);
            }
        }
        one_check(work, validate, &path);
        pod_security::rule(work, validate, &path);
        let elements = validate.get("foreach");
        elements.into_iter().for_each(|list| foreach(work, list, &format!("{path}.foreach")));
        if let Some(deny) = validate.get("deny") {
            self::deny(work, deny, &format!("{path}.deny"));
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

const CHECKS: [&str; 8] =
    ["deny", "pattern", "anyPattern", "foreach", "cel", "podSecurity", "manifests", "assert"];

/// Exactly one of the checks; of several, Kyverno refuses the rule.
fn one_check(work: &mut Work<'_>, holder: &Value, path: &str) {
    let given = CHECKS.iter().filter(|key| holder.get(**key).is_some_and(|one| !one.is_null()));
    match given.copied().collect::<Vec<_>>().as_slice() {
        [] => work.say(Kind::Invalid, path, "it checks nothing"),
        [_] => {}
        several => {
            let detail = format!("one of `{}` is expected, not several", several.join("`, `"));
            work.say(Kind::Invalid, path, detail);
        }
    }
}

const FOREACH: [&str; 9] = [
    "anyPattern",
    "context",
    "deny",
    "elementScope",
    "foreach",
    "list",
    "order",
    "pattern",
    "preconditions",
];

fn foreach(work: &mut Work<'_>, list: &Value, path: &str) {
    let Some(entries) = list.as_array().filter(|entries| !entries.is_empty()) else {
        return work.say(Kind::Invalid, path, "a list is expected, with one entry at least");
    };
    for (position, entry) in entries.iter().enumerate() {
        let path = format!("{path}[{position}]");
        unknown(work, entry, &path, &FOREACH);
        one_check(work, entry, &path);
        if entry.get("list").and_then(Value::as_str).is_none() {
            work.say(Kind::Invalid, &path, "it has no `list`");
        }
        if let Some(deny) = entry.get("deny") {
            self::deny(work, deny, &format!("{path}.deny"));
        }
        if let Some(inner) = entry.get("foreach") {
            foreach(work, inner, &format!("{path}.foreach"));
        }
        let conditions = entry.get("preconditions");
        conditions.into_iter().for_each(|one| block(work, one, &format!("{path}.preconditions")));
    }
}

fn deny(work: &mut Work<'_>, deny: &Value, path: &str) {
    unknown(work, deny, path, &["conditions"]);
    if let Some(conditions) = deny.get("conditions") {
        block(work, conditions, &format!("{path}.conditions"));
    }
}

/// Conditions: `any` and `all`, or a list of both forms.
fn block(work: &mut Work<'_>, conditions: &Value, path: &str) {
    match conditions {
        Value::Object(entries) => {
            unknown(work, conditions, path, &["any", "all"]);
            for key in ["any", "all"] {
                let Some(list) = entries.get(key) else { continue };
                let path = format!("{path}.{key}");
                match list.as_array() {
                    None => work.say(Kind::Invalid, &path, "a list is expected"),
                    Some(list) => each_condition(work, list, &path),
                }
            }
        }
        Value::Array(list) => {
            let is_block = |one: &Value| one.get("any").is_some() || one.get("all").is_some();
            for (position, one) in list.iter().enumerate().filter(|(_, one)| is_block(one)) {
                block(work, one, &format!("{path}[{position}]"));
            }
            let singles = list.iter().enumerate().filter(|(_, one)| !is_block(one));
            for (position, one) in singles {
                condition(work, one, &format!("{path}[{position}]"));
            }
        }
        Value::Null => {}
        _ => work.say(Kind::Invalid, path, "`any` and `all` are expected, or a list"),
    }
}

fn each_condition(work: &mut Work<'_>, list: &[Value], path: &str) {
    for (position, one) in list.iter().enumerate() {
        condition(work, one, &format!("{path}[{position}]"));
    }
}

fn condition(work: &mut Work<'_>, condition: &Value, path: &str) {
    unknown(work, condition, path, &["key", "operator", "value", "message"]);
    for key in ["key", "operator"] {
        if condition.get(key).is_none() {
            work.say(Kind::Invalid, path, format!("the condition has no `{key}`"));
        }
    }
}

/// Checks a `PolicyException`: what is left aside in one would make it wider.
pub(super) fn exception(work: &mut Work<'_>, value: &Value) {
    let spec = value.get("spec").unwrap_or(&Value::Null);
    unknown(
        work,
        spec,
        "spec",
        &["background", "conditions", "exceptions", "match", "podSecurity"],
    );
    match spec.get("match").filter(|value| !matching::is_empty(value)) {
        None => work.say(Kind::Invalid, "spec.match", "an exception without `match`"),
        Some(value) => filters::block(work, value, "spec.match"),
    }
    if let Some(conditions) = spec.get("conditions") {
        block(work, conditions, "spec.conditions");
    }
    pod_security::exception(work, spec);
    let named = spec.get("exceptions").and_then(Value::as_array);
    if named.is_none_or(Vec::is_empty) {
        work.say(Kind::Invalid, "spec.exceptions", "it names no policy");
    }
    for (position, one) in named.into_iter().flatten().enumerate() {
        let path = format!("spec.exceptions[{position}]");
        unknown(work, one, &path, &["policyName", "ruleNames"]);
        if one.get("policyName").and_then(Value::as_str).is_none() {
            work.say(Kind::Invalid, &path, "it names no `policyName`");
        }
        let rules = one.get("ruleNames").and_then(Value::as_array);
        if !rules.is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string)) {
            work.say(Kind::Invalid, &format!("{path}.ruleNames"), "a list of names is expected");
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
