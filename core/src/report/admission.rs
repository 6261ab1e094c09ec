//! Decisions as the answer to an admission review.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::visible;
use super::{Judged, Origin, word};
use crate::decision::{Decision, Outcome, Reason, Subject, Verdict};
use crate::evaluate::{Admission, AdmissionDecision};
use crate::kubernetes::{AdmissionResponse, MAX_MESSAGE, MAX_WARNING, MAX_WARNINGS, Status};
use crate::policy::model::Mode;
use crate::reasons::{Code, ReasonKind};
use crate::reference::Digest;

/// Most digests and codes in one annotation of the audit log.
const LISTED: usize = 32;

/// The answer to the API server: allowed unless the verdict is `deny`, and within the API's
/// limits, which [`MAX_MESSAGE`], [`MAX_WARNING`] and [`MAX_WARNINGS`] tell. A malformed review is
/// refused with the HTTP status 400, a failure of the engine with 500, everything else with 403.
#[must_use]
pub fn admission_response(admission: &Admission) -> AdmissionResponse {
    let allowed = admission.verdict != Verdict::Deny;
    AdmissionResponse {
        version: admission.version,
        uid: admission.uid.clone().unwrap_or_default(),
        allowed,
        status: (!allowed).then(|| status(admission)),
        warnings: warnings(admission),
        audit_annotations: annotations(admission),
        patch: if allowed { admission.pins.clone() } else { Vec::new() },
    }
}

fn status(admission: &Admission) -> Status {
    let has = |code| admission.reasons.iter().any(|reason| reason.code == code);
    let (code, reason) = match () {
        () if has(Code::AdmissionFailed) => (500, "InternalError"),
        () if has(Code::AdmissionMalformed) => (400, "BadRequest"),
        () => (403, "Forbidden"),
    };
    let failures = failures(admission, Mode::Enforce);
    let message = match failures.is_empty() {
        true => "nothing was found that lets it pass".to_owned(),
        false => message(&failures),
    };
    Status { code, reason, message }
}

/// As many of the failures as the message holds, and how many more there are.
fn message(failures: &[String]) -> String {
    let mut text = String::new();
    for (position, failure) in failures.iter().enumerate() {
        let left = failures.len().saturating_sub(position);
        let more = format!("; and {left} more");
        let separator = if position == 0 { "" } else { "; " };
        let length = count(&text).saturating_add(count(separator)).saturating_add(count(failure));
        let reserve = if left > 1 { count(&more) } else { 0 };
        if position > 0 && length.saturating_add(reserve) > MAX_MESSAGE {
            return text + &more;
        }
        text.push_str(separator);
        text.push_str(&cut(failure, MAX_MESSAGE.saturating_sub(reserve)));
    }
    text
}

fn warnings(admission: &Admission) -> Vec<String> {
    let all = failures(admission, Mode::Warn);
    let mut written: Vec<String> = Vec::new();
    let mut total = 0_usize;
    for (position, text) in all.iter().enumerate() {
        let text = cut(text, MAX_WARNING);
        // Room for the last one, which says how many are left out.
        if total.saturating_add(count(&text)).saturating_add(MAX_WARNING) > MAX_WARNINGS {
            written.push(format!("and {} more", all.len().saturating_sub(position)));
            break;
        }
        total = total.saturating_add(count(&text));
        written.push(text);
    }
    written
}

/// What failed with this weight, each thing once, in the order of the decisions. The first
/// reason of a rule is told; the decision has all.
fn failures(admission: &Admission, mode: Mode) -> Vec<String> {
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    if mode == Mode::Enforce {
        let failing = admission.reasons.iter().filter(|reason| is_failure(reason));
        all.extend(failing.map(|reason| visible(&format!("{}: {reason}", reason.code))));
    }
    for one in &admission.decisions {
        all.extend(of_decision(&one.decision, mode));
    }
    all.retain(|text| told.insert(text.clone()));
    all
}

fn of_decision(decision: &Decision, mode: Mode) -> Vec<String> {
    let subject = match &decision.subject {
        Subject::Image(image) => format!("image `{}`", image.given),
        Subject::Object(object) => format!("{} `{}`", object.kind, object.name),
    };
    let failed =
        |rule: &&crate::decision::RuleResult| rule.outcome == Outcome::Fail && rule.mode == mode;
    let of_rules = decision.results.iter().filter(failed).map(|rule| {
        let name = format!("{subject}: {}/{}", rule.policy, rule.rule);
        let reason = rule.reasons.iter().find(|reason| is_failure(reason));
        match (reason, &rule.message) {
            (Some(reason), Some(said)) => format!("{name}: {}: {said} ({reason})", reason.code),
            (Some(reason), None) => format!("{name}: {}: {reason}", reason.code),
            (None, Some(said)) => format!("{name}: {said}"),
            (None, None) => format!("{name} is not satisfied"),
        }
    });
    let weight = if mode == Mode::Enforce { Verdict::Deny } else { Verdict::Warn };
    let general = decision.general.iter().filter(|_| decision.verdict == weight);
    let general = general.filter(|reason| is_failure(reason));
    let general = general.map(|reason| format!("{subject}: {}: {reason}", reason.code));
    of_rules.chain(general).map(|text| visible(&text)).collect()
}

fn is_failure(reason: &Reason) -> bool {
    reason.code.kind() == ReasonKind::Fail
}

/// Keys that are names by themselves: the API server puts `webhook's name/` before them and then
/// takes qualified names only.
fn annotations(admission: &Admission) -> BTreeMap<&'static str, String> {
    let mut out = BTreeMap::from([
        ("verdict", word(admission.verdict).to_owned()),
        ("policies", admission.policies.to_string()),
    ]);
    let decided = admission.decisions.iter().filter_map(|one| digest(&one.decision));
    let decided: BTreeSet<String> = decided.map(|digest| digest.to_string()).collect();
    let results = admission.decisions.iter().flat_map(|one| &one.decision.results);
    let failing = results.filter(|rule| rule.outcome == Outcome::Fail);
    let of_rules = failing.flat_map(|rule| &rule.reasons).filter(|reason| is_failure(reason));
    let general = admission.decisions.iter().flat_map(|one| &one.decision.general);
    let codes = of_rules.chain(general).chain(&admission.reasons);
    let codes: BTreeSet<String> = codes.map(|reason| reason.code.to_string()).collect();
    for (key, values) in [("decisions", decided), ("reasons", codes)] {
        if !values.is_empty() {
            out.insert(key, listed(&values));
        }
    }
    out
}

fn listed(values: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = values.iter().take(LISTED).map(String::as_str).collect();
    match values.len().saturating_sub(LISTED) {
        0 => shown.join(" "),
        more => format!("{} and {more} more", shown.join(" ")),
    }
}

/// The digest of a decision's canonical JSON.
fn digest(decision: &Decision) -> Option<Digest> {
    decision.to_canonical_json().ok().map(|text| Digest::sha256(text.as_bytes()))
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, most: usize) -> String {
    if count(text) <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept + "…"
}

impl From<AdmissionDecision> for Judged {
    fn from(one: AdmissionDecision) -> Self {
        let AdmissionDecision { decision, object, field } = one;
        let file = "AdmissionReview".to_owned();
        Self { decision, origin: Some(Origin { file, line: None, object, field }) }
    }
}
