//! `cocket import`.

use crate::arguments::ImportPolicies;
use crate::failure::Failure;
use crate::{output, policies};

pub(crate) fn run(arguments: &ImportPolicies) -> Result<u8, Failure> {
    let policies = policies::load(&arguments.paths, arguments.import.options())?;
    output::to_stdout(policies.to_yaml().as_bytes())?;
    Ok(0)
}
