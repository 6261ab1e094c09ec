//! Makes images, signatures and scan reports, always the same bytes for the same input. Nothing
//! here reads what cocket reads with cocket's own code: formats are written from their
//! specifications, so that a test compares two readings of them.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "members of JSON values and small numbers that are written here, for tests alone"
)]

mod certificate;
mod der;
mod entry;
mod image;
mod keyless;
mod legacy;
mod mutants;
mod report;
mod sign;
pub mod w1;

pub use certificate::San;
pub use entry::Entry;
pub use image::{Image, Index};
pub use keyless::{Certified, Instance};
pub use mutants::mutants;
pub use report::{Finding, Report};
pub use sign::{Algorithm, Signature, Signer};

use sha2::{Digest as _, Sha256};

/// `sha256:` and the digest of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let hex = Sha256::digest(bytes).iter().fold(String::new(), |text, byte| {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
        text + &String::from_iter([digit(byte >> 4), digit(byte & 15)])
    });
    format!("sha256:{hex}")
}
