//! Policies from files.

use std::path::PathBuf;

use cocket::import::{self, Options};
use cocket::policy::Policies;
use cocket::source::read_policies;

use crate::failure::{Failure, policy_fault};

/// Reads and loads policies, those of other engines among them, and says where what was made of
/// those is not just what they say.
pub(crate) fn load(paths: &[PathBuf], options: Options) -> Result<Policies, Failure> {
    let sources = read_policies(paths).map_err(|error| Failure::Usage(error.to_string()))?;
    let policies = import::load(&sources, options).map_err(Failure::Policies)?;
    policies.notes().iter().for_each(|note| policy_fault("note", note));
    Ok(policies)
}
