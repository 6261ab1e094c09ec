//! Feeds that the caller hands in: exploit predictions, and known exploitation.

use jiff::Timestamp;

use super::rows::Row;
use crate::decision::{Detail, EvidenceRecord, Reason};
use crate::evaluate::case::Case;
use crate::evidence::VouchedDocument;
use crate::evidence::feeds::{Epss, Kev};
use crate::policy::model::{FeedRule, VulnerabilitiesRule};
use crate::reasons::Code;
use crate::reference::Digest;

/// The feeds that a rule goes by: the latest of each kind.
#[derive(Default)]
pub(super) struct Feeds<'a> {
    epss: Option<&'a Epss>,
    kev: Option<&'a Kev>,
}

impl<'a> Feeds<'a> {
    /// The feeds at hand; one that the rule names must be there and fresh.
    pub(super) fn new(rule: &VulnerabilitiesRule, case: &mut Case<'a>) -> Result<Self, Reason> {
        let named = rule.feeds.as_ref();
        let mut feeds = Self::default();
        if rule.epss.is_some() {
            let found = case.facts.vouched.iter().filter_map(|one| match &*one.document {
                VouchedDocument::Epss(feed) => Some((feed.score_date(), one.digest, feed)),
                _ => None,
            });
            let rule = named.and_then(|feeds| feeds.epss.as_ref());
            feeds.epss = latest(found.collect(), rule, "EPSS", case)?;
        }
        if rule.known_exploited.is_some() {
            let found = case.facts.vouched.iter().filter_map(|one| match &*one.document {
                VouchedDocument::Kev(feed) => Some((feed.released(), one.digest, feed)),
                _ => None,
            });
            let rule = named.and_then(|feeds| feeds.kev.as_ref());
            feeds.kev = latest(found.collect(), rule, "KEV", case)?;
        }
        Ok(feeds)
    }

    /// Score and percentile in millionths: the worst of what the feed has for a row's names.
    pub(super) fn epss(&self, row: &Row<'_>) -> Option<(u32, u32)> {
        let feed = self.epss?;
        let scores = row.names().filter_map(|id| feed.score(id));
        scores.map(|score| (score.probability.get(), score.percentile.get())).max()
    }

    /// Whether the list has one of the row's names; `None` without a list, and for a row that has
    /// no CVE, which the list goes by.
    pub(super) fn known_exploited(&self, row: &Row<'_>) -> Option<bool> {
        let feed = self.kev?;
        let mut cves = row.names().filter(|id| id.starts_with("CVE-")).peekable();
        cves.peek()?;
        Some(cves.any(|id| feed.entry(id).is_some()))
    }
}

/// The latest that does not lie in the future. Without a rule it need not be there.
fn latest<'a, T>(
    found: Vec<(Timestamp, Digest, &'a T)>,
    rule: Option<&FeedRule>,
    name: &str,
    case: &mut Case<'a>,
) -> Result<Option<&'a T>, Reason> {
    let dated = found.into_iter().filter(|(date, ..)| !case.is_future(*date));
    let Some((date, digest, feed)) = dated.max_by_key(|(date, digest, _)| (*date, *digest)) else {
        return match rule {
            None => Ok(None),
            Some(_) => Err(Reason::new(Code::EvidenceMissing)
                .found(format!("no {name} feed"))
                .expected("a feed that the caller hands in")),
        };
    };
    if let Some(rule) = rule
        && case.is_older(date, rule.max_age.seconds())?
    {
        return Err(Reason::new(Code::VulnerabilitiesFeedTooOld)
            .found(Detail::Time(date))
            .expected(format!("an {name} feed not older than {}", rule.max_age))
            .from_evidence(digest));
    }
    case.record(EvidenceRecord {
        authority: Some("caller".to_owned()),
        ..EvidenceRecord::new(digest, "feed")
    });
    Ok(Some(feed))
}
