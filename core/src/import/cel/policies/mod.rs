//! Policies whose rules are expressions: Kyverno's `ValidatingPolicy` and `ImageValidatingPolicy`,
//! Kubernetes' `ValidatingAdmissionPolicy`, and `validate.cel` in rules of Kyverno.

mod attestors;
mod autogen;
mod binding;
mod checks;
mod exceptions;
mod host;
mod images;
mod judge;
mod matching;
mod policy;
mod request;
mod rule;
mod verifying;

#[cfg(test)]
mod tests;

pub(in crate::import) use attestors::Attestors;
pub(in crate::import) use binding::Binding;
pub use checks::{Checks, Message};
pub use exceptions::Exception;
pub use host::{ImageVerifier, NoVerifier};
pub(in crate::import) use judge::{CelJudge, Surroundings};
pub use policy::{Action, CelFault, CelPolicy};
pub use request::CelRequest;
pub use rule::CelRule;
