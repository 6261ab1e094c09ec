//! Variables, conditions and validations of one policy or rule.

use serde_json::Value;

use super::autogen::shifted;
use super::policy::CelFault;
use crate::import::cel::error::CelError;
use crate::import::cel::evaluate::{Bindings, Host};
use crate::import::cel::limits::MAX_VARIABLES;
use crate::import::cel::program::{Context, Program};

/// Names that every policy may use.
pub(super) const NAMES: [&str; 9] = [
    "object",
    "oldObject",
    "request",
    "namespaceObject",
    "params",
    "exceptions",
    "images",
    "attestors",
    "attestations",
];

/// What failed and what to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Everything holds.
    Passed,
    /// The conditions leave the object alone.
    NotMet,
    /// A validation does not hold: its position and its message.
    Failed(usize, String),
    /// A condition has no value.
    Unmatched(CelError),
    /// A validation has no value: its position, the expression, and why.
    Broken(usize, String, CelError),
}

#[derive(Debug, Clone)]
struct Validation {
    source: String,
    program: Program,
    message: String,
    message_program: Option<Program>,
}

/// Expressions that were read and checked once.
#[derive(Debug, Clone)]
pub struct Checks {
    variables: Vec<(String, Program)>,
    conditions: Vec<Program>,
    validations: Vec<Validation>,
    audit: Vec<Program>,
}

/// The keys under which the parts stand.
struct Reader<'r> {
    path: &'r str,
    template: Option<&'r str>,
    variables: Vec<&'r str>,
    faults: Vec<CelFault>,
}

impl Reader<'_> {
    fn program(&mut self, source: &str, path: &str) -> Option<Program> {
        let source = match self.template {
            Some(template) => shifted(source, template),
            None => source.to_owned(),
        };
        match Program::parse(&source, &NAMES, &self.variables) {
            Ok(program) => Some(program),
            Err(error) => {
                let path = format!("{}{path}", self.path);
                self.faults.push(CelFault { path, error });
                None
            }
        }
    }
}

fn entries<'v>(spec: &'v Value, key: &str) -> &'v [Value] {
    spec.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl Checks {
    /// Reads the parts of `spec`, which stand at `path`; validations are under `key`. With
    /// `template`, expressions over pods are turned to the template that stands there.
    ///
    /// # Errors
    /// Every expression that cannot be read, with its place.
    pub fn read(
        spec: &Value,
        key: &str,
        path: &str,
        template: Option<&str>,
    ) -> Result<Self, Vec<CelFault>> {
        let mut reader = Reader { path, template, variables: Vec::new(), faults: Vec::new() };
        let conditions = numbered(spec, "matchConditions", &mut reader);
        let given = entries(spec, "variables");
        if given.len() > MAX_VARIABLES {
            let error = CelError::TooLarge { what: "variables", limit: MAX_VARIABLES };
            reader.faults.push(CelFault { path: format!("{path}variables"), error });
        }
        let mut variables = Vec::new();
        for (index, variable) in given.iter().enumerate().take(MAX_VARIABLES) {
            let name = text(variable, "name");
            let at = format!("variables[{index}].expression");
            if let Some(program) = reader.program(text(variable, "expression"), &at) {
                variables.push((name.to_owned(), program));
            }
            reader.variables.push(name);
        }
        let validations = validations(spec, key, &mut reader);
        let audit = entries(spec, "auditAnnotations").iter().enumerate();
        let audit: Vec<Program> = audit
            .filter_map(|(index, one)| {
                let at = format!("auditAnnotations[{index}].valueExpression");
                reader.program(text(one, "valueExpression"), &at)
            })
            .collect();
        match reader.faults.is_empty() {
            true => Ok(Self { variables, conditions, validations, audit }),
            false => Err(reader.faults),
        }
    }

    /// Runs the checks until one does not hold.
    #[must_use]
    pub fn run(&self, bindings: &Bindings, host: &dyn Host, now: jiff::Timestamp) -> Message {
        let mut context = Context::new(bindings, host, now);
        match met(&self.conditions, &context) {
            Ok(true) => {}
            Ok(false) => return Message::NotMet,
            Err(error) => return Message::Unmatched(error),
        }
        for (name, program) in &self.variables {
            context.define(name, program);
        }
        for (index, one) in self.validations.iter().enumerate() {
            match one.program.holds(&context) {
                Ok(true) => {}
                Ok(false) => return Message::Failed(index, one.told(&context)),
                Err(error) => return Message::Broken(index, one.source.clone(), error),
            }
        }
        for program in &self.audit {
            if let Err(error) = program.evaluate(&context) {
                return Message::Unmatched(error);
            }
        }
        Message::Passed
    }
}

fn numbered(spec: &Value, key: &str, reader: &mut Reader<'_>) -> Vec<Program> {
    let conditions = entries(spec, key).iter().enumerate();
    conditions
        .filter_map(|(index, one)| {
            reader.program(text(one, "expression"), &format!("{key}[{index}].expression"))
        })
        .collect()
}

fn validations(spec: &Value, key: &str, reader: &mut Reader<'_>) -> Vec<Validation> {
    let mut found = Vec::new();
    for (index, one) in entries(spec, key).iter().enumerate() {
        let source = text(one, "expression");
        let program = reader.program(source, &format!("{key}[{index}].expression"));
        let message = text(one, "messageExpression");
        let at = format!("{key}[{index}].messageExpression");
        let message_program = if message.is_empty() { None } else { reader.program(message, &at) };
        found.extend(program.map(|program| Validation {
            source: source.trim().to_owned(),
            program,
            message: text(one, "message").to_owned(),
            message_program,
        }));
    }
    found
}

impl Validation {
    /// The message, as its expression makes it or as it stands; empty where there is neither.
    fn told(&self, context: &Context<'_>) -> String {
        let Some(program) = &self.message_program else { return self.message.clone() };
        match program.evaluate(context) {
            Ok(value) => match value.as_text() {
                Some(text) => text.to_owned(),
                None => format!(
                    "failed to convert message expression to string: a value of type {}",
                    value.type_name()
                ),
            },
            Err(error) => format!("failed to evaluate message expression: {error}"),
        }
    }
}

/// Whether all conditions hold: one that does not decides, whatever others fail with.
pub(super) fn met(conditions: &[Program], context: &Context<'_>) -> Result<bool, CelError> {
    let mut failure = None;
    for condition in conditions {
        match condition.holds(context) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(true), Err)
}
