//! The readers of scan reports.
#![cfg(test)]

mod attested;
mod grype;
mod osv;
mod refusals;
mod trivy;
