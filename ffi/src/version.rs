//! The version of the interface.

use crate::guard;

/// The version of this interface. A program that was built with another one must not use the
/// library: compare it with `COCKET_ABI_VERSION` of the header.
pub const COCKET_ABI_VERSION: u32 = 0;

/// The library's `COCKET_ABI_VERSION`. May be called from any thread at any time.
#[unsafe(no_mangle)]
pub extern "C" fn cocket_abi_version() -> u32 {
    guard::or(0, || Ok(COCKET_ABI_VERSION))
}
