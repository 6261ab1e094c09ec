//! Where policies and rules apply, and with what weight.

use std::collections::BTreeMap;

use super::circumstances::Circumstances;
use super::compile::{CompiledPolicy, CompiledRule, CompiledSet};
use crate::policy::model::{Match, Mode, NameGlob, ScopedMode};
use crate::reference::{PatternIndex, Reference};

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

    /// Whether it is about this. What the request does not say counts as covered by `match`, and
    /// of several images one is enough: both are the stricter reading.
    fn matches(&self, around: &Circumstances<'_>) -> bool {
        let covers = |image: &Reference| self.covers(image);
        let kinds = &self.rule.kinds;
        let is_meant = |kind| kinds.is_empty() || any(kinds, kind).is_some();
        self.is_here(around, true)
            && around.kind.is_none_or(is_meant)
            && (self.is_about_all_images() || around.unreadable || around.images.iter().any(covers))
    }

    /// What excludes it, if something does. What the request does not say is not excluded, and of
    /// several images all must be.
    fn excludes(&self, around: &Circumstances<'_>) -> Option<String> {
        let all = !around.unreadable
            && !around.images.is_empty()
            && around.images.iter().all(|image| self.covers(image));
        if !self.is_here(around, false) || !(self.is_about_all_images() || all) {
            return None;
        }
        let glob = around.namespace.and_then(|name| any(&self.rule.namespaces, name));
        let pattern = self
            .images
            .as_ref()
            .and_then(|images| images.matches(around.images.first()?))
            .and_then(|position| self.rule.images.get(position));
        let rule = &self.rule;
        let parts = [
            glob.map(|glob| format!("namespace `{glob}`")),
            (!rule.namespace_labels.is_empty()).then(|| "namespace labels".to_owned()),
            (!rule.owner_labels.is_empty()).then(|| "the owner's labels".to_owned()),
            pattern.map(|pattern| format!("image `{}`", pattern.as_str())),
            (!rule.images_as.is_empty()).then(|| "another engine's pattern".to_owned()),
        ];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }

    /// Whether namespace and owner are among those meant; `unknown` where the request does not say it.
    fn is_here(&self, around: &Circumstances<'_>, unknown: bool) -> bool {
        let rule = &self.rule;
        let namespace = rule.namespaces.is_empty()
            || around.namespace.map_or(unknown, |name| any(&rule.namespaces, name).is_some());
        namespace
            && has_all(around.namespace_labels, &rule.namespace_labels, unknown)
            && has_all(around.owner_labels, &rule.owner_labels, unknown)
    }

    fn is_about_all_images(&self) -> bool {
        self.images.is_none() && self.rule.images_as.is_empty()
    }

    fn covers(&self, image: &Reference) -> bool {
        self.images.as_ref().is_none_or(|images| images.matches(image).is_some())
            && (self.rule.images_as.is_empty()
                || self.rule.images_as.iter().any(|pattern| pattern.matches(image)))
    }
}

impl CompiledPolicy {
    pub(super) fn coverage(&self, around: &Circumstances<'_>) -> Coverage {
        if self.matches.as_ref().is_some_and(|scope| !scope.matches(around)) {
            return Coverage::NotMatched;
        }
        match self.exclude.as_ref().and_then(|scope| scope.excludes(around)) {
            Some(by) => Coverage::Excluded(by),
            None => Coverage::Covered,
        }
    }

    /// The weight of rules that do not say their own.
    pub(super) fn mode(&self, around: &mut Circumstances<'_>) -> Mode {
        let own = self.own_mode(around);
        match around.namespace {
            // Any namespace could be meant: the strictest that could hold.
            None => self.modes.iter().map(|scoped| scoped.mode).fold(own, Mode::max),
            Some(namespace) => scoped(&self.modes, namespace).unwrap_or(own),
        }
    }

    /// The weight of a rule: the most specific of rule in this namespace, rule, namespace and
    /// policy; of two of one rank, the stricter.
    pub(super) fn mode_of<F>(
        &self,
        rule: &CompiledRule<F>,
        around: &mut Circumstances<'_>,
    ) -> Mode {
        match around.namespace {
            None => {
                let general = rule.mode.unwrap_or_else(|| self.mode(around));
                rule.modes.iter().map(|scoped| scoped.mode).fold(general, Mode::max)
            }
            Some(namespace) => {
                scoped(&rule.modes, namespace).or(rule.mode).unwrap_or_else(|| self.mode(around))
            }
        }
    }

    fn own_mode(&self, around: &mut Circumstances<'_>) -> Mode {
        match self.enforce_from {
            Some(date) if around.is_past(date) => Mode::Enforce,
            _ => self.mode,
        }
    }
}

impl<F> CompiledRule<F> {
    pub(super) fn matches(&self, around: &Circumstances<'_>) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.matches(around))
    }
}

impl CompiledSet {
    /// What keeps the namespace out of the set's default, if something does.
    pub(super) fn excluded_by(&self, around: &Circumstances<'_>) -> Option<&NameGlob> {
        around.namespace.and_then(|name| any(&self.exclude, name))
    }

    /// The weight of the default here.
    pub(super) fn mode(&self, around: &Circumstances<'_>) -> Mode {
        around.namespace.and_then(|name| scoped(&self.modes, name)).unwrap_or(Mode::Enforce)
    }
}

fn scoped(modes: &[ScopedMode], namespace: &str) -> Option<Mode> {
    let here = modes.iter().filter(|scoped| any(&scoped.namespaces, namespace).is_some());
    here.map(|scoped| scoped.mode).max()
}

/// Whether labels are there as wanted; `unknown` where they are not known.
fn has_all(
    labels: Option<&BTreeMap<String, String>>,
    wanted: &BTreeMap<String, String>,
    unknown: bool,
) -> bool {
    let are = |labels: &BTreeMap<String, String>| {
        wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
    };
    wanted.is_empty() || labels.map_or(unknown, are)
}

/// The first of `globs` that matches `name` as a whole.
pub(super) fn any<'a>(globs: &'a [NameGlob], name: &str) -> Option<&'a NameGlob> {
    globs.iter().find(|glob| glob.matches(name))
}
