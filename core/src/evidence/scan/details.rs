//! What a report says of a finding beside what every rule asks for.

use std::borrow::Cow;

use jiff::Timestamp;

use super::rating::Cvss;
use super::said::{Listener, Said};
use crate::evidence::Severity;

/// How likely a vulnerability is to be exploited, by the Exploit Prediction Scoring System.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epss {
    /// The probability, in millionths.
    pub score_millionths: u32,
    /// The share of all vulnerabilities that are no likelier, in millionths.
    pub percentile_millionths: Option<u32>,
    /// The day of the prediction; `None` where the report does not say.
    pub date: Option<Timestamp>,
}

/// What a report says of one finding beside what every rule asks for. It is read from the
/// finding's own bytes whenever it is asked for; who needs several of these should ask
/// [`Finding::details`](super::Finding::details) once.
#[derive(Debug, Clone, Default)]
pub struct Details<'a> {
    /// Other ids of the same issue that the finding itself names, as written.
    pub aliases: Vec<Cow<'a, str>>,
    /// The package URL.
    pub purl: Option<Cow<'a, str>>,
    /// Where to read more. It comes from the report, so it may be any text.
    pub url: Option<Cow<'a, str>>,
    /// The file that holds the package.
    pub location: Option<Cow<'a, str>>,
    /// Whose severity the scanner chose, such as `nvd`.
    pub severity_source: Option<Cow<'a, str>>,
    /// The severity by each source that the report names, without the scanner's own choice.
    pub severities: Vec<(Cow<'a, str>, Severity)>,
    /// Each published rating.
    pub cvss: Vec<Cvss<'a>>,
    /// The likelihood of exploitation; of several, the highest.
    pub epss: Option<Epss>,
    /// Whether the report says that it is known to be exploited. `false` may also mean that the
    /// report cannot know: see [`Finding::known_exploited`](super::Finding::known_exploited).
    pub known_exploited: bool,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When a fix became available; of several versions, the first.
    pub fix_available_at: Option<Timestamp>,
    /// Why the scanner set it aside, in the words of who wrote the rule.
    pub set_aside_reason: Option<Cow<'a, str>>,
}

impl<'a> Listener<'a> for Details<'a> {
    fn hear(&mut self, said: Said<'a>) -> Result<(), &'static str> {
        match said {
            Said::Alias(text) => self.aliases.push(text),
            Said::Purl(text) => self.purl = some(text),
            Said::Url(text) => self.url = some(text),
            Said::Location(text) => {
                self.location.get_or_insert(text);
            }
            Said::SeveritySource(text) => self.severity_source = Some(text),
            Said::SeverityBy(source, severity) => self.severities.push((source, severity)),
            Said::Cvss(cvss) => self.cvss.push(cvss),
            Said::Epss(epss) => self.epss = self.epss.max(Some(epss)),
            Said::KnownExploited => self.known_exploited = true,
            Said::Published(time) => self.published_at = Some(time),
            Said::FixAvailable(time) => {
                self.fix_available_at = self.fix_available_at.into_iter().chain([time]).min();
            }
            Said::SetAsideReason(text) => {
                self.set_aside_reason.get_or_insert(text);
            }
            Said::Id(_)
            | Said::Package(_)
            | Said::Installed(_)
            | Said::Fixed(_)
            | Said::FixOf { .. }
            | Said::Severity(_)
            | Said::Status(_)
            | Said::FixState(_)
            | Said::SetAside(_) => {}
        }
        Ok(())
    }
}

fn some(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(text).filter(|text| !text.is_empty())
}
