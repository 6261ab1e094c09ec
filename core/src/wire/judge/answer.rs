//! What a judge in another language answers.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use crate::policy::model::{Mode, Name, RuleSeverity};
use crate::policy::{Note, ObjectAnswer, ObjectResult, RuleOutcome, RuleResult};
use crate::reference::Digest;
use crate::wire::decode;

/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// Most results in one answer.
const MAX_RESULTS: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Answer {
    /// Not left out: an empty object, or one that was forgotten, is no answer.
    results: Vec<Told>,
    excluded_by: Option<String>,
    valid_until: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    rule: Name,
    outcome: Outcome,
    mode: Option<Mode>,
    #[serde(default)]
    message: String,
    severity: Option<RuleSeverity>,
    #[serde(default)]
    controls: Vec<String>,
    #[serde(default)]
    evidence: Vec<Digest>,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    notes: Vec<ToldNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldNote {
    quirk: String,
    detail: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Pass,
    Fail,
    Skip,
    Excepted,
    Error,
}

impl Answer {
    /// Strictly: what is not understood may have been meant to deny, and what may have changed before
    /// `now` is no answer for that moment.
    pub(super) fn read(bytes: &[u8], declared: &[Name], now: Timestamp) -> Result<Self, String> {
        if bytes.len() > MAX_ANSWER {
            return Err(format!("its answer is larger than {MAX_ANSWER} bytes"));
        }
        let answer: Self = decode(bytes).map_err(|fault| match fault.path.as_str() {
            "" => format!("its answer: {}", fault.message),
            path => format!("its answer, at {path}: {}", fault.message),
        })?;
        if let Some(until) = answer.valid_until.filter(|until| *until <= now) {
            return Err(format!("its answer, at /validUntil: it was valid until {until}"));
        }
        if answer.results.len() > MAX_RESULTS {
            return Err(format!("its answer has more than {MAX_RESULTS} results"));
        }
        for (position, told) in answer.results.iter().enumerate() {
            if !declared.contains(&told.rule) {
                let rule = &told.rule;
                let detail = format!("its answer, at /results/{position}/rule: ");
                return Err(format!("{detail}`{rule}` is none of its rules"));
            }
        }
        Ok(answer)
    }

    pub(super) fn into_object_answer(
        self,
        judge: &str,
        rests_on: &BTreeSet<Digest>,
    ) -> ObjectAnswer {
        let results = self.results.into_iter().map(|told| told.into_result(judge, rests_on));
        ObjectAnswer {
            results: results.collect(),
            excluded_by: self.excluded_by,
            valid_until: self.valid_until,
        }
    }
}

impl Told {
    fn into_result(self, judge: &str, rests_on: &BTreeSet<Digest>) -> ObjectResult {
        let evidence: BTreeSet<Digest> = rests_on.iter().copied().chain(self.evidence).collect();
        let notes = self.notes.into_iter();
        ObjectResult {
            answer: RuleResult {
                policy: judge.to_owned(),
                rule: self.rule.to_string(),
                outcome: match self.outcome {
                    Outcome::Pass => RuleOutcome::Pass,
                    Outcome::Fail => RuleOutcome::Fail,
                    Outcome::Skip => RuleOutcome::Skip,
                    Outcome::Excepted => RuleOutcome::Excepted,
                    Outcome::Error => RuleOutcome::Error,
                },
                message: self.message,
                notes: notes
                    .map(|note| Note { quirk: note.quirk.into(), detail: note.detail })
                    .collect(),
            },
            mode: self.mode.unwrap_or(Mode::Enforce),
            severity: self.severity,
            controls: self.controls,
            evidence: evidence.into_iter().collect(),
            refused: self.refused,
        }
    }
}
