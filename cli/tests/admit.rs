//! `cocket admit` as a person or a webhook runs it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const EXAMPLE: &str = "docs/examples/admission";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn response(&self) -> Value {
        let review: Value = serde_json::from_str(&self.stdout).unwrap();
        assert_eq!(review["kind"], "AdmissionReview");
        review["response"].clone()
    }
}

fn run(input: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cocket"));
    command.current_dir(root()).arg("admit").args(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // The program may end without having read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn example(name: &str) -> String {
    fs::read_to_string(root().join(EXAMPLE).join(name)).unwrap()
}

const POLICY: &str = "--policy=docs/examples/admission/policy.yaml";

#[test]
fn the_page_shows_what_the_command_prints() {
    let page = fs::read_to_string(root().join("docs/kubernetes.md")).unwrap();
    let command = page.lines().find(|line| line.starts_with("cocket admit ")).unwrap();
    let arguments: Vec<&str> = command.split(' ').skip(2).collect();
    let ran = run("", &arguments);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let (_, shown) = page.split_once("```json\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown: Value = serde_json::from_str(shown).unwrap();
    assert_eq!(shown, serde_json::from_str::<Value>(&ran.stdout).unwrap());
}

#[test]
fn the_exit_status_tells_the_verdict() {
    let denied = example("review.json");
    let allowed = denied.replace("busybox:1.37", "registry.acme.example/wait:1");
    for (review, allows, status) in [(&denied, false, 1), (&allowed, true, 0)] {
        let ran = run(review, &["-", POLICY]);
        assert_eq!((ran.status, ran.response()["allowed"] == true), (status, allows));
        assert_eq!(ran.response()["warnings"].as_array().unwrap().len(), 1);
    }
    let ran = run("{", &["-", POLICY]);
    assert_eq!((ran.status, &ran.response()["status"]["code"]), (1, &400.into()));
    assert!(ran.stderr.starts_with("note: admission.malformed: "), "{}", ran.stderr);
    // Where there is no review there is no response either.
    let ran = run("", &["no-such-file.json", POLICY]);
    assert_eq!((ran.status, ran.stdout.as_str()), (3, ""));
    let ran = run(&denied, &["-", "--policy=docs/examples/admission/review.json"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
}

#[test]
fn the_decisions_go_to_files_and_can_be_explained() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("decisions.json");
    let output = format!("-ojson={}", file.display());
    assert_eq!(run(&example("review.json"), &["-", POLICY, &output]).status, 1);
    let mut explain = Command::new(env!("CARGO_BIN_EXE_cocket"));
    let explained = explain.args(["explain", "--decisions"]).arg(&file).output().unwrap();
    let text = String::from_utf8(explained.stdout).unwrap();
    assert!(text.contains("registry.not_allowed"), "{text}");
    let ran = run(&example("review.json"), &["-", POLICY, "-o", "table"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("`-o table=FILE`"), "{}", ran.stderr);
}

#[test]
fn proofs_of_one_admission_serve_a_later_one() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("proofs");
    let (coverage, covered) =
        (format!("--coverage={}", file.display()), format!("--covered={}", file.display()));
    let name = |tag: &str| format!("registry.acme.example/a:{tag}@sha256:{}", "0".repeat(64));
    let review = example("review.json").replace("busybox:1.37", &name("1"));
    let review = review.replace("registry.acme.example/shop/payments:latest", &name("2"));
    assert_eq!(run(&review, &["-", POLICY, &coverage]).status, 0);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 2);

    let mut update: Value = serde_json::from_str(&review).unwrap();
    update["request"]["operation"] = "UPDATE".into();
    update["request"]["oldObject"] = update["request"]["object"].clone();
    let ran = run(&update.to_string(), &["-", POLICY, &covered]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("note: admission.unchanged: ").count(), 2, "{}", ran.stderr);
    fs::write(&file, "sha256:0\n").unwrap();
    let ran = run(&update.to_string(), &["-", POLICY, &covered]);
    assert_eq!((ran.status, ran.stdout.as_str()), (3, ""));
}

#[test]
fn images_are_resolved_and_pinned_from_the_evidence() {
    let shop = "docs/examples/first-look";
    let image = "registry.acme.example/shop/checkout:2.8.1";
    let review = example("review.json").replace("busybox:1.37", image);
    let review = review.replace("registry.acme.example/shop/payments:latest", image);
    let policy = format!("--policy={shop}/policy");
    let evidence = format!("--evidence={shop}/images");
    let vouch = format!("--vouch={shop}/reports");
    let arguments = ["-", &policy, &evidence, &vouch, "--at=2026-11-23T12:00:00Z"];
    let denied = run(&review, &arguments);
    let message = denied.response()["status"]["message"].as_str().unwrap().to_owned();
    assert!(denied.status == 1 && message.contains("reference.mutable"), "{message}");
    let pinned = run(&review, &[&arguments[..], &["--pin"]].concat());
    assert_eq!(pinned.status, 0, "{}", pinned.stdout);
    assert_eq!(pinned.response()["patchType"], "JSONPatch");
}
