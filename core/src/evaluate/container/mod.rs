//! `container`: single settings, each a check of its own.

mod host;
mod running;
mod security;

use super::case::Judgement;
use super::workload::listed;
use crate::decision::Reason;
use crate::kubernetes::Pod;
use crate::policy::model::ContainerRule;
use crate::reasons::Code;

#[derive(Debug)]
pub(super) struct Compiled {
    rule: ContainerRule,
}

/// One check: its code, what the rule expects (`None` where it does not ask), and what in a pod is
/// not so.
struct Check {
    code: Code,
    expected: fn(&ContainerRule) -> Option<String>,
    find: fn(&ContainerRule, &Pod<'_>) -> Vec<String>,
}

impl Compiled {
    pub(super) fn new(rule: &ContainerRule) -> Self {
        Self { rule: rule.clone() }
    }

    pub(super) fn judge(&self, pods: &[Pod<'_>]) -> Judgement {
        let mut reasons = Vec::new();
        for check in [security::CHECKS, host::CHECKS, running::CHECKS].into_iter().flatten() {
            let Some(expected) = (check.expected)(&self.rule) else { continue };
            let found: Vec<String> =
                pods.iter().flat_map(|pod| (check.find)(&self.rule, pod)).collect();
            if !found.is_empty() {
                reasons.push(Reason::new(check.code).found(listed(found)).expected(expected));
            }
        }
        if reasons.is_empty() {
            reasons.push(Reason::new(Code::ContainerAccepted));
        }
        reasons.into()
    }
}

/// Words in backticks, with commas.
fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
