//! Where policies and rules apply, and with what weight.

use super::case::Case;
use super::compile::{CompiledPolicy, CompiledRule, CompiledSet};
use crate::policy::model::{Match, Mode, NameGlob, ScopedMode};
use crate::reference::{ImagePattern, PatternIndex};

/// A compiled `match` or `exclude`.
#[derive(Debug)]
pub(super) struct Scope {
    rule: Match,
    images: Option<PatternIndex>,
}

impl Scope {
    pub(super) fn new(rule: &Match) -> Result<Self, String> {
        let index = |images: &[ImagePattern]| PatternIndex::new(images);
        let images = (!rule.images.is_empty()).then(|| index(&rule.images)).transpose();
        Ok(Self { images: images.map_err(|error| error.to_string())?, rule: rule.clone() })
    }

    /// Whether it covers the case. What the request does not say counts as covered by `match`
    /// and as not covered by `exclude`: both are the stricter reading.
    fn covers(&self, case: &Case<'_>, unknown: bool) -> bool {
        let namespace = self.rule.namespaces.is_empty()
            || case.namespace.map_or(unknown, |name| any(&self.rule.namespaces, name));
        let labels = self.rule.namespace_labels.is_empty()
            || case.namespace_labels.map_or(unknown, |labels| {
                self.rule.namespace_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            });
        let images =
            self.images.as_ref().is_none_or(|images| images.matches(case.reference).is_some());
        namespace && labels && images
    }

    pub(super) fn matches(&self, case: &Case<'_>) -> bool {
        self.covers(case, true)
    }

    pub(super) fn excludes(&self, case: &Case<'_>) -> bool {
        self.covers(case, false)
    }
}

impl CompiledPolicy {
    /// Why the policy is not applied, if it is not.
    pub(super) fn left_out(&self, case: &Case<'_>) -> Option<String> {
        if self.matches.as_ref().is_some_and(|scope| !scope.matches(case)) {
            return Some("notMatched".to_owned());
        }
        let excluded = self.exclude.as_ref().is_some_and(|scope| scope.excludes(case));
        excluded.then(|| match case.namespace {
            Some(namespace) => format!("excluded: namespace `{namespace}`"),
            None => "excluded".to_owned(),
        })
    }

    /// The weight of a rule: the most specific of rule in this namespace, rule, namespace and
    /// policy; of two of one rank, the stricter.
    pub(super) fn mode_of(&self, rule: &CompiledRule, case: &mut Case<'_>) -> Mode {
        let own = match self.enforce_from {
            Some(date) if case.is_past(date) => Mode::Enforce,
            _ => self.mode,
        };
        if case.namespace.is_none() {
            // Any namespace could be meant: the strictest that could hold.
            let general = rule.mode.unwrap_or(own);
            let scoped = rule.modes.iter().chain(&self.modes).map(|scoped| scoped.mode);
            return scoped.fold(general, Mode::max);
        }
        scoped(&rule.modes, case)
            .or(rule.mode)
            .or_else(|| scoped(&self.modes, case))
            .unwrap_or(own)
    }
}

impl CompiledRule {
    pub(super) fn matches(&self, case: &Case<'_>) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.matches(case))
    }
}

impl CompiledSet {
    /// Whether the set's default does not apply here.
    pub(super) fn excludes(&self, case: &Case<'_>) -> bool {
        case.namespace.is_some_and(|name| any(&self.exclude, name))
    }

    /// The weight of the default here.
    pub(super) fn mode(&self, case: &Case<'_>) -> Mode {
        scoped(&self.modes, case).unwrap_or(Mode::Enforce)
    }
}

fn scoped(modes: &[ScopedMode], case: &Case<'_>) -> Option<Mode> {
    let namespace = case.namespace?;
    modes.iter().filter(|scoped| any(&scoped.namespaces, namespace)).map(|scoped| scoped.mode).max()
}

/// Whether one of `globs` matches `name` as a whole.
pub(super) fn any(globs: &[NameGlob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name))
}
