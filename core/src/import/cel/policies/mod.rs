//! Policies whose rules are expressions: Kyverno's `ValidatingPolicy` and `ImageValidatingPolicy`,
//! Kubernetes' `ValidatingAdmissionPolicy`, and `validate.cel` in rules of Kyverno.

mod autogen;
mod checks;
mod exceptions;
mod host;
mod images;
mod matching;
mod policy;
mod request;
mod rule;

#[cfg(test)]
mod tests;

pub use checks::{Checks, Message};
pub use exceptions::Exception;
pub use host::{ImageVerifier, NoVerifier};
pub use policy::{Action, CelFault, CelPolicy};
pub use request::{CelRequest, UserInfo};
pub use rule::CelRule;
