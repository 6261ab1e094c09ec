//! Policies: the typed model and its strict loader.
//!
//! A text becomes a tree of values with positions; serde makes typed documents of it; then the
//! documents are checked against each other. Unknown and duplicate keys, values that another
//! reader of YAML would take for something else, and rules that no image can pass or fail are
//! faults with file, line and column.

mod check;
mod digest;
mod error;
mod lint;
mod load;
pub mod model;
mod object_judge;
mod policies;
#[cfg(feature = "schema")]
mod reference_page;
#[cfg(feature = "schema")]
mod schema;
mod yaml;

use crate::shown;

pub use error::{DocumentKind, PolicyError, PolicyErrorKind, PolicyErrors};
pub use load::limits;
pub(crate) use load::{DeclaredKind, ForeignDocument, Head, SuppliedFile, joined, well_formed};
pub use object_judge::{
    NotSigned, Note, ObjectAnswer, ObjectCase, ObjectJudge, ObjectResult, RuleOutcome, RuleResult,
    SignedImages, SignedStatement,
};
pub(crate) use policies::image_policy;
pub(crate) use policies::{Foreign, Translation};
pub use policies::{Policies, PolicySource};
#[cfg(feature = "schema")]
pub use reference_page::reference_markdown;
#[cfg(feature = "schema")]
pub use schema::schema;
