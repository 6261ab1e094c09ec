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
        let at = usize::try_from(fault.at).unwrap_or(usize::MAX).min(self.text.len());
        let (line, start) = self.line(at);
        let before = self.text.get(start..at).unwrap_or_default();
        let column = before.chars().count().saturating_add(1);
        let secret = fault.detail.contains(PRIVATE_KEY);
        PolicyError {
            kind: fault.kind,
            file: self.name.to_owned(),
            line: offset(line),
            column: offset(column),
            path: fault.path,
            detail: clipped(&fault.detail, DETAIL_WIDTH),
            help: fault.help.map(|help| clipped(&help, DETAIL_WIDTH)),
            snippet: (!secret).then(|| self.snippet(line, start, at)),
        }
    }

    /// The number of the line that holds an offset, from 1, and where it starts.
    fn line(&self, at: usize) -> (usize, usize) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let (mut line, mut start) = (1_usize, 0);
        for (position, byte) in before.iter().enumerate() {
            let next = position.saturating_add(1);
            // YAML 1.2.2, section 5.4: a lone carriage return ends a line too.
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.text.as_bytes().get(next) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                line = line.saturating_add(1);
                start = next;
            }
        }
        (line, start)
    }

    fn snippet(&self, number: usize, start: usize, at: usize) -> String {
        let line = self.text.get(start..).unwrap_or_default();
        let line = line.split(['\n', '\r']).next().unwrap_or_default();
        let inside = at.saturating_sub(start).min(line.len());
        let (before, after) = line.split_at_checked(inside).unwrap_or((line, ""));
        let width = token_width(after);
        // A long line is shown from a little before the place.
        let count = before.chars().count();
        let is_long = line.chars().count() > SNIPPET_WIDTH && count > SNIPPET_WIDTH / 2;
        let skip = if is_long { count.saturating_sub(SNIPPET_WIDTH / 2) } else { 0 };
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        let mut shown: String = line.chars().skip(skip).take(SNIPPET_WIDTH).map(visible).collect();
        let lead = if skip > 0 { "…" } else { "" };
        if line.chars().count() > skip.saturating_add(SNIPPET_WIDTH) {
            shown.push('…');
        }
        let shown = clipped(&shown, SNIPPET_WIDTH.saturating_add(2));
        let column = count.saturating_sub(skip).saturating_add(lead.chars().count());
        let room = shown.chars().count().saturating_add(1).saturating_sub(column).max(1);
        let margin = number.to_string();
        let blank = " ".repeat(margin.len());
        let (pad, mark) = (" ".repeat(column), "^".repeat(width.clamp(1, room)));
        format!("{blank} |\n{margin} | {lead}{shown}\n{blank} | {pad}{mark}")
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
