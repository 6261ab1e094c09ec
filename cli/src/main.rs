//! The command line of cocket: it reads files, the clock and the terminal, hands everything to
//! the core, and says what came of it. What an image may do is decided in the core alone.

mod arguments;
mod check;
mod explain;
mod failure;
mod inputs;
mod lint;
mod output;
mod policies;
mod schema;
mod sources;
mod summary;
mod tags;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use cocket::Timestamp;

use arguments::{Arguments, Command, PolicyCommand};
use failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The one place where the clock is read; whole seconds, so that `--at` can repeat it.
    let clock = Timestamp::now();
    let clock = Timestamp::from_second(clock.as_second()).unwrap_or(clock);
    let status = match &arguments.command {
        Command::Check(check) => check::run(check, check.at.unwrap_or(clock)),
        Command::Explain(explain) => explain::run(explain),
        Command::Policy { command: PolicyCommand::Lint(lint) } => {
            lint::run(lint, lint.at.unwrap_or(clock))
        }
        Command::ScanSummary(summary) => summary::run(summary, summary.at.unwrap_or(clock)),
        Command::Schema => schema::run(),
        Command::Completions { shell } => completions(*shell),
    };
    ExitCode::from(status.unwrap_or_else(|failure| {
        failure.say();
        failure.status()
    }))
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cocket", &mut script);
    output::to_stdout(&script).map(|()| 0)
}
