//! The program as a person or a pipeline runs it: arguments in, status and text out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const POLICY: &str = r#"
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  mode: enforce
  rules:
    - id: registries
      registry: {allow: ["registry.example.com/**"]}
    - id: tag
      mode: warn
      reference: {tag: {deny: [latest]}}
"#;

const ALLOWED: &str = "registry.example.com/app:1.0";
const WARNED: &str = "registry.example.com/warn:latest";
const DENIED: &str = "elsewhere.example.com/deny:1.0";

/// A directory with a policy in it.
struct Place(TempDir);

struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("policy.yaml", POLICY);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cocket"));
        command.current_dir(self.0.path()).args(arguments).env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with("", arguments)
    }

    fn run_with(&self, input: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
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

    fn check(&self, arguments: &[&str]) -> Ran {
        let fixed = ["check", "--policy", "policy.yaml", "--at", "2026-11-23"];
        self.run(&[&fixed, arguments].concat())
    }
}

#[test]
fn the_exit_status_tells_the_verdict() {
    let place = Place::new();
    for (arguments, status) in [
        (vec![ALLOWED], 0),
        (vec![WARNED], 0),
        (vec![WARNED, "--fail-on", "warn"], 1),
        (vec![DENIED], 1),
        (vec![ALLOWED, DENIED], 1),
        (vec![DENIED, ALLOWED], 1),
        (vec![DENIED, "--audit"], 0),
        (vec![WARNED, "--audit", "--fail-on", "warn"], 0),
    ] {
        let ran = place.check(&arguments);
        assert_eq!(ran.status, status, "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn the_table_is_the_default_and_plain_in_a_pipe() {
    let place = Place::new();
    let ran = place.check(&[DENIED]);
    assert!(ran.stdout.starts_with("DENY   elsewhere.example.com/deny:1.0\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 image: 1 denied"));
    assert!(!ran.stdout.contains('\u{1b}'));
    assert_eq!(ran.stderr, "");
    assert!(place.check(&[DENIED, "--color", "always"]).stdout.contains("\u{1b}["));
}

#[test]
fn the_moment_is_the_one_asked_for() {
    let place = Place::new();
    let ran = place.check(&[ALLOWED, "-o", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["decisions"][0]["now"], "2026-11-23T00:00:00Z");
    assert_eq!(document["verdict"], "allow");
}

#[test]
fn usage_errors_say_what_is_wrong() {
    let place = Place::new();
    for (arguments, said) in [
        (vec!["check", ALLOWED], "--policy"),
        (vec!["check", "-p", "policy.yaml"], "TARGET"),
        (vec!["check", "-p", "policy.yaml", ALLOWED, "--at", "yesterday"], "2026-11-23T12:00:00Z"),
        (vec!["check", "-p", "policy.yaml", ALLOWED, "-o", "xml"], "is not a format: table,"),
        (
            vec!["check", "-p", "policy.yaml", ALLOWED, "-o", "json", "-o", "yaml"],
            "standard output",
        ),
        (vec!["check", "-p", "policy.yaml", ALLOWED, "-o", "json=a", "-o", "yaml=a"], "`a`"),
        (vec!["check", "-p", "policy.yaml", "-", "-"], "only once"),
        (vec!["check", "-p", "policy.yaml", ALLOWED, "--namespace-label", "a=b"], "--namespace"),
        (
            vec![
                "check",
                "-p",
                "policy.yaml",
                ALLOWED,
                "-n",
                "x",
                "--namespace-label",
                "a=b",
                "--namespace-label",
                "a=c",
            ],
            "given twice",
        ),
        (vec!["check", "-p", "policy.yaml", ALLOWED, "-n", ""], "--namespace"),
        (vec!["check", "-p", "nowhere.yaml", ALLOWED], "nowhere.yaml"),
        (vec!["explain"], "CODE"),
        (vec!["explain", "registry.not_allowd"], "did you mean `registry.not_allowed`?"),
        (vec!["explain", "weather"], "cocket explain --all"),
        (vec!["policy", "lint", "nowhere.yaml"], "nowhere.yaml"),
        (vec!["completions", "cmd"], "possible values"),
        (vec![], "Usage"),
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, 2, "{arguments:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}\n{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_faulty_policy_judges_nothing() {
    let place = Place::new();
    place.write("bad.yaml", "bad: true\n");
    for arguments in [
        vec!["check", "-p", "policy.yaml", "-p", "bad.yaml", ALLOWED],
        vec!["policy", "lint", "policy.yaml", "bad.yaml"],
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("--> bad.yaml:1:"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_policy_in_order_is_said_to_be() {
    let place = Place::new();
    for arguments in [
        vec!["policy", "lint", "policy.yaml"],
        vec!["policy", "lint", "policy.yaml", "--at", "2026-11-23"],
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("no faults"), "{}", ran.stdout);
    }
}

#[test]
fn what_cannot_be_read_is_not_an_allow() {
    let place = Place::new();
    place.write("notes.txt", "x");
    place.write("broken.yaml", "a: [");
    place.write("tags.json", "[]");
    fs::create_dir(place.path("empty")).unwrap();
    for arguments in [
        vec!["missing.yaml"],
        vec!["./missing"],
        vec!["empty"],
        vec!["broken.yaml"],
        vec![ALLOWED, "missing.yaml"],
        vec![ALLOWED, "--evidence", "missing"],
        vec![ALLOWED, "--evidence", "notes.txt"],
        vec![ALLOWED, "--vouch", "missing.json"],
        vec![ALLOWED, "--tags", "missing.json"],
        vec![ALLOWED, "--tags", "tags.json"],
        vec![ALLOWED, "--audit", "--evidence", "missing"],
    ] {
        let ran = place.check(&arguments);
        assert_eq!(ran.status, 3, "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("error: "), "{arguments:?}\n{}", ran.stderr);
    }
}

#[test]
fn a_denial_comes_before_what_cannot_be_read() {
    let place = Place::new();
    for arguments in [vec![DENIED, "missing.yaml"], vec![DENIED, "--evidence", "missing"]] {
        let ran = place.check(&arguments);
        assert_eq!(ran.status, 1, "{arguments:?}");
        assert!(ran.stderr.contains("missing"), "{}", ran.stderr);
    }
}

#[test]
fn a_name_that_is_none_is_denied() {
    let ran = Place::new().check(&["UPPER/deny"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_short_name_is_told_how_it_is_taken() {
    let ran = Place::new().check(&["deploy/deny"]);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.stderr,
        "note: there is no file `deploy/deny`; it is taken as the image `docker.io/deploy/deny`\n"
    );
}

const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: production-a}
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  containers:
    - name: app
      image: elsewhere.example.com/deny:1.0
";

#[test]
fn objects_are_judged_in_their_namespace_unless_another_is_given() {
    let place = Place::new();
    place.write("pods.yaml", PODS);
    let fixed = ["check", "-p", "policy.yaml", "-o", "json"];
    let own = ["production-a", ""];
    for (target, extra, namespaces) in [
        ("pods.yaml", vec![], own),
        ("-", vec![], own),
        ("pods.yaml", vec!["--namespace", "staging"], ["staging", "staging"]),
    ] {
        let arguments = [&fixed, &[target][..], &extra].concat();
        let ran = place.run_with(PODS, &arguments);
        assert_eq!(ran.status, 1, "{arguments:?}\n{}", ran.stderr);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let decisions = document["decisions"].as_array().unwrap();
        assert_eq!(decisions.len(), 2);
        for ((decision, namespace), line) in decisions.iter().zip(namespaces).zip([7, 15]) {
            let found = decision["image"]["namespace"].as_str().unwrap_or_default();
            assert_eq!(found, namespace, "{arguments:?}");
            assert_eq!(decision["origin"]["file"], target);
            assert_eq!(decision["origin"]["line"], line);
        }
    }
}

#[test]
fn a_list_on_standard_input_may_hold_kinds_that_the_policy_set_declares() {
    let place = Place::new();
    place.write(
        "pods.yaml",
        "\
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: pods}
spec: {rules: [{id: level, podSecurity: {level: baseline}}]}
---
apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {name: set}
spec:
  default: allow
  workloads: [{apiVersion: example.com/v1, kind: Server, pods: [/spec/template]}]
",
    );
    let pod = |network: bool| serde_json::json!({"spec": {"hostNetwork": network, "containers": [{"image": "a"}]}});
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "one"},
            "spec": {"template": pod(false)}},
        {"apiVersion": "example.com/v1", "kind": "Server", "metadata": {"name": "two"},
            "spec": {"template": pod(true)}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "three"}},
    ]});
    let ran = place.run_with(&list.to_string(), &["check", "-p", "pods.yaml", "-"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("ALLOW  Deployment/one"), "{}", ran.stdout);
    assert!(ran.stdout.contains("DENY   Server/two"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`spec.template.spec.hostNetwork` is `true`"), "{}", ran.stdout);
    assert!(ran.stderr.contains("`ConfigMap/three` runs no image and is passed over"));
}

#[test]
fn the_policy_about_pods_of_the_documentation_runs() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/kubernetes.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("## Rules about pods").unwrap();
    let (policy, _) = rest.split_once("```yaml\n").unwrap().1.split_once("```").unwrap();
    let place = Place::new();
    place.write("pods.yaml", policy);
    for (more, status, word) in [("", 0, "WARN"), ("  hostPID: true\n", 1, "DENY")] {
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  \
             containers: [{{name: a, image: nginx}}]\n{more}"
        );
        let ran = place.run_with(&pod, &["check", "--policy", "pods.yaml", "-"]);
        assert_eq!(ran.status, status, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("{word}   Pod/web")), "{}", ran.stdout);
    }
}

#[test]
fn results_go_to_files_whole() {
    let place = Place::new();
    place.write("out.json", "an older and much longer result than the new one could ever be");
    let outputs =
        ["-o", "json=out.json", "-o", "table", "-o", "junit=out.xml", "-o", "yaml=/dev/null"];
    let ran = place.check(&[&[DENIED][..], &outputs].concat());
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("DENY"));
    let document: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path("out.json")).unwrap()).unwrap();
    assert_eq!(document["verdict"], "deny");
    assert!(fs::read_to_string(place.path("out.xml")).unwrap().contains("<testsuites"));
    let mut names: Vec<_> = fs::read_dir(place.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["out.json", "out.xml", "policy.yaml"]);
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let place = Place::new();
    let ran = place.check(&[ALLOWED, "-o", "json=nowhere/out.json", "-o", "table"]);
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.starts_with("error: nowhere/out.json: "), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("ALLOW"), "{}", ran.stdout);
}

#[test]
fn codes_are_explained() {
    let place = Place::new();
    let ran = place.run(&["explain", "config.user_root"]);
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.stdout,
        "config.user_root\n  the rule fails: the image runs as root by default\n  \
         what to do: set `USER` to a number other than 0 in the image's build\n"
    );
    let all = place.run(&["explain", "--all"]);
    assert!(all.stdout.contains(&ran.stdout));
    assert!(
        all.stdout.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).count() > 40
    );
}

#[test]
fn schema_and_completions_are_written() {
    let place = Place::new();
    let schema = place.run(&["schema"]);
    assert_eq!(schema.status, 0);
    assert!(serde_json::from_str::<serde_json::Value>(&schema.stdout).unwrap().is_object());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = place.run(&["completions", shell]);
        assert_eq!(ran.status, 0, "{shell}");
        assert!(ran.stdout.contains("explain"), "{shell}");
    }
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let place = Place::new();
    let mut command = place.command(&["explain", "--all"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

const CLUSTER_IMAGE_POLICY: &str = r#"
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: playground}
spec:
  images: [{glob: "playground.example.com/**"}]
  authorities: [{static: {action: pass}}]
"#;

const CONTAINERS_POLICY: &str = r#"{
  "default": [{"type": "reject"}],
  "transports": {
    "docker": {
      "open.example.com": [{"type": "insecureAcceptAnything"}],
      "keyed.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/gpg"}]
    }
  }
}"#;

#[test]
fn policies_of_other_engines_run_beside_our_own() {
    let place = Place::new();
    place.write("cip.yaml", CLUSTER_IMAGE_POLICY);
    let run = |image| place.run(&["check", image, "-p", "policy.yaml", "-p", "cip.yaml"]);
    let both = run("playground.example.com/app:1");
    assert_eq!(both.status, 1, "{}", both.stdout);
    let alone = place.run(&["check", "playground.example.com/app:1", "-p", "cip.yaml"]);
    assert_eq!(alone.status, 0, "{}{}", alone.stdout, alone.stderr);
}

#[test]
fn parts_that_are_not_taken_are_an_error_unless_they_are_allowed() {
    let place = Place::new();
    place.write("policy.json", CONTAINERS_POLICY);
    let strict = place.run(&["check", "open.example.com/app:1", "-p", "policy.json"]);
    assert_eq!(strict.status, 2);
    assert!(strict.stderr.contains("GPG"), "{}", strict.stderr);
    for (image, status) in [
        ("open.example.com/app:1", 0),
        ("keyed.example.com/app:1", 1),
        ("other.example.com/app:1", 1),
    ] {
        let ran = place.run(&["check", image, "-p", "policy.json", "--allow-partial"]);
        assert_eq!(ran.status, status, "{image} {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("note: ") && ran.stderr.contains("GPG"), "{}", ran.stderr);
    }
}

#[test]
fn import_writes_what_decides_the_same() {
    let place = Place::new();
    place.write("policy.json", CONTAINERS_POLICY);
    let written = place.run(&["import", "policy.json", "--allow-partial"]);
    assert_eq!(written.status, 0, "{}", written.stderr);
    place.write("native.yaml", &written.stdout);
    for (image, status) in [("open.example.com/app:1", 0), ("keyed.example.com/app:1", 1)] {
        let ran = place.run(&["check", image, "-p", "native.yaml"]);
        assert_eq!(ran.status, status, "{image} {}{}", ran.stdout, ran.stderr);
    }
}
