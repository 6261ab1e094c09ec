//! Image references, digests and the patterns that match them.

mod digest;
mod pattern;

pub use digest::{Digest, DigestError};
pub use pattern::ImagePattern;
