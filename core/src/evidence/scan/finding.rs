//! One finding of a report.

use std::borrow::Cow;

use jiff::Timestamp;

use super::grype_match::Match;
use super::in_toto::Vulnerability as InTotoVulnerability;
use super::osv_advisory::Advisory;
use super::rating::Cvss;
use super::store::Stored;
use super::trivy_finding::{Modified, Vulnerability};
use super::{Details, Dialect, Document, Epss, FixState, Status};
use crate::evidence::{Severity, json};

/// One finding of a report.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    pub(super) document: &'a Document,
    pub(super) stored: &'a Stored,
}

impl<'a> Finding<'a> {
    /// The id, such as `CVE-2021-44228`, as it is written; it may be empty.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.document.texts.text(self.stored.id)
    }

    /// Other ids of the same issue in this report, without repetitions: Trivy's ids of vendors,
    /// Grype's related vulnerabilities, and for OSV-Scanner the aliases of the advisory and the
    /// ids of its group.
    pub fn aliases(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let document = self.document;
        document.aliases.run(self.stored.aliases).map(|span| document.texts.text(span))
    }

    /// The package's name; empty where the report does not say.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.document.texts.text(self.stored.package)
    }

    /// The package URL; `None` where the report does not say.
    #[must_use]
    pub fn purl(&self) -> Option<Cow<'a, str>> {
        self.details().purl
    }

    /// The installed version.
    #[must_use]
    pub fn installed(&self) -> &'a str {
        self.document.texts.text(self.stored.installed)
    }

    /// The fixed version or versions as written, with commas between them; empty where none is
    /// known.
    #[must_use]
    pub fn fixed(&self) -> &'a str {
        self.document.texts.text(self.stored.fixed)
    }

    /// Whether a fixed version is named, whatever the status says.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixed().trim().is_empty()
    }

    /// What the scanner says about a fix; `None` where it says nothing.
    #[must_use]
    pub fn fix_state(&self) -> Option<FixState> {
        self.stored.fix_state
    }

    /// When a fix became available, as newer reports of Grype say; of several versions, the
    /// first.
    #[must_use]
    pub fn fix_available_at(&self) -> Option<Timestamp> {
        self.details().fix_available_at
    }

    /// The severity by the scanner's own choice; `Unknown` where it gives none, or a word that
    /// is not a severity. OSV-Scanner chooses none: it is the word of the advisory's database,
    /// else the worst that the advisory's complete vectors give.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.stored.severity.unwrap_or(Severity::Unknown)
    }

    /// Whether the report gives a severity at all.
    #[must_use]
    pub fn has_severity(&self) -> bool {
        self.stored.severity.is_some()
    }

    /// Whose severity the scanner chose, such as `nvd` or `debian`; `None` where the report does
    /// not say.
    #[must_use]
    pub fn severity_source(&self) -> Option<Cow<'a, str>> {
        self.details().severity_source
    }

    /// Every severity that the report gives, with its source: first the scanner's own choice
    /// under the scanner's name, then those of the sources that it names, such as `nvd`,
    /// `ghsa` or `debian`, as they stand in the report. A source may stand there twice.
    pub fn severities(&self) -> impl Iterator<Item = (Cow<'a, str>, Severity)> + use<'a> {
        let scanner = Cow::Borrowed(self.document.scanner());
        let own = self.stored.severity.map(|severity| (scanner, severity));
        own.into_iter().chain(self.details().severities)
    }

    /// Every rating that the report repeats, as published.
    pub fn cvss(&self) -> impl Iterator<Item = Cvss<'a>> + use<'a> {
        self.details().cvss.into_iter()
    }

    /// The likelihood of exploitation; of several, the highest. `None` where the report does not
    /// say, which is not a likelihood of zero.
    #[must_use]
    pub fn epss(&self) -> Option<Epss> {
        self.details().epss
    }

    /// Whether it is known to be exploited; `None` where this report cannot know. It can where
    /// Grype's database says that it holds the catalogue of such vulnerabilities.
    #[must_use]
    pub fn known_exploited(&self) -> Option<bool> {
        match self.details().known_exploited {
            true => Some(true),
            false => self.document.knows_exploited.then_some(false),
        }
    }

    /// When the vulnerability was published; `None` where the report does not say.
    #[must_use]
    pub fn published_at(&self) -> Option<Timestamp> {
        self.details().published_at
    }

    /// Trivy's word for the state of the finding; `None` where it says nothing. It explains, and
    /// decides nothing.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.stored.status
    }

    /// Whether the scanner set the finding aside, by an ignore list or a VEX document. It counts
    /// all the same, unless the policy accepts the scanner's own filters.
    #[must_use]
    pub fn is_set_aside(&self) -> bool {
        self.stored.set_aside.is_some()
    }

    /// As what it was set aside; `None` where it was not.
    #[must_use]
    pub fn set_aside_as(&self) -> Option<Status> {
        self.stored.set_aside
    }

    /// Why it was set aside, in the words of who wrote the rule.
    #[must_use]
    pub fn set_aside_reason(&self) -> Option<Cow<'a, str>> {
        self.details().set_aside_reason.filter(|_| self.is_set_aside())
    }

    /// Where to read more. It comes from the report, so it may be any text.
    #[must_use]
    pub fn primary_url(&self) -> Option<&'a str> {
        Some(self.document.texts.text(self.stored.url)).filter(|url| !url.is_empty())
    }

    /// The file that holds the package; `None` where the report does not say.
    #[must_use]
    pub fn location(&self) -> Option<Cow<'a, str>> {
        self.details().location
    }

    /// What the result is about that holds the finding, such as a file or an operating system;
    /// empty where the report has no such results.
    #[must_use]
    pub fn target(&self) -> &'a str {
        let target = usize::try_from(self.stored.result).ok();
        let target = target.and_then(|position| self.document.targets.get(position));
        target.map(|span| self.document.texts.text(*span)).unwrap_or_default()
    }

    /// Everything else that the report says of it, read from the finding's own bytes.
    #[must_use]
    pub fn details(&self) -> Details<'a> {
        let mut details = Details::default();
        let Some(bytes) = self.document.texts.source_from(self.stored.start) else {
            return details;
        };
        let heard = match (self.document.dialect, self.is_set_aside()) {
            (Dialect::TrivyV1 | Dialect::TrivyV2, false) => {
                json::read_again(bytes, &mut Vulnerability(&mut details))
            }
            (Dialect::TrivyV1 | Dialect::TrivyV2, true) => {
                json::read_again(bytes, &mut Modified::new(&mut details))
            }
            (Dialect::Grype, _) => json::read_again(bytes, &mut Match::new(&mut details)),
            (Dialect::OsvScanner, _) => json::read_again(bytes, &mut Advisory::new(&mut details)),
            (Dialect::InTotoVulns, _) => {
                json::read_again(bytes, &mut InTotoVulnerability::new(&mut details))
            }
        };
        match heard {
            Ok(()) => details,
            // The same reader read the same bytes before: nothing of this can happen.
            Err(_) => Details::default(),
        }
    }
}
