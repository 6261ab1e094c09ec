//! `gen`: every file of the project that is made and not written, and whether it is up to date.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use crate::{c_header, gen_example, typescript, vectors};

const EXAMPLE: &str = "docs/examples/first-look";
const VECTORS: &str = "core/tests/vectors";
const JUDGES: &str = "core/tests/judges";
const SCHEMA: &str = "docs/policy.schema.json";
const POLICY: &str = "docs/policy.md";
const REASONS: &str = "docs/reasons.md";
const CODES: &str = "bindings-node/codes.d.ts";
const C_HEADER: &str = "ffi/include/cocket.h";

/// Generated files beside those in generated folders.
const FILES: [&str; 5] = [SCHEMA, POLICY, REASONS, CODES, C_HEADER];

/// Files in generated folders that are written otherwise: by people, and by the vectors' runner.
const NOT_OURS: [&str; 3] = ["README.md", "answer.json", "asked.json"];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        [root] => write(Path::new(root)).map(|()| Vec::new()),
        [root, "--check"] => check(Path::new(root)),
        _ => {
            eprintln!("gen: the project's folder is expected, and maybe `--check`");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(stale) if stale.is_empty() => ExitCode::SUCCESS,
        Ok(stale) => {
            for path in stale {
                eprintln!("gen: {}: not what `cargo xtask gen` writes", path.display());
            }
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("gen: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path) -> Result<(), String> {
    gen_example::write(&root.join(EXAMPLE)).map_err(|error| format!("{EXAMPLE}: {error}"))?;
    vectors::write(&root.join(VECTORS))?;
    vectors::write_judges(&root.join(JUDGES))?;
    let schema = serde_json::to_string_pretty(&cocket::policy::schema());
    let schema = schema.map_err(|error| format!("{SCHEMA}: {error}"))? + "\n";
    for (file, text) in [
        (SCHEMA, schema),
        (POLICY, cocket::policy::reference_markdown()),
        (REASONS, cocket::report::reasons_markdown()),
        (CODES, typescript::codes()),
        (C_HEADER, c_header::text()?),
    ] {
        fs::write(root.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// The files that differ from what would be written, that are missing, and that nothing makes.
fn check(root: &Path) -> Result<Vec<PathBuf>, String> {
    let fault = |error: io::Error| error.to_string();
    let made = root.join("target/generated");
    match fs::remove_dir_all(&made) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
        _ => {}
    }
    for file in FILES {
        let folder = made.join(file).parent().map(Path::to_owned).unwrap_or_default();
        fs::create_dir_all(folder).map_err(fault)?;
    }
    write(&made)?;
    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    for folder in [EXAMPLE, VECTORS, JUDGES] {
        files(&made, Path::new(folder), &mut expected).map_err(fault)?;
        files(root, Path::new(folder), &mut found).map_err(fault)?;
    }
    for file in FILES {
        expected.insert(file.into(), fs::read(made.join(file)).map_err(fault)?);
        found.insert(file.into(), fs::read(root.join(file)).unwrap_or_default());
    }
    let paths = expected.keys().chain(found.keys());
    let mut stale: Vec<PathBuf> =
        paths.filter(|path| expected.get(*path) != found.get(*path)).cloned().collect();
    stale.sort();
    stale.dedup();
    Ok(stale)
}

fn files(root: &Path, below: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let name = entry?.file_name();
        let path = below.join(&name);
        if root.join(&path).is_dir() {
            files(root, &path, found)?;
        } else if !NOT_OURS.iter().any(|other| name == *other) {
            found.insert(path.clone(), fs::read(root.join(&path))?);
        }
    }
    Ok(())
}
