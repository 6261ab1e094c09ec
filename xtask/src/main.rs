//! Development tasks: `cargo xtask help` lists them.

mod test;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  test    format, lints, tests and documentation of every language that exists so far
  help    this text

COCKET_CORPUS names the directory of real evidence that tests compare with; without it
`../shared/corpus` is taken, and where that is not there either, those tests are skipped by name.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("test") => test::run(),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(other) => {
            eprintln!("xtask: `{other}` is not a command\n\n{HELP}");
            ExitCode::from(2)
        }
        None => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}
