//! The command line of cocket: it reads files, the clock and the terminal, hands everything to
//! the core, and says what came of it. What an image may do is decided in the core alone.
//!
//! It is a library so that `python -m cocket` is the same command line as the binary.

mod admit;
mod arguments;
mod check;
mod explain;
mod failure;
mod import;
mod inputs;
mod lint;
mod output;
mod policies;
mod recorded;
mod schema;
mod sources;
mod summary;
mod tags;
mod verify;

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};
use cocket::Timestamp;

use arguments::{Arguments, Command, PolicyCommand};
use failure::Failure;

/// Runs one command line, whose first argument is the program's name, and gives its exit status:
/// 0 where every image may run, 1 for a denial, 2 for a wrong command line or policy, 3 where
/// something could not be read. What it has to say goes to standard output and standard error.
///
/// ```
/// assert_eq!(cocket_cli::run(["cocket", "explain", "registry.not_allowed"]), 0);
/// assert_eq!(cocket_cli::run(["cocket", "decide"]), 2);
/// ```
pub fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(refused) => {
            if let Some(advice) = verify::advice(&refused) {
                let failure = Failure::Usage(advice);
                failure.say();
                return failure.status();
            }
            // As with every note: a closed stream is no reason to stop.
            let _ = refused.print();
            return u8::try_from(refused.exit_code()).unwrap_or(2);
        }
    };
    // The one place where the clock is read; whole seconds, so that `--at` can repeat it.
    let clock = Timestamp::now();
    let clock = Timestamp::from_second(clock.as_second()).unwrap_or(clock);
    let status = match &arguments.command {
        Command::Check(check) => check::run(check, check.at.unwrap_or(clock)),
        Command::Admit(admit) => admit::run(admit, admit.at.unwrap_or(clock)),
        Command::Verify(verify) => verify::run(verify, verify.at.unwrap_or(clock)),
        Command::Explain(explain) => explain::run(explain),
        Command::Policy { command: PolicyCommand::Lint(lint) } => {
            lint::run(lint, lint.at.unwrap_or(clock))
        }
        Command::Import(import) => import::run(import),
        Command::ScanSummary(summary) => summary::run(summary, summary.at.unwrap_or(clock)),
        Command::Schema => schema::run(),
        Command::Completions { shell } => completions(*shell),
    };
    status.unwrap_or_else(|failure| {
        failure.say();
        failure.status()
    })
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cocket", &mut script);
    output::to_stdout(&script).map(|()| 0)
}
