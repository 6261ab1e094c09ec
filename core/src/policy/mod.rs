//! Policies: the typed model and its strict loader.

mod error;
mod load;
pub mod model;

pub use error::{DocumentKind, PolicyError, PolicyErrorKind, PolicyErrors};
pub use load::{Policies, PolicySource};
