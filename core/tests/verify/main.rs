//! Signed documents and keyed verification, and attacks on them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, also in the functions that tests share"
)]

mod approvals;
mod attacks;
mod formats;
mod keyless;
mod keys;
mod mutations;
mod sample;
mod verifiers;
