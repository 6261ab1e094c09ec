//! The cases that every language is compared on. Their answers are written
//! by the runner in `core/tests/vectors.rs`, never here.
#![expect(clippy::indexing_slicing, reason = "members of JSON values that are written here")]

mod admission;
mod alternatives;
mod attestation;
mod attested;
mod base_image;
mod case;
mod config;
mod containers;
mod evidence;
mod exceptions;
mod expression;
mod foreign_objects;
mod image_validating;
mod imports;
mod judges;
mod keyless;
mod names;
mod objects_alone;
mod pods;
mod provenance;
mod recorded;
mod scope;
mod signature;
mod verify;
mod vulnerabilities;
mod workloads;
mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Writes the cases into `folder`, in the place of those that are there.
pub(crate) fn write(folder: &Path) -> Result<(), String> {
    let areas = [
        names::cases(),
        objects_alone::cases(),
        signature::cases(),
        keyless::cases(),
        attestation::cases(),
        provenance::cases(),
        vulnerabilities::cases(),
        attested::cases(),
        config::cases(),
        base_image::cases(),
        evidence::cases(),
        exceptions::cases(),
        recorded::cases(),
        scope::cases(),
        alternatives::cases(),
        expression::cases(),
        foreign_objects::cases(),
        image_validating::cases(),
        imports::cases(),
        pods::cases(),
        containers::cases(),
        workloads::cases(),
        written::cases(),
        verify::cases(),
        admission::cases(),
    ];
    write_all(folder, areas.into_iter().flatten().collect())
}

/// Writes the cases of judges, which no request can hold, into `folder`, in the place of those that
/// are there.
pub(crate) fn write_judges(folder: &Path) -> Result<(), String> {
    write_all(folder, judges::cases())
}

fn write_all(folder: &Path, cases: Vec<case::Case>) -> Result<(), String> {
    for case in &cases {
        case.write(folder)?;
    }
    remove_others(folder, &cases)
}

/// Removes cases that no longer exist, with their answers.
fn remove_others(folder: &Path, cases: &[case::Case]) -> Result<(), String> {
    let known: BTreeSet<PathBuf> = cases.iter().map(|case| folder.join(case.name())).collect();
    let folders = |path: &Path| -> Result<Vec<PathBuf>, std::io::Error> {
        std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    for area in folders(folder).map_err(fault)? {
        for case in folders(&area).map_err(fault)? {
            if !known.contains(&case) {
                std::fs::remove_dir_all(&case).map_err(fault)?;
            }
        }
    }
    Ok(())
}
