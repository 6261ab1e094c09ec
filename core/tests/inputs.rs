//! Files that the caller names: reports, policies, Kubernetes objects.
#![cfg(test)]

use std::fs;
use std::path::Path;

use cocket::source::{MAX_POLICY_BYTES, SourceError, read_objects, read_policies, read_reports};

fn write(root: &Path, files: &[&str]) {
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
}

fn names<T>(root: &Path, read: Result<Vec<(T, Vec<u8>)>, SourceError>) -> Vec<String>
where
    T: AsRef<Path>,
{
    let read = read.unwrap().into_iter();
    read.map(|(path, bytes)| {
        let name = path.as_ref().strip_prefix(root).unwrap().display().to_string();
        assert_eq!(name.as_bytes(), bytes);
        name
    })
    .collect()
}

#[test]
fn directories_are_read_in_order_and_without_hidden_files() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(
        root,
        &[
            "b.json",
            "a.json",
            "c.yaml",
            "d/e/f.yml",
            "notes.txt",
            ".git/x.yaml",
            ".b.json",
            "Z.YAML",
        ],
    );
    assert_eq!(names(root, read_reports(root)), ["a.json", "b.json"]);
    let all = ["Z.YAML", "a.json", "b.json", "c.yaml", "d/e/f.yml"];
    assert_eq!(names(root, read_objects(root)), all);
    let twice = [root.to_owned(), root.join("c.yaml")];
    let policies = read_policies(&twice).unwrap();
    assert_eq!(policies.len(), 5);
    assert_eq!(policies[0].name, root.join("Z.YAML").display().to_string());
    assert_eq!(read_policies(&[root.join("notes.txt")]).unwrap()[0].bytes, b"notes.txt");
}

#[test]
fn a_mounted_volume_is_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(root, &["..2026_11_23/policy.yaml"]);
    std::os::unix::fs::symlink("..2026_11_23", root.join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/policy.yaml", root.join("policy.yaml")).unwrap();
    assert_eq!(read_policies(&[root]).unwrap().len(), 1);
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let missing = read_reports(&root.join("absent.json")).unwrap_err();
    assert!(missing.to_string().ends_with("absent.json: no such file or directory"), "{missing}");
    let empty = read_reports(root).unwrap_err();
    assert_eq!(empty.detail, "no `*.json` file in it");
    let empty = read_policies(&[root]).unwrap_err();
    assert_eq!(empty.detail, "no `*.yaml`, `*.yml`, `*.json` file in it");

    let huge = root.join("huge.json");
    fs::File::create(&huge).unwrap().set_len(2 << 30).unwrap();
    for error in [
        read_reports(root).unwrap_err(),
        read_objects(&huge).unwrap_err(),
        read_policies(&[&huge]).unwrap_err(),
    ] {
        assert_eq!(error.path, huge);
        assert!(error.detail.starts_with("larger than the "), "{error}");
    }
    let endless = read_policies(&[Path::new("/dev/zero")]).unwrap_err();
    assert!(endless.detail.contains(&MAX_POLICY_BYTES.to_string()), "{endless}");
    fs::remove_file(&huge).unwrap();

    let looped = root.join("loop");
    std::os::unix::fs::symlink(root, &looped).unwrap();
    write(root, &["policy.yaml"]);
    let error = read_policies(&[root]).unwrap_err();
    assert_eq!(error.detail, "nested deeper than 16 directories");
    fs::remove_file(&looped).unwrap();
    fs::remove_file(root.join("policy.yaml")).unwrap();

    std::os::unix::fs::symlink(root.join("gone"), root.join("dangling.yaml")).unwrap();
    assert!(read_policies(&[root]).unwrap_err().path.ends_with("dangling.yaml"));
}

#[test]
fn a_pipe_is_read_only_where_it_is_named_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = read_objects(directory.path()).unwrap_err();
    assert!(error.detail.contains("a pipe"), "{error}");
    let writer = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::write(pipe, "kind: List").unwrap())
    };
    assert_eq!(read_objects(&pipe).unwrap()[0].1, b"kind: List");
    writer.join().unwrap();
}
