//! `gen-vectors`: writes the cases that every language is compared on. Their answers are written
//! by the runner in `core/tests/vectors.rs`, never here.
#![expect(clippy::indexing_slicing, reason = "members of JSON values that are written here")]

mod base_image;
mod case;
mod config;
mod evidence;
mod exceptions;
mod names;
mod scope;
mod signature;
mod vulnerabilities;

use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [folder] = arguments else {
        eprintln!("gen-vectors: one folder is expected");
        return ExitCode::from(2);
    };
    match write(Path::new(folder)) {
        Ok(count) => {
            println!("{count} cases");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("gen-vectors: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<usize, String> {
    let areas = [
        names::cases(),
        signature::cases(),
        vulnerabilities::cases(),
        config::cases(),
        base_image::cases(),
        evidence::cases(),
        exceptions::cases(),
        scope::cases(),
    ];
    let cases: Vec<case::Case> = areas.into_iter().flatten().collect();
    for case in &cases {
        case.write(folder)?;
    }
    Ok(cases.len())
}
