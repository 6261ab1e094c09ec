//! Reports in signed statements.

use std::collections::BTreeMap;

use super::reports::{Bound, Names, binding};
use crate::decision::Reason;
use crate::evaluate::case::{Case, code, reason};
use crate::evaluate::history::rollback;
use crate::evaluate::requirement::{Accepted, Parties, Question, Sorted};
use crate::evidence::scan::AttestedScan;
use crate::evidence::signing::SignedDocument;
use crate::facts::{Payload, SignedFact};
use crate::policy::model::VulnerabilitiesRule;
use crate::reasons::Code;
use crate::reference::Digest;
use crate::verify::{Refusal, Verified, attests};

/// The statements of the authorities about one digest whose payload is `wanted`.
pub(super) fn statements<'a>(
    parties: &Parties,
    case: &mut Case<'a>,
    digest: Digest,
    kind: &'static str,
    wanted: fn(&Payload) -> bool,
) -> Sorted<'a> {
    let concerns = |fact: &SignedFact| match &fact.payload {
        Some(payload) => wanted(payload),
        // What cannot be read, or nobody stands for, might have been one.
        None => fact.proofs.is_err(),
    };
    let question =
        Question { digest, kind, concerns: &concerns, accepts: &|one| about(one, &digest) };
    parties.sort(case, &question)
}

fn about(document: &Verified<SignedDocument>, digest: &Digest) -> Result<(), Refusal> {
    let predicate_type = document.value().claim().predicate_type.clone().unwrap_or_default();
    attests(document, digest, &predicate_type)
}

/// The payload of a document that was accepted.
pub(super) fn payload<'a>(case: &Case<'a>, accepted: &Accepted<'_>) -> Option<&'a Payload> {
    let mut documents = case.facts.signed.documents.iter();
    let fact = documents.find(|fact| fact.digest == accepted.document && fact.payload.is_some())?;
    fact.payload.as_deref()
}

/// The reports about this manifest that enough of the authorities stand for, or why there are
/// none. What an authority signed about this image and cannot be used is not passed over.
pub(super) fn bound<'a>(
    rule: &VulnerabilitiesRule,
    parties: &Parties,
    case: &mut Case<'a>,
    names: &Names,
) -> Result<Vec<Bound<'a>>, Reason> {
    parties.horizons(case);
    let mut signers = parties.none();
    let mut bound = Vec::new();
    let mut refused = BTreeMap::new();
    let index = names.judged.filter(|judged| *judged != names.manifest);
    for (digest, is_index) in [(Some(names.manifest), false), (index, true)] {
        let Some(digest) = digest else { continue };
        let scans = |payload: &Payload| matches!(payload, Payload::Scan(_));
        let sorted = statements(parties, case, digest, "scan", scans);
        refused.extend(sorted.refused);
        for accepted in &sorted.accepted {
            let Some(Payload::Scan(scan)) = payload(case, accepted) else { continue };
            let fail = |code| Reason::new(code).from_evidence(accepted.document);
            let scan = match &**scan {
                Ok(scan) => scan,
                Err(error) => return Err(fail(code(error.kind)).found(error.to_string())),
            };
            let scanners = rule.scanners.as_deref();
            let scanner = scan.report.scanner();
            if scanners.is_some_and(|names| !names.iter().any(|name| name.as_str() == scanner)) {
                continue;
            }
            // About an index, the report itself must say which of its manifests was scanned.
            let subject = (!is_index).then_some(digest);
            if let Err(code) = binding(rule, &scan.report, subject, names) {
                if is_index && code == Code::EvidenceWrongSubject {
                    continue;
                }
                return Err(fail(code).found("a report inside the statement"));
            }
            if let Some(signers) = signers.get_mut(accepted.position) {
                signers.insert(&accepted.verified.signer().id);
            }
            let one = one(scan, accepted);
            one.made_at.into_iter().for_each(|at| case.dated(accepted.document, at));
            bound.push(one);
        }
    }
    for position in 0..signers.len() {
        if let Some(reason) = rolled_back(parties, case, (position, names), &bound) {
            return Err(reason);
        }
    }
    if parties.enough(&signers) {
        return Ok(bound);
    }
    Err(missing(parties, case, &refused))
}

/// Why the reports of an authority are not the latest that it signed, going by what was recorded.
fn rolled_back(
    parties: &Parties,
    case: &Case<'_>,
    (position, names): (usize, &Names),
    bound: &[Bound<'_>],
) -> Option<Reason> {
    let digests = [Some(names.manifest), names.judged];
    let latest = |digest| case.history.latest(digest, parties.name(position), Payload::SCANS);
    let recorded = digests.into_iter().flatten().filter_map(latest).max()?;
    let own = bound.iter().filter(|one| one.by == position);
    rollback(recorded, own.filter_map(|one| one.made_at).max())
}

fn one<'a>(scan: &'a AttestedScan, accepted: &Accepted<'_>) -> Bound<'a> {
    let signer = accepted.verified.signer();
    let proven = signer.proven_at;
    let stated = scan.finished_at.or_else(|| scan.report.created_at()).or(signer.signed_after);
    let updated = scan.database.as_ref().and_then(|database| database.updated_at);
    let built = scan.report.database().and_then(|database| database.built_at);
    Bound {
        report: &scan.report,
        digest: accepted.document,
        by: accepted.position,
        // A payload's time is never later than the proven one.
        made_at: stated.map(|stated| proven.map_or(stated, |proven| stated.min(proven))),
        database_at: [updated, built].into_iter().flatten().min(),
    }
}

fn missing(parties: &Parties, case: &Case<'_>, refused: &BTreeMap<Digest, String>) -> Reason {
    if case.facts.signed.cut {
        return Reason::new(Code::EvidenceTooMuch);
    }
    if let Some(gap) = &case.facts.gap {
        return reason(gap);
    }
    let found = match refused.values().next() {
        None => "no signed scan report".to_owned(),
        Some(why) => format!("no signed scan report that counts: {why}"),
    };
    let expected = parties.expected("a scan report", "scan reports");
    Reason::new(Code::EvidenceMissing).found(found).expected(expected)
}
