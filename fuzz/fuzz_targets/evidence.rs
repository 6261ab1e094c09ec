//! Readers of unsigned evidence, by what the first byte chooses.
#![no_main]

use std::sync::Arc;

use cocket::evidence::feeds::{Epss, Kev};
use cocket::evidence::scan::ScanReport;
use cocket::evidence::vex::VexDocument;
use cocket::evidence::{Evidence, config, oci};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    match choice % 7 {
        0 => drop(ScanReport::parse(&Arc::from(bytes))),
        1 => drop(VexDocument::parse(bytes)),
        2 => drop(Epss::parse(bytes)),
        3 => drop(Kev::parse(bytes)),
        4 => drop(config::ImageConfig::parse(bytes)),
        5 => drop(oci::Document::parse(bytes, None)),
        _ => {
            let mut evidence = Evidence::new();
            evidence.vouch(None, bytes.to_vec());
        }
    }
});
