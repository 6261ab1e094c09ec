//! Policies: faults have a place, and what loads means the same when it is written and read again.
#![no_main]

use cocket::evaluate::Engine;
use cocket::policy::{Policies, PolicySource};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = |name: &str, bytes: Vec<u8>| PolicySource { name: name.to_owned(), bytes };
    match Policies::load(&[source("p.yaml", bytes.to_vec())]) {
        Err(errors) => {
            assert!(!errors.as_slice().is_empty());
            for error in errors.as_slice() {
                assert!(error.line > 0 && error.column > 0 && !error.render().is_empty());
            }
        }
        Ok(policies) => {
            let _ = Engine::new(&policies);
            let written: Vec<PolicySource> = policies
                .to_canonical_json()
                .into_iter()
                .map(|document| source("w.json", document))
                .collect();
            let again = Policies::load(&written).expect("what was written loads");
            assert_eq!(again.digest(), policies.digest());
        }
    }
});
