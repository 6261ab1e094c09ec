//! Policies from files.

use std::path::PathBuf;

use cocket::policy::Policies;
use cocket::source::read_policies;

use crate::failure::Failure;

/// Reads and loads policies.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Policies, Failure> {
    let sources = read_policies(paths).map_err(|error| Failure::Usage(error.to_string()))?;
    Policies::load(&sources).map_err(Failure::Policies)
}
