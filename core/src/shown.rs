//! How values from a policy or an object stand in messages: short, on one line, and harmless to a
//! terminal.

/// Most characters of a value that a message repeats.
const SHOWN: usize = 80;

/// The value in backticks, clipped, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::from("`");
    out.push_str(&clipped(text, SHOWN));
    out.push('`');
    out
}

/// At most `limit` characters of a text, control characters escaped.
pub(crate) fn clipped(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count >= limit {
            out.push('…');
            break;
        }
        match c.is_control() || is_invisible(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

/// Characters that reorder or hide their neighbours on a screen (Unicode TR 36, section 2.5).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{clipped, shown};

    #[test]
    fn values_are_clipped_and_escaped() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "`a\\u{1b}[31m\\nb`");
        assert_eq!(shown("\u{202e}x"), "`\\u{202e}x`");
        assert_eq!(clipped("äöü", 2), "äö…");
        assert_eq!(clipped("äöü", 3), "äöü");
    }
}
