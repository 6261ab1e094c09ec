//! The set: mirrors that mean something, and one meaning for each name.

use std::collections::{HashMap, HashSet};

use super::Report;
use crate::policy::PolicyErrorKind as Kind;
use crate::policy::model::{Mirror, PolicySet};
use crate::reference::RepositoryPrefix;

pub(super) fn check(set: &PolicySet, report: &mut Report<'_>) {
    let mut seen: HashMap<RepositoryPrefix, usize> = HashMap::new();
    for (position, one) in set.spec.mirrors.iter().enumerate() {
        let path = format!("spec.mirrors[{position}]");
        let Some(from) = mirror(&path, one, report) else { continue };
        if let Some(first) = seen.insert(from, position) {
            let detail =
                format!("`{}` is mirrored twice; first by `spec.mirrors[{first}]`", one.from);
            report.add(Kind::Contradiction, format!("{path}.from"), detail);
        }
    }
    workloads(set, report);
    if let Some(limits) = &set.spec.exceptions
        && limits.max_duration.seconds() == 0
    {
        let detail = "no exception lasts `0s`";
        report.add(Kind::Contradiction, "spec.exceptions.maxDuration", detail);
    }
}

/// Kinds that are not known already, each once, with a place.
fn workloads(set: &PolicySet, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    for (position, kind) in set.spec.workloads.iter().enumerate() {
        let path = format!("spec.workloads[{position}]");
        report.blank(format!("{path}.apiVersion"), &kind.api_version);
        report.blank(format!("{path}.kind"), &kind.kind);
        let version = kind.api_version.strip_suffix('*').unwrap_or(&kind.api_version);
        let is_open = version.len() < kind.api_version.len();
        if version.contains('*') || is_open && !version.is_empty() && !version.ends_with('/') {
            let detail = "`*` stands for every version of a group (`GROUP/*`), or alone for all";
            report.add(Kind::Value, format!("{path}.apiVersion"), detail);
        }
        if kind.image_prefix.is_some() && kind.images.is_empty() {
            let detail = "a prefix of images, and no `images`";
            report.add(Kind::Contradiction, format!("{path}.imagePrefix"), detail);
        }
        if kind.is_built_in() {
            let detail = format!("where `{}` carries its pods is known", kind.kind);
            report.add(Kind::Contradiction, format!("{path}.kind"), detail);
        }
        if kind.pods.is_empty() && kind.images.is_empty() {
            report.add(Kind::MissingKey, &path, "one of `pods` and `images` is missing");
        }
        if !seen.insert((&kind.api_version, &kind.kind)) {
            let detail = format!("`{}` of `{}` is declared twice", kind.kind, kind.api_version);
            report.add(Kind::Duplicate, &path, detail);
        }
    }
}

/// Checks one mirror, and returns what it replaces.
pub(super) fn mirror(
    path: &str,
    mirror: &Mirror,
    report: &mut Report<'_>,
) -> Option<RepositoryPrefix> {
    let mut read = |key: &str, text: &str| {
        RepositoryPrefix::parse(text)
            .map_err(|error| report.add(Kind::Value, format!("{path}.{key}"), error.to_string()))
            .ok()
    };
    let (from, to) = (read("from", &mirror.from), read("to", &mirror.to));
    if from.is_some() && from == to {
        let detail = format!("`from` and `to` are both `{}`", mirror.from);
        report.add(Kind::Contradiction, path, detail);
        return None;
    }
    from
}
