//! Texts to policies, with what was noticed on the way.

mod checks;

use serde_json::Value;

use super::autogen::{self, Expanded};
use super::extractors::Extractors;
use super::pod_security::{Exclusion, PodSecurity};
use super::policy::{Body, FailureAction, KyvernoException, KyvernoPolicy, Override, Rule};
use super::verify_images::VerifyImages;
use crate::import::cel::policies::CelRule;
use crate::import::repair;
use crate::import::text::{self, Document, TextError};
use crate::import::{Diagnostic, DiagnosticKind, ForeignKind};

/// What a text holds of Kyverno's.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Policies, in order.
    pub policies: Vec<KyvernoPolicy>,
    /// Exceptions, in order.
    pub exceptions: Vec<KyvernoException>,
}

impl Loaded {
    /// Reads a text. Its one error of quoting that has a single meaning is repaired, and said.
    ///
    /// ```
    /// use cocket::import::{DiagnosticKind, Extent, kyverno::Loaded};
    /// let text = "
    /// apiVersion: kyverno.io/v1
    /// kind: ClusterPolicy
    /// metadata: {name: tags}
    /// spec:
    ///   rules:
    ///   - name: tag
    ///     match: {any: [{resources: {kinds: [Pod], namespaces: prod-*}}]}
    ///     validate: {message: a tag, pattern: {spec: {containers: [{image: '*:*'}]}}}
    /// ";
    /// let policy = &Loaded::read("tags.yaml", text)?.policies[0];
    /// assert_eq!(policy.extent(), Extent::Whole);
    /// let said = &policy.diagnostics()[0];
    /// assert_eq!((said.kind, said.line), (DiagnosticKind::Tolerated, 8));
    /// # Ok::<(), cocket::import::text::TextError>(())
    /// ```
    ///
    /// # Errors
    /// [`TextError`] where the text cannot be read.
    pub fn read(file: &str, text: &str) -> Result<Self, TextError> {
        let (documents, repairs) = match text::documents(text) {
            Ok(documents) => (documents, Vec::new()),
            Err(error) => match repair::quotes(text) {
                None => return Err(error),
                Some((repaired, repairs)) => (text::documents(&repaired)?, repairs),
            },
        };
        let mut loaded = Self::default();
        for document in &documents {
            loaded.document(file, document);
        }
        for (place, detail) in repairs {
            let repaired = Diagnostic {
                kind: DiagnosticKind::Repaired,
                file: file.to_owned(),
                line: place.line,
                column: place.column,
                path: String::new(),
                detail,
            };
            if let Some(first) = loaded.policies.first_mut() {
                first.diagnostics.insert(0, repaired);
            }
        }
        Ok(loaded)
    }

    /// Takes one document, if it is Kyverno's; what is said of a policy stands in it, what is
    /// said of an exception is given back.
    pub fn document(&mut self, file: &str, document: &Document) -> Vec<Diagnostic> {
        match ForeignKind::of(&document.value) {
            Some(ForeignKind::KyvernoClusterPolicy | ForeignKind::KyvernoPolicy) => {
                self.policies.push(policy(file, document));
            }
            Some(ForeignKind::KyvernoPolicyException) => {
                let text = |pointer| document.value.pointer(pointer).and_then(Value::as_str);
                let name = text("/metadata/name").unwrap_or_default();
                let name = match text("/metadata/namespace") {
                    None => name.to_owned(),
                    Some(namespace) => format!("{namespace}/{name}"),
                };
                let spec = document.value.get("spec").cloned().unwrap_or_default();
                let mut work = Work { file, document, diagnostics: Vec::new() };
                checks::exception(&mut work, &document.value);
                // What cannot be read was found by the checks, and takes nothing out.
                let controls = spec.get("podSecurity").filter(|list| !list.is_null());
                let controls = controls
                    .map(|list| Exclusion::read_all(list, "podSecurity", None, &mut Vec::new()));
                self.exceptions.push(KyvernoException { name, spec, controls });
                return work.diagnostics;
            }
            _ => {}
        }
        Vec::new()
    }
}

fn policy(file: &str, document: &Document) -> KyvernoPolicy {
    let value = &document.value;
    let text = |pointer| value.pointer(pointer).and_then(Value::as_str);
    let is_namespaced = text("/kind") == Some("Policy");
    let namespace = text("/metadata/namespace").unwrap_or("default");
    let spec = value.get("spec").unwrap_or(&Value::Null);
    let mut work = Work { file, document, diagnostics: Vec::new() };
    checks::policy(&mut work, value);
    let written = spec.get("rules").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut faults = Vec::new();
    for (position, rule) in written.iter().enumerate() {
        faults.push(checks::rule(&mut work, rule, &format!("spec.rules[{position}]")));
    }
    let metadata = value.get("metadata").unwrap_or(&Value::Null);
    let mut rules = Vec::new();
    for expanded in autogen::expand(metadata, written) {
        let from = format!("spec.rules[{}]", expanded.from);
        let fault = faults.get(expanded.from).cloned().flatten();
        rules.push(compiled(expanded, fault, &from, &mut work));
    }
    let mut diagnostics = work.diagnostics;
    diagnostics.sort_by(|a, b| (a.line, a.column, &a.path).cmp(&(b.line, b.column, &b.path)));
    let action = spec.get("validationFailureAction").and_then(Value::as_str);
    KyvernoPolicy {
        name: text("/metadata/name").unwrap_or_default().to_owned(),
        namespace: is_namespaced.then(|| namespace.to_owned()),
        rules,
        action: action.and_then(FailureAction::named).unwrap_or(FailureAction::Audit),
        overrides: overrides(spec.get("validationFailureActionOverrides")),
        diagnostics,
    }
}

fn overrides(list: Option<&Value>) -> Vec<Override> {
    let read = |one: &Value| {
        let names = one.get("namespaces").and_then(Value::as_array);
        Some(Override {
            action: FailureAction::named(one.get("action")?.as_str()?)?,
            namespaces: names
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            selector: one.get("namespaceSelector").cloned().unwrap_or_default(),
        })
    };
    list.and_then(Value::as_array).into_iter().flatten().filter_map(read).collect()
}

fn compiled(expanded: Expanded, fault: Option<String>, path: &str, work: &mut Work<'_>) -> Rule {
    let Expanded { rule, template, .. } = expanded;
    let entries = rule.get("verifyImages").and_then(Value::as_array);
    let body = match (fault, entries) {
        (Some(fault), _) => Body::NotTaken(fault),
        (None, Some(entries)) => {
            // What cannot be read was found by the checks.
            Body::VerifyImages(entries.iter().filter_map(|e| VerifyImages::read(e).ok()).collect())
        }
        (None, None) if rule.pointer("/validate/cel").is_some() => {
            expressions(&rule, template, path, work)
        }
        (None, None) if rule.pointer("/validate/podSecurity").is_some_and(|one| !one.is_null()) => {
            standards(rule.pointer("/validate/podSecurity").unwrap_or(&Value::Null))
        }
        (None, None) if rule.get("validate").is_some() => Body::Validate,
        (None, None) => Body::NoDecision,
    };
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    let own =
        validate.get("failureAction").or_else(|| rule.pointer("/verifyImages/0/failureAction"));
    Rule {
        name: rule.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        body,
        extractors: rule
            .get("imageExtractors")
            .and_then(|value| Extractors::read(value).ok())
            .unwrap_or_default(),
        action: own.and_then(Value::as_str).and_then(FailureAction::named),
        overrides: overrides(validate.get("failureActionOverrides")),
        spec: rule,
    }
}

/// A rule of the Pod Security Standards, whose faults were found by the checks.
fn standards(value: &Value) -> Body {
    match PodSecurity::read(value) {
        Ok(standards) => Body::PodSecurity(Box::new(standards)),
        Err(faults) => Body::NotTaken(faults.into_iter().map(|fault| fault.detail).collect()),
    }
}

/// A rule in CEL. One that was made from another has the same faults, which are said once.
fn expressions(rule: &Value, template: Option<&str>, path: &str, work: &mut Work<'_>) -> Body {
    match CelRule::read(rule, template) {
        Ok(rule) => Body::Expressions(Box::new(rule)),
        Err(faults) => {
            let mut first = None;
            for fault in faults {
                let (path, detail) = (format!("{path}.{}", fault.path), fault.error.to_string());
                first.get_or_insert_with(|| format!("{path}: {detail}"));
                if template.is_none() {
                    work.say(DiagnosticKind::Invalid, &path, detail);
                }
            }
            Body::NotTaken(first.unwrap_or_default())
        }
    }
}

/// Diagnostics in the making.
pub(super) struct Work<'d> {
    file: &'d str,
    document: &'d Document,
    diagnostics: Vec<Diagnostic>,
}

impl Work<'_> {
    fn say(&mut self, kind: DiagnosticKind, path: &str, detail: impl Into<String>) {
        let place = self.document.place(path);
        self.diagnostics.push(Diagnostic {
            kind,
            file: self.file.to_owned(),
            line: place.line,
            column: place.column,
            path: path.to_owned(),
            detail: detail.into(),
        });
    }
}
