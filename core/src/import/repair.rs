//! The one repair of a text: quotes inside `{{ }}` inside a text in double quotes.

use super::text::{self, Place};
use crate::policy::{PolicyError, PolicyErrorKind, PolicySource};

/// The sources with such quotes escaped in those that cannot be read otherwise, and what was done.
pub(super) fn sources(sources: &[PolicySource]) -> (Vec<PolicySource>, Vec<PolicyError>) {
    let mut said = Vec::new();
    let repair = |source: &PolicySource| repaired_source(source, &mut said);
    (sources.iter().map(repair).collect(), said)
}

fn repaired_source(source: &PolicySource, said: &mut Vec<PolicyError>) -> PolicySource {
    let text = std::str::from_utf8(&source.bytes).unwrap_or_default();
    if !text.contains("kyverno.io/") || text::documents(text).is_ok() {
        return source.clone();
    }
    let Some((repaired, repairs)) = quotes(text) else { return source.clone() };
    if text::documents(&repaired).is_err() {
        return source.clone();
    }
    said.extend(repairs.into_iter().map(|(place, detail)| PolicyError {
        kind: PolicyErrorKind::Repaired,
        file: source.name.clone(),
        line: place.line,
        column: place.column,
        path: String::new(),
        detail,
        help: None,
        snippet: None,
    }));
    PolicySource { name: source.name.clone(), bytes: repaired.into_bytes() }
}

/// The text with such quotes escaped, and where that was done; `None` where there are none.
///
/// A line is repaired only if it is one key with one text in double quotes whose inner quotes all
/// stand between `{{` and `}}`: there is one way to read that.
pub(super) fn quotes(text: &str) -> Option<(String, Vec<(Place, String)>)> {
    let mut repairs = Vec::new();
    let mut out = String::with_capacity(text.len().saturating_add(16));
    for (position, line) in text.split_inclusive('\n').enumerate() {
        match repaired(line) {
            None => out.push_str(line),
            Some((line, before)) => {
                let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
                let line_number = number(position.saturating_add(1));
                let place = Place { line: line_number, column: number(before.saturating_add(1)) };
                let detail = "the quotes inside `{{ }}` end the text that they stand in; they were \
                              read as `\\\"`";
                repairs.push((place, detail.to_owned()));
                out.push_str(&line);
            }
        }
    }
    (!repairs.is_empty()).then_some((out, repairs))
}

/// The line with its inner quotes escaped, and the characters before the first of them.
fn repaired(line: &str) -> Option<(String, usize)> {
    let end = line.trim_end();
    let (head, rest) = end.split_once(": \"")?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let key = head.trim_start().trim_start_matches("- ").trim_start();
    let inner = rest.strip_suffix('"')?;
    if key.is_empty() || !key.chars().all(is_key) {
        return None;
    }
    let mut first = None;
    let mut out = String::new();
    let mut is_inside = false;
    let mut chars = inner.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '\\' => {
                out.push(c);
                out.extend(chars.next().map(|(_, next)| next));
                continue;
            }
            '{' if next == Some('{') => is_inside = true,
            '}' if next == Some('}') => is_inside = false,
            '"' if !is_inside => return None,
            '"' => {
                first = first.or(Some(at));
                out.push('\\');
            }
            _ => {}
        }
        out.push(c);
    }
    let before = inner.get(..first?)?;
    let column = head.chars().count().saturating_add(3).saturating_add(before.chars().count());
    let tail = line.get(end.len()..).unwrap_or_default();
    Some((format!("{head}: \"{out}\"{tail}"), column))
}

#[cfg(test)]
mod tests {
    use super::quotes;

    #[test]
    fn quotes_in_variables_are_escaped() {
        let text = "a:\n  - key: \"{{ x.\"y/z\" || 'm' }}\"\n";
        let (repaired, places) = quotes(text).unwrap();
        assert_eq!(repaired, "a:\n  - key: \"{{ x.\\\"y/z\\\" || 'm' }}\"\n");
        assert_eq!((places[0].0.line, places[0].0.column), (2, 16));
    }

    #[test]
    fn other_quotes_are_left_alone() {
        for text in [
            "key: \"a \"b\" c\"",
            "key: \"{{ x.\\\"y\\\" }}\"",
            "key: '{{ x.\"y\" }}'",
            "key: \"a\", b: \"c\"",
            "key: \"{{ a }}\" # \"x\"",
        ] {
            assert_eq!(quotes(text), None, "{text}");
        }
    }
}
