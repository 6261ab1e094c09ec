//! Text to tokens.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value;

use super::JmesError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Quoted(String),
    Literal(Value),
    Number(i64),
    Dot,
    Star,
    /// `[]`
    Flatten,
    /// `[?`
    Filter,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    Colon,
    Current,
    Reference,
    Pipe,
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    End,
}

/// Tokens with the characters before each.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, JmesError> {
    let mut lexer = Lexer { chars: text.chars().peekable(), at: 0 };
    let mut tokens = Vec::new();
    while let Some(first) = lexer.chars.peek().copied() {
        let at = lexer.at;
        if first.is_ascii_whitespace() {
            lexer.next();
        } else {
            tokens.push((lexer.token(first)?, at));
        }
    }
    tokens.push((Token::End, lexer.at));
    Ok(tokens)
}

struct Lexer<'t> {
    chars: Peekable<Chars<'t>>,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.at = self.at.saturating_add(usize::from(next.is_some()));
        next
    }

    fn follows(&mut self, wanted: char) -> bool {
        let is_there = self.chars.peek() == Some(&wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn fault(&self, detail: impl Into<String>) -> JmesError {
        JmesError::Syntax { at: self.at, detail: detail.into() }
    }

    fn token(&mut self, first: char) -> Result<Token, JmesError> {
        if first.is_ascii_alphabetic() || first == '_' {
            return Ok(Token::Name(self.while_(|c| c.is_ascii_alphanumeric() || c == '_')));
        }
        if first.is_ascii_digit() || first == '-' {
            return self.number();
        }
        self.next();
        Ok(match first {
            '.' => Token::Dot,
            '*' => Token::Star,
            '[' if self.follows(']') => Token::Flatten,
            '[' if self.follows('?') => Token::Filter,
            '[' => Token::LeftBracket,
            ']' => Token::RightBracket,
            '{' => Token::LeftBrace,
            '}' => Token::RightBrace,
            '(' => Token::LeftParenthesis,
            ')' => Token::RightParenthesis,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '@' => Token::Current,
            '&' if self.follows('&') => Token::And,
            '&' => Token::Reference,
            '|' if self.follows('|') => Token::Or,
            '|' => Token::Pipe,
            '!' if self.follows('=') => Token::NotEqual,
            '!' => Token::Not,
            '=' if self.follows('=') => Token::Equal,
            '<' if self.follows('=') => Token::LessOrEqual,
            '<' => Token::Less,
            '>' if self.follows('=') => Token::GreaterOrEqual,
            '>' => Token::Greater,
            '"' => self.quoted()?,
            '\'' => self.raw()?,
            '`' => self.literal()?,
            other => return Err(self.fault(format!("unknown character `{other}`"))),
        })
    }

    fn while_(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut out = String::new();
        while let Some(c) = self.chars.peek().copied().filter(|c| wanted(*c)) {
            out.push(c);
            self.next();
        }
        out
    }

    fn number(&mut self) -> Result<Token, JmesError> {
        let sign = if self.follows('-') { "-" } else { "" };
        let digits = self.while_(|c| c.is_ascii_digit());
        let number = format!("{sign}{digits}").parse();
        number.map(Token::Number).map_err(|_| self.fault(format!("`{sign}{digits}` is no index")))
    }

    /// What stands before the closing `end`; a backslash keeps what follows it together.
    fn until(&mut self, end: char) -> Result<String, JmesError> {
        let mut out = String::new();
        loop {
            match self.next() {
                None => return Err(self.fault(format!("an unclosed {end}"))),
                Some(c) if c == end => return Ok(out),
                Some('\\') => {
                    out.push('\\');
                    out.extend(self.next());
                }
                Some(c) => out.push(c),
            }
        }
    }

    fn quoted(&mut self) -> Result<Token, JmesError> {
        let inner = self.until('"')?;
        let text = serde_json::from_str(&format!("\"{inner}\""));
        text.map(Token::Quoted).map_err(|_| self.fault("a broken text in quotes"))
    }

    fn raw(&mut self) -> Result<Token, JmesError> {
        let inner = self.until('\'')?.replace("\\'", "'");
        Ok(Token::Literal(Value::String(inner)))
    }

    fn literal(&mut self) -> Result<Token, JmesError> {
        let inner = self.until('`')?.replace("\\`", "`");
        let inner = inner.trim();
        let value = serde_json::from_str(inner).or_else(|error| match inner.chars().next() {
            // Older JMESPath: what is no JSON is a text, unless it starts as JSON does.
            Some('"' | '[' | '{') => Err(error),
            _ => serde_json::from_str(&format!("\"{inner}\"")),
        });
        value.map(Token::Literal).map_err(|_| self.fault("a literal that is no JSON"))
    }
}
