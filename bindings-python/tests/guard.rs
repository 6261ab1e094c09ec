//! The panic guard, by itself: nothing in the package panics on purpose.
#![cfg(test)]

#[path = "../src/guard.rs"]
mod guard;

use guard::{Panicked, guarded};

#[test]
fn a_panic_is_stopped_and_told() {
    assert_eq!(guarded(|| -> u8 { panic!("stopped by the guard") }), Err(Panicked));
    assert_eq!(guarded(|| 7), Ok(7));
}
