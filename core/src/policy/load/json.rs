//! JSON text to a tree (RFC 8259), as strictly as YAML: one reader, so that equal documents in
//! either form give equal trees.

use std::borrow::Cow;

use super::build::{Budget, MapBuilder};
use super::node::{Body, Node, joined};
use super::text::{Fault, offset};
use crate::policy::PolicyErrorKind as Kind;

/// Reads the one document of a JSON text.
pub(super) fn read<'t>(text: &'t str, budget: &mut Budget) -> Result<Node<'t>, Fault> {
    let mut reader = Reader { text, at: 0, budget };
    let root = reader.value(0, &Path::Root)?;
    reader.space();
    match reader.peek() {
        None => Ok(root),
        Some(_) => Err(reader.wrong("the end of the text")),
    }
}

struct Reader<'t, 'b> {
    text: &'t str,
    at: usize,
    budget: &'b mut Budget,
}

/// Where the reader is; written out only for a fault.
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn text(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(outer, key) => joined(&outer.text(), key),
            Self::Item(outer, position) => format!("{}[{position}]", outer.text()),
        }
    }
}

impl<'t> Reader<'t, '_> {
    fn value(&mut self, depth: usize, path: &Path<'_>) -> Result<Node<'t>, Fault> {
        self.space();
        let at = offset(self.at);
        let placed = |fault: Fault| Fault { path: path.text(), ..fault };
        self.budget.spend(1, at)?;
        let body = match self.peek() {
            Some(b'{' | b'[') => {
                let depth = depth.saturating_add(1);
                Budget::depth(depth, at).map_err(placed)?;
                match self.peek() {
                    Some(b'{') => self.map(depth, path)?,
                    _ => self.list(depth, path)?,
                }
            }
            Some(b'"') => {
                let text = self.string()?;
                self.budget.text(&text, at).map_err(placed)?;
                Body::Quoted(text)
            }
            _ => Body::Plain(self.word()?),
        };
        Ok(Node::new(at, body))
    }

    fn list(&mut self, depth: usize, path: &Path<'_>) -> Result<Body<'t>, Fault> {
        self.step();
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Body::List(items));
        }
        loop {
            items.push(self.value(depth, &Path::Item(path, items.len()))?);
            self.space();
            if self.take(b']') {
                return Ok(Body::List(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("`,` or `]`"));
            }
        }
    }

    fn map(&mut self, depth: usize, path: &Path<'_>) -> Result<Body<'t>, Fault> {
        self.step();
        let mut map = MapBuilder::default();
        self.space();
        if self.take(b'}') {
            return Ok(map.finish());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in double quotes"));
            }
            let at = offset(self.at);
            let key = self.string()?;
            self.budget.text(&key, at)?;
            self.space();
            if !self.take(b':') {
                return Err(self.wrong("`:`"));
            }
            map.key(key.clone(), at, false, || path.text(), self.budget);
            map.value(self.value(depth, &Path::Key(path, &key))?);
            self.space();
            if self.take(b'}') {
                return Ok(map.finish());
            }
            if !self.take(b',') {
                return Err(self.wrong("`,` or `}`"));
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Cow<'t, str>, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !(["true", "false", "null"].contains(&word) || is_number(word)) {
            return Err(self.wrong("a JSON value"));
        }
        self.at = self.at.saturating_add(word.len());
        Ok(Cow::Borrowed(word))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.step();
        let mut out = Cow::Borrowed("");
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = rest.bytes().position(|b| b == b'"' || b == b'\\' || b < b' ');
            let Some((run, _)) = end.and_then(|end| rest.split_at_checked(end)) else {
                return Err(self.wrong("a closing `\"`"));
            };
            self.at = self.at.saturating_add(run.len());
            match out.is_empty() {
                true => out = Cow::Borrowed(run),
                false => out.to_mut().push_str(run),
            }
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(out);
                }
                Some(b'\\') => out.to_mut().push(self.escape()?),
                _ => return Err(self.wrong("no control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.step();
        let letter = self.peek();
        let c = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.wrong("an escape of JSON")),
        };
        self.step();
        Ok(c)
    }

    /// `\uXXXX`, or two of them that are a surrogate pair (RFC 8259, section 7).
    fn unicode(&mut self) -> Result<char, Fault> {
        let first = self.unit()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        let pair = self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u"));
        let second = if pair {
            self.step();
            self.unit()?
        } else {
            0
        };
        char::decode_utf16([first, second].map(|unit| u16::try_from(unit).unwrap_or(0xd800)))
            .next()
            .and_then(Result::ok)
            .ok_or_else(|| self.wrong("a pair of surrogates"))
    }

    /// Four hexadecimal digits after `u`.
    fn unit(&mut self) -> Result<u32, Fault> {
        self.step();
        let digits = self.text.get(self.at..self.at.saturating_add(4)).unwrap_or_default();
        let value = digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits);
        let value = value.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.wrong("four hexadecimal digits"))?;
        self.at = self.at.saturating_add(4);
        Ok(value)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take(&mut self, sign: u8) -> bool {
        let there = self.peek() == Some(sign);
        if there {
            self.step();
        }
        there
    }

    fn wrong(&self, expected: &str) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let found = match rest.chars().next() {
            None => "the end of the text".to_owned(),
            Some(c) => crate::policy::shown::shown(c.encode_utf8(&mut [0; 4])),
        };
        let detail = format!("not JSON: found {found} where {expected} is expected");
        Fault::new(Kind::Syntax, offset(self.at), "", detail)
    }
}

/// RFC 8259, section 6.
fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        None => (word, None),
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        None => (mantissa, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::build::Budget;
    use super::super::node::{Body, Node};

    fn value(node: &Node<'_>) -> Value {
        match node.body() {
            Body::Plain(word) => serde_json::from_str(word).unwrap(),
            Body::Quoted(text) => Value::String(text.to_string()),
            Body::List(items) => items.iter().map(value).collect(),
            Body::Map(entries) => {
                entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value))).collect()
            }
            Body::Shared(_) => panic!("JSON has no aliases"),
        }
    }

    fn read(text: &str) -> Option<Value> {
        let mut budget = Budget::default();
        let node = super::read(text, &mut budget).ok()?;
        budget.faults.is_empty().then(|| value(&node))
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bad in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "'x'",
            "01",
            "1.",
            ".5",
            "+1",
            "NaN",
            "tru",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\n\"",
            "\"",
            "1 2",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,\"a\":2}",
            "\"\\u0000\"",
            "\"\\u+123\"",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}",:\\/unt0-9.eE a-f-]{0,24}"#) {
            if let Some(found) = read(&text) {
                prop_assert_eq!(Ok(found), serde_json::from_str(&text).map_err(|e| e.to_string()));
            }
        }

        #[test]
        fn reads_what_serde_json_writes(texts in proptest::collection::vec(any::<String>(), 0..4), n in any::<i64>()) {
            let texts: Vec<String> = texts.into_iter().map(|t| t.replace('\0', "")).collect();
            let written = serde_json::json!({"a": texts, "n": n, "t": [true, false, null, {}]});
            prop_assert_eq!(read(&written.to_string()), Some(written));
        }
    }
}
