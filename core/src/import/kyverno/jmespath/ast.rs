//! The tree of an expression.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ast {
    /// `@`, and the empty right side of a projection.
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    /// The right side of what the left gives: `a.b`, `a[0]`.
    Sub(Box<Ast>, Box<Ast>),
    Pipe(Box<Ast>, Box<Ast>),
    Flatten(Box<Ast>),
    /// `a[*].b`, `a[].b`, `a[0:2].b`
    Projection(Box<Ast>, Box<Ast>),
    /// `a.*.b`
    Values(Box<Ast>, Box<Ast>),
    /// `a[?c].b`: what is filtered, the condition, the right side.
    Filter(Box<Ast>, Box<Ast>, Box<Ast>),
    List(Vec<Ast>),
    Hash(Vec<(String, Ast)>),
    Or(Box<Ast>, Box<Ast>),
    And(Box<Ast>, Box<Ast>),
    Not(Box<Ast>),
    Compare(Comparator, Box<Ast>, Box<Ast>),
    Function(String, Vec<Ast>),
    /// `&a`, an expression as an argument.
    Reference(Box<Ast>),
}

impl Ast {
    /// What stands directly in it.
    fn children(&self) -> Vec<&Self> {
        match self {
            Self::Current | Self::Field(_) | Self::Index(_) | Self::Slice(_) | Self::Literal(_) => {
                Vec::new()
            }
            Self::Sub(a, b)
            | Self::Pipe(a, b)
            | Self::Projection(a, b)
            | Self::Values(a, b)
            | Self::Or(a, b)
            | Self::And(a, b)
            | Self::Compare(_, a, b) => vec![a, b],
            Self::Filter(a, b, c) => vec![a, b, c],
            Self::Flatten(a) | Self::Not(a) | Self::Reference(a) => vec![a],
            Self::List(items) | Self::Function(_, items) => items.iter().collect(),
            Self::Hash(entries) => entries.iter().map(|(_, value)| value).collect(),
        }
    }

    pub(super) fn functions<'a>(&'a self, names: &mut Vec<&'a str>) {
        if let Self::Function(name, _) = self {
            names.push(name);
        }
        for child in self.children() {
            child.functions(names);
        }
    }

    /// Fields that are read from the document itself.
    pub(super) fn roots<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Field(name) => names.push(name),
            Self::Sub(left, _)
            | Self::Pipe(left, _)
            | Self::Projection(left, _)
            | Self::Values(left, _)
            | Self::Filter(left, _, _) => left.roots(names),
            _ => {
                for child in self.children() {
                    child.roots(names);
                }
            }
        }
    }
}
