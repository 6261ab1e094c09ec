//! The tree of an expression.

use super::value::Value;

/// A node; `depth` of a tree is bounded where it is made, so walks may recurse.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) depth: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Literal(Value),
    Ident(String),
    Select {
        operand: Box<Expr>,
        field: String,
        optional: bool,
    },
    Has {
        operand: Box<Expr>,
        field: String,
    },
    Index {
        operand: Box<Expr>,
        index: Box<Expr>,
        optional: bool,
    },
    Call {
        target: Option<Box<Expr>>,
        name: String,
        arguments: Vec<Expr>,
    },
    /// Elements; `true` for those written `?element`.
    List(Vec<(Expr, bool)>),
    Map(Vec<(Expr, Expr, bool)>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Conditional(Box<(Expr, Expr, Expr)>),
    Comprehension(Box<Comprehension>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone)]
pub(super) struct Comprehension {
    pub(super) macro_name: Macro,
    pub(super) range: Expr,
    pub(super) variable: String,
    /// The second variable of the forms with index or key and value.
    pub(super) second: Option<String>,
    /// A condition on the elements (`map` with three arguments).
    pub(super) filter: Option<Expr>,
    pub(super) body: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Macro {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    /// `cel.bind`.
    Bind,
    OptMap,
    OptFlatMap,
    SortBy,
}

impl Expr {
    /// What stands directly below.
    pub(super) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Literal(_) | Kind::Ident(_) => Vec::new(),
            Kind::Select { operand, .. } | Kind::Has { operand, .. } | Kind::Unary(_, operand) => {
                vec![operand]
            }
            Kind::Index { operand, index, .. } => vec![operand, index],
            Kind::Call { target, arguments, .. } => {
                target.as_deref().into_iter().chain(arguments).collect()
            }
            Kind::List(elements) => elements.iter().map(|(element, _)| element).collect(),
            Kind::Map(entries) => entries.iter().flat_map(|(key, value, _)| [key, value]).collect(),
            Kind::Binary(_, left, right) => vec![left, right],
            Kind::All(terms) | Kind::Any(terms) => terms.iter().collect(),
            Kind::Conditional(parts) => vec![&parts.0, &parts.1, &parts.2],
            Kind::Comprehension(it) => [Some(&it.range), it.filter.as_ref(), Some(&it.body)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}
