//! References, package URLs and CVSS vectors: what is read and written again is the same.
#![no_main]

use cocket::evidence::cvss::Vector;
use cocket::evidence::purl::PackageUrl;
use cocket::reference::{Digest, Reference};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(reference) = Reference::parse(text) {
        let canonical = reference.to_string();
        let again = Reference::parse(&canonical).expect("a canonical reference is one");
        assert_eq!(again.to_string(), canonical);
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
    }
    let _ = PackageUrl::parse(text);
    let _ = Vector::parse(text);
});
