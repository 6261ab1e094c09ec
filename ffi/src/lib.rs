//! The C interface: handles and texts for a foreign caller around the crate `cocket`.
//!
//! Nothing is decided here. Each function checks the caller's pointers, calls the core inside the
//! one panic guard, and writes out what the core says. The header `cocket.h` is made from the
//! comments of the public items.

pub mod admission;
pub mod answer;
pub mod buffer;
pub mod decision;
pub mod details;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod examination;
pub mod guard;
mod handle;
pub mod history;
pub mod judge;
pub mod objects;
pub mod policies;
pub mod request;
pub mod results;
pub mod review;
pub mod source;
pub mod text;
pub mod time;
pub mod verifier;
pub mod version;
