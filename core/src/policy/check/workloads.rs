//! `container` and `annotation`: something is asked for, and it can be met.

use super::Report;
use super::rules::idle;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::{
    AddedCapabilities, AnnotationRule, AnnotationValue, ContainerRule, HostPathRule, PullSecretRule,
};
use crate::policy::shown::shown;

pub(super) fn container(path: &str, rule: &ContainerRule, report: &mut Report<'_>) {
    if *rule == ContainerRule::default() {
        idle(path, "at least one check", report);
    }
    if let Some(rule) = &rule.capabilities {
        let path = format!("{path}.capabilities");
        if rule.drop.is_empty() && rule.add.is_none() {
            idle(&path, "`drop` or `add`", report);
        }
        capabilities(&format!("{path}.drop"), &rule.drop, report);
        if let Some(AddedCapabilities::Allow(names)) = &rule.add {
            capabilities(&format!("{path}.add.allow"), names, report);
        }
    }
    if let Some(rule) = &rule.resources {
        let path = format!("{path}.resources");
        if rule.requests.is_empty() && rule.limits.is_empty() {
            idle(&path, "`requests` or `limits`", report);
        }
        blank(&format!("{path}.requests"), &rule.requests, report);
        blank(&format!("{path}.limits"), &rule.limits, report);
    }
    if let Some(HostPathRule::Allow(paths)) = &rule.host_paths {
        for (position, text) in paths.iter().enumerate() {
            if !text.starts_with('/') || text.split('/').any(|part| part == "..") {
                let detail = format!("{} is no absolute path without `..`", shown(text));
                report.add(Kind::Value, format!("{path}.hostPaths.allow[{position}]"), detail);
            }
        }
    }
    if let Some(PullSecretRule::OneOf(names)) = &rule.pull_secrets {
        blank(&format!("{path}.pullSecrets.oneOf"), names, report);
    }
    let types = rule.se_linux_types.as_deref().unwrap_or_default();
    blank(&format!("{path}.seLinuxTypes"), types, report);
}

pub(super) fn annotation(path: &str, rule: &AnnotationRule, report: &mut Report<'_>) {
    report.blank(format!("{path}.name"), &rule.name);
    match &rule.value {
        AnnotationValue::Equals(_) | AnnotationValue::Matches(_) => {}
        AnnotationValue::OneOf(texts) if texts.is_empty() => {
            report.add(Kind::Contradiction, format!("{path}.oneOf"), "no text is one of none");
        }
        AnnotationValue::OneOf(_) => {}
    }
}

/// Pods name capabilities in capital letters and without `CAP_`; another spelling matches none.
fn capabilities(path: &str, names: &[String], report: &mut Report<'_>) {
    for (position, name) in names.iter().enumerate() {
        let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if name.is_empty() || !is_name || name.starts_with("CAP_") {
            let detail = format!("{} is not written as `NET_RAW` is", shown(name));
            report.add(Kind::Value, format!("{path}[{position}]"), detail);
        }
    }
}

fn blank(path: &str, texts: &[String], report: &mut Report<'_>) {
    for (position, text) in texts.iter().enumerate() {
        report.blank(format!("{path}[{position}]"), text);
    }
}
