//! Kyverno's `ClusterPolicy` and `Policy`, in two dialects.
//!
//! [`Loaded`] reads policies and says what is not as Kyverno asks, and what is not taken;
//! [`KyvernoPolicy::judge`] answers for one object, and notes each quirk that mattered. What
//! Kyverno fetches from a cluster or a registry is handed in ([`ClusterData`](crate::import::ClusterData)).

mod autogen;
mod conditions;
mod context;
pub(super) mod duration;
mod extractors;
mod go;
mod images;
pub mod jmespath;
mod judge;
mod load;
mod matching;
mod native;
mod operators;
mod pattern;
mod pod_security;
mod policy;
pub(super) mod quantity;
mod request;
mod scalar;
mod template;
mod validate;
pub(super) mod verify;
pub mod verify_images;
pub(super) mod versions;
mod wildcard;

pub(in crate::import) use images::{named as images_named, pod_path};
pub(in crate::import) use judge::{KyvernoJudge, Surroundings};
pub use load::Loaded;
pub use policy::{FailureAction, ImageVerifier, KyvernoException, KyvernoPolicy, NoEvidence};
pub use request::Request;
pub use verify::entry_policies;
pub use verify_images::VerifyImages;
pub use wildcard::wildcard_match;
