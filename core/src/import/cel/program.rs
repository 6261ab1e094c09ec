//! An expression that was read and checked once.

use std::collections::BTreeSet;

use super::ast::{Expr, Kind};
use super::error::CelError;
use super::evaluate::{Bindings, Budget, Host, Scope};
use super::functions;
use super::parser::parse;
use super::value::Value;

/// An expression, ready to be evaluated any number of times.
///
/// ```
/// use cocket::import::cel::{Bindings, Context, NoHost, Program, Value};
/// let program = Program::parse("object.image.startsWith('ghcr.io/')", &["object"], &[])?;
/// let object = serde_json::json!({"image": "ghcr.io/acme/app:1"});
/// let bindings = Bindings::from([("object".to_owned(), Ok(Value::from(&object)))]);
/// let now = "2026-11-25T00:00:00Z".parse().unwrap();
/// assert!(program.holds(&Context::new(&bindings, &NoHost, now))?);
/// assert!(Program::parse("objekt.image", &["object"], &[]).is_err());
/// # Ok::<(), cocket::import::cel::CelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    tree: Expr,
}

/// What an evaluation gets from outside.
pub struct Context<'c> {
    bindings: &'c Bindings,
    variables: Bindings,
    host: &'c dyn Host,
    now: jiff::Timestamp,
    budget: Budget,
    all_needs_one: bool,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("bindings", &self.bindings).finish_non_exhaustive()
    }
}

impl<'c> Context<'c> {
    /// With these names and functions, at this moment. All evaluations in it share one budget.
    #[must_use]
    pub fn new(bindings: &'c Bindings, host: &'c dyn Host, now: jiff::Timestamp) -> Self {
        let (variables, budget) = (Bindings::new(), Budget::default());
        Self { bindings, variables, host, now, budget, all_needs_one: false }
    }

    /// The same, where `all` over nothing is a failure: that nothing was found proves nothing.
    #[must_use]
    pub fn refusing_all_of_nothing(mut self) -> Self {
        self.all_needs_one = true;
        self
    }

    /// Makes `variables.NAME` known to later evaluations: its value, or the failure that is met
    /// where it is used.
    pub fn define(&mut self, name: &str, program: &Program) {
        let value = program.evaluate(self);
        let kept = value.and_then(|value| self.budget.walk(&value).map(|()| value));
        self.variables.insert(name.to_owned(), kept);
    }
}

impl Program {
    /// Reads an expression over the names in `names` and, as `variables.NAME`, those in
    /// `variables`.
    ///
    /// # Errors
    /// [`CelError`] for what is no expression, is too large, names what is not declared, or calls
    /// what does not exist or is refused.
    pub fn parse(source: &str, names: &[&str], variables: &[&str]) -> Result<Self, CelError> {
        let tree = parse(source)?;
        let declared = Declared { names, variables };
        declared.check(&tree, &mut Vec::new())?;
        Ok(Self { tree })
    }

    /// The names that the expression asks for, `variables` among them.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![&self.tree];
        while let Some(expr) = open.pop() {
            if let Kind::Ident(name) = &expr.kind {
                found.insert(name.clone());
            }
            open.extend(expr.children());
        }
        found
    }

    /// Whether it asks for the moment, so that its value may be another soon.
    #[must_use]
    pub fn asks_for_now(&self) -> bool {
        let mut open = vec![&self.tree];
        while let Some(expr) = open.pop() {
            if matches!(&expr.kind, Kind::Call { name, .. } if name == "now") {
                return true;
            }
            open.extend(expr.children());
        }
        false
    }

    /// The value of the expression.
    ///
    /// # Errors
    /// [`CelError`] where it has none, or takes more steps than are left.
    pub fn evaluate(&self, context: &Context<'_>) -> Result<Value, CelError> {
        let scope = Scope {
            bindings: context.bindings,
            variables: &context.variables,
            host: context.host,
            budget: &context.budget,
            now: context.now,
            all_needs_one: context.all_needs_one,
        };
        scope.value(&self.tree, None)
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// As [`Program::evaluate`], and for values other than `true` and `false`.
    pub fn holds(&self, context: &Context<'_>) -> Result<bool, CelError> {
        match self.evaluate(context)? {
            Value::Bool(value) => Ok(value),
            other => {
                Err(CelError::NoSuchOverload(format!("a condition of type {}", other.type_name())))
            }
        }
    }
}

struct Declared<'d> {
    names: &'d [&'d str],
    variables: &'d [&'d str],
}

impl Declared<'_> {
    fn check<'e>(&self, expr: &'e Expr, locals: &mut Vec<&'e str>) -> Result<(), CelError> {
        match &expr.kind {
            Kind::Ident(name) if !self.knows(name, locals) => {
                return Err(CelError::Undeclared(name.clone()));
            }
            Kind::Select { operand, field, optional: false } => {
                if let Kind::Ident(name) = &operand.kind
                    && name == "variables"
                    && !locals.contains(&"variables")
                    && !self.names.contains(&"variables")
                    && !self.variables.contains(&field.as_str())
                {
                    return Err(CelError::Undeclared(format!("variables.{field}")));
                }
            }
            Kind::Call { target, name, arguments } => {
                if let Some(target) = target {
                    let space = match &target.kind {
                        Kind::Ident(space) if !locals.contains(&space.as_str()) => space.as_str(),
                        _ => "",
                    };
                    let qualified = format!("{space}.{name}");
                    refusal(&qualified)?;
                    if functions::is_qualified(&qualified) {
                        return arguments.iter().try_for_each(|one| self.check(one, locals));
                    }
                }
                refusal(name)?;
                if !functions::is_plain(name) {
                    return Err(CelError::UnknownFunction(name.clone()));
                }
            }
            Kind::Comprehension(it) => {
                self.check(&it.range, locals)?;
                let outer = locals.len();
                locals.push(&it.variable);
                locals.extend(it.second.as_deref());
                let inner =
                    it.filter.iter().chain([&it.body]).try_for_each(|e| self.check(e, locals));
                locals.truncate(outer);
                return inner;
            }
            _ => {}
        }
        expr.children().into_iter().try_for_each(|child| self.check(child, locals))
    }

    fn knows(&self, name: &str, locals: &[&str]) -> bool {
        locals.contains(&name)
            || self.names.contains(&name)
            || (name == "variables" && !self.variables.is_empty())
            || functions::type_named(name).is_some()
    }
}

fn refusal(name: &str) -> Result<(), CelError> {
    functions::refused(name).map_or(Ok(()), Err)
}
