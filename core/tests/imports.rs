//! One way down the house: nothing imports upstream.
#![cfg(test)]

use std::path::{Path, PathBuf};

/// The floors, lowest first; modules on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["shown"],
    &["reference"],
    &["evidence"],
    &["kubernetes"],
    &["policy"],
    &["verify"],
    &["facts"],
    &["reasons"],
    &["decision"],
    &["import"],
    &["evaluate"],
    &["source"],
    &["report"],
    &["wire"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a source names by `crate::`; documentation may point anywhere.
fn named(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

#[test]
fn nothing_imports_upstream() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for file in files {
        let path = file.strip_prefix(&root).unwrap();
        let module = path.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let own = floor(module).unwrap_or_else(|| panic!("`{module}` is on no floor"));
        for other in named(&std::fs::read_to_string(&file).unwrap()) {
            let Some(theirs) = floor(&other) else { continue };
            compared += 1;
            if theirs > own || (theirs == own && other != module) {
                wrong.push(format!("{}: {other}", path.display()));
            }
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn grouped_imports_of_the_crate_are_not_used() {
    // `use crate::{a, b}` would pass by the test above.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("crate::{"), "{}", file.display());
    }
}
