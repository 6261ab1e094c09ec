//! Statements of named authorities that a finding does not affect the image.

use std::collections::BTreeMap;

use super::Source;
use super::attested::{payload, statements};
use super::rows::Row;
use crate::decision::EvidenceRecord;
use crate::evaluate::case::Case;
use crate::evaluate::requirement::Parties;
use crate::evidence::VouchedDocument;
use crate::evidence::purl::PackageUrl;
use crate::evidence::vex::{VexDocument, VexImage, VexMatch, VexPackage, VexStatus};
use crate::facts::{Payload, PlatformFacts};
use crate::policy::model::{VexMatchBy, VulnerabilitiesRule};
use crate::reference::{Digest, Reference};

/// The documents that the rule goes by, each with the authority that stands for it.
pub(super) struct Statements<'a> {
    documents: Vec<(String, Digest, &'a VexDocument)>,
    digests: Vec<Digest>,
    reference: &'a Reference,
    by_version: bool,
    /// Statements from before this moment do not count.
    oldest: Option<jiff::Timestamp>,
    latest: jiff::Timestamp,
}

impl<'a> Statements<'a> {
    pub(super) fn new(
        rule: &VulnerabilitiesRule,
        source: Option<&Source>,
        case: &mut Case<'a>,
        facts: &PlatformFacts,
    ) -> Self {
        let mut statements = Self {
            documents: Vec::new(),
            digests: case.digest.into_iter().chain([facts.digest]).collect(),
            reference: case.reference,
            by_version: false,
            oldest: None,
            latest: case.latest(),
        };
        let (Some(vex), Some(source)) = (&rule.vex, source) else { return statements };
        statements.by_version = vex.match_by == Some(VexMatchBy::Version);
        statements.oldest = vex.max_age.map(|age| case.ago(age.seconds()));
        match source {
            Source::Caller => statements.vouched(case),
            Source::Attested(parties) => statements.attested(parties, case, facts),
        }
        // Where a statement becomes too old, or its time comes, the answer may change.
        let age = vex.max_age.map_or(u64::MAX, |age| age.seconds());
        for (_, _, document) in &statements.documents {
            for date in document.statements().iter().filter_map(|one| one.timestamp) {
                // Only the moment is wanted here; each statement is judged where it is used.
                let _ = case.is_older(date, age);
            }
        }
        statements
    }

    fn vouched(&mut self, case: &mut Case<'a>) {
        for one in &case.facts.vouched {
            if let VouchedDocument::Vex(document) = &*one.document {
                self.documents.push(("caller".to_owned(), one.digest, document));
                case.record(EvidenceRecord {
                    authority: Some("caller".to_owned()),
                    ..EvidenceRecord::new(one.digest, "vex")
                });
            }
        }
    }

    fn attested(&mut self, parties: &Parties, case: &mut Case<'a>, facts: &PlatformFacts) {
        parties.horizons(case);
        let wanted = |payload: &Payload| matches!(payload, Payload::Vex(_));
        let own = std::iter::once(facts.digest);
        for digest in own.chain(case.digest.filter(|own| *own != facts.digest)) {
            for accepted in statements(parties, case, digest, "vex", wanted).accepted {
                if let Some(Payload::Vex(document)) = payload(case, &accepted)
                    && let Ok(document) = &**document
                {
                    let name = parties.name(accepted.position).to_owned();
                    self.documents.push((name, accepted.document, document));
                }
            }
        }
    }

    /// Whether there is nothing that could speak about a row.
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The statement that keeps a row from counting, in words. Each authority speaks by its
    /// latest statement; if one says `affected`, none suppresses.
    pub(super) fn suppressing(&self, row: &Row<'_>) -> Option<String> {
        let mut by_authority: BTreeMap<&str, (VexMatch<'_>, Digest)> = BTreeMap::new();
        for (name, digest, document) in &self.documents {
            let Some(found) = self.statement(document, row) else { continue };
            let known = by_authority.entry(name).or_insert((found, *digest));
            let rank = |one: &VexMatch<'_>| (one.timestamp(), !one.suppresses());
            if rank(&found) > rank(&known.0) {
                *known = (found, *digest);
            }
        }
        if by_authority.values().any(|(one, _)| one.status() == VexStatus::Affected) {
            return None;
        }
        let (name, (found, digest)) =
            by_authority.into_iter().find(|(_, (one, _))| one.suppresses())?;
        let statement = found.statement;
        let why = statement.justification.as_deref().or(statement.impact_statement.as_deref());
        let why = why.map_or_else(String::new, |why| format!(", {}", short(why)));
        Some(format!("{} by {name}{why} ({digest})", found.status().name()))
    }

    /// What a document says about a row, as far as its date lets it count.
    fn statement<'d>(&self, document: &'d VexDocument, row: &Row<'_>) -> Option<VexMatch<'d>> {
        let finding = row.finding();
        let purl = finding.purl().and_then(|purl| PackageUrl::parse(&purl).ok());
        let (name, version) = (finding.package(), finding.installed());
        let package = VexPackage { purl: purl.as_ref(), name, version };
        let image = VexImage {
            digests: &self.digests,
            reference: Some(self.reference),
            by_version: self.by_version,
        };
        let ids: Vec<&str> = row.names().collect();
        let found = document.statement_for(&image, &package, &ids)?;
        let date = found.timestamp();
        let counts = date.is_none_or(|date| date <= self.latest)
            && self.oldest.is_none_or(|oldest| date.is_some_and(|date| date >= oldest));
        // Bad news counts whenever it is from.
        (counts || !found.suppresses()).then_some(found)
    }
}

/// Text of a statement, cut where it is long.
fn short(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
