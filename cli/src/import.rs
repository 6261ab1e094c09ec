//! `cocket import`.

use crate::arguments::ImportPolicies;
use crate::failure::{Failure, note};
use crate::{output, policies};

pub(crate) fn run(arguments: &ImportPolicies) -> Result<u8, Failure> {
    let policies = policies::load(&arguments.paths, arguments.import.options())?;
    for judge in policies.object_judges().iter().filter(|judge| judge.equivalent().is_none()) {
        note(format!("`{}` judges objects: it has no equivalent and runs as it is", judge.name()));
    }
    output::to_stdout(policies.to_yaml().as_bytes())?;
    Ok(0)
}
