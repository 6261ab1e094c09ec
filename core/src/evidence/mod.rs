//! Evidence as claimed: documents about an image, read strictly, believed not at all.

mod collection;
pub mod config;
mod error;
pub(crate) mod json;
pub mod oci;
mod platform;
pub mod predicate;
pub mod scan;
mod severity;
pub mod signing;

pub use collection::{Attached, AttachedKind, Blob, Evidence, Gap, GapKind, Vouched};
pub use error::{EvidenceError, EvidenceErrorKind};
pub use platform::Platform;
pub use severity::Severity;
