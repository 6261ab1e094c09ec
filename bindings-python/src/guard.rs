//! The panic guard.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A panic was stopped; its message went to the program's panic hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Does `work`, and stops a panic in it.
///
/// # Errors
/// [`Panicked`] where it panics.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    // What is shared between calls is behind locks that outlive a panic with whole values: see
    // `Evidence::change`. Everything else is dropped here.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}
