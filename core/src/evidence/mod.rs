//! Evidence as claimed: documents about an image, read strictly, believed not at all.

mod collection;
pub mod config;
pub mod cvss;
mod error;
pub mod feeds;
pub(crate) mod json;
pub mod oci;
mod platform;
pub mod predicate;
pub mod purl;
pub mod scan;
mod severity;
pub mod signing;
pub mod vex;
mod vouched;

pub use collection::{Attached, AttachedKind, Blob, Evidence, Gap, GapKind};
pub use error::{EvidenceError, EvidenceErrorKind};
pub use platform::Platform;
pub use severity::Severity;
pub use vouched::{Vouched, VouchedDocument};
