//! Structures in which a decision's parts are handed out.

use std::ffi::c_char;

use crate::text::Text;
use crate::time::Time;

/// A digest as text, such as `sha256:…`; it needs no freeing.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Digest {
    /// The text, with zero bytes after it.
    pub text: [c_char; 136],
    /// How many bytes the text has; 0 where there is no digest.
    pub len: usize,
}

impl Digest {
    pub(crate) const NONE: Self = Self { text: [0; 136], len: 0 };

    pub(crate) fn of(digest: &cocket::reference::Digest) -> Self {
        let text = digest.to_string();
        let mut made = Self { len: text.len(), ..Self::NONE };
        // The longest, of SHA-512, has 135 bytes, so that a zero byte always stays.
        for (place, byte) in made.text.iter_mut().zip(text.bytes()) {
            *place = byte.cast_signed() as c_char;
        }
        made
    }
}

/// What happens to the image. A value that was never set, 0, denies.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may not run.
    Deny = 0,
    /// It may run, with a warning.
    Warn = 1,
    /// It may run.
    Allow = 2,
}

/// How one rule came out. A value that was never set, 0, is a failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is not satisfied.
    Fail = 0,
    /// Something was found that satisfies it.
    Pass = 1,
    /// It is not satisfied, and an exception in force covers all of that.
    Waived = 2,
    /// Its `match` does not cover this image.
    Skipped = 3,
    /// An `exclude` keeps it away from this image.
    Excluded = 4,
}

/// The weight that a rule has. A value that was never set, 0, is the strictest.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A failure makes the verdict `deny`.
    Enforce = 0,
    /// A failure makes the verdict `warn`.
    Warn = 1,
    /// Reported only.
    Audit = 2,
}

/// The heads of a decision, without its results. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// What happens to the image.
    pub verdict: Verdict,
    /// How many results of rules there are, for `cocket_decision_result`.
    pub results: usize,
    /// How many reasons belong to no rule, for `cocket_decision_general`.
    pub general: usize,
    /// How many policies took part or were kept out, for `cocket_decision_policy`.
    pub policies: usize,
    /// How many exceptions named a failing rule, for `cocket_decision_exception`.
    pub exceptions: usize,
    /// How many pieces of evidence were looked at, for `cocket_decision_evidence`.
    pub evidence: usize,
    /// How many manifests of an index were judged, for `cocket_decision_platform`.
    pub platforms: usize,
    /// The reference as given; empty where the decision is about an object.
    pub image: Text,
    /// What it means, normalised; no text where it means nothing.
    pub canonical: Text,
    /// The internal name that it was judged under; no text where there is none.
    pub mirror: Text,
    /// The namespace; no text where none was given.
    pub namespace_name: Text,
    /// `apiVersion` of the object that the decision is about; no text where it is about an image.
    pub api_version: Text,
    /// The object's kind; no text where the decision is about an image.
    pub object_kind: Text,
    /// The object's name; no text where the decision is about an image.
    pub object_name: Text,
    /// The digest that the decision is about; of length 0 where none is known.
    pub digest: Digest,
    /// The digest of everything that the decision rests on.
    pub inputs: Digest,
    /// The moment it was decided for.
    pub now: Time,
    /// The first moment at which a date in it could change the answer; all zeros where none can.
    pub valid_until: Time,
}

/// The same findings counted in three ways; those set apart are left out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// 1 where the rule counts findings, else 0.
    pub counted: i32,
    /// Different vulnerabilities.
    pub vulnerability: u64,
    /// Different vulnerabilities, for each package anew.
    pub vulnerability_and_package: u64,
    /// Rows of the report.
    pub row: u64,
}

impl Counts {
    pub(crate) const NONE: Self =
        Self { counted: 0, vulnerability: 0, vulnerability_and_package: 0, row: 0 };

    pub(crate) fn of(counts: cocket::decision::Counts) -> Self {
        Self {
            counted: 1,
            vulnerability: counts.vulnerability,
            vulnerability_and_package: counts.vulnerability_and_package,
            row: counts.row,
        }
    }
}

/// How many findings a result lists.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// How many there are to read, with `cocket_decision_finding`.
    pub len: usize,
    /// How many more there are.
    pub more: u64,
}

impl Listed {
    pub(crate) const NONE: Self = Self { len: 0, more: 0 };

    pub(crate) fn of(list: &cocket::decision::FindingList) -> Self {
        Self { len: list.items.len(), more: list.more }
    }
}

/// How one rule of one policy came out. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RuleResult {
    /// The policy's name.
    pub policy: Text,
    /// The rule's id.
    pub rule: Text,
    /// The author's sentence for people who meet a failure; no text where there is none.
    pub message: Text,
    /// How bad a failure is, by its author: `low` to `critical`; no text where he does not say.
    pub severity: Text,
    /// Its findings, counted.
    pub counts: Counts,
    /// The findings that count.
    pub counted: Listed,
    /// The findings that do not.
    pub set_apart: Listed,
    /// How many controls it serves, for `cocket_decision_control`.
    pub controls: usize,
    /// How it came out.
    pub outcome: Outcome,
    /// The weight it has here.
    pub mode: Mode,
    /// How many reasons it gives, for `cocket_decision_reason`.
    pub reasons: usize,
}

/// Why a rule came out as it did. Its texts live as long as the decision.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Reason {
    /// The stable code, such as `signature.missing`.
    pub code: Text,
    /// What the code means, with what was found and expected, for people.
    pub message: Text,
    /// What was found; no text where that says nothing.
    pub found: Text,
    /// What was expected; no text where that says nothing.
    pub expected: Text,
    /// The platform that it is about; no text where the image has one alone.
    pub platform: Text,
    /// What to do; may be empty.
    pub remedy: Text,
    /// 1 where trying again may help, else 0.
    pub retryable: i32,
    /// How many pieces of evidence it comes from, for `cocket_decision_reason_evidence`.
    pub evidence: usize,
}

impl From<cocket::decision::Verdict> for Verdict {
    fn from(verdict: cocket::decision::Verdict) -> Self {
        match verdict {
            cocket::decision::Verdict::Allow => Self::Allow,
            cocket::decision::Verdict::Warn => Self::Warn,
            cocket::decision::Verdict::Deny => Self::Deny,
        }
    }
}

impl From<cocket::decision::Outcome> for Outcome {
    fn from(outcome: cocket::decision::Outcome) -> Self {
        match outcome {
            cocket::decision::Outcome::Pass => Self::Pass,
            cocket::decision::Outcome::Fail => Self::Fail,
            cocket::decision::Outcome::Waived => Self::Waived,
            cocket::decision::Outcome::Skipped => Self::Skipped,
            cocket::decision::Outcome::Excluded => Self::Excluded,
        }
    }
}

impl From<cocket::policy::model::Mode> for Mode {
    fn from(mode: cocket::policy::model::Mode) -> Self {
        match mode {
            cocket::policy::model::Mode::Audit => Self::Audit,
            cocket::policy::model::Mode::Warn => Self::Warn,
            cocket::policy::model::Mode::Enforce => Self::Enforce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_digest_fits_and_is_terminated() {
        let text = format!("sha512:{}", "a".repeat(128));
        let digest = Digest::of(&text.parse().unwrap());
        assert_eq!(digest.len, text.len());
        assert_eq!(digest.text[135], 0);
        assert!(digest.text.iter().zip(text.bytes()).all(|(a, b)| a.cast_unsigned() == b));
    }
}
