//! `alternatives`: as many of them are met as asked for. `static`: the policy alone decides.

use super::case::{Case, Judgement};
use super::compile::CompiledFamily;
use crate::decision::{Detail, Reason};
use crate::evidence::Platform;
use crate::policy::model::{Name, StaticAction, StaticRule};
use crate::reasons::{Code, ReasonKind};

#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) at_least: usize,
    pub(super) of: Vec<(Name, Vec<CompiledFamily>)>,
}

impl Compiled {
    /// Whether no check of any alternative looks at the image's content.
    pub(super) fn is_about_name(&self) -> bool {
        self.of.iter().flat_map(|(_, checks)| checks).all(CompiledFamily::is_about_name)
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        let (mut met, mut passed, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (name, checks) in &self.of {
            let judged: Vec<Judgement> =
                checks.iter().map(|check| check.judge(platforms, case, &[])).collect();
            let holds = !judged.is_empty() && judged.iter().all(Judgement::passed);
            let reasons = judged.into_iter().flat_map(|one| one.reasons);
            if holds {
                met.push(name.as_str());
                passed.extend(reasons);
            } else {
                failed.extend(reasons.filter(|one| one.code.kind() == ReasonKind::Fail));
            }
        }
        let enough = met.len() >= self.at_least.max(1);
        let (code, mut reasons) = match enough {
            true => (Code::AlternativesMet, passed),
            false => (Code::AlternativesTooFew, failed),
        };
        let names = Detail::list(self.of.iter().map(|(name, _)| name.as_str()));
        let found = match met.is_empty() {
            true => "none".into(),
            false => Detail::list(met.iter().copied()),
        };
        let own = Reason::new(code).found(found);
        reasons.push(match self.at_least {
            0 | 1 => own.expected(names),
            several => own.expected(format!("{several} of {}", self.of.len())),
        });
        reasons.into()
    }
}

/// What a `static` rule says.
pub(super) fn fixed(rule: &StaticRule) -> Judgement {
    let code = match rule.action {
        StaticAction::Pass => Code::StaticPassed,
        StaticAction::Fail => Code::StaticFailed,
    };
    let reason = Reason::new(code);
    match &rule.message {
        Some(message) => reason.found(message.clone()).into(),
        None => reason.into(),
    }
}
