//! One image under judgement, and what a rule says about it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::History;
use crate::decision::{Counts, Detail, EvidenceRecord, Reason};
use crate::evidence::{Evidence, EvidenceErrorKind, Platform};
use crate::facts::{ImageFacts, PlatformFacts, Problem};
use crate::reasons::{Code, ReasonKind};
use crate::reference::{Digest, Reference};

pub(super) struct Case<'a> {
    pub(super) reference: &'a Reference,
    pub(super) digest: Option<Digest>,
    pub(super) namespace: Option<&'a str>,
    pub(super) namespace_labels: Option<&'a BTreeMap<String, String>>,
    pub(super) facts: Option<&'a ImageFacts>,
    pub(super) evidence: &'a Evidence,
    pub(super) history: &'a History,
    pub(super) now: Timestamp,
    pub(super) clock_skew: SignedDuration,
    /// The first moment after `now` at which a date that was looked at changes its meaning.
    pub(super) valid_until: Option<Timestamp>,
    pub(super) records: Vec<EvidenceRecord>,
}

/// What a rule says: reasons that all pass, or at least one that fails.
#[derive(Debug, Clone, Default)]
pub(super) struct Judgement {
    pub(super) reasons: Vec<Reason>,
    pub(super) counts: Option<Counts>,
}

impl Judgement {
    /// Passes only where something was found that satisfies the rule.
    pub(super) fn passed(&self) -> bool {
        !self.reasons.is_empty()
            && self.reasons.iter().all(|reason| reason.code.kind() == ReasonKind::Pass)
    }
}

impl From<Reason> for Judgement {
    fn from(reason: Reason) -> Self {
        Self { reasons: vec![reason], counts: None }
    }
}

impl From<Vec<Reason>> for Judgement {
    fn from(reasons: Vec<Reason>) -> Self {
        Self { reasons, counts: None }
    }
}

impl<'a> Case<'a> {
    /// Notes a date at which the answer may change.
    pub(super) fn horizon(&mut self, date: Timestamp) {
        if date > self.now && self.valid_until.is_none_or(|until| date < until) {
            self.valid_until = Some(date);
        }
    }

    /// Whether `date` is past; notes it where it is not.
    pub(super) fn is_past(&mut self, date: Timestamp) -> bool {
        self.horizon(date);
        date <= self.now
    }

    /// Whether something of `date` is older than `seconds`; a date beyond the allowed clock
    /// skew in the future is an error.
    pub(super) fn is_older(&mut self, date: Timestamp, seconds: u64) -> Result<bool, Reason> {
        let limit = self.now.saturating_add(self.clock_skew).unwrap_or(self.now);
        if date > limit {
            return Err(Reason::new(Code::EvidenceInvalid)
                .found(Detail::Time(date))
                .expected("a date that is not in the future"));
        }
        let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let Ok(end) = date.checked_add(span) else { return Ok(false) };
        // One nanosecond past the end is the first moment at which it is too old.
        let first = end.checked_add(SignedDuration::from_nanos(1)).unwrap_or(end);
        Ok(self.is_past(first))
    }

    /// The manifests that can run under `platforms` (all, where it is empty).
    pub(super) fn platforms(
        &self,
        platforms: &[Platform],
    ) -> Result<Vec<&'a PlatformFacts>, Reason> {
        let Some(facts) = self.facts else {
            return Err(Reason::new(Code::EvidenceMissing)
                .found("a tag that was not resolved")
                .expected("the digest that the tag stands for"));
        };
        let all = facts.platforms.as_ref().map_err(reason)?;
        let wanted = |facts: &&PlatformFacts| match &facts.platform {
            // What has no known platform could be run by anything.
            None => true,
            Some(own) => platforms.is_empty() || platforms.iter().any(|want| want.admits(own)),
        };
        let found: Vec<_> = all.iter().filter(wanted).collect();
        if found.is_empty() {
            let wanted = platforms.iter().map(ToString::to_string).collect();
            return Err(Reason::new(Code::EvidenceMissing)
                .found("no manifest for these platforms")
                .expected(Detail::List { items: wanted, more: 0 }));
        }
        Ok(found)
    }

    /// Judges each manifest that can run; a pass needs all of them to pass.
    pub(super) fn each_platform(
        &mut self,
        platforms: &[Platform],
        mut judge: impl FnMut(&mut Self, &'a PlatformFacts) -> Vec<Reason>,
    ) -> Vec<Reason> {
        let found = match self.platforms(platforms) {
            Ok(found) => found,
            Err(reason) => return vec![reason],
        };
        let several = self.facts.is_some_and(|facts| facts.is_index);
        let mut reasons = Vec::new();
        for facts in found {
            for mut reason in judge(self, facts) {
                if several {
                    reason.platform.clone_from(&facts.platform);
                }
                reasons.push(reason);
            }
        }
        reasons
    }
}

/// The reason that a missing or broken fact gives.
pub(super) fn reason(problem: &Problem) -> Reason {
    match problem {
        Problem::Missing { what, digest } => Reason::new(Code::EvidenceMissing)
            .found(format!("no {what}"))
            .expected(Detail::Digest(*digest)),
        Problem::Broken { digest, error } => {
            Reason::new(code(error.kind)).found(error.to_string()).from_evidence(*digest)
        }
        Problem::Unavailable(detail) => Reason::new(Code::EvidenceUnavailable).found(detail.clone()),
        Problem::Incomplete(detail) => Reason::new(Code::EvidenceIncomplete).found(detail.clone()),
    }
}

/// The code for a document that could not be used.
pub(super) fn code(kind: EvidenceErrorKind) -> Code {
    match kind {
        EvidenceErrorKind::Ambiguous => Code::EvidenceAmbiguous,
        EvidenceErrorKind::Unsupported => Code::EvidenceUnsupported,
        EvidenceErrorKind::NothingScanned => Code::EvidenceNothingScanned,
        EvidenceErrorKind::NotAnImage => Code::EvidenceUnbound,
        EvidenceErrorKind::Invalid | EvidenceErrorKind::TooLarge => Code::EvidenceInvalid,
    }
}
