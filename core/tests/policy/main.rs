//! The strict loader of policies: what loads, what is refused and where, and that nothing
//! makes it panic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, also in its helpers"
)]

mod documents;
mod faults;
mod forms;
mod sample;
mod sizes;
mod statements;
mod together;
