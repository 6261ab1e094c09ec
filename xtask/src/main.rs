//! Development tasks: `cargo xtask help` lists them.

mod bench;
mod cargo;
mod cases;
mod dependencies;
mod differential;
mod docs;
mod fuzz;
mod node;
mod package;
mod python;
mod test;
mod vectors;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  test                     format, lints, tests, generated files, documentation and comparisons
                           with real evidence, of every language that exists so far
  corpus [--kind K] [-v]   every comparison with the real evidence in $COCKET_CORPUS
  differential [N]         changes accepted bundles and layers in one place at a time, and asks
                           sigstore-go, PyPI's and npm's sigstore as well, and cocket with AWS-LC;
                           about one of N changes only
  dependencies             nothing written in C and nothing that speaks to a network is in what the
                           library and the command line are built from by default
  conformance-client …     the command line that sigstore's conformance suite drives: name it as
                           the suite's entry point; `verify-bundle` only
  node                     builds and tests the Node package alone
  vectors                  the cases of core/tests/vectors and the signed images of the corpus, in
                           every language: the same bytes, serially and from eight threads
  python                   the Python package alone: build, tests, types
  package [--dev]          wheel, npm tarball and C archive, into target/package; each is installed
                           into a clean environment and used there; with --dev not optimised
  bench [core|boundary|all]  the core beside its peers, and what it costs to ask it from C, Python
                           and Node, with the packages that `package` makes; with no word, all.
                           Tables in Markdown; no number in them fails
  docs                     the reference pages of Rust, Python and Node, into target/docs
  fuzz TARGET [ARGUMENTS]  one target of fuzz/, from seeds of the vectors and the corpus, with what
                           libFuzzer takes, such as -max_total_time=60; needs a nightly compiler
                           and cargo-fuzz
  gen [--check]            writes every generated file, or says which are not up to date
  help                     this text

COCKET_CORPUS names the directory of real evidence that tests compare with; without it
`../shared/corpus` is taken, and where that is not there either, those tests are skipped by name.
PYTHON names the interpreter that the Python package is tested with; without it `python3` is taken,
and where that is not there, that step is skipped by name, except in CI.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (command, rest.as_slice()) {
        ("test", []) => test::all(),
        ("node", []) => shown("node", node::test()),
        ("node", ["--vectors"]) => shown("node", node::vectors()),
        ("conformance-client", rest) => cargo::conformance_client(rest),
        ("corpus", rest) => cargo::tools(&[&["corpus"], rest].concat()),
        ("fuzz", [target, rest @ ..]) => fuzz::run(target, rest),
        ("gen", []) => cargo::tools(&["gen", "."]),
        ("gen", ["--check"]) => cargo::tools(&["gen", ".", "--check"]),
        ("vectors", []) => vectors::run(),
        ("python", []) => shown("python", python::run(python::Python::test)),
        ("python", ["--vectors"]) => shown("python", python::run(python::Python::vectors)),
        ("bench", [] | ["all"]) => shown("bench", bench::run(bench::Bench::All)),
        ("bench", ["core"]) => shown("bench", bench::run(bench::Bench::Core)),
        ("bench", ["boundary"]) => shown("bench", bench::run(bench::Bench::Boundary)),
        ("docs", []) => shown("docs", docs::run()),
        ("package", []) => shown("package", package::run(package::Profile::Release)),
        ("package", ["--dev"]) => shown("package", package::run(package::Profile::Dev)),
        ("dependencies", []) => shown("dependencies", dependencies::run()),
        ("differential", []) => shown("differential", differential::run(None)),
        ("differential", [every]) => shown("differential", differential::run(Some(every))),
        ("help" | "--help" | "-h", []) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        (other, _) => {
            eprintln!("xtask: `{other}` with these arguments is not a command\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

fn shown(step: &str, done: Result<String, String>) -> ExitCode {
    match done {
        Ok(word) => {
            println!("{step}: {word}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
