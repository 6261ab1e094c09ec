//! Kinds of objects whose images `imageExtractors` find, as kinds that a set of ours declares.

use std::collections::BTreeSet;

use super::attestors::Making;
use super::document::Rule;
use super::{kind_of, resources};
use crate::import::kyverno::extractors::{Extractor, Extractors};
use crate::import::kyverno::{pod_path, wildcard_match};
use crate::kubernetes::CustomKind;
use crate::policy::model::Family;
use crate::policy::{DeclaredKind, PolicyErrorKind as Kind};

/// The kinds that the rule has extractors for, which the set then declares.
/// For one that is not taken a check fails.
pub(super) fn kinds(
    path: &str,
    rule: &Rule,
    making: &mut Making<'_, '_>,
    failing: &mut Vec<Family>,
) -> Vec<String> {
    let path = format!("{path}.imageExtractors");
    let Some(value) = rule.image_extractors.as_ref().filter(|value| !value.is_null()) else {
        return Vec::new();
    };
    let extractors = match Extractors::read(value) {
        Ok(extractors) => extractors,
        Err(faults) => {
            for (inner, detail) in faults {
                let place = format!("{path}.{inner}");
                let place = place.trim_end_matches('.');
                let fault = making.document.remark(Kind::Value, place, detail, None);
                making.work.errors.push(fault);
            }
            return Vec::new();
        }
    };
    let mut taken = Vec::new();
    for (kind, extractors) in extractors.iter() {
        let path = format!("{path}.{kind}");
        if pod_path(kind).is_some() {
            let detail = "images of pods are found where containers have them, and there alone";
            failing.push(making.untaken(&path, detail.to_owned(), None));
            continue;
        }
        let versions = versions(rule, kind);
        if versions.is_empty() {
            let detail = "`match` does not name the kind, so nothing is looked at there";
            making.work.inexact(making.document, &path, detail);
            continue;
        }
        for (position, extractor) in extractors.iter().enumerate() {
            let path = format!("{path}[{position}]");
            for api_version in &versions {
                failing.extend(declare(&path, api_version, kind, extractor, making));
            }
        }
        let detail = "what is found there is judged by every policy that is about its kind or \
                      about all, and not by this rule alone";
        making.work.inexact(making.document, &path, detail);
        taken.push(kind.to_owned());
    }
    taken
}

/// The versions of a kind that `match` names; every one where it names the kind alone.
fn versions(rule: &Rule, kind: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for one in resources(&rule.matches) {
        let is_meant = |written: &&String| wildcard_match(kind_of(written), kind);
        for written in one.kinds.as_slice().iter().filter(is_meant) {
            let parts: Vec<&str> = written.split('/').collect();
            found.insert(match parts.as_slice() {
                [group, version, _] if !group.contains('*') && !version.contains('*') => {
                    format!("{group}/{version}")
                }
                [group, "*", _] if !group.contains('*') => format!("{group}/*"),
                _ => "*".to_owned(),
            });
        }
    }
    match found.contains("*") {
        true => BTreeSet::from(["*".to_owned()]),
        false => found,
    }
}

/// Declares one place, in what is already said of its kind if there is anything. A place whose text
/// is not read as its extractor says is declared too, for the check that fails to be met there.
fn declare(
    path: &str,
    api_version: &str,
    kind: &str,
    extractor: &Extractor,
    making: &mut Making<'_, '_>,
) -> Option<Family> {
    let pointer = match extractor.pointer() {
        Ok(pointer) => pointer,
        Err(detail) => {
            let fault = making.document.remark(Kind::Value, path, detail, None);
            making.work.errors.push(fault);
            return None;
        }
    };
    let prefix = extractor.prefix();
    let image_prefix = prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned);
    let workloads = &mut making.work.made.workloads;
    let known = workloads
        .iter_mut()
        .map(|declared| &mut declared.kind)
        .find(|one| one.api_version == api_version && one.kind == kind);
    let is_other = known.as_ref().is_some_and(|known| known.image_prefix != image_prefix);
    match known {
        None => {
            let kind = CustomKind {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                pods: Vec::new(),
                images: vec![pointer],
                image_prefix,
                // An object without images is one about which Kyverno says nothing.
                optional: true,
            };
            let (position, name) = (making.position, making.name.clone());
            workloads.push(DeclaredKind { position, name, kind });
        }
        Some(known) if !known.images.contains(&pointer) => known.images.push(pointer),
        Some(_) => {}
    }
    let detail = match (prefix, is_other) {
        (None, _) => {
            "of `jmesPath` only `trim_prefix(@, PREFIX)` is taken in a rule that verifies images"
        }
        (Some(_), true) => "another prefix than other extractors of the kind have",
        (Some(_), false) => return None,
    };
    Some(making.untaken(&format!("{path}.jmesPath"), detail.to_owned(), None))
}
