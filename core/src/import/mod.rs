//! Policies of other engines: what they say, and what was not taken of them.
//!
//! Everything here is a pure function of texts and values that are handed in. A policy that is
//! taken only in part says so ([`Diagnostic`]). What [`load`] takes is judged by the engine;
//! [`kyverno`] and [`cel`] give what their policies answer about one object.

pub mod cel;
mod cluster_data;
mod cluster_image_policy;
mod containers_policy;
mod diagnostic;
mod faults;
mod foreign;
mod go_regex;
mod image_data;
mod judged;
pub mod kyverno;
mod load;
mod objects;
mod outcome;
mod pem;
mod placed;
mod repair;
mod supplied;
pub mod text;
mod trusted_root;

pub use cluster_data::{ClusterData, UserInfo, Variables};
pub use diagnostic::{Diagnostic, DiagnosticKind, Extent};
pub use foreign::ForeignKind;
pub(crate) use judged::soon;
pub use load::{Options, load, load_with_judges};
pub use outcome::{Dialect, Note, RuleOutcome, RuleResult};
