//! The compact form of a report: findings as spans of the report's own bytes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::said::{Listener, Said};
use super::{FixState, Status};
use crate::evidence::Severity;

/// A piece of text: of the source, or, past its end, of the texts that stand beside it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

/// The source and the few texts that do not stand in it as they are, because they are written
/// with escapes.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    source: Arc<[u8]>,
    beside: String,
}

impl Texts {
    pub(super) fn new(source: Arc<[u8]>) -> Self {
        Self { source, beside: String::new() }
    }

    /// Keeps a text; `None` where the whole is larger than a span can say.
    pub(super) fn keep(&mut self, text: Cow<'_, str>) -> Option<Span> {
        let inside = match &text {
            Cow::Borrowed(text) => self.position(text),
            Cow::Owned(_) => None,
        };
        let start = match inside {
            Some(start) => start,
            None => {
                let start = self.source.len().checked_add(self.beside.len())?;
                self.beside.push_str(&text);
                start
            }
        };
        Some(Span { start: start.try_into().ok()?, length: text.len().try_into().ok()? })
    }

    /// Where `text` stands in the source, if it was borrowed from it.
    fn position(&self, text: &str) -> Option<usize> {
        let start = text.as_ptr().addr().checked_sub(self.source.as_ptr().addr())?;
        (start.checked_add(text.len())? <= self.source.len()).then_some(start)
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.find(span).unwrap_or_default()
    }

    fn find(&self, span: Span) -> Option<&str> {
        let start = usize::try_from(span.start).ok()?;
        let length = usize::try_from(span.length).ok()?;
        match start.checked_sub(self.source.len()) {
            None => {
                let bytes = self.source.get(start..start.checked_add(length)?)?;
                std::str::from_utf8(bytes).ok()
            }
            Some(start) => self.beside.get(start..start.checked_add(length)?),
        }
    }

    /// Where the object starts whose first key is `key`.
    fn brace_before(&self, key: &str) -> Option<u32> {
        let before = self.source.get(..self.position(key)?)?;
        let before = before.strip_suffix(b"\"")?.trim_ascii_end();
        before.strip_suffix(b"{")?.len().try_into().ok()
    }

    /// The source from `start` on.
    pub(super) fn source_from(&self, start: u32) -> Option<&[u8]> {
        self.source.get(usize::try_from(start).ok()?..)
    }

    /// Leaves out what is empty, equal to `own` or there already, and keeps the order.
    pub(super) fn distinct(&self, own: Span, spans: &mut Vec<Span>) {
        if spans.is_empty() {
            return;
        }
        let mut seen = BTreeSet::from(["", self.text(own)]);
        spans.retain(|span| seen.insert(self.text(*span)));
    }

    pub(super) fn shrink(&mut self) {
        self.beside.shrink_to_fit();
    }
}

/// One finding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    pub(super) id: Span,
    pub(super) package: Span,
    pub(super) installed: Span,
    pub(super) fixed: Span,
    /// Decisions list it for each finding, so that reading the rest again would be most of the
    /// work of deciding.
    pub(super) url: Span,
    /// Position of the result that it belongs to.
    pub(super) result: u32,
    /// Where its object starts in the source; [`NOWHERE`] for one that says nothing.
    pub(super) start: u32,
    /// Where its aliases start; [`NOWHERE`] for none.
    pub(super) aliases: u32,
    pub(super) severity: Option<Severity>,
    pub(super) status: Option<Status>,
    pub(super) fix_state: Option<FixState>,
    pub(super) set_aside: Option<Status>,
}

/// No position: a source is never so long.
pub(super) const NOWHERE: u32 = u32::MAX;

// A report of 400 kB has about 200 findings: 2 kB each, of which this is 3 %.
const _: () = assert!(size_of::<Stored>() <= 56);

impl Stored {
    pub(super) fn new(result: usize) -> Self {
        Self {
            id: Span::default(),
            package: Span::default(),
            installed: Span::default(),
            fixed: Span::default(),
            url: Span::default(),
            result: u32::try_from(result).unwrap_or(NOWHERE),
            start: NOWHERE,
            aliases: NOWHERE,
            severity: None,
            status: None,
            fix_state: None,
            set_aside: None,
        }
    }
}

/// Runs of aliases, one after the other, each with a mark at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Aliases(Vec<Option<Span>>);

impl Aliases {
    /// Keeps a run, and gives its position.
    pub(super) fn keep(&mut self, run: &[Span]) -> u32 {
        match u32::try_from(self.0.len()) {
            Ok(start) if !run.is_empty() => {
                self.0.extend(run.iter().copied().map(Some));
                self.0.push(None);
                start
            }
            _ => NOWHERE,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn run(&self, start: u32) -> impl Iterator<Item = Span> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.0.get(start..).unwrap_or_default().iter().map_while(|span| *span)
    }

    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Keeps what every rule asks for of one finding.
pub(super) struct Keeper<'t> {
    texts: &'t mut Texts,
    pub(super) stored: Stored,
    pub(super) aliases: Vec<Span>,
    /// The versions that fix a package: its name, its ecosystem and the version.
    pub(super) fixes: Vec<[Span; 3]>,
}

impl<'t> Keeper<'t> {
    pub(super) fn new(texts: &'t mut Texts, result: usize) -> Self {
        let stored = Stored::new(result);
        Self { texts, stored, aliases: Vec::new(), fixes: Vec::new() }
    }

    /// The finding, and its aliases without its own id and without repetitions.
    pub(super) fn done(self) -> (Stored, Vec<Span>, Vec<[Span; 3]>) {
        let Self { texts, stored, mut aliases, fixes } = self;
        texts.distinct(stored.id, &mut aliases);
        (stored, aliases, fixes)
    }
}

impl<'de> Listener<'de> for Keeper<'_> {
    const WANTS_DATES: bool = false;

    fn hear(&mut self, said: Said<'de>) -> Result<(), &'static str> {
        let Self { texts, stored, aliases, fixes } = self;
        let mut keep = |text| texts.keep(text).ok_or("more text than is read");
        match said {
            Said::Id(text) => stored.id = keep(text)?,
            Said::Package(text) => stored.package = keep(text)?,
            Said::Installed(text) => stored.installed = keep(text)?,
            // Where two members name versions, none takes those of the other away.
            Said::Fixed(text) if text.is_empty() => {}
            Said::Fixed(text) => stored.fixed = keep(text)?,
            Said::FixOf { name, ecosystem, version } => {
                fixes.push([keep(name)?, keep(ecosystem)?, keep(version)?]);
            }
            Said::Url(text) => stored.url = keep(text)?,
            Said::Alias(text) => aliases.push(keep(text)?),
            Said::Severity(severity) => stored.severity = Some(severity),
            Said::Status(status) => stored.status = Some(status),
            Said::FixState(state) => stored.fix_state = Some(state),
            Said::SetAside(status) => stored.set_aside = Some(status),
            // The rest is read again from the finding's own bytes where it is asked for.
            Said::SeverityBy(..)
            | Said::SeveritySource(_)
            | Said::FixAvailable(_)
            | Said::SetAsideReason(_)
            | Said::Purl(_)
            | Said::Location(_)
            | Said::Published(_)
            | Said::Cvss(_)
            | Said::Epss(_)
            | Said::KnownExploited => {}
        }
        Ok(())
    }

    /// Remembers where the finding stands, for reading the rest of it later.
    fn opens(&mut self, first: Cow<'de, str>) -> Result<(), &'static str> {
        let start = match first {
            Cow::Borrowed(key) => self.texts.brace_before(key),
            Cow::Owned(_) => None,
        };
        // No scanner writes its own keys so; to read on without the place would lose the rest.
        self.stored.start = start.ok_or("the first key of a finding is written with escapes")?;
        Ok(())
    }
}

/// So many findings are kept in one piece.
const PIECE: usize = 32;

/// Findings in pieces that never move, so that reading needs little more than what is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    pieces: Vec<Vec<Stored>>,
    length: usize,
}

impl List {
    pub(super) fn push(&mut self, one: Stored) {
        self.length = self.length.saturating_add(1);
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(one),
            _ => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(one);
                self.pieces.push(piece);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter { findings: self.pieces.iter().flatten(), left: self.length }
    }
}

/// Goes through a [`List`].
pub(super) struct Iter<'a> {
    findings: std::iter::Flatten<std::slice::Iter<'a, Vec<Stored>>>,
    left: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Stored;

    fn next(&mut self) -> Option<&'a Stored> {
        let next = self.findings.next()?;
        self.left = self.left.saturating_sub(1);
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}
