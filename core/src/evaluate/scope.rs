//! Where policies and rules apply, and with what weight.

use super::case::Case;
use super::compile::{CompiledPolicy, CompiledRule, CompiledSet};
use crate::policy::model::{Match, Mode, NameGlob, ScopedMode};
use crate::reference::PatternIndex;

/// A compiled `match` or `exclude`.
#[derive(Debug)]
pub(super) struct Scope {
    rule: Match,
    images: Option<PatternIndex>,
}

/// Whether a policy applies.
#[derive(Debug)]
pub(super) enum Coverage {
    Covered,
    NotMatched,
    /// And by what.
    Excluded(String),
}

impl Scope {
    pub(super) fn new(rule: &Match) -> Self {
        let images = (!rule.images.is_empty()).then(|| PatternIndex::new(&rule.images));
        Self { images, rule: rule.clone() }
    }

    /// Whether it covers the case. What the request does not say counts as covered by `match`
    /// and as not covered by `exclude`: both are the stricter reading.
    fn covers(&self, case: &Case<'_>, unknown: bool) -> bool {
        let namespace = self.rule.namespaces.is_empty()
            || case.namespace.map_or(unknown, |name| any(&self.rule.namespaces, name).is_some());
        let labels = self.rule.namespace_labels.is_empty()
            || case.namespace_labels.map_or(unknown, |labels| {
                self.rule.namespace_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            });
        let images =
            self.images.as_ref().is_none_or(|images| images.matches(case.reference).is_some());
        let as_others = self.rule.images_as.is_empty()
            || self.rule.images_as.iter().any(|pattern| pattern.matches(case.reference));
        namespace && labels && images && as_others
    }

    fn matches(&self, case: &Case<'_>) -> bool {
        self.covers(case, true)
    }

    /// What excludes the case, if it is excluded.
    fn excludes(&self, case: &Case<'_>) -> Option<String> {
        if !self.covers(case, false) {
            return None;
        }
        let glob = case.namespace.and_then(|name| any(&self.rule.namespaces, name));
        let pattern = self
            .images
            .as_ref()
            .and_then(|images| images.matches(case.reference))
            .and_then(|position| self.rule.images.get(position));
        let labels = &self.rule.namespace_labels;
        let parts = [
            glob.map(|glob| format!("namespace `{glob}`")),
            (!labels.is_empty()).then(|| "namespace labels".to_owned()),
            pattern.map(|pattern| format!("image `{}`", pattern.as_str())),
            (!self.rule.images_as.is_empty()).then(|| "another engine's pattern".to_owned()),
        ];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }
}

impl CompiledPolicy {
    pub(super) fn coverage(&self, case: &Case<'_>) -> Coverage {
        if self.matches.as_ref().is_some_and(|scope| !scope.matches(case)) {
            return Coverage::NotMatched;
        }
        match self.exclude.as_ref().and_then(|scope| scope.excludes(case)) {
            Some(by) => Coverage::Excluded(by),
            None => Coverage::Covered,
        }
    }

    /// The weight of rules that do not say their own.
    pub(super) fn mode(&self, case: &mut Case<'_>) -> Mode {
        let own = self.own_mode(case);
        match case.namespace {
            // Any namespace could be meant: the strictest that could hold.
            None => self.modes.iter().map(|scoped| scoped.mode).fold(own, Mode::max),
            Some(namespace) => scoped(&self.modes, namespace).unwrap_or(own),
        }
    }

    /// The weight of a rule: the most specific of rule in this namespace, rule, namespace and
    /// policy; of two of one rank, the stricter.
    pub(super) fn mode_of(&self, rule: &CompiledRule, case: &mut Case<'_>) -> Mode {
        match case.namespace {
            None => {
                let general = rule.mode.unwrap_or_else(|| self.mode(case));
                rule.modes.iter().map(|scoped| scoped.mode).fold(general, Mode::max)
            }
            Some(namespace) => {
                scoped(&rule.modes, namespace).or(rule.mode).unwrap_or_else(|| self.mode(case))
            }
        }
    }

    fn own_mode(&self, case: &mut Case<'_>) -> Mode {
        match self.enforce_from {
            Some(date) if case.is_past(date) => Mode::Enforce,
            _ => self.mode,
        }
    }
}

impl CompiledRule {
    pub(super) fn matches(&self, case: &Case<'_>) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.matches(case))
    }
}

impl CompiledSet {
    /// What keeps the namespace out of the set's default, if something does.
    pub(super) fn excluded_by(&self, case: &Case<'_>) -> Option<&NameGlob> {
        case.namespace.and_then(|name| any(&self.exclude, name))
    }

    /// The weight of the default here.
    pub(super) fn mode(&self, case: &Case<'_>) -> Mode {
        case.namespace.and_then(|name| scoped(&self.modes, name)).unwrap_or(Mode::Enforce)
    }
}

fn scoped(modes: &[ScopedMode], namespace: &str) -> Option<Mode> {
    let here = modes.iter().filter(|scoped| any(&scoped.namespaces, namespace).is_some());
    here.map(|scoped| scoped.mode).max()
}

/// The first of `globs` that matches `name` as a whole.
pub(super) fn any<'a>(globs: &'a [NameGlob], name: &str) -> Option<&'a NameGlob> {
    globs.iter().find(|glob| glob.matches(name))
}
