//! Generators behind `cargo xtask`: one file per subcommand.

mod gen_example;

use std::process::ExitCode;

const HELP: &str = "\
usage: cocket-tools COMMAND

  gen-example OUTDIR    writes the example `docs/examples/first-look` into OUTDIR
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    match command {
        "gen-example" => gen_example::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        other => {
            eprintln!("cocket-tools: `{other}` is not a command\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}
