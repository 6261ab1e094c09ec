//! The binary `cocket`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cocket_cli::run(std::env::args_os()))
}
