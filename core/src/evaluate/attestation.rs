//! `attestation`: signed statements of the named authorities say about the image what is asked.

use std::sync::Arc;

use super::case::{Case, Judgement, code};
use super::condition::{self, Truth};
use super::statements::{Statement, Statements, Terms, Words};
use crate::decision::Reason;
use crate::evidence::Platform;
use crate::evidence::predicate::{ValuePath, time_place};
use crate::facts::Authority;
use crate::policy::model::{AttestationRule, Scope, Select};
use crate::reasons::Code;

#[derive(Debug)]
pub(super) struct Compiled {
    statements: Statements,
    conditions: Vec<condition::Compiled>,
}

impl Compiled {
    pub(super) fn new(
        rule: &AttestationRule,
        authorities: Vec<(Arc<Authority>, String)>,
    ) -> Result<Self, String> {
        let kind = rule.predicate_type.as_str();
        let known = time_place(kind).map(|place| ValuePath::try_from(place.to_owned()));
        let time = rule.time.clone().map_or(known.transpose()?, Some);
        let statements = Statements::new(Terms {
            require: &rule.require,
            authorities,
            types: vec![(kind.to_owned(), time)],
            select: rule.select.unwrap_or(Select::Latest),
            max_age: rule.max_age,
            identity: rule.subject_name.as_ref(),
            scope: rule.scope.unwrap_or(Scope::Platforms),
            words: Words {
                verified: Code::AttestationVerified,
                missing: Code::AttestationMissing,
                untrusted: Code::AttestationUntrusted,
                too_few: Code::AttestationTooFew,
                too_old: Code::AttestationTooOld,
                one: format!("an attestation of type `{kind}`"),
                several: format!("attestations of type `{kind}`"),
            },
        });
        Ok(Self { statements, conditions: condition::Compiled::all(&rule.conditions)? })
    }

    pub(super) fn judge(&self, platforms: &[Platform], case: &mut Case<'_>) -> Judgement {
        self.statements.judge(platforms, case, &|case, statement| self.check(case, statement))
    }

    fn check(&self, case: &mut Case<'_>, statement: &Statement<'_>) -> Vec<Reason> {
        unmet(&self.conditions, statement.predicate, Code::AttestationCondition, case)
    }
}

/// The conditions that a JSON text does not meet, each with what was found.
pub(super) fn unmet(
    conditions: &[condition::Compiled],
    text: &str,
    failure: Code,
    case: &mut Case<'_>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for condition in conditions {
        let reason = match condition.judge(text, case) {
            Ok(answer) if answer.truth == Truth::Holds => continue,
            Ok(answer) => Reason::new(failure).found(answer.found),
            Err(error) => Reason::new(code(error.kind)).found(error.to_string()),
        };
        reasons.push(reason.expected(condition.expected.clone()));
    }
    reasons
}
