//! `validate`: `deny`, `pattern`, `anyPattern` and `foreach`.

use serde_json::Value;

use super::conditions::{self, joined};
use super::context::Context;
use super::pattern::{self, Mismatch, MismatchKind};
use crate::import::RuleOutcome;

/// An answer; none where the rule has nothing to say.
pub(super) type Answer = Option<(RuleOutcome, String)>;

/// One level of a rule: the rule itself, or one element of a `foreach`.
#[derive(Clone, Copy)]
struct Level<'v> {
    /// `deny`, `pattern`, `anyPattern`, `foreach`.
    checks: &'v Value,
    /// What patterns are compared with.
    subject: &'v Value,
    depth: usize,
}

pub(super) struct Validator<'c, 'r> {
    pub(super) context: &'c Context<'r>,
    pub(super) rule: &'c str,
    pub(super) message: &'c str,
}

/// Deepest `foreach` in `foreach`.
const MAX_NESTING: usize = 4;

fn answer(outcome: RuleOutcome, message: impl Into<String>) -> Answer {
    Some((outcome, message.into()))
}

impl Validator<'_, '_> {
    pub(super) fn validate(&self, validate: &Value) -> Answer {
        let subject = self.context.request.object;
        self.level(Level { checks: validate, subject, depth: 0 })
    }

    fn level(&self, level: Level<'_>) -> Answer {
        let check = |key: &str| level.checks.get(key).filter(|value| !value.is_null());
        if let Some(deny) = check("deny") {
            return self.deny(deny);
        }
        if let Some(pattern) = check("pattern") {
            return self.pattern(pattern, &level);
        }
        if let Some(patterns) = check("anyPattern") {
            return self.any_pattern(patterns, &level);
        }
        self.for_each(check("foreach")?, level.depth)
    }

    fn deny(&self, deny: &Value) -> Answer {
        let conditions = deny.get("conditions").unwrap_or(&Value::Null);
        match conditions::hold(self.context, conditions) {
            Err(error) => {
                let message = format!("failed to check deny conditions: {}", error.message);
                answer(RuleOutcome::Error, message)
            }
            Ok((true, message)) => answer(RuleOutcome::Fail, self.denied(message)),
            Ok((false, _)) => answer(RuleOutcome::Pass, self.passed()),
        }
    }

    fn passed(&self) -> String {
        format!("validation rule '{}' passed.", self.rule)
    }

    fn denied(&self, extra: String) -> String {
        if self.message.is_empty() {
            let own = format!("validation error: rule {} failed", self.rule);
            return joined(&[own, extra], "; ");
        }
        self.substituted(&joined(&[self.message.to_owned(), extra], "; "))
    }

    /// A message with its variables; as it stands where one has no value.
    fn substituted(&self, message: &str) -> String {
        match self.context.substitute(&Value::String(message.to_owned()), "") {
            Ok(Value::String(text)) => text,
            Ok(_) => {
                "the produced message didn't resolve to a string, check your policy definition."
                    .to_owned()
            }
            Err(_) => message.to_owned(),
        }
    }

    fn pattern(&self, pattern: &Value, level: &Level<'_>) -> Answer {
        if level.depth == 0 && self.context.request.operation == "DELETE" {
            return None;
        }
        let pattern = match self.context.substitute(pattern, "") {
            Ok(pattern) => pattern,
            Err(error) => return answer(RuleOutcome::Error, unsubstituted(&error.message)),
        };
        match pattern::matches(self.context, level.subject, &pattern) {
            Ok(()) => answer(RuleOutcome::Pass, self.passed()),
            Err(Mismatch { kind: MismatchKind::Skip, message, .. }) => {
                answer(RuleOutcome::Skip, message)
            }
            Err(found) if found.path.is_empty() => {
                answer(RuleOutcome::Error, self.mismatch(&found))
            }
            Err(found) => answer(RuleOutcome::Fail, self.mismatch(&found)),
        }
    }

    fn mismatch(&self, found: &Mismatch) -> String {
        let rule = self.rule;
        let what = match found.path.is_empty() {
            true => format!("rule {rule} execution error: {}", found.message),
            false => format!("rule {rule} failed at path {}", found.path),
        };
        match self.message {
            "" => format!("validation error: {what}"),
            message => format!("validation error: {} {what}", ended(&self.substituted(message))),
        }
    }

    fn any_pattern(&self, patterns: &Value, level: &Level<'_>) -> Answer {
        if level.depth == 0 && self.context.request.operation == "DELETE" {
            return None;
        }
        let patterns = match self.context.substitute(patterns, "") {
            Ok(patterns) => patterns,
            Err(error) => return answer(RuleOutcome::Error, unsubstituted(&error.message)),
        };
        let rule = self.rule;
        let (mut failed, mut skipped) = (Vec::new(), Vec::new());
        for (position, one) in patterns.as_array().into_iter().flatten().enumerate() {
            match pattern::matches(self.context, level.subject, one) {
                Ok(()) => {
                    let message =
                        format!("validation rule '{rule}' anyPattern[{position}] passed.");
                    return answer(RuleOutcome::Pass, message);
                }
                Err(found) if found.kind == MismatchKind::Skip => {
                    skipped.push(format!("rule {rule}[{position}] skipped: {}", found.message));
                }
                Err(found) if found.path.is_empty() => {
                    failed.push(format!("rule {rule}[{position}] failed: {}", found.message));
                }
                Err(found) => {
                    failed.push(format!("rule {rule}[{position}] failed at path {}", found.path));
                }
            }
        }
        match (failed.is_empty(), skipped.is_empty()) {
            (true, false) => answer(RuleOutcome::Skip, skipped.join(" ")),
            (true, true) => answer(RuleOutcome::Error, "the rule has no pattern"),
            (false, _) => {
                let failed = failed.join(" ");
                let message = match self.message {
                    "" => format!("validation error: {failed}"),
                    message => {
                        format!("validation error: {} {failed}", ended(&self.substituted(message)))
                    }
                };
                answer(RuleOutcome::Fail, message)
            }
        }
    }

    fn for_each(&self, loops: &Value, depth: usize) -> Answer {
        if depth >= MAX_NESTING {
            let message = format!("`foreach` nested deeper than {MAX_NESTING} levels");
            return answer(RuleOutcome::Error, message);
        }
        let mut applied = 0_usize;
        for one in loops.as_array().into_iter().flatten() {
            let elements = match self.elements(one) {
                Ok(elements) => elements,
                Err(error) if !self.context.is_kyverno() => {
                    return answer(RuleOutcome::Error, error.message);
                }
                Err(error) => {
                    let detail = format!("a list of `foreach` was passed over: {}", error.message);
                    self.context.note("listPassedOver", detail);
                    continue;
                }
            };
            match self.each(one, &elements, depth) {
                Ok(count) => applied = applied.saturating_add(count),
                Err((outcome, message)) => return answer(outcome, message),
            }
        }
        if applied > 0 {
            return answer(RuleOutcome::Pass, "rule passed");
        }
        const NOTHING: &str = "the rule found no element to judge";
        // Kyverno has no result then, and nobody learns that the rule was about the object.
        if self.context.is_kyverno() && depth == 0 {
            self.context.note("nothingApplied", NOTHING);
        }
        answer(RuleOutcome::Skip, NOTHING)
    }

    /// What a `foreach` goes over; a missing field is no list at all.
    fn elements(&self, one: &Value) -> Result<Vec<Value>, super::context::Unresolved> {
        let list = one.get("list").and_then(Value::as_str).unwrap_or_default();
        let found = match list.contains("{{") {
            true => self.context.substitute(&Value::String(list.to_owned()), "")?,
            false => self.context.query(list)?,
        };
        Ok(match found {
            Value::Array(items) => items,
            Value::String(text) if list.contains("{{") => match self.context.query(&text)? {
                Value::Array(items) => items,
                other => vec![other],
            },
            other => vec![other],
        })
    }

    fn each(
        &self,
        one: &Value,
        elements: &[Value],
        depth: usize,
    ) -> Result<usize, (RuleOutcome, String)> {
        let checkpoint = self.context.checkpoint();
        let mut applied = 0_usize;
        let mut failure = None;
        for (position, element) in elements.iter().enumerate() {
            if element.is_null() {
                continue;
            }
            self.context.restore(&checkpoint);
            let is_last = position.saturating_add(1) == elements.len();
            match self.element(one, element, position, depth) {
                None | Some((RuleOutcome::Skip, _)) => {}
                Some((RuleOutcome::Pass, _)) => applied = applied.saturating_add(1),
                Some((RuleOutcome::Error, message)) if !is_last && self.context.is_kyverno() => {
                    let detail = format!("element {position} could not be judged: {message}");
                    self.context.note("errorBeforeLastElement", detail);
                }
                Some((outcome, message)) => {
                    failure = Some((outcome, format!("validation failure: {message}")));
                    break;
                }
            }
        }
        self.context.restore(&checkpoint);
        failure.map_or(Ok(applied), Err)
    }

    fn element(&self, one: &Value, element: &Value, position: usize, depth: usize) -> Answer {
        if let Err(error) = self.context.spend(1) {
            return answer(RuleOutcome::Error, error.message);
        }
        for name in ["element".to_owned(), format!("element{depth}")] {
            self.context.set(&name, element.clone());
        }
        for name in ["elementIndex".to_owned(), format!("elementIndex{depth}")] {
            self.context.set(&name, position.into());
        }
        self.context.add_entries(one.get("context").unwrap_or(&Value::Null));
        let preconditions = one.get("preconditions").unwrap_or(&Value::Null);
        match conditions::hold(self.context, preconditions) {
            Err(error) if self.context.is_kyverno() => {
                let detail = format!("element {position} was left out: {}", error.message);
                self.context.note("errorInPreconditions", detail);
                return None;
            }
            Err(error) => {
                let message = format!("failed to evaluate preconditions: {}", error.message);
                return answer(RuleOutcome::Error, message);
            }
            Ok((false, _)) => return answer(RuleOutcome::Skip, "preconditions not met"),
            Ok((true, _)) => {}
        }
        let is_scoped = one.get("elementScope").and_then(Value::as_bool).unwrap_or(true);
        let subject = match is_scoped && element.is_object() {
            true => element,
            false => self.context.request.object,
        };
        self.level(Level { checks: one, subject, depth: depth.saturating_add(1) })
    }
}

fn unsubstituted(message: &str) -> String {
    format!("variable substitution failed: {message}")
}

fn ended(message: &str) -> String {
    match message.ends_with('.') {
        true => message.to_owned(),
        false => format!("{message}."),
    }
}
