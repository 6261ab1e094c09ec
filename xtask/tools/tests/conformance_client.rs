//! The command line of sigstore's conformance suite, over bundles of other clients.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cocket::verify::TrustedRoot;
use serde_json::Value;

fn client(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cocket-tools"))
        .current_dir(folder)
        .arg("conformance-client")
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn evidence() -> Option<PathBuf> {
    let root = std::env::var_os("COCKET_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root.join("evidence"));
    }
    assert!(std::env::var_os("CI").is_none(), "in CI the corpus must be there");
    println!("skipped: the conformance client: no corpus");
    None
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The options that name the trusted root: those of published instances are the client's own.
fn root<'a>(folder: &Path, file: &'a str) -> Vec<&'a str> {
    let content = fs::read_to_string(folder.join(file)).unwrap();
    let is =
        |instance| TrustedRoot::embedded(instance).is_some_and(|own| own.trim() == content.trim());
    match (is("public-good"), is("staging")) {
        (true, _) => Vec::new(),
        (_, true) => vec!["--staging"],
        _ => vec!["--trusted-root", file],
    }
}

#[test]
fn bundles_are_accepted_and_refused_as_the_suite_expects() {
    let Some(folder) = evidence() else { return };
    let index: Value =
        serde_json::from_slice(&fs::read(folder.join("INDEX.json")).unwrap()).unwrap();
    let (mut wrong, mut accepted, mut refused) = (Vec::new(), 0, 0);
    for row in index["entries"].as_array().unwrap() {
        let (check, with) = (&row["check"], &row["check"]["with"]);
        // The protocol names signers exactly.
        if text(check, "how") != "verify" || text(with, "identity") == "any" {
            continue;
        }
        let companions = row["companions"].as_array().into_iter().flatten();
        let beside =
            companions.map(|one| text(one, "file")).find(|name| name.ends_with("/artifact"));
        let digest = with["artifactSha256"].as_str().map(|hex| format!("sha256:{hex}"));
        let Some(target) = digest.as_deref().or(beside) else { continue };
        let mut arguments = vec!["verify-bundle", "--bundle", text(row, "file")];
        match text(with, "key") {
            "" => {
                arguments.extend(["--certificate-identity", text(with, "identity")]);
                arguments.extend(["--certificate-oidc-issuer", text(with, "issuer")]);
            }
            key => arguments.extend(["--key", key]),
        }
        arguments.extend(root(&folder, text(with, "trustRoot")));
        arguments.push(target);
        let (status, said) = client(&folder, &arguments);
        let expected = i32::from(text(check, "expect") != "pass");
        if expected == 0 {
            accepted += 1
        } else {
            refused += 1
        }
        if status != expected {
            wrong.push(format!("{}: {status}\n{said}", text(row, "file")));
        }
    }
    assert!(accepted > 0 && refused > 0, "{accepted} and {refused}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("{accepted} accepted, {refused} refused");
}

#[test]
fn what_is_not_supported_fails_with_a_status_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for arguments in [
        vec!["sign-bundle", "--identity-token", "x", "--bundle", "out.json", "Cargo.toml"],
        vec!["verify-bundle", "--bundle", "none.json", "--key", "none.pub", "Cargo.toml"],
        vec!["verify-bundle", "--bundle", "Cargo.toml", "Cargo.toml"],
        vec![
            "verify-bundle",
            "--bundle",
            "Cargo.toml",
            "--certificate-identity",
            "a",
            "Cargo.toml",
        ],
        vec!["verify-bundle", "--offline", "Cargo.toml"],
        vec![],
    ] {
        let (status, said) = client(folder, &arguments);
        assert_eq!(status, 2, "{arguments:?}: {said}");
        assert!(said.contains("conformance-client: "), "{said}");
    }
    // What is no bundle is refused like any other that does not hold.
    let known = ["--certificate-identity", "a", "--certificate-oidc-issuer", "https://b.example"];
    let junk = [&["verify-bundle", "--bundle", "Cargo.toml"], known.as_slice(), &["Cargo.toml"]];
    let (status, said) = client(folder, &junk.concat());
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("cause     document: "), "{said}");
}
