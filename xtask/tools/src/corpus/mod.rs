//! `corpus`: every comparison with real evidence that there is, against a directory in the form of
//! `INDEX.json` and `MANIFEST.json`.

mod admission;
pub(crate) mod bundles;
mod facts;
mod feeds;
mod foreign_policies;
mod globs;
pub(crate) mod index;
mod kyverno;
mod kyverno_verify;
mod pods;
mod references;
mod scans;
pub(crate) mod signed;
mod slsa;
mod tables;
mod tally;
mod vex;
mod w1;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) use signed::write_vectors;
pub(crate) use tally::{Outcome, Tally};

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let arguments = match Arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(fault) => {
            eprintln!("corpus: {fault}");
            return ExitCode::from(2);
        }
    };
    let mut tally = Tally::new(arguments.kinds, arguments.verbose);
    let root = &arguments.root;
    part(root, "evidence/INDEX.json", &mut tally, index::compare);
    part(root, "signed/MANIFEST.json", &mut tally, signed::compare);
    part(root, "signed/MANIFEST.json", &mut tally, bundles::compare);
    part(root, "w1/expected-3-200.jsonl", &mut tally, w1::compare);
    part(root, "kyverno/verify/check.json", &mut tally, kyverno_verify::compare);
    part(root, "kyverno/seed/expected.json", &mut tally, kyverno::compare_seed);
    part(root, "kyverno/cases/index.json", &mut tally, kyverno::compare_cases);
    part(root, "kyverno/cases/index.json", &mut tally, kyverno::compare_coverage);
    tally.print()
}

/// Runs the comparisons of one part, or says that the directory lacks it.
fn part(
    root: &Path,
    file: &str,
    tally: &mut Tally,
    compare: impl FnOnce(&Path, &mut Tally) -> Result<(), String>,
) {
    if !root.join(file).is_file() {
        tally.absent(file);
    } else if let Err(fault) = compare(root, tally) {
        tally.broken(file, fault);
    }
}

struct Arguments {
    root: PathBuf,
    kinds: Vec<String>,
    verbose: bool,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let (mut kinds, mut verbose) = (Vec::new(), false);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-v" | "--verbose" => verbose = true,
                "--kind" => kinds.push(rest.next().ok_or("`--kind` needs a name")?.clone()),
                other => return Err(format!("`{other}` is not an option: `--kind K`, `-v`")),
            }
        }
        Ok(Self { root: root()?, kinds, verbose })
    }
}

/// The directory with the corpus.
fn root() -> Result<PathBuf, String> {
    let root = std::env::var_os("COCKET_CORPUS").filter(|path| !path.is_empty());
    let root = PathBuf::from(root.ok_or("`COCKET_CORPUS` names no directory")?);
    match root.is_dir() {
        true => Ok(root),
        false => Err(format!("{}: there is no such directory", root.display())),
    }
}
