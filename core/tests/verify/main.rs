//! Signed documents and keyed verification, and attacks on them.
#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

mod algorithms;
mod approvals;
mod attacks;
mod certificates;
mod formats;
mod keyless;
mod keys;
mod mutations;
mod openssl;
mod rsa_keys;
mod sample;
mod verifiers;
mod wycheproof;
