//! A source's text, and places in it as people count them.

use super::limits::MAX_SOURCE_BYTES;
use crate::policy::shown::clipped;
use crate::policy::{PolicyError, PolicyErrorKind};

/// Most characters of a line that a snippet shows.
const SNIPPET_WIDTH: usize = 100;
/// Most characters of a message; values in it are clipped already.
const DETAIL_WIDTH: usize = 800;

/// A text with its source's name; the byte-order mark is left off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
}

/// A fault whose place is still an offset into the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: PolicyErrorKind,
    pub(super) at: u32,
    pub(super) path: String,
    pub(super) detail: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn new(kind: PolicyErrorKind, at: u32, path: &str, detail: String) -> Self {
        Self { kind, at, path: path.to_owned(), detail, help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl<'t> Text<'t> {
    /// Reads a source's bytes.
    pub(super) fn new(name: &'t str, bytes: &'t [u8]) -> Result<Self, Box<PolicyError>> {
        if bytes.len() > MAX_SOURCE_BYTES {
            let detail = format!(
                "the source has {} bytes, and {MAX_SOURCE_BYTES} are the most",
                bytes.len()
            );
            let fault = Fault::new(PolicyErrorKind::Limit, 0, "", detail);
            return Err(Box::new(Self { name, text: "" }.error(fault)));
        }
        let syntax = |text: &str, at: usize, detail: &str, help: Option<&str>| {
            let mut fault = Fault::new(PolicyErrorKind::Syntax, offset(at), "", detail.to_owned());
            fault.help = help.map(str::to_owned);
            Box::new(Text { name, text }.error(fault))
        };
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let help = Some("save it as UTF-8");
            return Err(syntax("", 0, "the source is in UTF-16, and UTF-8 is expected", help));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            let good = bytes.get(..at).and_then(|good| std::str::from_utf8(good).ok());
            let odd = bytes.get(at).copied().unwrap_or_default();
            let detail = format!("the byte `0x{odd:02x}` is not UTF-8");
            syntax(good.unwrap_or_default(), at, &detail, Some("save it as UTF-8"))
        })?;
        match text.find('\0') {
            None => Ok(Self { name, text }),
            Some(at) => Err(syntax(text, at, "the source holds a NUL character", None)),
        }
    }

    /// The fault with its place as people count it.
    pub(super) fn error(&self, fault: Fault) -> PolicyError {
        self.placed(fault, &mut Place::default())
    }

    /// The faults with their places; they are in order, so that the text is walked once.
    pub(super) fn errors(&self, faults: Vec<Fault>) -> Vec<PolicyError> {
        let mut place = Place::default();
        faults.into_iter().map(|fault| self.placed(fault, &mut place)).collect()
    }

    fn placed(&self, fault: Fault, place: &mut Place) -> PolicyError {
        let at = usize::try_from(fault.at).unwrap_or(usize::MAX).min(self.text.len());
        place.advance(self.text, at);
        let secret = fault.detail.contains(PRIVATE_KEY);
        PolicyError {
            kind: fault.kind,
            file: self.name.to_owned(),
            line: offset(place.line),
            column: offset(place.before.saturating_add(1)),
            path: fault.path,
            detail: clipped(&fault.detail, DETAIL_WIDTH),
            help: fault.help.map(|help| clipped(&help, DETAIL_WIDTH)),
            snippet: (!secret).then(|| self.snippet(place)),
        }
    }

    /// The line, or the part of a long line around the place, and a mark.
    fn snippet(&self, place: &Place) -> String {
        let rest = self.text.get(place.at..).unwrap_or_default();
        let after: String = rest
            .chars()
            .take_while(|c| !matches!(c, '\n' | '\r'))
            .take(SNIPPET_WIDTH.saturating_add(1))
            .collect();
        let length = place.before.saturating_add(after.chars().count());
        let is_long = length > SNIPPET_WIDTH && place.before > SNIPPET_WIDTH / 2;
        let lead = if is_long { SNIPPET_WIDTH / 2 } else { place.before };
        let before = self.text.get(place.start..place.at).unwrap_or_default();
        let mut shown: Vec<char> = before.chars().rev().take(lead).collect();
        shown.reverse();
        let room = SNIPPET_WIDTH.saturating_sub(lead);
        shown.extend(after.chars().take(room));
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        let mut line: String = shown.into_iter().map(visible).collect();
        if after.chars().count() > room {
            line.push('…');
        }
        let line = clipped(&line, SNIPPET_WIDTH.saturating_add(1));
        let ellipsis = if lead < place.before { "…" } else { "" };
        let column = lead.saturating_add(ellipsis.chars().count());
        let margin = place.line.to_string();
        let blank = " ".repeat(margin.len());
        let mark = "^".repeat(token_width(&after).clamp(1, room.max(1)));
        let pad = " ".repeat(column);
        format!("{blank} |\n{margin} | {ellipsis}{line}\n{blank} | {pad}{mark}")
    }
}

/// A place in a text, and its line.
struct Place {
    /// Bytes from the start of the text.
    at: usize,
    /// From 1.
    line: usize,
    /// Where the line starts, in bytes.
    start: usize,
    /// Characters of the line before the place.
    before: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { at: 0, line: 1, start: 0, before: 0 }
    }
}

impl Place {
    fn advance(&mut self, text: &str, to: usize) {
        if to < self.at {
            *self = Self::default();
        }
        let from = self.at;
        for (position, c) in text.get(from..to).unwrap_or_default().char_indices() {
            self.at = from.saturating_add(position).saturating_add(c.len_utf8());
            // YAML 1.2.2, section 5.4: a lone carriage return ends a line too.
            let ends = match c {
                '\n' => true,
                '\r' => text.as_bytes().get(self.at) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                self.line = self.line.saturating_add(1);
                self.start = self.at;
                self.before = 0;
            } else {
                self.before = self.before.saturating_add(1);
            }
        }
    }
}

/// The words of a message whose place must not be shown.
pub(in crate::policy) const PRIVATE_KEY: &str = "private key";

/// How many characters the word, text or sign at the start of `rest` has.
fn token_width(rest: &str) -> usize {
    let mut chars = rest.chars();
    match chars.next() {
        None => 1,
        Some(quote @ ('"' | '\'')) => {
            let inner = chars.take_while(|c| *c != quote).count();
            inner.saturating_add(2).min(rest.chars().count())
        }
        Some('{' | '[' | '|' | '>') => 1,
        Some(_) => {
            let mut width = 0_usize;
            let mut rest = rest.chars().peekable();
            while let Some(c) = rest.next() {
                let ends = matches!(c, ',' | ']' | '}')
                    || (c == ':' && rest.peek().is_none_or(|next| next.is_whitespace()))
                    || c.is_whitespace();
                if ends {
                    break;
                }
                width = width.saturating_add(1);
            }
            width
        }
    }
}

/// An offset or count as the small number that faults carry.
pub(super) fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Fault, Text};
    use crate::policy::PolicyErrorKind;

    fn place(text: &str, at: u32) -> (u32, u32, String) {
        let fault = Fault::new(PolicyErrorKind::Value, at, "", String::new());
        let error = Text { name: "f", text }.error(fault);
        (error.line, error.column, error.snippet.unwrap())
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(place("é: x", 4), (1, 4, "  |\n1 | é: x\n  |    ^".to_owned()));
        let (line, column, snippet) = place("a\r\nb: \"q\", c", 6);
        assert_eq!((line, column), (2, 4));
        assert_eq!(snippet, "  |\n2 | b: \"q\", c\n  |    ^^^");
        assert_eq!(place("a\rb", 2).0, 2);
        assert_eq!(place("", 9), (1, 1, "  |\n1 | \n  | ^".to_owned()));
    }

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let text = format!("{}word{}", "x, ".repeat(100), " y".repeat(200));
        let (line, column, snippet) = place(&text, 300);
        assert_eq!((line, column), (1, 301));
        let lines: Vec<&str> = snippet.lines().collect();
        let at = lines[2].chars().take_while(|c| *c != '^').count();
        assert_eq!(lines[1].chars().skip(at).take(4).collect::<String>(), "word");
        assert!(lines[1].chars().count() < 120 && lines[2].ends_with(" ^^^^"));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        for (bytes, line, column) in [
            (&b"a: \xff"[..], 1, 4),
            (b"a: 1\nb\0", 2, 2),
            (b"\xff\xfea\0", 1, 1),
            (b"\xef\xbb\xbfab\0", 1, 3),
        ] {
            let error = Text::new("f", bytes).unwrap_err();
            assert_eq!((error.kind, error.line), (PolicyErrorKind::Syntax, line));
            assert_eq!(error.column, column, "{error}");
        }
        assert_eq!(Text::new("f", b"\xef\xbb\xbfa").unwrap().text, "a");
    }
}
