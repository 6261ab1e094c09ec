//! Tokens of an expression.

use super::error::CelError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Ident(String),
    Int(i64),
    /// 9223372036854775808, which only a minus sign makes a number.
    MinInt,
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    Punct(&'static str),
}

const PUNCT: [&str; 27] = [
    "&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "<", ">", "!", "+", "-", "*", "/", "%", "(",
    ")", "[", "]", "{", "}", ".", ",", ":", "?", "`",
];

/// Tokens with the byte at which each starts.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, usize)>, CelError> {
    let mut lexer = Lexer { source, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = lexer.next()? {
        found.push(token);
    }
    Ok(found)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn fault<T>(&self, detail: &str) -> Result<T, CelError> {
        Err(CelError::Syntax { offset: self.at, detail: detail.to_owned() })
    }

    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let space = rest.len().saturating_sub(rest.trim_start().len());
            self.advance(space);
            let rest = self.rest();
            if !rest.starts_with("//") {
                return;
            }
            self.advance(rest.find('\n').unwrap_or(rest.len()));
        }
    }

    fn next(&mut self) -> Result<Option<(Token, usize)>, CelError> {
        self.skip();
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if let Some(token) = self.quoted()? {
            return Ok(Some((token, start)));
        }
        if first.is_ascii_digit()
            || (first == '.' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
        {
            return Ok(Some((self.number()?, start)));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
            self.advance(word.len());
            return Ok(Some((Token::Ident(word.to_owned()), start)));
        }
        match PUNCT.iter().find(|punct| rest.starts_with(**punct)) {
            Some(punct) => {
                self.advance(punct.len());
                Ok(Some((Token::Punct(punct), start)))
            }
            None => self.fault(&format!("unexpected `{first}`")),
        }
    }

    fn number(&mut self) -> Result<Token, CelError> {
        let rest = self.rest();
        if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let end = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
            let digits = hex.get(..end).unwrap_or("");
            self.advance(end.saturating_add(2));
            return self.integer(u64::from_str_radix(digits, 16).ok());
        }
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut end = digits(rest);
        let mut is_double = false;
        let after = |end: usize| rest.get(end..).unwrap_or("");
        if let Some(fraction) = after(end).strip_prefix('.')
            && fraction.starts_with(|c: char| c.is_ascii_digit())
        {
            is_double = true;
            end = end.saturating_add(1).saturating_add(digits(fraction));
        }
        if let Some(exponent) = after(end).strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
                is_double = true;
                let sign = exponent.len().saturating_sub(unsigned.len());
                end = end.saturating_add(1).saturating_add(sign).saturating_add(digits(unsigned));
            }
        }
        let text = rest.get(..end).unwrap_or("");
        self.advance(end);
        if is_double {
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
            return value
                .map_or_else(|| self.fault("a number out of range"), |v| Ok(Token::Double(v)));
        }
        self.integer(text.parse().ok())
    }

    fn integer(&mut self, value: Option<u64>) -> Result<Token, CelError> {
        let Some(value) = value else { return self.fault("a number out of range") };
        if self.rest().starts_with(['u', 'U']) {
            self.advance(1);
            return Ok(Token::Uint(value));
        }
        match i64::try_from(value) {
            Ok(value) => Ok(Token::Int(value)),
            Err(_) if value == i64::MIN.unsigned_abs() => Ok(Token::MinInt),
            Err(_) => self.fault("a number out of range"),
        }
    }

    /// A text or bytes with its prefix, or nothing.
    fn quoted(&mut self) -> Result<Option<Token>, CelError> {
        let rest = self.rest();
        let is_prefix = |c: char| matches!(c, 'r' | 'R' | 'b' | 'B');
        let end = rest.find(|c| !is_prefix(c)).unwrap_or(rest.len());
        let Some(prefix) = rest.get(..end).filter(|prefix| prefix.len() <= 2) else {
            return Ok(None);
        };
        if !rest.get(end..).is_some_and(|after| after.starts_with(['"', '\''])) {
            return Ok(None);
        }
        let raw = prefix.contains(['r', 'R']);
        let bytes = prefix.contains(['b', 'B']);
        self.advance(prefix.len());
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| self.rest().starts_with(q));
        let Some(quote) = quote else { return Ok(None) };
        self.advance(quote.len());
        let mut out = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(quote) {
                self.advance(quote.len());
                break;
            }
            match rest.chars().next() {
                None => return self.fault("a text without an end"),
                Some('\n' | '\r') if quote.len() == 1 => {
                    return self.fault("a text without an end on its line");
                }
                Some('\\') if !raw => self.escape(bytes, &mut out)?,
                Some(c) => {
                    let mut buffer = [0; 4];
                    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                    self.advance(c.len_utf8());
                }
            }
        }
        if bytes {
            return Ok(Some(Token::Bytes(out)));
        }
        String::from_utf8(out)
            .map_or_else(|_| self.fault("a broken text"), |t| Ok(Some(Token::Text(t))))
    }

    fn escape(&mut self, bytes: bool, out: &mut Vec<u8>) -> Result<(), CelError> {
        let after = self.rest().get(1..).unwrap_or("");
        let Some(c) = after.chars().next() else { return self.fault("a text without an end") };
        let simple = match c {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'f' => Some('\x0c'),
            'v' => Some('\x0b'),
            '\\' | '\'' | '"' | '`' | '?' => Some(c),
            _ => None,
        };
        if let Some(simple) = simple {
            out.extend_from_slice(simple.to_string().as_bytes());
            self.advance(2);
            return Ok(());
        }
        let (skip, count, radix) = match c {
            'x' | 'X' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            '0'..='3' => (0, 3, 8),
            _ => return self.fault(&format!("unknown escape `\\{c}`")),
        };
        let end = usize::saturating_add(skip, count);
        let digits = after.get(skip..end).unwrap_or("");
        let code = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'));
        let Some(code) = code else { return self.fault("a broken escape") };
        match (bytes, u8::try_from(code), char::from_u32(code)) {
            (true, Ok(byte), _) if count < 4 => out.push(byte),
            (false, _, Some(c)) => out.extend_from_slice(c.to_string().as_bytes()),
            _ => return self.fault("an escape outside of its range"),
        }
        self.advance(end.saturating_add(1));
        Ok(())
    }
}
