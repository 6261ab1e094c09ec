//! The same as a policy of our own, where there is one: for rules of the Pod Security Standards
//! whose `match` and `exclude` say no more than kinds and namespaces.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::pod_security::PodSecurity;
use super::policy::{Body, FailureAction, Rule};
use super::{KyvernoException, KyvernoPolicy, pod_path};
use crate::import::Dialect;
use crate::policy::model::{
    Family, ImagePolicy, ImagePolicySpec, Match, Metadata, Mode, Name, NameGlob, Rule as OwnRule,
    RuleSeverity,
};

/// The policy of ours that decides as this one does on every object whose namespace is known. What
/// Kyverno does not judge by it, ephemeral containers that are added to a pod, it judges as well.
pub(super) fn policy(
    policy: &KyvernoPolicy,
    severity: Option<RuleSeverity>,
    exceptions: &[KyvernoException],
    dialect: Dialect,
) -> Option<ImagePolicy> {
    let name = policy.name();
    if !policy.overrides.is_empty() || exceptions.iter().any(|one| one.names(&name)) {
        return None;
    }
    let own = Name::try_from(policy.name.clone()).ok()?;
    let mut excluded = None;
    let mut rules: Vec<OwnRule> = Vec::new();
    for rule in &policy.rules {
        // Our `exclude` is the whole policy's.
        let namespaces = excluded_namespaces(rule)?;
        if *excluded.get_or_insert_with(|| namespaces.clone()) != namespaces {
            return None;
        }
        for one in own_rules(rule, policy, severity, dialect)? {
            match rules.iter_mut().find(|known| is_same(known, &one)) {
                Some(known) => merge(known, one),
                None => rules.push(one),
            }
        }
    }
    let ids: BTreeSet<&Name> = rules.iter().map(|rule| &rule.id).collect();
    if ids.len() < rules.len() {
        return None;
    }
    let exclude = excluded.filter(|namespaces| !namespaces.is_empty());
    Some(ImagePolicy {
        metadata: Metadata { name: own, version: None, description: None },
        spec: ImagePolicySpec {
            mode: None,
            enforce_from: None,
            modes: Vec::new(),
            matches: None,
            exclude: exclude.map(|namespaces| scope(namespaces, Vec::new())),
            platforms: Vec::new(),
            tag_only: None,
            authorities: BTreeMap::new(),
            rules,
        },
    })
}

/// Whether two rules differ by their names and kinds alone: those that Kyverno makes of one.
fn is_same(a: &OwnRule, b: &OwnRule) -> bool {
    let namespaces = |rule: &OwnRule| rule.matches.as_ref().map(|scope| scope.namespaces.clone());
    (a.mode, &a.message, &a.family) == (b.mode, &b.message, &b.family)
        && namespaces(a) == namespaces(b)
}

fn merge(into: &mut OwnRule, from: OwnRule) {
    let kinds = from.matches.into_iter().flat_map(|scope| scope.kinds);
    if let Some(scope) = &mut into.matches {
        scope.kinds.extend(kinds);
        scope.kinds.sort();
        scope.kinds.dedup();
    }
}

fn scope(namespaces: Vec<NameGlob>, kinds: Vec<NameGlob>) -> Match {
    Match { namespaces, kinds, ..Match::default() }
}

/// A rule of ours for each filter of `match`.
fn own_rules(
    rule: &Rule,
    policy: &KyvernoPolicy,
    severity: Option<RuleSeverity>,
    dialect: Dialect,
) -> Option<Vec<OwnRule>> {
    let Body::PodSecurity(standards) = &rule.body else { return None };
    let spec = rule.spec.as_object()?;
    let known = ["name", "match", "exclude", "validate"];
    let validate = spec.get("validate")?.as_object()?;
    let is_plain = spec.keys().all(|key| known.contains(&key.as_str()))
        && validate
            .keys()
            .all(|key| ["message", "podSecurity", "failureAction"].contains(&key.as_str()));
    if !is_plain || !rule.overrides.is_empty() {
        return None;
    }
    let family = Family::PodSecurity(PodSecurity::native(standards, dialect)?);
    let mode = match rule.action.unwrap_or(policy.action) {
        FailureAction::Enforce => Mode::Enforce,
        FailureAction::Audit => Mode::Audit,
    };
    let message = validate.get("message").and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = Name::try_from(rule.name.clone()).ok()?;
    let mut rules = Vec::new();
    for (position, filter) in filters(spec.get("match")?)?.into_iter().enumerate() {
        let Described { kinds, namespaces } = Described::read(filter)?;
        let is_pod_kind = |kind: &String| pod_path(kind).is_some();
        if kinds.is_empty() || !kinds.iter().all(is_pod_kind) {
            return None;
        }
        let namespaces = match (&policy.namespace, namespaces.is_empty()) {
            (None, _) => namespaces,
            (Some(own), true) => vec![own.clone()],
            (Some(_), false) => return None,
        };
        rules.push(OwnRule {
            id: if position == 0 { id.clone() } else { Name::numbered(&rule.name, position) },
            mode: Some(mode),
            modes: Vec::new(),
            severity,
            controls: Vec::new(),
            message: message.map(str::to_owned),
            matches: Some(scope(globs(namespaces)?, globs(kinds)?)),
            family: family.clone(),
        });
    }
    Some(rules)
}

fn globs(texts: Vec<String>) -> Option<Vec<NameGlob>> {
    texts.into_iter().map(|text| NameGlob::try_from(text).ok()).collect()
}

/// The namespaces that `exclude` names, where it names nothing else.
fn excluded_namespaces(rule: &Rule) -> Option<Vec<NameGlob>> {
    let Some(block) = rule.spec.get("exclude").filter(|block| !super::matching::is_empty(block))
    else {
        return Some(Vec::new());
    };
    let own: BTreeSet<String> = match filters(rule.spec.get("match")?)?.as_slice() {
        [one] => Described::read(one)?.kinds.into_iter().collect(),
        _ => BTreeSet::new(),
    };
    let mut all = Vec::new();
    for filter in filters(block)? {
        let Described { kinds, namespaces } = Described::read(filter)?;
        // Kinds narrow an exclusion, unless they are all that the rule is about.
        let is_whole =
            kinds.is_empty() || own.iter().all(|kind| kinds.contains(kind)) && !own.is_empty();
        if !is_whole || namespaces.is_empty() {
            return None;
        }
        all.extend(globs(namespaces)?);
    }
    all.sort();
    all.dedup();
    Some(all)
}

/// The filters of a block of which one is enough.
fn filters(block: &Value) -> Option<Vec<&Value>> {
    let entries = block.as_object()?;
    let list = |key: &str| entries.get(key).and_then(Value::as_array);
    let is_only = |key: &str| entries.keys().all(|own| own == key);
    match (list("any"), list("all")) {
        (Some(any), None) if is_only("any") && !any.is_empty() => Some(any.iter().collect()),
        (None, Some(all)) if is_only("all") && all.len() == 1 => Some(all.iter().collect()),
        (None, None) if is_only("resources") => Some(vec![block]),
        _ => None,
    }
}

/// What a filter says that a scope of ours can.
struct Described {
    kinds: Vec<String>,
    namespaces: Vec<String>,
}

impl Described {
    fn read(filter: &Value) -> Option<Self> {
        let entries = filter.as_object().filter(|entries| entries.len() == 1)?;
        let resources = entries.get("resources")?.as_object()?;
        if !resources.keys().all(|key| key == "kinds" || key == "namespaces") {
            return None;
        }
        let texts = |key: &str| match resources.get(key) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::String(text)) => Some(vec![text.clone()]),
            Some(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
            }
            Some(_) => None,
        };
        Some(Self { kinds: texts("kinds")?, namespaces: texts("namespaces")? })
    }
}
