//! The throw-away keys of the example.

use cocket_testkit::Signer;

pub(super) struct Keys {
    /// The one that the policy trusts.
    pub(super) release: Signer,
    /// One that nobody here knows.
    pub(super) stranger: Signer,
}

impl Keys {
    pub(super) fn derive() -> Self {
        Self {
            release: Signer::named("cocket example, first look: release"),
            stranger: Signer::named("cocket example, first look: stranger"),
        }
    }
}
