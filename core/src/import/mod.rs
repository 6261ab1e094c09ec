//! Policies of other engines: what they say, and what was not taken of them.
//!
//! Everything here is a pure function of texts and values that are handed in. A policy that is
//! taken only in part says so ([`Diagnostic`]). What [`load`] takes is judged by the engine;
//! [`kyverno`] and [`cel`] beside it answer about objects and are not yet asked by it: their
//! policies are not checked for misspelt members of `match`, `exclude` and `foreach`.

pub mod cel;
mod cluster_image_policy;
mod containers_policy;
mod diagnostic;
mod faults;
mod foreign;
mod go_regex;
pub mod kyverno;
mod load;
mod outcome;
mod pem;
mod supplied;
pub mod text;
mod trusted_root;

pub use diagnostic::{Diagnostic, DiagnosticKind, Extent};
pub use foreign::{Foreign, ForeignKind};
pub use load::{Options, load};
pub use outcome::{Dialect, Note, RuleOutcome, RuleResult};
