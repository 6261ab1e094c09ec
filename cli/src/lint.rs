//! `cocket policy lint`.

use std::collections::BTreeSet;

use cocket::Timestamp;
use cocket::evaluate::Engine;

use crate::arguments::Lint;
use crate::failure::{Failure, policy_fault};
use crate::{output, policies};

pub(crate) fn run(arguments: &Lint, now: Timestamp) -> Result<u8, Failure> {
    let policies = policies::load(&arguments.paths, arguments.import.options())?;
    // Some faults, such as keys that cannot be used, show only when the engine is made.
    Engine::new(&policies).map_err(Failure::Policies)?;
    let warnings = policies.warnings(now);
    warnings.iter().for_each(|warning| policy_fault("warning", warning));
    // One policy may be about images and about objects.
    let images = policies.image_policies().iter().map(|one| one.metadata.name.as_str());
    let objects = policies.object_judges().iter().map(|one| one.name());
    let count = images.chain(objects).collect::<BTreeSet<_>>().len();
    let (policies, warned) = (counted(count, "policy", "policies"), warnings.len());
    let warned = counted(warned, "warning", "warnings");
    output::to_stdout(format!("{policies}, no faults, {warned}\n").as_bytes())?;
    Ok(u8::from(arguments.strict && !warnings.is_empty()))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
