//! One image under judgement, and what a rule says about it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::circumstances::Circumstances;
use super::{History, ImageRequest};
use crate::decision::{Counts, Detail, EvidenceRecord, Findings, Reason};
use crate::evidence::{EvidenceErrorKind, Platform};
use crate::facts::{Facts, PlatformFacts, Problem};
use crate::reasons::{Code, ReasonKind};
use crate::reference::{Digest, Reference};

pub(super) struct Case<'a> {
    /// The judged name: the mirror's, where one takes the given name's place.
    pub(super) reference: &'a Reference,
    pub(super) circumstances: Circumstances<'a>,
    pub(super) digest: Option<Digest>,
    pub(super) admission: bool,
    pub(super) facts: &'a Facts,
    pub(super) history: &'a History,
    /// How many findings of each kind are listed.
    pub(super) listed: usize,
    clock_skew: SignedDuration,
    records: Vec<EvidenceRecord>,
}

/// What a rule says: reasons that all pass, or at least one that fails.
#[derive(Debug, Clone, Default)]
pub(super) struct Judgement {
    pub(super) reasons: Vec<Reason>,
    pub(super) counts: Option<Counts>,
    pub(super) findings: Option<Findings>,
    /// Positions, among the exceptions it was judged under, of those that waived something.
    pub(super) used: BTreeSet<usize>,
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
        Self { reasons: vec![reason], ..Self::default() }
    }
}

impl From<Vec<Reason>> for Judgement {
    fn from(reasons: Vec<Reason>) -> Self {
        Self { reasons, ..Self::default() }
    }
}

impl<'a> Case<'a> {
    pub(super) fn new(
        reference: &'a Reference,
        request: &'a ImageRequest,
        facts: &'a Facts,
        history: &'a History,
        (clock_skew, listed): (SignedDuration, usize),
    ) -> Self {
        Self {
            reference,
            circumstances: Circumstances {
                images: std::slice::from_ref(reference),
                unreadable: false,
                kind: request.kind.as_deref(),
                namespace: request.namespace.as_deref(),
                namespace_labels: request.namespace_labels.as_ref(),
                owner_labels: request.owner_labels.as_ref(),
                now: facts.now,
                valid_until: None,
            },
            digest: facts.image.as_ref().map(|image| image.digest),
            admission: request.admission,
            facts,
            history,
            listed,
            clock_skew,
            records: Vec::new(),
        }
    }

    /// The horizon, and what was looked at, sorted.
    pub(super) fn finish(mut self) -> (Option<Timestamp>, Vec<EvidenceRecord>) {
        self.records.sort();
        self.records.dedup();
        (self.circumstances.valid_until, self.records)
    }

    /// Keeps a piece of evidence that was looked at.
    pub(super) fn record(&mut self, record: EvidenceRecord) {
        self.records.push(record);
    }

    /// Notes the time that a document that counts states.
    pub(super) fn dated(&mut self, document: Digest, at: Timestamp) {
        let counts = |record: &&mut EvidenceRecord| {
            record.digest == document && record.predicate_type.is_some()
        };
        self.records.iter_mut().filter(counts).for_each(|record| record.stated_at = Some(at));
    }

    /// Notes a date at which the answer may change.
    pub(super) fn horizon(&mut self, date: Timestamp) {
        self.circumstances.horizon(date);
    }

    /// Whether `date` is past; notes it where it is not.
    pub(super) fn is_past(&mut self, date: Timestamp) -> bool {
        self.circumstances.is_past(date)
    }

    fn now(&self) -> Timestamp {
        self.circumstances.now
    }

    /// The latest moment that does not lie in the future, as far as clocks may differ.
    pub(super) fn latest(&self) -> Timestamp {
        self.now().saturating_add(self.clock_skew).unwrap_or(self.now())
    }

    /// The moment `seconds` ago; the earliest there is where that is before all time.
    pub(super) fn ago(&self, seconds: u64) -> Timestamp {
        let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        self.now().checked_sub(span).unwrap_or(Timestamp::MIN)
    }

    /// Whether `date` lies further in the future than clocks may differ.
    pub(super) fn is_future(&self, date: Timestamp) -> bool {
        date > self.latest()
    }

    /// Whether something of `date` is older than `seconds`; a date beyond the allowed clock
    /// skew in the future is an error.
    pub(super) fn is_older(&mut self, date: Timestamp, seconds: u64) -> Result<bool, Reason> {
        if self.is_future(date) {
            let first = date.saturating_sub(self.clock_skew).unwrap_or(date);
            self.horizon(first);
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

    /// The reason where no digest is known: what should have said it could not be read, or does
    /// not say it.
    pub(super) fn unresolved(&self) -> Reason {
        self.facts.gap.as_ref().map_or_else(
            || {
                Reason::new(Code::EvidenceMissing)
                    .found("a tag that was not resolved")
                    .expected("the digest that the tag stands for")
            },
            reason,
        )
    }

    /// The manifests that can run under `platforms` (all, where it is empty).
    pub(super) fn platforms(
        &self,
        platforms: &[Platform],
    ) -> Result<Vec<&'a PlatformFacts>, Reason> {
        let Some(facts) = &self.facts.image else { return Err(self.unresolved()) };
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
        let several = self.facts.image.as_ref().is_some_and(|image| image.is_index);
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

/// The reason where the image will be pulled by a tag, so that what was judged may not be what
/// runs.
pub(super) fn content_by_tag(case: &Case<'_>) -> Option<Reason> {
    (case.admission && case.reference.digest().is_none()).then(|| {
        Reason::new(Code::ReferenceMutable)
            .found(case.reference.to_string())
            .expected("`@` and a digest")
    })
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
        Problem::Unavailable(detail) => {
            Reason::new(Code::EvidenceUnavailable).found(detail.clone())
        }
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
