//! Regular expressions in Go's syntax (golang.org/s/re2syntax), which match anywhere in a text, as
//! expressions of our own, which match whole texts.

use crate::policy::model::RegexText;

/// Whether Go takes the expression.
pub(super) fn check(text: &str) -> Result<(), String> {
    match text {
        "" => Ok(()),
        text => translated(text).map(|_| ()),
    }
}

/// The expression that matches a whole text where `text` matches somewhere in it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn unanchored(text: &str) -> Result<RegexText, String> {
    let inner = translated(text)?;
    RegexText::try_from(format!("(?s:.*)(?:{inner})(?s:.*)"))
}

/// The expression in our syntax. Go's classes are of ASCII alone, and it has no set operations.
fn translated(text: &str) -> Result<String, String> {
    let mut reader = Reader { rest: text, out: String::new(), repeated: false };
    while let Some(c) = reader.next() {
        reader.piece(c).map_err(|what| format!("`{text}` is not a regular expression: {what}"))?;
    }
    // `\Q\E` is an expression for nothing.
    let out = if reader.out.is_empty() { "(?:)".to_owned() } else { reader.out };
    RegexText::try_from(out.clone())?;
    Ok(out)
}

struct Reader<'t> {
    rest: &'t str,
    out: String,
    /// The last piece was a repetition, on which no other may follow.
    repeated: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    fn piece(&mut self, c: char) -> Result<(), &'static str> {
        let was_repeated = std::mem::replace(&mut self.repeated, false);
        match c {
            '*' | '+' | '?' => self.repetition(c, was_repeated),
            '{' if self.counts() => self.repetition(c, was_repeated),
            '{' | '}' => {
                self.out.push('\\');
                self.out.push(c);
                Ok(())
            }
            '\\' => self.escape(false),
            '[' => self.class(),
            '(' => self.group(),
            other => {
                self.out.push(other);
                Ok(())
            }
        }
    }

    fn repetition(&mut self, c: char, was_repeated: bool) -> Result<(), &'static str> {
        if was_repeated {
            return Err("a repetition of a repetition");
        }
        self.out.push(c);
        if c == '{' {
            while let Some(inner) = self.next() {
                self.out.push(inner);
                if inner == '}' {
                    break;
                }
            }
        }
        if self.rest.starts_with('?') {
            let lazy = self.next();
            self.out.extend(lazy);
        }
        self.repeated = true;
        Ok(())
    }

    /// Whether what follows `{` is a number of times; else it is a brace.
    fn counts(&self) -> bool {
        let Some((inner, _)) = self.rest.split_once('}') else { return false };
        let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        !least.is_empty() && digits(least) && digits(most)
    }

    fn escape(&mut self, in_class: bool) -> Result<(), &'static str> {
        let Some(c) = self.next() else { return Err("a `\\` at its end") };
        let wrap = |set: &str, negated: bool| match (in_class, negated) {
            (true, false) => set.to_owned(),
            (_, false) => format!("[{set}]"),
            (_, true) => format!("[^{set}]"),
        };
        let text = match c {
            'd' | 'D' => wrap("0-9", c == 'D'),
            'w' | 'W' => wrap("0-9A-Za-z_", c == 'W'),
            's' | 'S' => wrap(r"\t\n\f\r ", c == 'S'),
            'b' | 'B' if !in_class => format!(r"(?-u:\{c})"),
            'Q' if !in_class => {
                let rest = self.rest;
                let (literal, after) = rest.split_once(r"\E").unwrap_or((rest, ""));
                self.rest = after;
                regex::escape(literal)
            }
            'C' => return Err("`\\C`, a single byte, is not supported"),
            '0'..='7' => return self.octal(c),
            other if !other.is_ascii_alphanumeric() => {
                regex::escape(other.encode_utf8(&mut [0; 4]))
            }
            other if "aftnrvxpPAz".contains(other) => {
                format!(r"\{other}{}", self.braced("xpP".contains(other)))
            }
            _ => return Err("a `\\` before a letter that has no meaning after it"),
        };
        self.out.push_str(&text);
        Ok(())
    }

    /// The name in braces after `\x` and `\p`, where one follows.
    fn braced(&mut self, may_follow: bool) -> &str {
        let rest = self.rest;
        match rest.find('}').filter(|_| may_follow && rest.starts_with('{')) {
            Some(end) => {
                let end = end.saturating_add(1);
                self.rest = rest.get(end..).unwrap_or_default();
                rest.get(..end).unwrap_or_default()
            }
            None => "",
        }
    }

    /// `\0` and `\123`; a single digit would refer back to a group.
    fn octal(&mut self, first: char) -> Result<(), &'static str> {
        let digits: String =
            self.rest.chars().take(2).take_while(|c| ('0'..='7').contains(c)).collect();
        if first != '0' && digits.is_empty() {
            return Err("a reference back to a group");
        }
        self.rest = self.rest.get(digits.len()..).unwrap_or_default();
        let value = u32::from_str_radix(&format!("{first}{digits}"), 8).unwrap_or_default();
        self.out.push_str(&format!(r"\x{{{value:x}}}"));
        Ok(())
    }

    /// A class up to its end. A bracket or a doubled sign in it is itself.
    fn class(&mut self) -> Result<(), &'static str> {
        self.out.push('[');
        if self.rest.starts_with('^') {
            let negation = self.next();
            self.out.extend(negation);
        }
        let mut first = true;
        loop {
            let Some(c) = self.next() else { return Err("a class without its end") };
            match c {
                ']' if !first => break,
                '\\' => self.escape(true)?,
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    self.out.push('[');
                    while let Some(inner) = self.next() {
                        self.out.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                }
                '[' | ']' | '&' | '~' | '^' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '-' if self.rest.starts_with('-') => self.out.push_str(r"\-"),
                other => self.out.push(other),
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// The flags of a group: Go has four.
    fn group(&mut self) -> Result<(), &'static str> {
        self.out.push('(');
        let Some(flags) = self.rest.strip_prefix('?') else { return Ok(()) };
        // The `?` belongs to the group and repeats nothing.
        self.out.push('?');
        self.rest = flags;
        if flags.starts_with("P<") || (flags.starts_with('<') && !flags.starts_with("<=")) {
            return Ok(());
        }
        let end = flags.find([':', ')']).ok_or("a group without its end")?;
        let good = flags.get(..end).unwrap_or_default().bytes().all(|b| b"imsU-".contains(&b));
        match good {
            true => Ok(()),
            false => Err("a group of a kind that Go does not have"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{check, unanchored};

    fn matches(regex: &str, text: &str) -> bool {
        unanchored(regex).unwrap().compile().unwrap().is_match(text)
    }

    #[test]
    fn expressions_match_anywhere_unless_they_are_anchored() {
        assert!(matches("acme/app", "https://github.com/acme/app-evil"));
        assert!(matches("^https://github.com/acme/", "https://github.com/acme/x"));
        assert!(!matches("^acme", "https://github.com/acme"));
        assert!(!matches("acme$", "acme\nx"));
        assert!(matches("a.c|b", "x\nabc\ny"));
        assert!(!matches("a.c", "a\nc"));
    }

    #[test]
    fn classes_are_of_ascii_and_have_no_operations() {
        assert!(!matches(r"^\d$", "٣") && matches(r"^\d$", "3"));
        assert!(!matches(r"^\w+$", "é") && matches(r"^[\w.]+$", "a.b_c"));
        assert!(matches(r"^[a&&b]$", "&") && matches("^[[]$", "[") && matches("^[]a]$", "]"));
        assert!(matches(r"^[[:digit:]x]+$", "1x") && matches(r"^[^[:digit:]]$", "x"));
        assert!(matches(r"^\p{Greek}+$", "αβ") && matches(r"^\x{61}{2}$", "aa"));
        assert!(matches(r"^[\p{L}\x{31}]+$", "é1") && matches(r"\Q\E", "a"));
        assert!(matches(r"^\Qa.b\E$", "a.b") && !matches(r"^\Qa.b\E$", "axb"));
        assert!(matches(r"^a{2,3}$", "aa") && matches(r"^a{$", "a{") && matches(r"^{$", "{"));
        assert!(
            matches("(?i)^ACME$", "acme") && matches("^(?:a)?$", "") && matches("^(?P<n>a)$", "a")
        );
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for bad in [
            "****", "a**", "a*+", "a+?*", "(", "a)", "[", r"\", r"\C", r"\1", "(?x)a", "(?=a)",
            "a{2}{3}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in ["", "a*?", "a??", ".*", r"a\.b", "[a-z]+@acme\\.com", "(a|b)*", "x{2,}"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }
}
