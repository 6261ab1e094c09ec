//! Image references, digests and the patterns that match them.

mod containers_scope;
mod digest;
mod index;
mod kyverno_images;
mod name;
mod pattern;
mod prefix;
mod sigstore_glob;
mod wildcard;

pub use containers_scope::ContainersScope;
pub use digest::{Digest, DigestError};
pub use index::PatternIndex;
pub use kyverno_images::KyvernoImages;
pub use name::{Reference, ReferenceError};
pub use pattern::ImagePattern;
pub use prefix::RepositoryPrefix;
pub use sigstore_glob::SigstoreGlob;
pub use wildcard::wildcard_matches;
