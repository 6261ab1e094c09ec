//! `registry`: where the image may come from.

use super::case::{Case, Judgement};
use crate::decision::{Detail, Reason};
use crate::policy::model::RegistryRule;
use crate::reasons::Code;
use crate::reference::{ImagePattern, PatternIndex};

#[derive(Debug)]
pub(super) struct Compiled {
    allow: Option<PatternIndex>,
    deny: PatternIndex,
    rule: RegistryRule,
}

impl Compiled {
    pub(super) fn new(rule: &RegistryRule) -> Self {
        Self {
            allow: rule.allow.as_deref().map(PatternIndex::new),
            deny: PatternIndex::new(&rule.deny),
            rule: rule.clone(),
        }
    }

    pub(super) fn judge(&self, case: &Case<'_>) -> Judgement {
        let name = || case.reference.repository().to_owned();
        if let Some(pattern) = self.deny.matches(case.reference) {
            let pattern = self.rule.deny.get(pattern).cloned().map(String::from);
            return Reason::new(Code::RegistryDenied)
                .found(name())
                .expected(format!("no match of `{}`", pattern.unwrap_or_default()))
                .into();
        }
        let Some(allow) = &self.allow else {
            return Reason::new(Code::RegistryAllowed).found(name()).into();
        };
        let patterns = self.rule.allow.as_deref().unwrap_or_default();
        match allow.matches(case.reference) {
            Some(pattern) => {
                let pattern = patterns.get(pattern).cloned().map(String::from);
                Reason::new(Code::RegistryAllowed)
                    .found(name())
                    .expected(pattern.unwrap_or_default())
                    .into()
            }
            None => Reason::new(Code::RegistryNotAllowed)
                .found(name())
                .expected(first_patterns(patterns))
                .into(),
        }
    }
}

/// Enough of the allowed patterns to understand the refusal.
fn first_patterns(patterns: &[ImagePattern]) -> Detail {
    const SHOWN: usize = 5;
    let items = patterns.iter().take(SHOWN).cloned().map(String::from).collect();
    let more = patterns.len().saturating_sub(SHOWN);
    Detail::List { items, more: u64::try_from(more).unwrap_or(u64::MAX) }
}
