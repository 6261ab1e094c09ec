//! Objects against patterns with anchors.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::context::Context;
use super::scalar;
use super::wildcard::{has_wildcard, wildcard_match};

/// Why an object is not as a pattern asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) kind: MismatchKind,
    pub(super) path: String,
    pub(super) message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MismatchKind {
    /// An anchor says that the rule leaves the object alone.
    Skip,
    /// A field that may not be there.
    Negation,
    /// The object is otherwise.
    Plain,
    /// Kyverno does not know: an anchor's field is missing.
    Unclear,
}

type Outcome = Result<(), Mismatch>;

/// Whether `resource` is as `pattern` asks.
pub(super) fn matches(context: &Context<'_>, resource: &Value, pattern: &Value) -> Outcome {
    let mut matcher = Matcher { context, seen: BTreeMap::new() };
    let found = matcher.element(resource, pattern, "/");
    let is_missing = matcher.seen.values().any(|seen| !seen);
    match found {
        Err(mismatch)
            if mismatch.kind == MismatchKind::Plain && is_missing && context.is_kyverno() =>
        {
            context.note("missingAnchor", "a mismatch beside an anchor on a missing field");
            Err(Mismatch { kind: MismatchKind::Unclear, path: String::new(), ..mismatch })
        }
        found => found,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Condition,
    Global,
    Negation,
    Addition,
    Equality,
    Existence,
}

/// The anchor of a key, and what is in its parentheses.
pub(super) fn anchor(key: &str) -> Option<(Anchor, &str)> {
    let inner = key.strip_suffix(')')?;
    let (sign, name) = inner.split_once('(')?;
    let anchor = match sign {
        "" => Anchor::Condition,
        "<" => Anchor::Global,
        "X" => Anchor::Negation,
        "+" => Anchor::Addition,
        "=" => Anchor::Equality,
        "^" => Anchor::Existence,
        _ => return None,
    };
    (!name.is_empty()).then_some((anchor, name))
}

struct Matcher<'c, 'r> {
    context: &'c Context<'r>,
    /// Keys with anchors, and whether an object had their field.
    seen: BTreeMap<String, bool>,
}

fn plain(path: &str, message: impl Into<String>) -> Mismatch {
    Mismatch { kind: MismatchKind::Plain, path: path.to_owned(), message: message.into() }
}

impl Matcher<'_, '_> {
    fn element(&mut self, resource: &Value, pattern: &Value, path: &str) -> Outcome {
        self.context.spend(1).map_err(|error| plain(path, error.message))?;
        match pattern {
            Value::Object(entries) => match resource {
                Value::Object(fields) => {
                    self.see(entries, fields);
                    self.object(fields, entries, path)
                }
                _ => Err(plain(
                    path,
                    format!("pattern and resource have different structures. Path: {path}"),
                )),
            },
            Value::Array(items) => match resource {
                Value::Array(found) => self.list(found, items, path),
                _ => Err(plain(
                    path,
                    format!(
                        "validation rule failed at path {path}, resource does not satisfy the \
                         expected overlay pattern"
                    ),
                )),
            },
            scalar => self.scalar(resource, scalar, path),
        }
    }

    fn scalar(&self, resource: &Value, pattern: &Value, path: &str) -> Outcome {
        let fits = |value: &Value| scalar::matches(self.context, value, pattern);
        let is_as_asked = match resource {
            Value::Array(items) => items.iter().all(fits),
            other => fits(other),
        };
        match is_as_asked {
            true => Ok(()),
            false => {
                let (found, wanted) = (super::go::sprint(resource), super::go::sprint(pattern));
                let detail =
                    format!("resource value '{found}' does not match '{wanted}' at path {path}");
                Err(plain(path, detail))
            }
        }
    }

    fn see(&mut self, pattern: &Map<String, Value>, fields: &Map<String, Value>) {
        for key in pattern.keys() {
            if let Some((Anchor::Condition | Anchor::Existence | Anchor::Negation, name)) =
                anchor(key)
            {
                let seen = self.seen.entry(key.clone()).or_insert(false);
                *seen |= fields.contains_key(name);
            }
        }
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        pattern: &Map<String, Value>,
        path: &str,
    ) -> Outcome {
        let expanded = expand_metadata(pattern, fields);
        let pattern = expanded.as_ref().unwrap_or(pattern);
        let (anchors, plain): (Vec<_>, Vec<_>) = pattern.iter().partition(|(key, _)| is_first(key));
        for (key, pattern) in anchors {
            self.field(fields, key, pattern, path)?;
        }
        // What holds anchors comes first, the last of these before the others.
        let (nested, rest): (Vec<_>, Vec<_>) =
            plain.into_iter().partition(|(_, pattern)| has_anchors(pattern));
        for (key, pattern) in nested.into_iter().rev().chain(rest) {
            self.field(fields, key, pattern, path)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        pattern: &Value,
        path: &str,
    ) -> Outcome {
        let (anchor, name) = match anchor(key) {
            Some((Anchor::Addition, _)) | None => return self.default(fields, key, pattern, path),
            Some(anchored) => anchored,
        };
        let inner = format!("{path}{name}/");
        let skip = |prefix: &str, path: String, message: &str| Mismatch {
            kind: MismatchKind::Skip,
            path,
            message: format!("{prefix}: {message}"),
        };
        let value = fields.get(name);
        match (anchor, value) {
            (Anchor::Negation, Some(_)) => Err(Mismatch {
                kind: MismatchKind::Negation,
                message: format!("negation anchor matched in resource: {inner} is not allowed"),
                path: inner,
            }),
            (Anchor::Condition, None) => Err(skip(
                "conditional anchor mismatch",
                inner,
                "conditional anchor key doesn't exist in the resource",
            )),
            (_, None) => Ok(()),
            (Anchor::Condition, Some(value)) => self
                .element(value, pattern, &inner)
                .map_err(|found| skip("conditional anchor mismatch", found.path, &found.message)),
            (Anchor::Global, Some(value)) => self
                .element(value, pattern, &inner)
                .map_err(|found| skip("global anchor mismatch", found.path, &found.message)),
            (Anchor::Existence, Some(value)) => self.existence(value, pattern, &inner),
            // A list whose items are all left alone is as the anchor asks; the rest is compared.
            (Anchor::Equality, Some(value @ Value::Array(_))) => {
                match self.element(value, pattern, &inner) {
                    Err(found) if found.kind == MismatchKind::Skip && found.path == inner => Ok(()),
                    outcome => outcome,
                }
            }
            (_, Some(value)) => self.element(value, pattern, &inner),
        }
    }

    fn default(
        &mut self,
        fields: &Map<String, Value>,
        key: &str,
        pattern: &Value,
        path: &str,
    ) -> Outcome {
        let value = fields.get(key).unwrap_or(&Value::Null);
        match (pattern.as_str(), value.is_null()) {
            (Some("*"), false) => Ok(()),
            (Some("*"), true) => Err(plain(path, format!("{path}/{key} not found"))),
            _ => self.element(value, pattern, &format!("{path}{key}/")),
        }
    }

    /// Each pattern must fit some item.
    fn existence(&mut self, value: &Value, pattern: &Value, path: &str) -> Outcome {
        let (Value::Array(items), Value::Array(patterns)) = (value, pattern) else {
            return Err(plain(path, "the anchor `^()` is for lists of objects"));
        };
        for pattern in patterns {
            let mut fits = false;
            for (position, item) in items.iter().enumerate() {
                if self.element(item, pattern, &format!("{path}{position}/")).is_ok() {
                    fits = true;
                    break;
                }
            }
            if !fits {
                let message = format!("existence anchor validation failed at path {path}");
                return Err(plain(path, message));
            }
        }
        Ok(())
    }

    fn list(&mut self, found: &[Value], patterns: &[Value], path: &str) -> Outcome {
        match patterns.first() {
            None => Err(plain(path, "pattern Array empty")),
            Some(pattern @ Value::Object(_)) => {
                let pairs = found.iter().map(|item| (item, pattern));
                self.items(pairs, path)
            }
            Some(pattern @ Value::Array(_)) => {
                if found.len() < patterns.len() {
                    let (found, wanted) = (found.len(), patterns.len());
                    let detail = format!(
                        "validate Array failed, array length mismatch, resource Array len is \
                         {found} and pattern Array len is {wanted}"
                    );
                    let path = if self.context.is_kyverno() { "" } else { path };
                    return Err(plain(path, detail));
                }
                let _ = pattern;
                self.items(found.iter().zip(patterns), path)
            }
            Some(scalar) => self.scalar(&Value::Array(found.to_vec()), scalar, path),
        }
    }

    /// Items against patterns; if anchors leave all of them alone, they leave the list alone.
    fn items<'v>(
        &mut self,
        pairs: impl Iterator<Item = (&'v Value, &'v Value)>,
        path: &str,
    ) -> Outcome {
        let (mut applied, mut skipped) = (0_usize, Vec::new());
        for (position, (item, pattern)) in pairs.enumerate() {
            match self.element(item, pattern, &format!("{path}{position}/")) {
                Ok(()) => applied = applied.saturating_add(1),
                Err(found) if found.kind == MismatchKind::Skip => skipped.push(found.message),
                Err(found) => return Err(found),
            }
        }
        match applied == 0 && !skipped.is_empty() {
            true => Err(Mismatch {
                kind: MismatchKind::Skip,
                path: path.to_owned(),
                message: skipped.join("; "),
            }),
            false => Ok(()),
        }
    }
}

/// Whether a key is looked at before those without anchors.
fn is_first(key: &str) -> bool {
    matches!(anchor(key), Some((kind, _)) if kind != Anchor::Addition)
}

fn has_anchors(pattern: &Value) -> bool {
    match pattern {
        Value::Object(entries) => {
            entries.iter().any(|(key, value)| is_first(key) || has_anchors(value))
        }
        Value::Array(items) => items.iter().any(has_anchors),
        _ => false,
    }
}

/// The pattern with wildcards in the keys of `metadata.labels` and `.annotations` replaced by the
/// object's own keys; `None` if there are none.
fn expand_metadata(
    pattern: &Map<String, Value>,
    fields: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let named = |entries: &Map<String, Value>, name: &str| {
        let own =
            |key: &&String| *key == name || anchor(key).is_some_and(|(_, inner)| inner == name);
        entries.keys().find(own).cloned()
    };
    let metadata_key = named(pattern, "metadata")?;
    let metadata = fields.get("metadata")?.as_object()?;
    let mut wanted = pattern.get(&metadata_key)?.as_object()?.clone();
    let mut is_changed = false;
    for group in ["labels", "annotations"] {
        let Some(key) = named(&wanted, group) else { continue };
        let Some(found) = metadata.get(group).and_then(Value::as_object) else { continue };
        let Some(Value::Object(entries)) = wanted.get(&key) else { continue };
        if !entries.keys().any(|key| has_wildcard(key)) {
            continue;
        }
        let renamed = entries.iter().map(|(key, value)| (expanded(key, found), value.clone()));
        let renamed = renamed.collect();
        wanted.insert(key, Value::Object(renamed));
        is_changed = true;
    }
    if !is_changed {
        return None;
    }
    let mut out = pattern.clone();
    out.insert(metadata_key, Value::Object(wanted));
    Some(out)
}

fn expanded(key: &str, found: &Map<String, Value>) -> String {
    let (before, name, after) = match anchor(key) {
        Some((_, name)) => (key.split_once('(').map_or("", |(sign, _)| sign), name, true),
        None => ("", key, false),
    };
    let own = found.keys().find(|own| wildcard_match(name, own)).map_or(name, String::as_str);
    if after { format!("{before}({own})") } else { own.to_owned() }
}
