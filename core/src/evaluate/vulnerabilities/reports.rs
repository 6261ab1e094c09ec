//! Which reports speak for a manifest.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Source, attested};
use crate::decision::{EvidenceRecord, Reason};
use crate::evaluate::case::{Case, code, reason};
use crate::evidence::scan::ScanReport;
use crate::evidence::{EvidenceError, Vouched, VouchedDocument};
use crate::facts::PlatformFacts;
use crate::policy::model::{BindBy, VulnerabilitiesRule};
use crate::reasons::Code;
use crate::reference::Digest;

/// A report that is about the manifest in hand.
pub(super) struct Bound<'a> {
    pub(super) report: &'a ScanReport,
    pub(super) digest: Digest,
    /// Who stands for it: the authority's position in the rule; 0 for the caller.
    pub(super) by: usize,
    /// When the image was looked at.
    pub(super) made_at: Option<Timestamp>,
    /// When the scanner's database was made.
    pub(super) database_at: Option<Timestamp>,
}

impl Bound<'_> {
    /// The oldest of the dates that say when the image was looked at, and with what knowledge.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let made = self.made_at?;
        Some(self.database_at.map_or(made, |database| made.min(database)))
    }
}

/// What a report may call the manifest.
pub(super) struct Names {
    pub(super) manifest: Digest,
    config: Digest,
    /// The judged digest: of an index, or of the manifest itself.
    pub(super) judged: Option<Digest>,
}

/// The reports about this manifest, or why there is none.
pub(super) fn bound<'a>(
    rule: &VulnerabilitiesRule,
    source: &Source,
    case: &mut Case<'a>,
    facts: &PlatformFacts,
) -> Result<Vec<Bound<'a>>, Reason> {
    let content = facts.content.as_ref().map_err(reason)?;
    let config = content.manifest.config.digest;
    let names = Names { manifest: facts.digest, config, judged: case.digest };
    match source {
        Source::Caller => vouched(rule, case, &names),
        Source::Attested(parties) => attested::bound(rule, parties, case, &names),
    }
}

fn vouched<'a>(
    rule: &VulnerabilitiesRule,
    case: &mut Case<'a>,
    names: &Names,
) -> Result<Vec<Bound<'a>>, Reason> {
    let mut bound = Vec::new();
    // The refusal of what names this image tells more than that of what names another.
    let (mut telling, mut other) = (None, None);
    for vouched in &case.facts.vouched {
        let report = match &*vouched.document {
            VouchedDocument::Scan(report) => Ok(&**report),
            VouchedDocument::Unreadable(error) => Err(error),
            _ => continue,
        };
        let about = vouched.subject == Some(names.manifest);
        match judged(rule, vouched, report, names) {
            Ok((report, by)) => {
                case.record(accepted(vouched.digest, by, names));
                bound.push(Bound {
                    report,
                    digest: vouched.digest,
                    by: 0,
                    made_at: report.created_at(),
                    database_at: report.database().and_then(|database| database.built_at),
                });
            }
            // What the caller names for this image must not be passed over for something better.
            Err(reason) if about => return Err(reason),
            Err(reason) if reason.code == Code::EvidenceWrongSubject => {
                other = other.or(Some(reason));
            }
            Err(reason) => {
                let why = reason.to_string();
                case.record(EvidenceRecord {
                    refused: Some(why),
                    ..EvidenceRecord::new(vouched.digest, "scan")
                });
                telling = telling.or(Some(reason));
            }
        }
    }
    if bound.is_empty() {
        let missing = || {
            Reason::new(Code::EvidenceMissing)
                .found("no scan report")
                .expected("a report that the caller hands in")
        };
        return Err(telling.or(other).unwrap_or_else(missing));
    }
    Ok(bound)
}

/// The report and how it is bound to the manifest, or why it does not count.
fn judged<'a>(
    rule: &VulnerabilitiesRule,
    vouched: &Vouched,
    report: Result<&'a ScanReport, &EvidenceError>,
    names: &Names,
) -> Result<(&'a ScanReport, &'static str), Reason> {
    let fail = |code| Reason::new(code).from_evidence(vouched.digest);
    let report = report.map_err(|error| fail(code(error.kind)).found(error.to_string()))?;
    let by = binding(rule, report, vouched.subject, names).map_err(fail)?;
    let accepted = rule.scanners.as_deref();
    if accepted.is_some_and(|names| !names.iter().any(|name| name.as_str() == report.scanner())) {
        return Err(fail(Code::EvidenceUnsupported).found(report.scanner().to_owned()));
    }
    Ok((report, by))
}

/// How a report names the manifest. Nothing in it may name another image: not even where the
/// caller says that it is about this one. What names only the index that is judged does not say
/// which of its manifests was scanned.
pub(super) fn binding(
    rule: &VulnerabilitiesRule,
    report: &ScanReport,
    subject: Option<Digest>,
    names: &Names,
) -> Result<&'static str, Code> {
    let own = |digest: &Digest| *digest == names.manifest || *digest == names.config;
    let index = |digest: &Digest| Some(*digest) == names.judged;
    let named = report.config_digest();
    for digest in subject.iter().chain(&named) {
        match (own(digest), index(digest)) {
            (true, _) => {}
            (false, true) => return Err(Code::EvidenceUnbound),
            (false, false) => return Err(Code::EvidenceWrongSubject),
        }
    }
    let listed = report.repo_digests();
    if listed.contains(&names.manifest) || named == Some(names.manifest) {
        return Ok("manifest");
    }
    match (named, subject) {
        (Some(_), _) if rule.bind_by == Some(BindBy::Manifest) => Err(Code::EvidenceUnbound),
        (Some(_), _) => Ok("config"),
        (None, _) if listed.iter().any(index) => Err(Code::EvidenceUnbound),
        (None, _) if !listed.is_empty() => Err(Code::EvidenceWrongSubject),
        (None, Some(_)) => Ok("caller"),
        (None, None) => Err(Code::EvidenceUnbound),
    }
}

/// The latest report of each scanner by each authority; of several with one date, all of them.
pub(super) fn latest_by_scanner<'b, 'a>(bound: &'b [Bound<'a>]) -> Vec<&'b Bound<'a>> {
    let mut latest: BTreeMap<(usize, &str), Option<Timestamp>> = BTreeMap::new();
    for one in bound {
        let date = latest.entry((one.by, one.report.scanner())).or_default();
        *date = (*date).max(one.made_at);
    }
    let mut found: Vec<&Bound<'a>> = bound
        .iter()
        .filter(|one| {
            // What has no date cannot be shown to be older than any other.
            let date = one.made_at;
            date.is_none() || latest.get(&(one.by, one.report.scanner())) == Some(&date)
        })
        .collect();
    found.sort_by_key(|one| (one.digest, one.by));
    found.dedup_by_key(|one| one.digest);
    found
}

fn accepted(digest: Digest, by: &'static str, names: &Names) -> EvidenceRecord {
    EvidenceRecord {
        subject: Some(if by == "config" { names.config } else { names.manifest }),
        bound_by: Some(by),
        authority: Some("caller".to_owned()),
        ..EvidenceRecord::new(digest, "scan")
    }
}
