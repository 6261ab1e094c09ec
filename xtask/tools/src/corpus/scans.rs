//! Scan reports.

use std::sync::Arc;

use cocket::evidence::scan::ScanReport;

use super::Outcome;
use super::index::Row;

/// Rows of reports that are about an image and in the dialect that is read.
pub(super) fn trivy(row: &Row<'_>) -> Outcome {
    match ScanReport::parse(&Arc::from(row.bytes)) {
        Ok(_) => Outcome::Skipped("facts of scan reports are not compared yet".to_owned()),
        Err(error) => Outcome::Skipped(error.to_string()),
    }
}

/// What only looks like a scan report of an image.
pub(super) fn refused(row: &Row<'_>) -> Outcome {
    match ScanReport::parse(&Arc::from(row.bytes)) {
        Err(_) => Outcome::Passed,
        Ok(_) => Outcome::failed("a refusal", "it was read"),
    }
}
