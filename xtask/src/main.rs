//! Development tasks: `cargo xtask help` lists them.

mod cargo;
mod test;
mod vectors;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  test                     format, lints, tests, generated files, documentation and comparisons
                           with real evidence, of every language that exists so far
  corpus [--kind K] [-v]   every comparison with the real evidence in $COCKET_CORPUS
  vectors                  the cases of core/tests/vectors, in every language that exists so far
  gen [--check]            writes every generated file, or says which are not up to date
  help                     this text

COCKET_CORPUS names the directory of real evidence that tests compare with; without it
`../shared/corpus` is taken, and where that is not there either, those tests are skipped by name.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (command, rest.as_slice()) {
        ("test", []) => test::run(),
        ("corpus", rest) => cargo::tools(&[&["corpus"], rest].concat()),
        ("gen", []) => cargo::tools(&["gen", "."]),
        ("gen", ["--check"]) => cargo::tools(&["gen", ".", "--check"]),
        ("vectors", []) => vectors::run(),
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
