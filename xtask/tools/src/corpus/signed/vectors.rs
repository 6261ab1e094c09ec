//! `vectors`: the signed images as cases in the form of `core/tests/vectors`, with Rust's answers,
//! for the other languages to be compared with.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use super::super::bundles;
use super::question::Question;
use super::{Corpus, Gather, text};

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [folder] = arguments else {
        eprintln!("vectors: one folder to write to");
        return ExitCode::from(2);
    };
    match super::super::root().and_then(|root| write(&root, Path::new(folder))) {
        Ok(cases) => {
            println!("{cases} cases of signed images");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("vectors: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Writes every row of both lists, and the images once more as they lie in the layout.
fn write(root: &Path, folder: &Path) -> Result<usize, String> {
    let corpus = Corpus::open(root)?;
    let mut cases = 0_usize;
    let mut put = |area: &str, case: &Value, question: &Question| {
        cases = cases.saturating_add(1);
        // The number first: ids are the manifest's own text, and need not be different.
        let name: String = text(case, "id")
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .take(60)
            .collect();
        save(&folder.join(area).join(format!("{cases:04}-{name}")), question)
    };
    for (area, gather) in [("cases", Corpus::listed as Gather), ("layout", Corpus::laid_out)] {
        for case in corpus.rows("oci_cases")? {
            if let Some(evidence) = gather(&corpus, case)? {
                put(area, case, &corpus.question(case, &evidence)?)?;
            }
        }
    }
    for case in corpus.rows("bundle_cases")? {
        if bundles::files(&corpus.folder, case)?.is_ok() {
            put("files", case, &Question::file(&corpus.folder, case, corpus.now())?)?;
        }
    }
    Ok(cases)
}

fn save(folder: &Path, question: &Question) -> Result<(), String> {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write("policy.yaml", question.policy.as_bytes())?;
    write("request.json", question.request.to_string().as_bytes())?;
    write("answer.json", &question.answer())
}
