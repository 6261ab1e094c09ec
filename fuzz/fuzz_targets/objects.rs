//! Kubernetes objects in YAML and JSON.
#![no_main]

use cocket::kubernetes::Objects;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Objects::parse("o.yaml", bytes);
});
