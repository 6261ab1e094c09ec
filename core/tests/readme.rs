//! What the README shows is what is compiled.
#![cfg(test)]

use std::path::Path;

#[test]
fn the_readme_shows_the_example_that_is_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("../README.md")).unwrap();
    let example = std::fs::read_to_string(root.join("examples/check.rs")).unwrap();
    let (_, code) = example.split_once("\n\n").unwrap();
    assert!(readme.contains(code), "copy core/examples/check.rs into the README");
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo ")).collect();
    assert!(commands[0].starts_with("cargo run --release -- check "));
    assert_eq!(commands[1], "cargo xtask test");
    assert_eq!(commands.len(), 2);
}
