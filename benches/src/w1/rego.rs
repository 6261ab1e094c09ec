//! The workload in Rego, run by regorus' virtual machine.

use std::error::Error;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use super::{Violations, violations};

const RULES: &str = include_str!("w1.rego");
const ENTRY: &str = "data.w1.violations";

/// The rules with one policy as their data.
pub(crate) struct Rego(RegoVM);

impl Rego {
    pub(crate) fn compile(policy: &str) -> Result<Self, Box<dyn Error>> {
        let mut engine = Engine::new();
        engine.add_policy("w1.rego".to_owned(), RULES.to_owned())?;
        let data = Value::from_json_str(policy)?;
        engine.add_data(data.clone())?;
        let compiled = engine.compile_with_entrypoint(&ENTRY.into())?;
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY])?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data)?;
        Ok(Self(machine))
    }

    /// What is wrong with an image: its head with the report as member `trivy`.
    pub(crate) fn judge(&mut self, input: Value) -> Result<Value, Box<dyn Error>> {
        self.0.set_input(input);
        Ok(self.0.execute()?)
    }
}

/// In the form in which answers are compared.
pub(crate) fn written(found: &Value) -> Result<Violations, Box<dyn Error>> {
    Ok(violations(&serde_json::from_str(&found.to_json_str()?)?))
}
