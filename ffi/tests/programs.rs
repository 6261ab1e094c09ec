//! Programs in C, C++ and Go on the built library, compiled with every warning an error, and run
//! by themselves, under valgrind and with the address sanitizer. What this machine lacks is
//! skipped by name.
#![cfg(test)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

/// The language, its compiler and the arguments that every program is compiled with.
const C: (&str, &[&str]) = ("cc", &["-g", "-std=c11", "-Wall", "-Wextra", "-Werror"]);
const CPP: (&str, &[&str]) = ("c++", &["-g", "-std=c++17", "-Wall", "-Wextra", "-Werror"]);

/// As a user has it: `install.sh` on what cargo built for this test.
static PREFIX: LazyLock<TempDir> = LazyLock::new(|| {
    let prefix = tempfile::tempdir().unwrap();
    let script = own("install.sh");
    let output = Command::new(script).arg(prefix.path()).arg(built()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    prefix
});

fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn project(path: &str) -> PathBuf {
    own("..").join(path).canonicalize().unwrap()
}

/// Where cargo has put the libraries.
fn built() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let folders = exe.ancestors().skip(1).take(2);
    let mut folders = folders.filter(|folder| folder.join("libcocket_c.a").exists());
    folders.next().unwrap_or_else(|| panic!("no library near {}", exe.display())).to_owned()
}

fn prefix(path: &str) -> PathBuf {
    PREFIX.path().join(path)
}

/// Whether the tool is here; where it is not, the output says what is skipped for that.
fn has(tool: &str, what: &str) -> bool {
    let version = if tool == "go" { "version" } else { "--version" };
    let found = Command::new(tool).arg(version).output().is_ok_and(|out| out.status.success());
    if !found {
        // Not through `eprintln`, which the test harness keeps to itself.
        writeln!(std::io::stderr(), "skipped: {what}: there is no `{tool}` here").unwrap();
    }
    found
}

/// Compiles a program against the installed shared library.
fn compile(
    language: (&str, &[&str]),
    source: &str,
    more: &[&str],
    folder: &Path,
) -> Option<PathBuf> {
    let (compiler, arguments) = language;
    if !has(compiler, source) {
        return None;
    }
    let program = folder.join("program");
    let mut command = Command::new(compiler);
    command.args(arguments).arg(own(source)).arg("-I").arg(prefix("include"));
    command.arg("-L").arg(prefix("lib")).args(["-lcocket", "-lpthread"]).args(more);
    run(command.arg("-o").arg(&program));
    Some(program)
}

/// Runs a command that has to succeed, and gives its output.
fn run(command: &mut Command) -> String {
    let output = started(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn started(command: &mut Command) -> Output {
    command
        .env("LD_LIBRARY_PATH", prefix("lib"))
        .env("DYLD_LIBRARY_PATH", prefix("lib"))
        .env("PKG_CONFIG_PATH", prefix("lib/pkgconfig"));
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Under valgrind, where any error and any leak is a failure.
fn under_valgrind<S: AsRef<OsStr>>(program: &Path, arguments: &[S]) {
    if has("valgrind", "memory checks of the C interface") {
        let mut command = Command::new("valgrind");
        command.args(["-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"]);
        command.args(["--error-exitcode=9"]).arg(program).args(arguments);
        run(&mut command);
    }
}

const SANITIZED: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

#[test]
fn the_interface_keeps_its_word_in_c() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = compile(C, "tests/interface.c", &[], folder.path()) else { return };
    assert_eq!(run(&mut Command::new(&program)), "ok\n");
    under_valgrind::<&str>(&program, &[]);
    let program = compile(C, "tests/interface.c", &SANITIZED, folder.path()).unwrap();
    assert_eq!(run(&mut Command::new(program)), "ok\n");
}

#[test]
fn the_static_library_does_the_same() {
    if !has("cc", "the static library") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let mut command = Command::new("cc");
    command.args(C.1).arg(own("tests/interface.c")).arg("-I").arg(prefix("include"));
    command.arg(prefix("lib/libcocket.a")).args(["-lpthread", "-ldl", "-lm", "-o"]).arg(&program);
    run(&mut command);
    assert_eq!(run(Command::new(program).env_remove("LD_LIBRARY_PATH")), "ok\n");
}

#[test]
fn judges_in_cpp_are_asked_and_freed() {
    let folder = tempfile::tempdir().unwrap();
    let source = "tests/judges.cpp";
    let Some(program) = compile(CPP, source, &[], folder.path()) else { return };
    assert_eq!(run(&mut Command::new(&program)), "ok\n");
    under_valgrind::<&str>(&program, &[]);
    let program = compile(CPP, source, &SANITIZED, folder.path()).unwrap();
    assert_eq!(run(&mut Command::new(program)), "ok\n");
}

#[test]
fn the_interface_keeps_its_word_in_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let source = "tests/interface.cpp";
    let Some(program) = compile(CPP, source, &[], folder.path()) else { return };
    let first_look = project("docs/examples/first-look");
    let image = "registry.acme.example/shop/checkout:2.8.1".into();
    let arguments: Vec<PathBuf> = ["images", "policy", "reports"]
        .iter()
        .map(|name| first_look.join(name))
        .chain([image])
        .collect();
    assert_eq!(run(Command::new(&program).args(&arguments)), "ok\n");
    under_valgrind(&program, &arguments);
    let program = compile(CPP, source, &SANITIZED, folder.path()).unwrap();
    assert_eq!(run(Command::new(program).args(&arguments)), "ok\n");
}

#[test]
fn every_case_has_the_recorded_answer() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = compile(C, "tests/vectors.c", &[], folder.path()) else { return };
    let vectors = project("core/tests/vectors");
    // Signed images of the corpus in the same form, where `cargo xtask` has written them.
    let more = std::env::var_os("COCKET_CASES");
    let output = started(Command::new(&program).arg(&vectors).args(more));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    // For `cargo xtask vectors`, which reads it behind whatever the harness has written.
    println!("\n{told}");
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn answers_from_many_threads_leak_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = compile(C, "tests/vectors.c", &[], folder.path()) else { return };
    let vectors = tempfile::tempdir().unwrap();
    for area in ["requests", "workloads"] {
        let target = project("core/tests/vectors").join(area);
        std::os::unix::fs::symlink(target, vectors.path().join(area)).unwrap();
    }
    under_valgrind(&program, &[vectors.path()]);
}

#[test]
fn only_the_interface_is_exported_and_all_of_it() {
    if !has("nm", "the list of exported symbols") {
        return;
    }
    let mut command = Command::new("nm");
    command.args(["-D", "--defined-only", "--format=posix"]).arg(prefix("lib/libcocket.so.0"));
    let output = run(&mut command);
    let exported: BTreeSet<&str> =
        output.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let header = std::fs::read_to_string(own("include/cocket.h")).unwrap();
    let code = header.lines().filter(|line| !line.trim_start().starts_with('*'));
    let declared: Vec<String> = code
        .filter_map(|line| line.split_once('(').map(|(before, _)| before))
        .filter_map(|before| before.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("cocket_"))
        .map(str::to_owned)
        .collect();
    assert!(declared.len() > 40, "{declared:?}");
    let declared: BTreeSet<&str> = declared.iter().map(String::as_str).collect();
    assert_eq!(exported, declared);
}

/// What is told of threads stands beside each function.
#[test]
fn every_function_says_what_holds_for_threads() {
    let header = std::fs::read_to_string(own("include/cocket.h")).unwrap();
    let parts: Vec<&str> = header.split("/**").skip(1).collect();
    let mut functions = 0;
    for part in parts {
        let (comment, code) = part.split_once("*/").unwrap();
        let code = code.trim_start();
        let head = code.split(['{', ';']).next().unwrap_or_default();
        let is_type = ["typedef", "enum", "struct", "#"].iter().any(|word| head.starts_with(word));
        if !is_type && head.contains("cocket_") && head.contains('(') {
            assert!(comment.contains("thread"), "{head}");
            functions += 1;
        }
    }
    assert!(functions > 60, "{functions}");
}

#[test]
fn every_function_runs_in_the_panic_guard() {
    let mut functions = 0;
    for entry in std::fs::read_dir(own("src")).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        for part in source.split("extern \"C\" fn cocket_").skip(1) {
            let (body, _) = part.split_once("\n}\n").unwrap();
            let name = body.split('(').next().unwrap_or_default();
            // `part` of details.rs is one call of the guard for all of its functions.
            let guards = ["guard::call(", "guard::or(", "unsafe { part("];
            assert!(guards.iter().any(|guard| body.contains(guard)), "{name}");
            functions += 1;
        }
    }
    assert!(functions > 60, "{functions}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_shared_library_has_its_name_in_it() {
    let bytes = std::fs::read(prefix("lib/libcocket.so.0")).unwrap();
    let name = b"\0libcocket.so.0\0";
    assert!(bytes.windows(name.len()).any(|window| window == name));
    assert!(prefix("lib/libcocket.so").is_symlink());
}

/// The first look's layout, whose images have lost their names, as `docker buildx` leaves one that
/// is given none.
fn nameless(folder: &Path) -> PathBuf {
    let images = project("docs/examples/first-look/images");
    let layout = folder.join("nameless");
    std::fs::create_dir(&layout).unwrap();
    std::os::unix::fs::symlink(images.join("blobs"), layout.join("blobs")).unwrap();
    std::fs::copy(images.join("oci-layout"), layout.join("oci-layout")).unwrap();
    let index = std::fs::read(images.join("index.json")).unwrap();
    let mut index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    for manifest in index["manifests"].as_array_mut().unwrap() {
        manifest.as_object_mut().unwrap().remove("annotations");
    }
    std::fs::write(layout.join("index.json"), index.to_string()).unwrap();
    layout
}

/// The lines of the page's code blocks that build something.
fn build_line(start: &str) -> String {
    let page = std::fs::read_to_string(own("README.md")).unwrap();
    let mut lines = page.lines().filter(|line| line.starts_with(start));
    lines.next().unwrap_or_else(|| panic!("no line `{start}…`")).to_owned()
}

#[test]
fn the_example_is_built_as_the_page_says_and_judges_a_layout() {
    if !has("cc", "docs/examples/c") || !has("pkg-config", "docs/examples/c") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = project("docs/examples/c/check.c");
    std::fs::copy(source, folder.path().join("check.c")).unwrap();
    let line = build_line("cc check.c");
    run(Command::new("sh").current_dir(&folder).args(["-ec", &line]));
    let first_look = project("docs/examples/first-look");
    let mut command = Command::new(folder.path().join("check"));
    command.args(["images", "policy", "reports", "production-a", "2026-11-23T12:00:00Z"]);
    let output = started(command.current_dir(first_look));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text.contains("ok     registry.acme.example/shop/checkout:2.8.1\n"), "{text}");
    assert_eq!(text.matches("\ndenied ").count() + usize::from(text.starts_with("denied ")), 4);

    let layout = nameless(folder.path());
    let policy = project("docs/examples/first-look/policy");
    let mut command = Command::new(folder.path().join("check"));
    let output = started(command.arg(layout).arg(policy));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("denied sha256:") && text.contains("not a valid reference"), "{text}");
}

#[test]
fn the_page_s_first_use_runs() {
    if !has("cc", "the first use in README.md") {
        return;
    }
    let page = std::fs::read_to_string(own("README.md")).unwrap();
    let (_, rest) = page.split_once("```c\n").unwrap();
    let (code, _) = rest.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("first.c");
    std::fs::write(&source, code).unwrap();
    let program = folder.path().join("first");
    let mut command = Command::new("cc");
    command.args(C.1).arg(source).arg("-I").arg(prefix("include"));
    run(command.arg("-L").arg(prefix("lib")).args(["-lcocket", "-o"]).arg(&program));
    let images = project("docs/examples/first-look/images");
    let text = run(Command::new(&program).arg(&images));
    assert_eq!(
        text.matches("\nALLOW").count() + usize::from(text.starts_with("ALLOW")),
        4,
        "{text}"
    );
    assert!(text.contains("DENY   docker.io/acme-labs/newsletter:latest"), "{text}");
    let text = run(Command::new(&program).arg(nameless(folder.path())));
    assert!(text.contains("DENY   unnamed"), "{text}");
    under_valgrind(&program, &[images]);
}

#[test]
fn go_has_the_same_answer() {
    if !has("go", "docs/examples/c/go") || !has("pkg-config", "docs/examples/c/go") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("answer");
    let mut command = Command::new("go");
    command.current_dir(project("docs/examples/c/go")).args(["build", "-o"]).arg(&program);
    command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod").env("GOPROXY", "off");
    run(command.arg("."));
    let mut child = Command::new(program)
        .env("LD_LIBRARY_PATH", prefix("lib"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(br#"{"op":"version"}"#).unwrap();
    let output = child.wait_with_output().unwrap();
    let expected = cocket::wire::answer(br#"{"op":"version"}"#);
    assert_eq!(output.stdout.strip_suffix(b"\n"), Some(expected.as_slice()));
}
