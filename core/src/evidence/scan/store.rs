//! The compact form of a report: findings as spans of the report's own bytes.

use std::borrow::Cow;
use std::sync::Arc;

use super::Status;
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
    pub(super) primary_url: Span,
    /// Position of the result that it belongs to.
    pub(super) result: u32,
    pub(super) severity: Option<Severity>,
    pub(super) status: Option<Status>,
    pub(super) set_aside: Option<Status>,
}

// A report of 400 kB has about 200 findings: 2 kB each, of which this is 2.5 %.
const _: () = assert!(size_of::<Stored>() <= 48);

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
