//! From tokens to a tree, with its nesting bounded.

use super::ast::{Binary, Comprehension, Expr, Kind, Macro, Unary};
use super::error::CelError;
use super::lexer::{Token, tokens};
use super::limits::{MAX_DEPTH, MAX_NESTING, MAX_SOURCE};
use super::value::Value;

/// Words that the language keeps for itself.
const RESERVED: [&str; 17] = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "return", "var", "void", "while", "in",
];

pub(super) fn parse(source: &str) -> Result<Expr, CelError> {
    if source.len() > MAX_SOURCE {
        return Err(CelError::TooLarge { what: "bytes", limit: MAX_SOURCE });
    }
    let mut parser = Parser { tokens: tokens(source)?, at: 0, nesting: 0, end: source.len() };
    let expr = parser.expr()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some((token, _)) => parser.fault(&format!("unexpected {}", shown(token))),
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Punct(punct) => format!("`{punct}`"),
        Token::Ident(word) => format!("`{word}`"),
        _ => "a literal".to_owned(),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    nesting: usize,
    end: usize,
}

type Parsed = Result<Expr, CelError>;

impl Parser {
    fn fault<T>(&self, detail: &str) -> Result<T, CelError> {
        let offset = self.tokens.get(self.at).map_or(self.end, |(_, offset)| *offset);
        Err(CelError::Syntax { offset, detail: detail.to_owned() })
    }

    fn peek(&self) -> Option<&'static str> {
        match self.tokens.get(self.at) {
            Some((Token::Punct(punct), _)) => Some(punct),
            _ => None,
        }
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take(&mut self, punct: &str) -> bool {
        let found = self.peek() == Some(punct);
        if found {
            self.step();
        }
        found
    }

    fn expect(&mut self, punct: &str) -> Result<(), CelError> {
        if self.take(punct) { Ok(()) } else { self.fault(&format!("expected `{punct}`")) }
    }

    fn word(&mut self) -> Result<String, CelError> {
        if self.take("`") {
            let word = self.name()?;
            self.expect("`")?;
            return Ok(word);
        }
        self.name()
    }

    fn name(&mut self) -> Result<String, CelError> {
        match self.tokens.get(self.at) {
            Some((Token::Ident(word), _)) => {
                let word = word.clone();
                self.step();
                Ok(word)
            }
            _ => self.fault("expected a name"),
        }
    }

    fn made(&self, kind: Kind) -> Parsed {
        let mut expr = Expr { kind, depth: 0 };
        let below = expr.children().iter().map(|child| child.depth).max().unwrap_or(0);
        expr.depth = below.saturating_add(1);
        if expr.depth > MAX_DEPTH {
            return Err(CelError::TooLarge { what: "levels", limit: MAX_DEPTH });
        }
        Ok(expr)
    }

    fn nested(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.nesting >= MAX_NESTING {
            return Err(CelError::TooLarge { what: "nested parts", limit: MAX_NESTING });
        }
        self.nesting = self.nesting.saturating_add(1);
        let expr = inner(self);
        self.nesting = self.nesting.saturating_sub(1);
        expr
    }

    fn expr(&mut self) -> Parsed {
        self.nested(|parser| {
            let condition = parser.any()?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let then = parser.any()?;
            parser.expect(":")?;
            let otherwise = parser.expr()?;
            parser.made(Kind::Conditional(Box::new((condition, then, otherwise))))
        })
    }

    fn any(&mut self) -> Parsed {
        let mut terms = vec![self.all()?];
        while self.take("||") {
            terms.push(self.all()?);
        }
        self.one_or(terms, Kind::Any)
    }

    fn all(&mut self) -> Parsed {
        let mut terms = vec![self.binary(0)?];
        while self.take("&&") {
            terms.push(self.binary(0)?);
        }
        self.one_or(terms, Kind::All)
    }

    fn one_or(&self, mut terms: Vec<Expr>, kind: fn(Vec<Expr>) -> Kind) -> Parsed {
        match (terms.len(), terms.pop()) {
            (1, Some(only)) => Ok(only),
            (_, last) => {
                terms.extend(last);
                self.made(kind(terms))
            }
        }
    }

    /// Relations (0), sums (1) and products (2), all grouped from the left.
    fn binary(&mut self, level: u8) -> Parsed {
        let operand = |parser: &mut Self| match level {
            2 => parser.unary(),
            _ => parser.binary(level.saturating_add(1)),
        };
        let mut left = operand(self)?;
        while let Some(operator) = self.operator(level) {
            self.step();
            let right = operand(self)?;
            left = self.made(Kind::Binary(operator, Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    fn operator(&self, level: u8) -> Option<Binary> {
        if let Some((Token::Ident(word), _)) = self.tokens.get(self.at) {
            return (level == 0 && word == "in").then_some(Binary::In);
        }
        Some(match (level, self.peek()?) {
            (0, "==") => Binary::Equal,
            (0, "!=") => Binary::NotEqual,
            (0, "<") => Binary::Less,
            (0, "<=") => Binary::LessOrEqual,
            (0, ">") => Binary::Greater,
            (0, ">=") => Binary::GreaterOrEqual,
            (1, "+") => Binary::Add,
            (1, "-") => Binary::Subtract,
            (2, "*") => Binary::Multiply,
            (2, "/") => Binary::Divide,
            (2, "%") => Binary::Remainder,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed {
        let operator = match self.peek() {
            Some("!") => Unary::Not,
            Some("-") => Unary::Negate,
            _ => return self.member(),
        };
        self.step();
        if operator == Unary::Negate {
            let number = match self.tokens.get(self.at) {
                Some((Token::Int(value), _)) => Some(Value::Int(value.wrapping_neg())),
                Some((Token::MinInt, _)) => Some(Value::Int(i64::MIN)),
                _ => None,
            };
            if let Some(number) = number {
                self.step();
                let literal = self.made(Kind::Literal(number))?;
                return self.suffixes(literal);
            }
        }
        self.nested(|parser| {
            let operand = parser.unary()?;
            parser.made(Kind::Unary(operator, Box::new(operand)))
        })
    }

    fn member(&mut self) -> Parsed {
        let primary = self.primary()?;
        self.suffixes(primary)
    }

    fn suffixes(&mut self, mut expr: Expr) -> Parsed {
        loop {
            expr = match self.peek() {
                Some(".") => {
                    self.step();
                    let name = self.word()?;
                    if self.take("(") {
                        let arguments = self.arguments(")")?;
                        self.call(Some(expr), name, arguments)?
                    } else {
                        self.select(expr, name, false)?
                    }
                }
                Some(".?") => {
                    self.step();
                    let name = self.word()?;
                    self.select(expr, name, true)?
                }
                Some(bracket @ ("[" | "[?")) => {
                    self.step();
                    let index = self.expr()?;
                    self.expect("]")?;
                    let optional = bracket == "[?";
                    self.made(Kind::Index {
                        operand: Box::new(expr),
                        index: Box::new(index),
                        optional,
                    })?
                }
                _ => return Ok(expr),
            };
        }
    }

    fn select(&self, operand: Expr, field: String, optional: bool) -> Parsed {
        self.made(Kind::Select { operand: Box::new(operand), field, optional })
    }

    fn arguments(&mut self, close: &str) -> Result<Vec<Expr>, CelError> {
        let mut found = Vec::new();
        while !self.take(close) {
            found.push(self.expr()?);
            if !self.take(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(found)
    }

    fn primary(&mut self) -> Parsed {
        let Some((token, _)) = self.tokens.get(self.at).cloned() else {
            return self.fault("unexpected end");
        };
        self.step();
        let literal = match token {
            Token::Int(value) => Value::Int(value),
            Token::Uint(value) => Value::Uint(value),
            Token::Double(value) => Value::Double(value),
            Token::Text(text) => Value::from(text),
            Token::Bytes(bytes) => Value::Bytes(bytes.into()),
            Token::MinInt => return self.back("a number out of range"),
            Token::Ident(word) => return self.named(word),
            Token::Punct("(") => {
                let inner = self.expr()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Punct("[") => return self.list(false),
            Token::Punct("[?") => return self.list(true),
            Token::Punct("{") => return self.map(),
            Token::Punct(".") => {
                let word = self.word()?;
                return self.named(word);
            }
            Token::Punct(_) => return self.back("unexpected sign"),
        };
        self.made(Kind::Literal(literal))
    }

    fn back(&mut self, detail: &str) -> Parsed {
        self.at = self.at.saturating_sub(1);
        self.fault(detail)
    }

    fn named(&mut self, word: String) -> Parsed {
        let literal = match word.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ if RESERVED.contains(&word.as_str()) => {
                return self.back(&format!("`{word}` is a reserved word"));
            }
            _ if self.take("(") => {
                let arguments = self.arguments(")")?;
                return self.call(None, word, arguments);
            }
            _ => return self.made(Kind::Ident(word)),
        };
        self.made(Kind::Literal(literal))
    }

    fn list(&mut self, mut optional: bool) -> Parsed {
        let mut found = Vec::new();
        while !self.take("]") {
            optional |= self.take("?");
            found.push((self.expr()?, optional));
            optional = false;
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        self.made(Kind::List(found))
    }

    fn map(&mut self) -> Parsed {
        let mut found = Vec::new();
        while !self.take("}") {
            let optional = self.take("?");
            let key = self.expr()?;
            self.expect(":")?;
            found.push((key, self.expr()?, optional));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        self.made(Kind::Map(found))
    }

    /// A call, or the macro that is written as one.
    fn call(&self, target: Option<Expr>, name: String, mut arguments: Vec<Expr>) -> Parsed {
        if target.is_none() && name == "has" {
            return match (arguments.pop().map(|argument| argument.kind), arguments.is_empty()) {
                (Some(Kind::Select { operand, field, optional: false }), true) => {
                    self.made(Kind::Has { operand, field })
                }
                _ => self.fault("`has` asks for one selection of a field"),
            };
        }
        let macro_name = match (name.as_str(), arguments.len()) {
            ("all", 2 | 3) => Macro::All,
            ("exists", 2 | 3) => Macro::Exists,
            ("exists_one" | "existsOne", 2 | 3) => Macro::ExistsOne,
            ("map", 2 | 3) => Macro::Map,
            ("filter", 2) => Macro::Filter,
            ("optMap", 2) => Macro::OptMap,
            ("optFlatMap", 2) => Macro::OptFlatMap,
            ("sortBy", 2) => Macro::SortBy,
            ("bind", 3) if is_cel(target.as_ref()) => Macro::Bind,
            _ => return self.made(Kind::Call { target: target.map(Box::new), name, arguments }),
        };
        match target {
            Some(target) => self.comprehension(macro_name, target, arguments),
            None => self.made(Kind::Call { target: None, name, arguments }),
        }
    }

    fn comprehension(&self, macro_name: Macro, target: Expr, arguments: Vec<Expr>) -> Parsed {
        let mut arguments = arguments.into_iter();
        let (first, second, third) = (arguments.next(), arguments.next(), arguments.next());
        let (Some(Kind::Ident(variable)), Some(second)) = (first.map(|e| e.kind), second) else {
            return self.fault("a macro asks for a name first");
        };
        let (range, name, filter, body) = match (macro_name, third) {
            (Macro::Bind, Some(body)) => (second, None, None, body),
            (Macro::Map, Some(body)) => (target, None, Some(second), body),
            (_, Some(body)) => match second.kind {
                Kind::Ident(name) => (target, Some(name), None, body),
                _ => return self.fault("a macro with two names asks for names"),
            },
            (_, None) => (target, None, None, second),
        };
        let it = Comprehension { macro_name, range, variable, second: name, filter, body };
        self.made(Kind::Comprehension(Box::new(it)))
    }
}

fn is_cel(target: Option<&Expr>) -> bool {
    matches!(target.map(|target| &target.kind), Some(Kind::Ident(name)) if name == "cel")
}
