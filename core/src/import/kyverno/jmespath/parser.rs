//! Tokens to a tree, by binding power (<https://jmespath.org/specification.html>).

use super::ast::{Ast, Comparator};
use super::lexer::{self, Token};
use super::{JmesError, MAX_DEPTH};

pub(super) fn parse(text: &str) -> Result<Ast, JmesError> {
    let mut parser = Parser { tokens: lexer::tokens(text)?, position: 0, depth: 0, links: 0 };
    let root = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(root),
        token => Err(parser.unexpected(&token.clone())),
    }
}

/// Most steps in one chain such as `a.b.c`; each nests the tree by one.
const MAX_LINKS: usize = 256;

struct Parser {
    tokens: Vec<(Token, usize)>,
    position: usize,
    depth: usize,
    links: usize,
}

fn power(token: &Token) -> u8 {
    match token {
        Token::Pipe => 1,
        Token::Or => 2,
        Token::And => 3,
        Token::Equal
        | Token::NotEqual
        | Token::Less
        | Token::LessOrEqual
        | Token::Greater
        | Token::GreaterOrEqual => 5,
        Token::Flatten => 9,
        Token::Star => 20,
        Token::Filter => 21,
        Token::Dot => 40,
        Token::Not => 45,
        Token::LeftBrace => 50,
        Token::LeftBracket => 55,
        Token::LeftParenthesis => 60,
        _ => 0,
    }
}

/// Tokens that bind less end the right side of a projection.
const PROJECTION_STOP: u8 = 10;

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.position).map_or(&Token::End, |(token, _)| token)
    }

    fn after(&self, count: usize) -> &Token {
        let position = self.position.saturating_add(count);
        self.tokens.get(position).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.position = self.position.saturating_add(1);
        token
    }

    fn fault(&self, detail: impl Into<String>) -> JmesError {
        let at = self.tokens.get(self.position).or(self.tokens.last()).map_or(0, |(_, at)| *at);
        JmesError::Syntax { at, detail: detail.into() }
    }

    fn unexpected(&self, token: &Token) -> JmesError {
        self.fault(format!("unexpected {token:?}"))
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), JmesError> {
        match self.peek() == wanted {
            true => {
                self.next();
                Ok(())
            }
            false => Err(self.fault(format!("expected {wanted:?}, found {:?}", self.peek()))),
        }
    }

    fn expression(&mut self, bound: u8) -> Result<Ast, JmesError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.fault(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let mut left = self.start()?;
        while bound < power(self.peek()) {
            self.links = self.links.saturating_add(1);
            if self.links > MAX_LINKS {
                return Err(self.fault(format!("more than {MAX_LINKS} steps")));
            }
            left = self.follow(left)?;
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(left)
    }

    /// An expression from its first token.
    fn start(&mut self) -> Result<Ast, JmesError> {
        match self.next() {
            Token::Literal(value) => Ok(Ast::Literal(value)),
            Token::Name(name) => Ok(Ast::Field(name)),
            Token::Quoted(_) if self.peek() == &Token::LeftParenthesis => {
                Err(self.fault("a name in quotes cannot be a function"))
            }
            Token::Quoted(name) => Ok(Ast::Field(name)),
            Token::Star => self.values(Ast::Current),
            Token::Filter => self.filter(Ast::Current),
            Token::LeftBrace => self.hash(),
            Token::Flatten => {
                let right = self.projected(9)?;
                Ok(Ast::Projection(Box::new(Ast::Flatten(Box::new(Ast::Current))), Box::new(right)))
            }
            Token::LeftBracket => self.bracket(None),
            Token::Current => Ok(Ast::Current),
            Token::Not => Ok(Ast::Not(Box::new(self.expression(45)?))),
            Token::Reference => Ok(Ast::Reference(Box::new(self.expression(0)?))),
            Token::LeftParenthesis => {
                let inner = self.expression(0)?;
                self.expect(&Token::RightParenthesis)?;
                Ok(inner)
            }
            token => Err(self.unexpected(&token)),
        }
    }

    /// What follows on `left`.
    fn follow(&mut self, left: Ast) -> Result<Ast, JmesError> {
        let token = self.next();
        let bound = power(&token);
        let both = |left: Ast, right: Ast| (Box::new(left), Box::new(right));
        match token {
            Token::Dot if self.peek() == &Token::Star => {
                self.next();
                self.values(left)
            }
            Token::Dot => {
                let (left, right) = both(left, self.dotted(40)?);
                Ok(Ast::Sub(left, right))
            }
            Token::Pipe => {
                let (left, right) = both(left, self.expression(bound)?);
                Ok(Ast::Pipe(left, right))
            }
            Token::Or => {
                let (left, right) = both(left, self.expression(bound)?);
                Ok(Ast::Or(left, right))
            }
            Token::And => {
                let (left, right) = both(left, self.expression(bound)?);
                Ok(Ast::And(left, right))
            }
            Token::Flatten => {
                let right = self.projected(9)?;
                Ok(Ast::Projection(Box::new(Ast::Flatten(Box::new(left))), Box::new(right)))
            }
            Token::Filter => self.filter(left),
            Token::LeftBracket => self.bracket(Some(left)),
            Token::LeftParenthesis => self.call(left),
            token => {
                let comparator = comparator(&token).ok_or_else(|| self.unexpected(&token))?;
                let (left, right) = both(left, self.expression(bound)?);
                Ok(Ast::Compare(comparator, left, right))
            }
        }
    }

    fn call(&mut self, left: Ast) -> Result<Ast, JmesError> {
        let Ast::Field(name) = left else {
            return Err(self.fault("only a name can be a function"));
        };
        let mut arguments = Vec::new();
        while self.peek() != &Token::RightParenthesis {
            arguments.push(self.expression(0)?);
            match self.peek() {
                Token::Comma => drop(self.next()),
                Token::RightParenthesis => {}
                token => return Err(self.unexpected(&token.clone())),
            }
        }
        self.next();
        Ok(Ast::Function(name, arguments))
    }

    /// What follows a dot.
    fn dotted(&mut self, bound: u8) -> Result<Ast, JmesError> {
        match self.peek() {
            Token::Name(_) | Token::Quoted(_) | Token::Star => self.expression(bound),
            Token::LeftBracket => {
                self.next();
                self.list()
            }
            Token::LeftBrace => {
                self.next();
                self.hash()
            }
            token => Err(self.unexpected(&token.clone())),
        }
    }

    /// The right side of a projection.
    fn projected(&mut self, bound: u8) -> Result<Ast, JmesError> {
        match self.peek() {
            token if power(token) < PROJECTION_STOP => Ok(Ast::Current),
            Token::LeftBracket | Token::Filter => self.expression(bound),
            Token::Dot => {
                self.next();
                self.dotted(bound)
            }
            token => Err(self.unexpected(&token.clone())),
        }
    }

    fn values(&mut self, left: Ast) -> Result<Ast, JmesError> {
        let right = match self.peek() {
            Token::RightBracket => Ast::Current,
            _ => self.projected(20)?,
        };
        Ok(Ast::Values(Box::new(left), Box::new(right)))
    }

    fn filter(&mut self, left: Ast) -> Result<Ast, JmesError> {
        let condition = self.expression(0)?;
        self.expect(&Token::RightBracket)?;
        let right = match self.peek() {
            Token::Flatten => Ast::Current,
            _ => self.projected(21)?,
        };
        Ok(Ast::Filter(Box::new(left), Box::new(condition), Box::new(right)))
    }

    /// What follows `[`; without a left side it may be a list of expressions.
    fn bracket(&mut self, left: Option<Ast>) -> Result<Ast, JmesError> {
        match self.peek() {
            Token::Number(_) | Token::Colon => {
                let index = self.index()?;
                let is_slice = matches!(index, Ast::Slice(_));
                let whole = match left {
                    None => index,
                    Some(left) => Ast::Sub(Box::new(left), Box::new(index)),
                };
                match is_slice {
                    true => {
                        let right = self.projected(20)?;
                        Ok(Ast::Projection(Box::new(whole), Box::new(right)))
                    }
                    false => Ok(whole),
                }
            }
            Token::Star if self.after(1) == &Token::RightBracket => {
                self.next();
                self.next();
                let right = self.projected(20)?;
                Ok(Ast::Projection(Box::new(left.unwrap_or(Ast::Current)), Box::new(right)))
            }
            token if left.is_some() => Err(self.unexpected(&token.clone())),
            _ => self.list(),
        }
    }

    fn index(&mut self) -> Result<Ast, JmesError> {
        let mut parts = [None; 3];
        let mut part = 0_usize;
        loop {
            match self.next() {
                Token::Number(number) => match parts.get_mut(part) {
                    Some(slot @ None) => *slot = Some(number),
                    _ => return Err(self.fault("two numbers side by side")),
                },
                Token::Colon if part < 2 => part = part.saturating_add(1),
                Token::RightBracket => break,
                token => return Err(self.unexpected(&token)),
            }
        }
        match (part, parts) {
            (0, [Some(index), ..]) => Ok(Ast::Index(index)),
            (0, _) => Err(self.fault("an index without a number")),
            (_, parts) => Ok(Ast::Slice(parts)),
        }
    }

    /// The rest of `[a, b]`.
    fn list(&mut self) -> Result<Ast, JmesError> {
        let mut items = vec![self.expression(0)?];
        while self.peek() == &Token::Comma {
            self.next();
            items.push(self.expression(0)?);
        }
        self.expect(&Token::RightBracket)?;
        Ok(Ast::List(items))
    }

    /// The rest of `{a: b}`.
    fn hash(&mut self) -> Result<Ast, JmesError> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next() {
                Token::Name(key) | Token::Quoted(key) => key,
                token => return Err(self.unexpected(&token)),
            };
            self.expect(&Token::Colon)?;
            entries.push((key, self.expression(0)?));
            match self.next() {
                Token::Comma => {}
                Token::RightBrace => return Ok(Ast::Hash(entries)),
                token => return Err(self.unexpected(&token)),
            }
        }
    }
}

fn comparator(token: &Token) -> Option<Comparator> {
    Some(match token {
        Token::Equal => Comparator::Equal,
        Token::NotEqual => Comparator::NotEqual,
        Token::Less => Comparator::Less,
        Token::LessOrEqual => Comparator::LessOrEqual,
        Token::Greater => Comparator::Greater,
        Token::GreaterOrEqual => Comparator::GreaterOrEqual,
        _ => return None,
    })
}
