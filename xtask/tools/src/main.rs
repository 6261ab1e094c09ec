//! Generators and comparisons behind `cargo xtask`: one module per subcommand.

mod c_header;
mod conformance;
mod corpus;
mod r#gen;
mod gen_example;
mod mutants;
mod seeds;
mod third_party;
mod typescript;
mod vectors;

use std::process::ExitCode;

const HELP: &str = "\
usage: cocket-tools COMMAND

  corpus [--kind K]… [-v] compares with the real evidence in $COCKET_CORPUS
  conformance-client …    the command line that sigstore's conformance suite drives
  vectors FOLDER          writes the signed images of $COCKET_CORPUS as cases, with Rust's answers
  gen ROOT [--check]      writes every generated file, or says which are not up to date
  mutants [--every N] [--peer P]… [-v]
                          changes accepted bundles and layers in one place at a time, and asks
                          others as well; `--answers FILE` writes our answers, `--same FILE`
                          compares with those of another build
  third-party PACKAGE FILE
                          writes the licences of everything that PACKAGE is linked with
  seeds ROOT              writes what the targets of ROOT/fuzz start from, also from $COCKET_CORPUS
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    match command {
        "conformance-client" => conformance::run(rest),
        "corpus" => corpus::run(rest),
        "vectors" => corpus::write_vectors(rest),
        "gen" => r#gen::run(rest),
        "mutants" => mutants::run(rest),
        "seeds" => seeds::run(rest),
        "third-party" => third_party::run(rest),
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
