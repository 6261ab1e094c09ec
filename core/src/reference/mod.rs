//! Image references, digests and the patterns that match them.

mod digest;
mod index;
mod name;
mod pattern;
mod prefix;

pub use digest::{Digest, DigestError};
pub use index::PatternIndex;
pub use name::{Reference, ReferenceError};
pub use pattern::ImagePattern;
pub use prefix::RepositoryPrefix;
