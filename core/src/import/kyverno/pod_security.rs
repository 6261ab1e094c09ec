//! `validate.podSecurity`: the Pod Security Standards, with what a rule or an exception takes out.

mod exclusion;
mod message;

use serde_json::Value;

use super::context::{Context, Unresolved};
use super::validate::Answer;
use crate::import::{DiagnosticKind, Dialect, RuleOutcome};
use crate::kubernetes::Pod;
use crate::kubernetes::pod_security::{
    self as standards, PodSecurityControl as Control, PodSecurityLevel as Level,
    PodSecurityVersion as Version,
};
use crate::policy::model::{PodSecurityExemption, PodSecurityRule};
use crate::shown::shown;
pub(super) use exclusion::Exclusion;

/// `podSecurity` of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PodSecurity {
    level: Level,
    version: Version,
    exclude: Vec<Exclusion>,
}

/// A part that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: DiagnosticKind,
    /// Where, from the part that was read.
    pub(super) path: String,
    pub(super) detail: String,
}

impl Fault {
    fn invalid(path: &str, detail: impl Into<String>) -> Self {
        Self { kind: DiagnosticKind::Invalid, path: path.to_owned(), detail: detail.into() }
    }
}

/// A field that one control forbids as it is.
struct Finding<'v> {
    control: Control,
    /// Where it stands in the object.
    field: String,
    /// The same in a pod, with `*` for every position: Kyverno's name of the field.
    restricted: String,
    /// The values that it may not have, where it has any.
    values: Vec<String>,
    /// The image of the container whose it is.
    image: Option<&'v str>,
}

impl PodSecurity {
    /// Reads `podSecurity`.
    pub(super) fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        unknown(value, &["exclude", "level", "version"], "", &mut faults);
        let level = level(value.get("level")).map_err(|fault| faults.push(fault)).ok();
        let version = version(value.get("version")).map_err(|fault| faults.push(fault)).ok();
        let exclude = match value.get("exclude") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => Exclusion::read_all(list, "exclude", level, &mut faults),
        };
        match (level, version, faults.is_empty()) {
            (Some(level), Some(version), true) => Ok(Self { level, version, exclude }),
            _ => Err(faults),
        }
    }

    /// The same as a rule of our own; where exclusions take out what ours cannot, there is none.
    pub(super) fn native(&self, dialect: Dialect) -> Option<PodSecurityRule> {
        let exempt = match (self.exclude.is_empty(), dialect) {
            (true, _) => Vec::new(),
            (false, Dialect::Strict) => {
                let controls = exclusion::whole(&self.exclude)?;
                let holds =
                    |control: &Control| standards::holds(*control, self.level, self.version);
                let controls: Vec<Control> = controls.into_iter().filter(holds).collect();
                match controls.is_empty() {
                    true => Vec::new(),
                    false => vec![PodSecurityExemption { controls, images: Vec::new() }],
                }
            }
            // Its exclusions take out more than they name.
            (false, Dialect::Kyverno) => return None,
        };
        let version = Some(self.version).filter(|version| *version != Version::LATEST);
        Some(PodSecurityRule { level: self.level, version, exempt })
    }

    /// Judges the object's pod; `excepted` is what exceptions take out, by the name of each.
    pub(super) fn judge(
        &self,
        context: &Context<'_>,
        rule: &str,
        excepted: &[(&str, &[Exclusion])],
    ) -> Answer {
        if context.request.operation == "DELETE" {
            return None;
        }
        let pod = match Pod::of_kind(context.request.object) {
            Ok(Some(pod)) => pod,
            Ok(None) => return Some(unreadable("could not find correct resource type")),
            Err(error) => return Some(unreadable(&error.to_string())),
        };
        let answer = self.decided(context, rule, &pod, excepted);
        Some(answer.unwrap_or_else(|error| (RuleOutcome::Error, error.message)))
    }

    fn decided(
        &self,
        context: &Context<'_>,
        rule: &str,
        pod: &Pod<'_>,
        excepted: &[(&str, &[Exclusion])],
    ) -> Result<(RuleOutcome, String), Unresolved> {
        let left = exclusion::left(context, self.findings(pod), &self.exclude)?;
        if left.is_empty() {
            return Ok((RuleOutcome::Pass, format!("Validation rule '{rule}' passed.")));
        }
        let mut after = left;
        for (_, exclusions) in excepted {
            after = exclusion::left(context, after, exclusions)?;
        }
        if after.is_empty() {
            let names: Vec<&str> = excepted.iter().map(|(name, _)| *name).collect();
            let message = format!("rule is skipped due to policy exceptions {}", names.join(", "));
            return Ok((RuleOutcome::Excepted, message));
        }
        let (level, version) = (self.level.name(), String::from(self.version));
        let message = format!(
            "Validation rule '{rule}' failed. It violates PodSecurity \"{level}:{version}\": {}",
            message::of(&mut after)
        );
        Ok((RuleOutcome::Fail, message))
    }

    /// What the level forbids, by field. Kyverno knows no control that takes another's place, so
    /// `restricted` keeps what `baseline` finds beside it.
    fn findings<'v>(&self, pod: &Pod<'v>) -> Vec<Finding<'v>> {
        let mut findings: Vec<Finding<'v>> = Vec::new();
        for violation in standards::violations(pod, self.level, self.version) {
            // The path of a volume of the host is a value of `hostPath`.
            let field = match violation.control {
                Control::HostPathVolumes => violation.field.trim_end_matches(".path").to_owned(),
                _ => violation.field,
            };
            let mut values = violation.values;
            if violation.control == Control::AllowPrivilegeEscalation && values.is_empty() {
                values.push("nil".to_owned());
            }
            let known = findings
                .iter_mut()
                .find(|known| known.control == violation.control && known.field == field);
            match known {
                Some(known) => known.values.extend(values),
                None => findings.push(Finding {
                    control: violation.control,
                    restricted: restricted(&field, pod),
                    field,
                    values,
                    image: violation.image,
                }),
            }
        }
        findings
    }
}

/// A field as Kyverno's exclusions name it.
fn restricted(field: &str, pod: &Pod<'_>) -> String {
    let own = field.strip_prefix(&pod.at).map(|rest| format!("spec{rest}"));
    let of_annotations = || {
        let rest = field.strip_prefix(&pod.annotations_at)?;
        Some(format!("metadata.annotations{rest}"))
    };
    let own = own.or_else(of_annotations).unwrap_or_else(|| field.to_owned());
    let mut parts = own.split('[');
    let mut starred = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part.split_once(']').unwrap_or((part, ""));
        let is_position = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
        let inside = if is_position { "*" } else { inside };
        starred.extend(["[", inside, "]", rest]);
    }
    starred
}

fn unreadable(why: &str) -> (RuleOutcome, String) {
    (RuleOutcome::Error, format!("Error while getting new resource: {why}"))
}

fn level(value: Option<&Value>) -> Result<Level, Fault> {
    let text = value.and_then(Value::as_str);
    match text {
        Some("baseline") => Ok(Level::Baseline),
        Some("restricted") => Ok(Level::Restricted),
        Some("privileged") => Err(Fault {
            kind: DiagnosticKind::NotTaken,
            path: "level".to_owned(),
            detail: "the standards forbid nothing at `privileged`, and Kyverno judges it as \
                     `restricted`"
                .to_owned(),
        }),
        Some(text) => {
            let detail = format!("{} is neither `baseline` nor `restricted`", shown(text));
            Err(Fault::invalid("level", detail))
        }
        None => Err(Fault::invalid("level", "`baseline` or `restricted` is expected")),
    }
}

fn version(value: Option<&Value>) -> Result<Version, Fault> {
    match value {
        None | Some(Value::Null) => Ok(Version::LATEST),
        Some(Value::String(text)) if text.is_empty() => Ok(Version::LATEST),
        Some(Value::String(text)) => {
            Version::try_from(text.clone()).map_err(|detail| Fault::invalid("version", detail))
        }
        Some(_) => Err(Fault::invalid("version", "a text is expected")),
    }
}

fn unknown(value: &Value, known: &[&str], path: &str, faults: &mut Vec<Fault>) {
    let Some(entries) = value.as_object() else {
        return faults.push(Fault::invalid(path, "a mapping is expected"));
    };
    for key in entries.keys().filter(|key| !known.contains(&key.as_str())) {
        faults.push(Fault::invalid(&below(path, key), format!("{} is not known", shown(key))));
    }
}

fn below(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}
